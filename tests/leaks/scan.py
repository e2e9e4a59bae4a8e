"""Look for planted words in files, in every disguise that a program would give them.

A word is looked for as it is and without regard to capitals, in UTF-8 (also with its accents taken
apart), UTF-16 both ways, base64 at the three places where it can begin, hex, URL-encoding and JSON
escapes; and once more inside every zlib and gzip stream of a file.

    leaks([folder], WORDS) == []
"""

from __future__ import annotations

import base64
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

_STREAM = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
_UNPACKED_BYTES = 4_000_000
# Shorter pieces are found in any long file by chance.
_LEAST = 8


def disguises(word: str) -> Iterator[tuple[str, bytes]]:
    """Every way of writing a word, with its name."""
    raw = word.encode()
    apart = unicodedata.normalize("NFD", word)
    yield "utf-8", raw
    yield "utf-8 apart", apart.encode()
    for way in ("utf-16-le", "utf-16-be"):
        yield way, word.encode(way)
    for name, coded in (("utf-8", raw), ("utf-16-le", word.encode("utf-16-le"))):
        yield f"hex of {name}", coded.hex().encode()
        yield f"HEX of {name}", coded.hex().upper().encode()
        for shift in range(3):
            # Whatever stands before and after it, the middle of the base64 text is one of three.
            middle = base64.b64encode(b"\0" * shift + coded)[4:-4]
            if len(middle) >= _LEAST:
                yield f"base64 of {name} at {shift}", middle
                yield f"base64url of {name} at {shift}", middle.translate(bytes.maketrans(b"+/", b"-_"))
    yield "url", quote(word, safe="").encode()
    escaped = "".join(f"\\u{ord(letter):04x}" if ord(letter) > 127 else letter for letter in word)
    yield "json", escaped.encode()
    yield "JSON", escaped.upper().replace("\\U", "\\u").encode()


def leaks(places: Iterable[Path], words: Iterable[str]) -> list[tuple[str, str, str]]:
    """The name of each file that holds a word, the word, and its disguise. Places are files or folders."""
    wanted = _wanted(words)
    found = []
    for path in files(places):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a browser at work makes and removes files all the time
            continue
        found += [(path.name, word, how) for word, how in found_in(content, wanted)]
    return found


def files(places: Iterable[Path]) -> list[Path]:
    """All the files in these places."""
    everything = [path for place in places for path in ([place] if place.is_file() else place.rglob("*"))]
    return sorted(path for path in everything if path.is_file() and not path.is_symlink())


Wanted = list[tuple[str, str, bytes, bool]]


def _wanted(words: Iterable[str]) -> Wanted:
    """Each disguise once, with whether capitals matter to it."""
    seen: dict[bytes, tuple[str, str, bytes, bool]] = {}
    for word in words:
        for how, coded in disguises(word):
            exact = "base64" in how
            seen.setdefault(coded, (word, how, coded if exact else coded.lower(), exact))
    return list(seen.values())


def found_in(content: bytes, wanted: Wanted, *, deep: bool = True) -> list[tuple[str, str]]:
    """Which words these bytes hold, and how."""
    lowered = content.lower()
    found = [(word, how) for word, how, coded, exact in wanted if coded in (content if exact else lowered)]
    if deep:
        for start in _STREAM.finditer(content):
            # 47: zlib or gzip, whichever the header says.
            stream = zlib.decompressobj(47)
            try:
                inner = stream.decompress(content[start.start() :], _UNPACKED_BYTES)
            except zlib.error:
                continue
            found += [(word, f"packed {how}") for word, how in found_in(inner, wanted, deep=False)]
    return found
