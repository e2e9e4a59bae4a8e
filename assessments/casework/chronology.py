"""What a run of events means: what stands out, what is missing, and which way the record points.

This room knows facts and an area's numbers. It refuses to know words (it gives codes and numbers), any
screen, and whether somebody is safe: nothing here says "stable", and no milestone makes anything less.

How days count. "exact" is that day. "about" may be any day within `about_days` of it: an event counts
wherever it may lie, so that an unsure day never hides a run; gaps and directions use the day as given.
"before" has no day: it is never counted in a window, and is named under what is missing.

    >>> find_threat_words("He said he would kill us.")
    {'kill'}
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from statistics import median
from typing import Any

from assessments.casework.casework_records import Incident, KeyDate, RecordLink
from assessments.casework.matching.incidents import combine_incident_records, group_incident_records
from assessments.casework.timeline import DatedRecord, sort_by_date
from assessments.definitions.definition import ChronologyRules
from assessments.engine.scoring import months_before

# A first and a last day as ordinals; None where there is no first.
DaySpan = tuple[int | None, int]
_IN_A_WORD = re.compile(r"[\w']")


@dataclass(frozen=True, slots=True, repr=False)
class ChronologyFinding:
    """Something that stands out, or is missing: a code, its numbers, and the facts it rests on."""

    code: str
    ids: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class ChronologySummary:
    """All that a chronology says on one day. `gaps` are days between the last dated events.

    `told_twice` is how many of the events have more than one record: each counts once.
    """

    on: date
    incidents: tuple[Incident, ...]
    recent_count: int
    recent_months: int
    gap_days: tuple[int, ...]
    is_shortening: bool
    findings: tuple[ChronologyFinding, ...]
    missing: tuple[ChronologyFinding, ...]
    trajectory: ChronologyFinding
    duplicate_count: int = 0


def summarise_chronology(
    events: Iterable[Incident],
    milestones: Iterable[KeyDate],
    *,
    on: date,
    rules: ChronologyRules,
    child_ids: Collection[str] = (),
    links: Iterable[RecordLink] = (),
) -> ChronologySummary:
    """Read a run of events as it stands on a day. `child_ids` are the children who should be spoken of;
    `links` say which records are of one event."""
    told = group_incident_records(events, links)
    run, days = sort_by_date(map(combine_incident_records, told)), sort_by_date(milestones)
    dated = _select_dated(run)
    recent = select_recent_incidents(run, on, rules)
    around = find_near_key_dates(days, run, on, rules)
    # What is about now comes first, what goes farthest back last.
    found = (
        *(sign for sign in around if sign.code == "near"),
        *find_separations(days, on, rules),
        find_rising_severity(run, rules),
        find_new_tactics(run, on, rules),
        find_threats(run),
        *reversed(find_clusters(run, rules)),
        find_frequent_incidents(run, on, rules),
        find_shortening_gaps(run, rules),
        find_other_households(run),
        *(sign for sign in reversed(around) if sign.code == "around"),
    )
    gaps = _gaps_in_days(dated)[-rules.last_events :]
    return ChronologySummary(
        on=on,
        incidents=run,
        recent_count=len(recent),
        recent_months=rules.several_months,
        gap_days=gaps,
        is_shortening=find_shortening_gaps(run, rules) is not None,
        findings=tuple(sign for sign in found if sign is not None),
        missing=find_missing_information(run, on, rules, child_ids),
        trajectory=compute_trajectory(run, on, rules),
        duplicate_count=sum(len(group) > 1 for group in told),
    )


# What stands out


def find_clusters(events: Sequence[Incident], rules: ChronologyRules) -> tuple[ChronologyFinding, ...]:
    """Runs in which enough events may lie within so many days, oldest first. Runs that touch are one."""
    dated = _select_dated(events)
    spans = sorted(
        (last, first, event.id) for event in dated for first, last in [_closed_day_span(event, rules)]
    )
    runs: list[tuple[set[str], int]] = []
    for place, (start, _, _) in enumerate(spans):
        # A later one begins at most two `about_days` before its last day: behind that nothing is inside.
        end = start + rules.cluster_days
        until = bisect_left(spans, (end + 2 * rules.about_days,), place)
        inside = {name for _, first, name in spans[place:until] if first < end}
        if len(inside) < rules.cluster_events:
            continue
        touching = [run for run in runs if run[0] & inside]
        runs = [run for run in runs if not run[0] & inside]
        names = inside.union(*(run[0] for run in touching))
        runs.append((names, max(len(inside), *(run[1] for run in touching), 0)))
    signs = []
    for names, most in runs:
        own = [event for event in dated if event.id in names]
        data = {"n": most, "days": rules.cluster_days, "first": own[0].on, "last": own[-1].on}
        signs.append(ChronologyFinding("cluster", _ids(own), data))
    return tuple(sorted(signs, key=lambda sign: (sign.data["first"], sign.ids)))


def find_frequent_incidents(
    events: Sequence[Incident], on: date, rules: ChronologyRules
) -> ChronologyFinding | None:
    """So many events in so many months."""
    found = select_recent_incidents(events, on, rules)
    if len(found) < rules.several_events:
        return None
    return ChronologyFinding("several", _ids(found), {"n": len(found), "months": rules.several_months})


def select_recent_incidents(
    events: Sequence[Incident], on: date, rules: ChronologyRules
) -> tuple[Incident, ...]:
    """The events that may lie in the last months. One of a day ahead counts: a clock may be wrong."""
    start = months_before(on, rules.several_months).toordinal()
    return tuple(event for event in _select_dated(events) if _closed_day_span(event, rules)[1] >= start)


def find_shortening_gaps(events: Sequence[Incident], rules: ChronologyRules) -> ChronologyFinding | None:
    """The last gaps between events, none longer than the one before it and the last one shorter."""
    dated = _select_dated(events)
    gaps = _gaps_in_days(dated)[-rules.last_events :]
    falls = all(after <= before for before, after in pairwise(gaps))
    if len(gaps) < rules.last_events or not falls or gaps[-1] >= gaps[0]:
        return None
    return ChronologyFinding("shortening", _ids(dated[-len(gaps) - 1 :]), {"gaps": gaps})


def find_rising_severity(events: Sequence[Incident], rules: ChronologyRules) -> ChronologyFinding | None:
    """The last events whose severity is known: none milder than the one before it, the last one worse."""
    last = [event for event in _select_dated(events) if event.severity is not None][-rules.last_events :]
    steps = [event.severity or 0 for event in last]
    if len(steps) < rules.last_events or steps != sorted(steps) or steps[-1] == steps[0]:
        return None
    return ChronologyFinding("rising", _ids(last), {"steps": tuple(steps)})


def find_new_tactics(
    events: Sequence[Incident], on: date, rules: ChronologyRules
) -> ChronologyFinding | None:
    """Families of behaviour that came up lately and never before. Nothing is new in a first record."""
    start = on.toordinal() - rules.new_tactic_days
    late = [event for event in _select_dated(events) if _closed_day_span(event, rules)[1] >= start]
    names = set(_ids(late))
    known = {tactic for event in events if event.id not in names for tactic in event.tactics}
    new = {tactic for event in late for tactic in event.tactics} - known
    if not known or not new:
        return None
    return ChronologyFinding(
        "new-tactics",
        _ids([event for event in late if new & set(event.tactics)]),
        {"tactics": tuple(sorted(new, key=_tactic_sort_key)), "days": rules.new_tactic_days},
    )


def find_threats(events: Sequence[Incident]) -> ChronologyFinding | None:
    """Events with a threat written down, or with words of threat in what happened."""
    found, words = [], set()
    for event in events:
        here = find_threat_words(f"{event.what}\n{event.threat}")
        if here or event.threat.strip():
            found.append(event)
            words |= here
    return (
        ChronologyFinding("threats", _ids(found), {"n": len(found), "words": tuple(sorted(words))})
        if found
        else None
    )


def find_threat_words(text: str) -> set[str]:
    """The words of threat in a text: whole words, in any case."""
    plain = text.lower().replace("’", "'")
    # What comes before is looked at last: a pattern that begins with its words is searched far faster.
    return {
        found[0]
        for found in _threat_pattern().finditer(plain)
        if not (found.start() and _IN_A_WORD.match(plain[found.start() - 1]))
    }


def find_other_households(events: Sequence[Incident]) -> ChronologyFinding | None:
    """The same conduct in more than one household."""
    homes = {event.household_id for event in events}
    return ChronologyFinding("other-households", _ids(events), {"n": len(homes)}) if len(homes) > 1 else None


def find_separations(
    milestones: Sequence[KeyDate], on: date, rules: ChronologyRules
) -> tuple[ChronologyFinding, ...]:
    """Separations that are planned, or may lie within the last months: a time of more danger."""
    start = months_before(on, rules.separation_months).toordinal()
    return tuple(
        ChronologyFinding(
            "separation", (one.id,), {"day": one.on, "precision": one.precision, "ahead": one.on > on}
        )
        for one in milestones
        if one.kind == "separation" and (one.precision == "before" or _day_span(one, rules)[1] >= start)
    )


def find_near_key_dates(
    milestones: Sequence[KeyDate], events: Sequence[Incident], on: date, rules: ChronologyRules
) -> tuple[ChronologyFinding, ...]:
    """Milestones near to today ("near", with days to go or gone), and those with events near them."""
    today: DaySpan = (on.toordinal(), on.toordinal())
    dated = _select_dated(events)
    signs = []
    for one in milestones:
        span = _day_span(one, rules)
        beside = [
            event for event in dated if abs(_days_between(_day_span(event, rules), span)) <= rules.near_days
        ]
        days, data = _days_between(today, span), {"kind": one.kind, "day": one.on, "n": len(beside)}
        if abs(days) <= rules.near_days and one.kind != "separation":
            signs.append(ChronologyFinding("near", (one.id, *_ids(beside)), {**data, "to_go": days}))
        elif beside:
            signs.append(
                ChronologyFinding("around", (one.id, *_ids(beside)), {**data, "days": rules.near_days})
            )
    return tuple(signs)


# What is missing, and which way the record points


def find_missing_information(
    events: Sequence[Incident], on: date, rules: ChronologyRules, child_ids: Collection[str] = ()
) -> tuple[ChronologyFinding, ...]:
    """What the events do not say, each with the events concerned; and how long nothing was written down."""
    lacks: tuple[tuple[str, Callable[[Incident], bool]], ...] = (
        ("day-unknown", lambda event: event.precision == "before"),
        ("day-about", lambda event: event.precision == "about"),
        ("severity-unknown", lambda event: event.severity is None),
        ("tactics-unknown", lambda event: not event.tactics),
        ("children-unknown", lambda event: bool(set(child_ids) - {child.id for child in event.children})),
    )
    signs = [
        ChronologyFinding(code, _ids(found), {"n": len(found)})
        for code, is_so in lacks
        if (found := [event for event in events if is_so(event)])
    ]
    dated = _select_dated(events)
    silent = (on - dated[-1].on).days if dated else 0
    if not events:
        signs.append(ChronologyFinding("nothing-recorded"))
    elif silent > rules.window_days:
        signs.append(ChronologyFinding("nothing-since", (dated[-1].id,), {"day": dated[-1].on}))
    return tuple(signs)


def compute_trajectory(events: Sequence[Incident], on: date, rules: ChronologyRules) -> ChronologyFinding:
    """Which way the record points: rising, falling-on-record, unclear or not-enough.

    Compared: events of the last `window_days` with those of as many before, the median of the last gaps
    with the earlier ones, the worst of the last events with the worst before. One thing that rises
    outweighs all that fall: fewer records are no evidence of less abuse.
    """
    dated = _select_dated(events)
    if len(dated) < rules.enough_events:
        return ChronologyFinding("not-enough", _ids(dated), {"n": len(dated)})
    today = on.toordinal()
    ages = [today - event.on.toordinal() for event in dated]
    now = sum(age < rules.window_days for age in ages)
    before = sum(rules.window_days <= age < 2 * rules.window_days for age in ages)
    gaps = _gaps_in_days(dated)
    late, early = gaps[-rules.last_events :], gaps[: -rules.last_events]
    worst = [event.severity for event in dated if event.severity is not None]
    last, first = worst[-rules.last_events :], worst[: -rules.last_events]
    turns = [_sign_of_change(now, before)]
    turns += [-_sign_of_change(median(late), median(early))] if early else []
    turns += [_sign_of_change(max(last), max(first))] if first else []
    code = "rising" if max(turns) > 0 else "falling-on-record" if min(turns) < 0 else "unclear"
    data = {"now": now, "before": before, "days": rules.window_days, "n": len(dated)}
    return ChronologyFinding(code, _ids(dated), data)


# Days


def _select_dated(events: Sequence[Incident]) -> tuple[Incident, ...]:
    return sort_by_date(event for event in events if event.precision != "before")


def _day_span(one: DatedRecord, rules: ChronologyRules) -> DaySpan:
    day = one.on.toordinal()
    if one.precision == "before":
        return None, day
    slack = rules.about_days if one.precision == "about" else 0
    return day - slack, day + slack


def _closed_day_span(one: Incident, rules: ChronologyRules) -> tuple[int, int]:
    """The days of an event that has some."""
    first, last = _day_span(one, rules)
    return last if first is None else first, last


def _days_between(one: DaySpan, other: DaySpan) -> int:
    """Days from one span to the other: positive when the other lies ahead, 0 when they meet."""
    if other[0] is not None and other[0] > one[1]:
        return other[0] - one[1]
    if one[0] is not None and one[0] > other[1]:
        return other[1] - one[0]
    return 0


def _gaps_in_days(dated: Sequence[Incident]) -> tuple[int, ...]:
    return tuple((after.on - before.on).days for before, after in pairwise(dated))


def _sign_of_change(now: float, before: float) -> int:
    return (now > before) - (now < before)


def _ids(found: Sequence[DatedRecord]) -> tuple[str, ...]:
    return tuple(one.id for one in found)


# Data


@lru_cache(maxsize=1)
def _load_lists() -> dict[str, Any]:
    return tomllib.loads(files("assessments").joinpath("chronology.toml").read_text(encoding="utf-8"))


def tactic_groups() -> dict[str, tuple[str, ...]]:
    """The codes of the families of behaviour, by group, in the order of the form."""
    return {name: tuple(codes) for name, codes in _load_lists()["tactics"].items()}


@lru_cache(maxsize=1)
def _threat_pattern() -> re.Pattern[str]:
    words = sorted(_load_lists()["threat_words"], key=len, reverse=True)
    return re.compile("(?:" + "|".join(map(re.escape, words)) + r")(?![\w'])")


def _tactic_sort_key(code: str) -> tuple[int, str]:
    return len(code), code
