"""Quotations in a text, by their quotation marks.

Where it is unclear whether a quotation has ended, it goes on: to overlook a phrase is a small loss, to
point out somebody's quoted words is not.

    >>> list(find_quoted_spans("She said “no”."))
    [(9, 13)]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSERS = {"“": "”", "«": "»", "„": "“”"}
_SINGLE_CLOSERS = {"‘": "’'", "'": "'’"}
_LEADING_APOSTROPHE = re.compile(r"['‘’](?:til|cause|em|bout|tis|twas|n|cos|round|\d0s)\b", re.IGNORECASE)


def find_quoted_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each quotation, marks included, in order. One that never closes goes to the end."""
    at = 0
    while at < len(text):
        mark = text[at]
        if mark in _CLOSERS:
            end = _find_closing_mark(text, at)
        elif mark == '"' and not text[at - 1 : at].isdigit():
            found = text.find('"', at + 1)
            end = len(text) if found < 0 else found
        elif mark in _SINGLE_CLOSERS and _opens_quotation(text, at):
            end = _find_single_quote_end(text, at)
        else:
            at += 1
            continue
        yield at, min(end + 1, len(text))
        at = end + 1


def _find_closing_mark(text: str, at: int) -> int:
    """The mark that closes the one at `at`; quotations of the same kind within it are counted."""
    opener, closers = text[at], _CLOSERS[text[at]]
    depth = 0
    for place in range(at, len(text)):
        if text[place] in closers:
            depth -= 1
            if not depth:
                return place
        elif text[place] == opener:
            depth += 1
    return len(text)


def _opens_quotation(text: str, at: int) -> bool:
    """Whether a single mark opens a quotation rather than standing for a missing letter."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    is_sure = text[at] == "‘" or bool(after.strip())
    return is_sure and not before.isalnum() and not _LEADING_APOSTROPHE.match(text, at)


def _find_single_quote_end(text: str, at: int) -> int:
    """Where a single quotation ends: at a mark after a full stop or its like, or at the last one that no
    letter follows, in this paragraph and before the next quotation. "The boys' room" may close nothing."""
    closers = _SINGLE_CLOSERS[text[at]]
    paragraph = text.find("\n", at)
    last = -1
    for place in range(at + 1, len(text)):
        if last >= 0 and (
            0 <= paragraph < place or (text[place] in _SINGLE_CLOSERS and _opens_quotation(text, place))
        ):
            break
        if text[place] in closers and not text[place + 1 : place + 2].isalnum():
            last = place
            if text[place - 1] in ".,!?…;:":
                break
    return last if last >= 0 else len(text)
