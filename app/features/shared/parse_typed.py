"""Parsers of typed days, times and numbers, as people in the UK write them. What can be read in two ways, or
not at all, gives None: nothing is guessed.
"""

import re
from datetime import date, time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ /.\-]+(\d{1,2}|[a-z]{3,9})[ /.\-,]+(\d{4}|\d{2})")
_TIME = re.compile(r"(\d{1,2})(?:[:. ]?(\d{2}))? ?(am|pm)?")
_CENTURY = 2000
_NOON = 12


def parse_day(text: str) -> date | None:
    """Read a day written as day, month, year or as an ISO date; the month may be a number or a word."""
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
    """Read a time such as 14:02, 14.02, 1402 or 2.02 pm. Hours alone need am or pm: "2" may be either."""
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
    """Read a whole number of at most nine digits, with or without spaces around it."""
    typed = text.strip()
    return int(typed) if re.fullmatch(r"-?[0-9]{1,9}", typed) else None


def parse_decimal(text: str) -> float | None:
    """Read a number of at most nine digits, and six after the point."""
    typed = text.strip()
    return float(typed) if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", typed) else None


def _month(word: str) -> int:
    """Return 1 to 12, or 0 for a word that is no month."""
    return _MONTHS.index(word[:3]) + 1 if word[:3] in _MONTHS else 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
