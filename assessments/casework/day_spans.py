"""Day spans of dated records: the days on which an incident or key date may have happened.

"exact" is that day. "about" is any day within `about_days` of it. "before" has no first day.
"""

from __future__ import annotations

from assessments.casework.casework_records import Incident, KeyDate
from assessments.definitions.area_settings import ChronologyRules

# A first and a last day as ordinals; None where there is no first.
DaySpan = tuple[int | None, int]


def day_span(record: Incident | KeyDate, rules: ChronologyRules) -> DaySpan:
    """The days on which a record may lie."""
    day = record.on.toordinal()
    if record.precision == "before":
        return None, day
    slack = rules.about_days if record.precision == "about" else 0
    return day - slack, day + slack


def closed_day_span(record: Incident | KeyDate, rules: ChronologyRules) -> tuple[int, int]:
    """The days on which a record may lie; without a first day its last one alone."""
    first, last = day_span(record, rules)
    return last if first is None else first, last


def days_between(one: DaySpan, other: DaySpan) -> int:
    """Days from one span to the other: positive when the other lies ahead, 0 when they overlap."""
    if other[0] is not None and other[0] > one[1]:
        return other[0] - one[1]
    if one[0] is not None and one[0] > other[1]:
        return other[1] - one[0]
    return 0
