"""Metadata stripping: takes out of a picture or recording whatever is not the picture or sound itself.

Of JPEG, PNG, WebP and WAV files the parts that showing or playing needs are kept, and every other part is
dropped, unknown ones too. Nothing is decoded: pixels and samples stay byte for byte. Other types and moving
pictures are refused: nothing here can read MP4, M4A and WebM.
"""

import json
import struct
from collections.abc import Callable, Iterator

from assessments.errors import StoreFault

STROKES_MEDIA_TYPE = "application/vnd.wren.strokes+json"

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# Size, pixels and colours; bruises must keep theirs, so colour profiles stay.
_PNG_KEPT = set(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT cICP".split())
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"}
_WAV_KEPT = {b"fmt ", b"fact", b"data"}
_ANIMATION_CHUNKS = {b"acTL", b"ANIM"}
_WEBP_METADATA_BITS = 0x08 | 0x04  # the bits for EXIF and XMP in the first byte of VP8X

_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_APPS = range(0xE0, 0xF0)
_COMMENT = 0xFE
_MARKERS_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_ORIENTATION_TAG = 0x0112
_EXIF = b"Exif\x00\x00"


def strip_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture, sound or drawing, and nothing else. Raises StoreFault: "media-not-taken" or, for a
    file that is not whole or not of its type, "media-damaged"."""
    strip = STRIP_BY_MEDIA_TYPE.get(media_type)
    if strip is None:
        raise StoreFault("media-not-taken")
    try:
        return strip(content)
    # It ends before its own parts say so, or is nested deeper than anything that is drawn.
    except (IndexError, ValueError, struct.error, RecursionError):
        raise StoreFault("media-damaged") from None


def _jpeg(content: bytes) -> bytes:
    """Keep the segments that decoding needs; of the EXIF, only which way up the picture is."""
    kept: list[bytes] = []
    for marker, body, scan in _segments(content):
        if marker == _APP1 and body.startswith(_EXIF):
            turned = _orientation(body[len(_EXIF) :])
            if turned > 1:
                kept.append(_segment(_APP1, _EXIF + _orientation_exif(turned)))
        elif marker == _APP0 and body.startswith(b"JFIF\x00"):
            kept.append(_segment(_APP0, body[:12] + b"\x00\x00"))  # without the small picture inside
        elif marker == _APP14 and body.startswith(b"Adobe"):
            kept.append(_segment(_APP14, body[:12]))
        elif marker not in _APPS and marker != _COMMENT:
            kept.append(_segment(marker, body) + scan)
        elif marker == _APP2 and body.startswith(b"ICC_PROFILE\x00"):
            kept.append(_segment(_APP2, body))
    return b"\xff\xd8" + b"".join(kept) + b"\xff\xd9"


def _segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, content, and for a scan the compressed pixels after it, up to the end of the picture."""
    if content[:2] != bytes((0xFF, _SOI)):
        raise ValueError("no picture")
    at = 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("no marker")
        while content[at] == 0xFF:  # markers may be preceded by any number of these
            at += 1
        marker = content[at]
        at += 1
        if marker == _EOI:
            return
        if marker in _MARKERS_WITHOUT_LENGTH:
            continue
        (size,) = struct.unpack_from(">H", content, at)
        body = content[at + 2 : at + size]
        if size < 2 or len(body) != size - 2:
            raise ValueError("too short")
        at += size
        end = _scan_end(content, at) if marker == _SOS else at
        yield marker, body, content[at:end]
        at = end


def _scan_end(content: bytes, start: int) -> int:
    """Where the compressed pixels end: at the first marker that is not a restart or a stuffed byte."""
    at = start
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] not in {0x00, *range(0xD0, 0xD8)}:
            return at
        at += 2


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _orientation(tiff: bytes) -> int:
    """Which way up, 1 to 8; 1 (as it is) when the camera did not say so in a way that can be read."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 1
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            kind, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + number * 12)
            if kind == _ORIENTATION_TAG and value in range(1, 9):
                return int(value)
    except struct.error:  # a table that runs out of its own bytes
        pass
    return 1


def _orientation_exif(turned: int) -> bytes:
    """The smallest table that says which way up: one entry, a 16-bit number, no further table."""
    return b"MM\x00\x2a" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION_TAG, 3, 1, turned, 0, 0)


def _png(content: bytes) -> bytes:
    if not content.startswith(_PNG_HEAD):
        raise ValueError("no picture")
    kept, at, name = [_PNG_HEAD], len(_PNG_HEAD), b""
    while name != b"IEND":
        size, name = struct.unpack_from(">I4s", content, at)
        end = at + 12 + size
        if end > len(content):
            raise ValueError("too short")
        _reject_animation(name)
        if name in _PNG_KEPT:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)


def _webp(content: bytes) -> bytes:
    kept = []
    for name, body in _read_riff(content, b"WEBP"):
        _reject_animation(name)
        if name == b"VP8X":
            body = bytes((body[0] & ~_WEBP_METADATA_BITS,)) + body[1:]
        if name in _WEBP_KEPT:
            kept.append((name, body))
    return _build_riff(b"WEBP", kept)


def _wav(content: bytes) -> bytes:
    kept = [(name, body) for name, body in _read_riff(content, b"WAVE") if name in _WAV_KEPT]
    return _build_riff(b"WAVE", kept)


def _read_riff(content: bytes, kind: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a RIFF file. Sound may be cut short, where a recorder was stopped hard."""
    if content[:4] != b"RIFF" or content[8:12] != kind:
        raise ValueError("not of this kind")
    (whole,) = struct.unpack_from("<I", content, 4)
    at, end = 12, min(len(content), 8 + whole) if whole else len(content)
    while at + 8 <= end:
        name, size = struct.unpack_from("<4sI", content, at)
        if name == b"data" and not size and not whole:
            size = end
        body = content[at + 8 : min(at + 8 + size, end)]
        if len(body) != size and name != b"data":
            raise ValueError("too short")
        yield name, body
        at += 8 + size + size % 2


def _build_riff(kind: bytes, parts: list[tuple[bytes, bytes]]) -> bytes:
    if len(parts) < (2 if kind == b"WAVE" else 1):
        raise ValueError("nothing inside")
    body = b"".join(
        struct.pack("<4sI", name, len(part)) + part + b"\x00" * (len(part) % 2) for name, part in parts
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + kind + body


def _reject_animation(name: bytes) -> None:
    if name in _ANIMATION_CHUNKS:
        raise StoreFault("media-not-taken")


def _strokes(content: bytes) -> bytes:
    """A child's drawing as lines: made here, so there is nothing to take out."""
    json.loads(content)
    return content


STRIP_BY_MEDIA_TYPE: dict[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "audio/wav": _wav,
    STROKES_MEDIA_TYPE: _strokes,
}
