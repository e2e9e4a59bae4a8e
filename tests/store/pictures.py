"""Real small pictures and a sound, and the same with everything planted that a phone writes into them.

The pictures are 16 by 16 pixels of one gradient, written by Pillow; the places are invented.

    planted_jpeg()          # the pixels of JPEG, and where, when and whose
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path

_MADE = json.loads((Path(__file__).parents[1] / "vectors" / "pictures.json").read_text(encoding="utf-8"))
JPEG, PROGRESSIVE, PNG, WEBP = (
    base64.b64decode(_MADE[name]) for name in ("jpeg", "progressive", "png", "webp")
)
SAMPLES = bytes(range(0, 200, 2)) * 3 + b"\x07"
PLANTED = [
    b"GPSLatitude-54.9712N",
    b"\x36\x00\x00\x00\x01\x00\x00\x00\x3a\x00\x00\x00",
    b"Handset of Quillfeather",
    b"2026:03:04 09:31:07",
    b"cupboard-under-the-stairs",
]
_WORDS = b"|".join(PLANTED)


def exif(orientation: int = 6) -> bytes:
    """A camera's table: which way up, and a tail with the rest."""
    return b"II\x2a\x00" + struct.pack("<IHHHIII", 8, 1, 0x0112, 3, 1, orientation, 0) + _WORDS


def _jpeg_part(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def planted_jpeg(clean: bytes = JPEG) -> bytes:
    icc = _jpeg_part(0xE2, b"ICC_PROFILE\x00\x01\x01" + b"colours")
    parts = (
        _jpeg_part(0xE1, b"Exif\x00\x00" + exif()),
        _jpeg_part(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + _WORDS),
        _jpeg_part(0xE2, b"MPF\x00" + _WORDS),
        icc,
        _jpeg_part(0xED, b"Photoshop 3.0\x00" + _WORDS),
        _jpeg_part(0xFE, _WORDS),
    )
    return clean[:2] + b"".join(parts) + clean[2:] + JPEG + _WORDS


def _png_part(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def planted_png() -> bytes:
    head, rest = PNG[:33], PNG[33:]
    parts = (
        _png_part(b"tEXt", b"Comment\x00" + _WORDS),
        _png_part(b"zTXt", b"Comment\x00\x00" + _WORDS),
        _png_part(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + _WORDS),
        _png_part(b"eXIf", exif()),
        _png_part(b"tIME", _WORDS),
        _png_part(b"gAMA", struct.pack(">I", 45455)),
        _png_part(b"wrEn", _WORDS),
    )
    return head + b"".join(parts) + rest + _WORDS


def riff_part(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def riff(kind: bytes, *parts: bytes) -> bytes:
    body = kind + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def planted_webp() -> bytes:
    size = (15).to_bytes(3, "little")
    head = riff_part(b"VP8X", bytes((0x08 | 0x04, 0, 0, 0)) + size + size)
    tail = (riff_part(b"EXIF", exif()), riff_part(b"XMP ", _WORDS), riff_part(b"wren", _WORDS))
    return riff(b"WEBP", head, WEBP[12:], *tail) + _WORDS


def wav(*extra: bytes) -> bytes:
    shape = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    return riff(b"WAVE", riff_part(b"fmt ", shape), *extra, riff_part(b"data", SAMPLES))


def planted_wav() -> bytes:
    return wav(riff_part(b"LIST", b"INFO" + _WORDS), riff_part(b"bext", _WORDS)) + _WORDS
