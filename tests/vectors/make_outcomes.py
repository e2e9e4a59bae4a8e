"""Make `outcomes.json` anew: `python -m tests.vectors.make_outcomes`. One outcome for each vector.

Needed only when a format is added; the file that is there is what every later Wren must still read.
Randomness is replaced by a counter, so that making it twice gives the same bytes. The library's own
ciphers draw their salts where no counter reaches, so the portable ones make the vectors: `fixed_randomness`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from assessments.crypto import portable, recovery, sealing
from assessments.crypto.kdf import SCRYPT_FLOOR, Kdf
from assessments.store.access.practitioner import make_wrap
from assessments.store.completion_files import Completion

FILE = Path(__file__).parent / "outcomes.json"
KEY = bytes(range(32))
CONTEXT = sealing.length_prefix("ck1", "example")
WORDS = "robin hedge kettle lantern"
KDF = SCRYPT_FLOOR


class Counted:
    """Bytes that look random and are always the same."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, size: int) -> bytes:
        self._made += 1
        return hashlib.shake_256(self._made.to_bytes(4, "big")).digest(size)


@contextmanager
def fixed_randomness() -> Iterator[None]:
    """Every salt and key from the counter: on the portable ciphers, which ask `os.urandom` for them."""
    with (
        patch("os.urandom", Counted()),
        patch.object(sealing, "Cobblestone256Encryptor", None),
        patch.object(sealing, "_HPKE", None),
    ):
        yield


def flipped(raw: bytes, place: int) -> bytes:
    changed = bytearray(raw)
    changed[place] ^= 1
    return bytes(changed)


