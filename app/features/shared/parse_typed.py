"""Reading what a person typed as a day, a time or a whole number.

This room knows the ways in which people here write them. It does not guess: what can be read in two
ways, or not at all, gives None, and the letters stay in the field as they are.

    >>> parse_day("14 May 2026"), parse_time("2.30 pm"), parse_whole_number(" 12 ")
    (datetime.date(2026, 5, 14), datetime.time(14, 30), 12)
"""

from __future__ import annotations

import re
from datetime import date, time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ /.\-]+(\d{1,2}|[a-z]{3,9})[ /.\-,]+(\d{4}|\d{2})")
_TIME = re.compile(r"(\d{1,2})(?:[:. ]?(\d{2}))? ?(am|pm)?")
_CENTURY = 2000
_NOON = 12


def parse_day(text: str) -> date | None:
    """A day written as day, month, year, with the month as a number or a word."""
    typed = " ".join(text.lower().split())
    if found := _ISO.fullmatch(typed):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _DAY.fullmatch(typed)
    if found is None:
        return None
    month = int(found[2]) if found[2].isdigit() else _month(found[2])
    year = int(found[3])
    return _day(year if len(found[3]) > 2 else _CENTURY + year, month, int(found[1]))


def parse_time(text: str) -> time | None:
    """A time as 14:02, 14.02, 1402 or 2.02 pm. Hours alone need am or pm: "2" may be either."""
    found = _TIME.fullmatch(" ".join(text.lower().replace("a.m.", "am").replace("p.m.", "pm").split()))
    if found is None or (found[2] is None and found[3] is None):
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if found[3] == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        return None


def parse_whole_number(text: str) -> int | None:
    """A whole number, with spaces around it or not."""
    typed = text.strip()
    return int(typed) if re.fullmatch(r"-?[0-9]{1,9}", typed) else None


def parse_decimal(text: str) -> float | None:
    """A number with a point and digits after it, or without."""
    typed = text.strip()
    return float(typed) if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", typed) else None


def _month(word: str) -> int:
    """1 to 12, or 0 for a word that is no month."""
    return _MONTHS.index(word[:3]) + 1 if word[:3] in _MONTHS else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
