"""Signed requests: RFC 9421 signatures over RFC 9530 digests, with one fixed set of covered components.

The signature base is built and parsed here for both ends; keys, clocks and the nonce cache are elsewhere. A
request that lists other components counts as not signed.

    >>> content_digest(b"")
    'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
"""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assessments.crypto import sealing
from sync.errors import Malformed

LABEL = "wren"
TAG = "wren-1"
COVERED_COMPONENTS = ("@method", "@path", "content-digest", "content-type")
MAX_CLOCK_SKEW_S = 300

NAME_REGEX = r"[A-Za-z0-9._-]{1,64}"
NAME_PATTERN = re.compile(NAME_REGEX)
_SIGNATURE_INPUT_PATTERN = re.compile(
    re.escape(LABEL)
    + re.escape("=(" + " ".join(f'"{name}"' for name in COVERED_COMPONENTS) + ")")
    + r';created=(?P<created>[0-9]{1,12});nonce="(?P<nonce>[A-Za-z0-9_-]{22})"'
    + rf';keyid="(?P<agency>{NAME_REGEX})/(?P<device>{NAME_REGEX})";alg="ed25519";tag="{TAG}"'
)
_SIGNATURE_PATTERN = re.compile(re.escape(LABEL) + r"=:(?P<signature>[A-Za-z0-9+/]{86}==):")


@dataclass(frozen=True, slots=True, repr=False)
class Claim:
    """What a signed request says of itself; true only after `is_signed_by`."""

    agency: str
    device: str
    created: int
    nonce: str
    base: bytes
    signature: bytes

    def is_signed_by(self, device_key: bytes) -> bool:
        """True when this Ed25519 key made the signature."""
        return sealing.verify(device_key, self.base, self.signature)


def content_digest(body: bytes) -> str:
    """The `content-digest` field of a body."""
    return f"sha-256=:{base64.b64encode(sealing.digest(body)).decode()}:"


def signature_base(components: Sequence[tuple[str, str]], parameters: str) -> bytes:
    """RFC 9421 section 2.5: a line per component, then the parameters (all after the label)."""
    lines = [f'"{name}": {value}' for name, value in components]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()


def signed_headers(
    method: str,
    path: str,
    body: bytes,
    content_type: str,
    *,
    agency: str,
    device: str,
    created: int,
    nonce: str,
    sign: Callable[[bytes], bytes],
) -> dict[str, str]:
    """The header fields that sign a request. `created` is in seconds since 1970; `nonce` is used once."""
    digest = content_digest(body)
    names = " ".join(f'"{name}"' for name in COVERED_COMPONENTS)
    parameters = (
        f'({names});created={created};nonce="{nonce}";keyid="{agency}/{device}";alg="ed25519";tag="{TAG}"'
    )
    values = (method, path, digest, content_type)
    base = signature_base(list(zip(COVERED_COMPONENTS, values, strict=True)), parameters)
    return {
        "content-type": content_type,
        "content-digest": digest,
        "signature-input": f"{LABEL}={parameters}",
        "signature": f"{LABEL}=:{base64.b64encode(sign(base)).decode()}:",
    }


def read_claim(
    method: str, path: str, content_type: str, digest: str, signature_input: str, signature: str
) -> Claim:
    """What the signature fields of a request say; Malformed("not-signed") when they are not ours."""
    said = _SIGNATURE_INPUT_PATTERN.fullmatch(signature_input)
    made = _SIGNATURE_PATTERN.fullmatch(signature)
    if said is None or made is None:
        raise Malformed("not-signed")
    parameters = signature_input.removeprefix(f"{LABEL}=")
    values = (method, path, digest, content_type)
    base = signature_base(list(zip(COVERED_COMPONENTS, values, strict=True)), parameters)
    signed_by, created = (said["agency"], said["device"]), int(said["created"])
    return Claim(*signed_by, created, said["nonce"], base, base64.b64decode(made["signature"]))


def time_signature_bytes(nonce: str, time: str) -> bytes:
    """What the service signs when it tells a device the time: bound to the device's own nonce."""
    return sealing.length_prefix(b"ctime1", nonce.encode(), time.encode())