def made() -> list[dict[str, Any]]:
    """All vectors."""
    vectors: list[dict[str, Any]] = []

    def add(verb: str, what: str, outcome: str, **given: Any) -> None:
        plain = {name: value.hex() if isinstance(value, bytes) else value for name, value in given.items()}
        vectors.append({"verb": verb, "what": what, "outcome": outcome, **plain})

    # Cobblestone-256
    for size in (0, 1, 16384):
        body = bytes(place % 251 for place in range(size))
        sealed = sealing.seal(KEY, body, CONTEXT)
        digest = sealing.digest(body).hex()
        add("open", f"{size} bytes", "ok", key=KEY, context=CONTEXT, sealed=sealed, plain_sha256=digest)
    sealed = sealing.seal(KEY, b"hello", CONTEXT)
    long = sealing.seal(KEY, bytes(16385), CONTEXT)
    chunk = portable.CHUNK_BYTES + portable.TAG_BYTES
    for what, raw, key, context in (
        ("another key", sealed, bytes(32), CONTEXT),
        ("another context", sealed, KEY, sealing.length_prefix("ck1", "exampl")),
        ("a bit of the salt", flipped(sealed, 0), KEY, CONTEXT),
        ("a bit of the commitment", flipped(sealed, 24), KEY, CONTEXT),
        ("a bit of the body", flipped(sealed, 56), KEY, CONTEXT),
        ("a bit of the tag", flipped(sealed, len(sealed) - 1), KEY, CONTEXT),
        ("the last byte gone", sealed[:-1], KEY, CONTEXT),
        ("one byte more", sealed + b"\x00", KEY, CONTEXT),
        ("nothing", b"", KEY, CONTEXT),
        ("the last chunk gone", long[: 56 + chunk], KEY, CONTEXT),
        (
            "two chunks swapped",
            long[:56] + long[56 + chunk :] + long[56 : 56 + chunk],
            KEY,
            CONTEXT,
        ),
    ):
        add("open", what, "damaged", key=key, context=context, sealed=raw)

    # The record envelope
    row = sealing.record_context(
        "answer", sealing.length_prefix("a-1", "h-1"), 3, "wren/answer/1", "agency-7", "hv1"
    )
    record = sealing.seal_record(KEY, "c1", b"body", row)
    body = sealing.digest(b"body").hex()
    add(
        "open-record",
        "as it was made",
        "ok",
        key=KEY,
        kid="c1",
        context=row,
        sealed=record,
        plain_sha256=body,
    )
    for what, table, row_id, rev, schema, agency, author in (
        ("another table", "place", ("a-1", "h-1"), 3, "wren/answer/1", "agency-7", "hv1"),
        ("another row", "answer", ("a-2", "h-1"), 3, "wren/answer/1", "agency-7", "hv1"),
        ("another household", "answer", ("a-1", "h-2"), 3, "wren/answer/1", "agency-7", "hv1"),
        ("another revision", "answer", ("a-1", "h-1"), 4, "wren/answer/1", "agency-7", "hv1"),
        ("another schema", "answer", ("a-1", "h-1"), 3, "wren/answer/2", "agency-7", "hv1"),
        ("another agency", "answer", ("a-1", "h-1"), 3, "wren/answer/1", "agency-8", "hv1"),
        ("another author", "answer", ("a-1", "h-1"), 3, "wren/answer/1", "agency-7", "hv2"),
    ):
        other = sealing.record_context(table, sealing.length_prefix(*row_id), rev, schema, agency, author)
        add("open-record", what, "damaged", key=KEY, kid="c1", context=other, sealed=record)
    for what, raw, kid in (
        ("another magic", b"CKR2" + record[4:], "c1"),
        ("another suite", record[:4] + b"\x02" + record[5:], "c1"),
        ("another key's name", record, "c2"),
    ):
        add("open-record", what, "unknown-format", key=KEY, kid=kid, context=row, sealed=raw)

    # To a public key
    private, public = sealing.make_receive_key()
    to = sealing.hpke_seal(public, b"hello", CONTEXT)
    hello = sealing.digest(b"hello").hex()
    add(
        "open-from",
        "as it was made",
        "ok",
        key=bytes(private),
        context=CONTEXT,
        sealed=to,
        plain_sha256=hello,
    )
    for what, raw, key, context in (
        ("another key", to, KEY, CONTEXT),
        ("another context", to, bytes(private), b""),
        ("a bit of the encapsulated key", flipped(to, 0), bytes(private), CONTEXT),
        ("a bit of the body", flipped(to, 32), bytes(private), CONTEXT),
        ("a point that makes no secret", bytes(32) + to[32:], bytes(private), CONTEXT),
        ("too short", to[:40], bytes(private), CONTEXT),
    ):
        add("open-from", what, "damaged", key=key, context=context, sealed=raw)

    # The wrap of a person's key
    wrap = make_wrap(KDF, WORDS, KEY, "d-1", "hv1", bytearray(KEY))
    asked = {"words": WORDS, "secret": KEY, "device": "d-1", "author": "hv1"}

    def hostile(kdf: Kdf) -> bytes:
        raw = wrap[:4] + kdf.header() + wrap[17:-8]
        return raw + sealing.digest(raw)[:8]

    renamed = b"CKW2" + wrap[4:-8]
    udk = sealing.digest(KEY).hex()
    add("open-wrap", "as it was made", "ok", wrap=wrap, plain_sha256=udk, **asked)
    add("open-wrap", "other words", "wrong-passphrase", wrap=wrap, **{**asked, "words": WORDS + " "})
    add(
        "open-wrap",
        "another device's secret",
        "wrong-passphrase",
        wrap=wrap,
        **{**asked, "secret": bytes(32)},
    )
    add("open-wrap", "another person", "wrong-passphrase", wrap=wrap, **{**asked, "author": "hv2"})
    add("open-wrap", "a bit of the salt", "damaged", wrap=flipped(wrap, 20), **asked)
    add("open-wrap", "cut short", "damaged", wrap=wrap[:-1], **asked)
    add("open-wrap", "another magic", "unknown-format", wrap=renamed + sealing.digest(renamed)[:8], **asked)
    for what, kdf in (
        ("scrypt below the floor", Kdf(2, 16, 8, 1)),
        ("scrypt above the ceiling", Kdf(2, 30, 8, 1)),
        ("Argon2id below the floor", Kdf(1, 1024, 3, 1)),
        ("Argon2id that asks for 64 GiB", Kdf(1, 64 * 1024 * 1024, 3, 1)),
        ("an unknown KDF", Kdf(9, 17, 8, 1)),
    ):
        add("open-wrap", what, "unknown-format", wrap=hostile(kdf), **asked)

    # Escrow, request, grants
    keys = {}
    privates = {}
    for side in recovery.ESCROW_SIDES:
        private, public = sealing.make_receive_key()
        privates[side], keys[side] = private, recovery.RecoveryKey(recovery.recovery_kid(public), public)
    escrow = recovery.make_escrow(KEY, "d-1", "hv1", keys["agency"], keys["service"])
    one_off, public = sealing.make_receive_key()
    request = recovery.RecoveryRequest("d-1", "agency-7", "hv1", public, escrow)
    grants = [recovery.make_grant(privates[side], request, side) for side in recovery.ESCROW_SIDES]
    packed = request.to_bytes()
    add("read-request", "as it was made", "ok", request=packed, code=request.code)
    add("read-request", "another magic", "unknown-format", request=b"CKQ2" + packed[4:])
    add("read-request", "cut short", "damaged", request=packed[:-1])
    add("read-request", "one byte more", "damaged", request=packed + b"\x00")
    joining = {"one_off": bytes(one_off), "request": packed}
    add("join", "both grants", "ok", grants=[g.hex() for g in grants], plain_sha256=udk, **joining)
    add("join", "one grant twice", "damaged", grants=[grants[0].hex()] * 2, **joining)
    add(
        "join",
        "a bit of a grant",
        "damaged",
        grants=[grants[0].hex(), flipped(grants[1], -1).hex()],
        **joining,
    )
    add(
        "join",
        "another magic",
        "unknown-format",
        grants=[grants[0].hex(), "434b4732" + grants[1].hex()[8:]],
        **joining,
    )
    approving = {"request": packed, "side": "agency"}
    add("approve", "the agency's key", "ok", key=bytes(privates["agency"]), **approving)
    add("approve", "the service's key", "damaged", key=bytes(privates["service"]), **approving)

    # The second copy of finished work
    copy = Completion("a-1", "kid", b"envelope", 3, "completed", b"head", b"body").to_bytes()
    add("read-copy", "as it was made", "ok", copy=copy)
    parts = ("a-1", "kid", b"envelope", (3).to_bytes(4, "big"), "completed", b"head", b"body")
    before = b"CKO1" + sealing.length_prefix(*parts)
    add("read-copy", "from before it held a tally", "ok", copy=before + sealing.digest(before))
    between = b"CKO1" + sealing.length_prefix(*parts, b"")
    add("read-copy", "from before it said the last line", "ok", copy=between + sealing.digest(between))
    add("read-copy", "a bit", "damaged", copy=flipped(copy, 12))
    other = b"CKO2" + copy[4:-32]
    add("read-copy", "another magic", "unknown-format", copy=other + sealing.digest(other))
    return vectors


def main() -> None:
    with fixed_randomness():
        vectors = made()
    about = "One outcome each. Bodies are given by their SHA-256. Made by make_outcomes.py."
    lines = ",\n".join("  " + json.dumps(vector) for vector in vectors)
    FILE.write_text(f'{{"about": {json.dumps(about)},\n"vectors": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
