"""Stickers for drawings: Wren's own small pictures, each a few paths in a box of 96 by 96.

Paths use only M, L, C and Z with absolute coordinates, so that one reader serves screen and SVG.
People have no face, sex or skin colour: the child says who it is.

    STICKERS["star"]    ->    (("M48 10L59 37 ...Z", "#EBD9B4"),)
"""

from __future__ import annotations

# A line as SVG path data, and its fill or "".
StickerPart = tuple[str, str]

STICKER_BOX = 96

_CLAY, _SAND, _MIST, _LEAF, _PALE = "#D9B9A0", "#EBD9B4", "#C9DDE6", "#BFDAC0", "#F4F7F6"


def _ellipse_path(across: float, down: float, wide: float, tall: float) -> str:
    """An oval around a middle, as four curves."""
    bend = 0.5523
    right, low = wide * bend, tall * bend
    return (
        f"M{across - wide:g} {down:g}"
        f"C{across - wide:g} {down - low:g} {across - right:g} {down - tall:g} {across:g} {down - tall:g}"
        f"C{across + right:g} {down - tall:g} {across + wide:g} {down - low:g} {across + wide:g} {down:g}"
        f"C{across + wide:g} {down + low:g} {across + right:g} {down + tall:g} {across:g} {down + tall:g}"
        f"C{across - right:g} {down + tall:g} {across - wide:g} {down + low:g} {across - wide:g} {down:g}Z"
    )


STICKERS: dict[str, tuple[StickerPart, ...]] = {
    "house": (
        ("M18 44L18 84L78 84L78 44", _MIST),
        ("M8 48L48 14L88 48Z", _CLAY),
        ("M40 84L40 62L56 62L56 84", _PALE),
        ("M25 54L34 54L34 63L25 63Z", _PALE),
        ("M62 54L71 54L71 63L62 63Z", _PALE),
    ),
    "door": (
        ("M28 88L28 10L68 10L68 88Z", _CLAY),
        ("M36 20L60 20L60 44L36 44Z", _PALE),
        (_ellipse_path(60, 56, 2, 2), ""),
        ("M16 88L80 88", ""),
    ),
    "bed": (
        ("M10 26L10 78M86 50L86 78", ""),
        ("M10 50L86 50L86 68L10 68Z", _MIST),
        ("M14 50C14 38 34 38 36 50Z", _PALE),
    ),
    "person": (
        (_ellipse_path(48, 20, 13, 13), _SAND),
        ("M34 62L34 42C34 36 38 34 48 34C58 34 62 36 62 42L62 62Z", _LEAF),
        ("M41 62L41 88M55 62L55 88M34 44L20 58M62 44L76 58", ""),
    ),
    "small-person": (
        (_ellipse_path(48, 40, 12, 12), _SAND),
        ("M37 73L37 59C37 54 40 53 48 53C56 53 59 54 59 59L59 73Z", _LEAF),
        ("M43 73L43 88M53 73L53 88M37 61L26 70M59 61L70 70", ""),
    ),
    "dog": (
        ("M22 46L66 46L66 66L22 66C16 62 16 50 22 46Z", _CLAY),
        ("M60 50L60 30C60 22 68 20 74 24L88 34C88 42 82 46 74 46L70 54", _CLAY),
        ("M62 26C56 26 54 34 57 40", ""),
        ("M26 66L26 84M36 66L36 84M54 66L54 84M62 66L62 84M20 48C12 44 10 36 12 30", ""),
        (_ellipse_path(73, 32, 1, 1), ""),
    ),
    "cat": (
        ("M34 52C24 60 24 86 34 86L62 86C72 86 72 60 62 52Z", _MIST),
        ("M28 38L28 14L40 24L56 24L68 14L68 38C68 60 28 60 28 38Z", _MIST),
        ("M40 36L40 38M56 36L56 38M45 44L51 44L48 47Z", ""),
        ("M70 80C82 82 86 72 80 62", ""),
    ),
    "tree": (
        ("M42 58L42 88L54 88L54 58", _CLAY),
        ("M48 8C30 8 26 22 28 28C14 32 16 58 34 58L62 58C80 58 82 32 68 28C70 22 66 8 48 8Z", _LEAF),
    ),
    "sun": (
        (_ellipse_path(48, 48, 18, 18), _SAND),
        ("M48 10L48 20M48 76L48 86M10 48L20 48M76 48L86 48", ""),
        ("M21 21L28 28M68 68L75 75M75 21L68 28M28 68L21 75", ""),
    ),
    "cloud": (
        (
            "M26 72C8 72 6 50 22 46C20 26 46 18 54 34C68 24 84 38 76 50C92 52 90 72 74 72Z",
            _MIST,
        ),
    ),
    "star": (("M48 10L59 37L88 39L66 58L73 87L48 71L23 87L30 58L8 39L37 37Z", _SAND),),
    "car": (
        ("M8 66L8 52L22 48L32 30L64 30L76 48L88 52L88 66Z", _MIST),
        ("M30 48L36 36L46 36L46 48ZM52 48L52 36L60 36L68 48Z", _PALE),
        (_ellipse_path(28, 68, 9, 9), _PALE),
        (_ellipse_path(68, 68, 9, 9), _PALE),
    ),
}
