"""Signed requests: the example of RFC 9421 to the last byte, and every change refused."""

from __future__ import annotations

import base64

import pytest

from assessments.crypto import sealing
from sync.errors import Malformed
from sync.signing import Claim, content_digest, read_claim, signature_base, signed_headers

# RFC 9421 appendix B.1.4: the last 32 bytes of the PKCS #8 key.
RFC_PRIVATE = base64.b64decode("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF")[16:]
PRIVATE, PUBLIC = sealing.make_signing_key()


def headers(body: bytes = b"body") -> dict[str, str]:
    return signed_headers(
        "POST",
        "/v1/exchange",
        body,
        "text/x",
        agency="agency-7",
        device="d-1",
        created=1618884473,
        nonce="A" * 22,
        sign=lambda message: sealing.sign(PRIVATE, message),
    )


def claim(made: dict[str, str], method: str = "POST", path: str = "/v1/exchange") -> Claim:
    return read_claim(
        method,
        path,
        made["content-type"],
        made["content-digest"],
        made["signature-input"],
        made["signature"],
    )


def test_gives_the_signature_of_rfc_9421_b_2_6() -> None:
    base = signature_base(
        [
            ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            ("@method", "POST"),
            ("@path", "/foo"),
            ("@authority", "example.com"),
            ("content-type", "application/json"),
            ("content-length", "18"),
        ],
        '("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
    )
    assert base64.b64encode(sealing.sign(RFC_PRIVATE, base)).decode() == (
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )


def test_gives_the_digest_of_rfc_9530() -> None:
    assert content_digest(b'{"hello": "world"}\n') == "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"


def test_what_was_signed_is_read_back() -> None:
    read = claim(headers())
    assert (read.agency, read.device, read.created, read.nonce) == ("agency-7", "d-1", 1618884473, "A" * 22)
    assert read.is_signed_by(PUBLIC)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("content-type", "text/x", "text/y"),
        ("content-digest", content_digest(b"body"), content_digest(b"bodx")),
        ("signature-input", "1618884473", "1618884474"),
        ("signature-input", "A" * 22, "B" * 22),
        ("signature-input", "/d-1", "/d-2"),
        ("signature-input", "agency-7", "agency-8"),
    ],
)
def test_a_change_to_a_covered_part_is_refused(name: str, old: str, new: str) -> None:
    made = headers()
    made[name] = made[name].replace(old, new)
    assert not claim(made).is_signed_by(PUBLIC)


def test_another_method_or_path_is_refused() -> None:
    assert not claim(headers(), method="PUT").is_signed_by(PUBLIC)
    assert not claim(headers(), path="/v1/devices").is_signed_by(PUBLIC)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' "content-type")', ")"),
        ('"@method" "@path"', '"@path" "@method"'),
        ("ed25519", "hmac-sha256"),
        ("wren-1", "wren-2"),
        ("wren=", "sig1="),
        (";nonce", ";expires=1;nonce"),
    ],
)
def test_another_covered_set_counts_as_not_signed(old: str, new: str) -> None:
    made = headers()
    assert old in made["signature-input"]
    made["signature-input"] = made["signature-input"].replace(old, new)
    with pytest.raises(Malformed):
        claim(made)
