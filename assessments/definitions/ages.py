"""Ages as ISO 8601 durations from birth, exact to the day, and calendar months."""

import calendar
import re
from datetime import date

from assessments.definitions.definition import Age, Instrument

AGE_PATTERN = re.compile(r"^P(?=\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?$")


def date_of_age(born: date, age: Age) -> date:
    """The day on which a person born on `born` reaches an age such as "P7Y" or "P12M"."""
    found = AGE_PATTERN.match(age)
    years, months, days = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    year, month = divmod(born.year * 12 + born.month - 1 + years * 12 + months, 12)
    day = date.fromordinal(date(year, month + 1, 1).toordinal() + born.day - 1)
    return date.fromordinal(day.toordinal() + days)


def fits_age(instrument: Instrument, born: date | None, on: date) -> bool | None:
    """Whether a tool is for a person of this age on a day; None when the birth date is not known."""
    if not (instrument.age_from or instrument.age_below):
        return True
    if born is None:
        return None
    if instrument.age_from and on < date_of_age(born, instrument.age_from):
        return False
    return not (instrument.age_below and on >= date_of_age(born, instrument.age_below))


def months_before(day: date, months: int) -> date:
    """The same day some months earlier; the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
