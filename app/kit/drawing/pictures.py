"""Pictures to choose from: a code becomes a drawing of `assets/pictures`.

The same face can stand for "Happy" and for "Yes", so the caller brings the words; where a code has no drawing
they stand alone.
"""

import re
from functools import lru_cache

import flet as ft

from app.kit.messages import assets_folder

# The smallest side of a picture that a child chooses by, in logical pixels.
MIN_PICTURE_SIZE = 96

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def has_picture(code: str) -> bool:
    """Whether there is a drawing for this code. No code has none."""
    return bool(_drawing(code))


def picture(code: str, words: str, *, size: int = MIN_PICTURE_SIZE) -> ft.Control:
    """A drawing, named by `words` for those who do not see it. An unknown code raises LookupError."""
    drawing = _drawing(code)
    if not drawing:
        raise LookupError(code)
    fit = ft.BoxFit.CONTAIN
    image = ft.Image(src=drawing, width=size, height=size, fit=fit, exclude_from_semantics=True)
    return ft.Semantics(label=words, image=True, content=image)


@lru_cache(maxsize=128)
def _drawing(code: str) -> str:
    """The SVG text of a code, or nothing. A code from outside is never a way to another folder."""
    file = assets_folder() / "pictures" / f"{code}.svg"
    return file.read_text(encoding="utf-8") if _CODE.fullmatch(code) and file.is_file() else ""
