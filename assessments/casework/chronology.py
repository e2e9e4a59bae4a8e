"""Chronology findings over a run of incidents, as codes, numbers and source ids: what stands out, what is
missing, and the trajectory. It never says that somebody is safe or a situation stable, and no key date makes
a finding weaker.

How days count: an incident of "about" a day counts in a window wherever it may lie, so that an unsure
day never hides a run; gaps and trajectory use the day as given. One of "before" a day is never
counted in a window, and is listed under what is missing.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from assessments.casework.casework_records import Incident, KeyDate, RecordLink
from assessments.casework.matching.incidents import combine_incident_records, group_incident_records
from assessments.casework.tactics import find_threat_words, tactic_sort_key
from assessments.casework.timeline import DatedRecord, day_span, days_between, sort_by_date
from assessments.definitions.ages import months_before
from assessments.definitions.area_settings import ChronologyRules


@dataclass(frozen=True, slots=True, repr=False)
class ChronologyFinding:
    """Something that stands out or is missing: a code, its numbers, and the ids of its records."""

    code: str
    ids: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class ChronologySummary:
    """All that a chronology says on one day. `duplicate_count` of the incidents have more than one record."""

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
    incidents: Iterable[Incident],
    key_dates: Iterable[KeyDate],
    *,
    on: date,
    rules: ChronologyRules,
    child_ids: Collection[str] = (),
    links: Iterable[RecordLink] = (),
) -> ChronologySummary:
    """Summarise a run of incidents as of a day; each should mention all of `child_ids`."""
    groups = group_incident_records(incidents, links)
    run, days = sort_by_date(map(combine_incident_records, groups)), sort_by_date(key_dates)
    recent = select_recent_incidents(run, on, rules)
    around = find_near_key_dates(days, run, on, rules)
    # What concerns today comes first, what lies farthest back last.
    found = (
        *(finding for finding in around if finding.code == "near"),
        *find_separations(days, on, rules),
        find_rising_severity(run, rules),
        find_new_tactics(run, on, rules),
        find_threats(run),
        *reversed(find_clusters(run, rules)),
        find_frequent_incidents(run, on, rules),
        find_shortening_gaps(run, rules),
        find_other_households(run),
        *(finding for finding in reversed(around) if finding.code == "around"),
    )
    findings = tuple(finding for finding in found if finding is not None)
    return ChronologySummary(
        on=on,
        incidents=run,
        recent_count=len(recent),
        recent_months=rules.several_months,
        gap_days=_gaps_in_days(_select_dated(run))[-rules.last_events :],
        is_shortening=any(finding.code == "shortening" for finding in findings),
        findings=findings,
        missing=find_missing_information(run, on, rules, child_ids),
        trajectory=compute_trajectory(run, on, rules),
        duplicate_count=sum(len(group) > 1 for group in groups),
    )


def find_clusters(incidents: Sequence[Incident], rules: ChronologyRules) -> tuple[ChronologyFinding, ...]:
    """Runs of `cluster_events` incidents within `cluster_days`, oldest first. Runs that overlap are one."""
    dated = _select_dated(incidents)
    spans = sorted(
        (last, first, incident.id) for incident in dated for first, last in [day_span(incident, rules)]
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
    findings = []
    for names, most in runs:
        own = [incident for incident in dated if incident.id in names]
        data = {"n": most, "days": rules.cluster_days, "first": own[0].on, "last": own[-1].on}
        findings.append(ChronologyFinding("cluster", _ids(own), data))
    return tuple(sorted(findings, key=lambda finding: (finding.data["first"], finding.ids)))


def find_frequent_incidents(
    incidents: Sequence[Incident], on: date, rules: ChronologyRules
) -> ChronologyFinding | None:
    """`several_events` incidents or more in `several_months`."""
    found = select_recent_incidents(incidents, on, rules)
    if len(found) < rules.several_events:
        return None
    return ChronologyFinding("several", _ids(found), {"n": len(found), "months": rules.several_months})


def select_recent_incidents(
    incidents: Sequence[Incident], on: date, rules: ChronologyRules
) -> tuple[Incident, ...]:
    """The incidents that may lie in the last `several_months`; future days count: a clock may be wrong."""
    start = months_before(on, rules.several_months).toordinal()
    return tuple(incident for incident in _select_dated(incidents) if day_span(incident, rules)[1] >= start)


def find_shortening_gaps(incidents: Sequence[Incident], rules: ChronologyRules) -> ChronologyFinding | None:
    """The last gaps between incidents, where none is longer than the one before and the last is shorter."""
    dated = _select_dated(incidents)
    gaps = _gaps_in_days(dated)[-rules.last_events :]
    falls = all(after <= before for before, after in pairwise(gaps))
    if len(gaps) < rules.last_events or not falls or gaps[-1] >= gaps[0]:
        return None
    return ChronologyFinding("shortening", _ids(dated[-len(gaps) - 1 :]), {"gaps": gaps})


def find_rising_severity(incidents: Sequence[Incident], rules: ChronologyRules) -> ChronologyFinding | None:
    """The last incidents of known severity, where none is milder than the one before, the last worse."""
    known = [incident for incident in _select_dated(incidents) if incident.severity is not None]
    last = known[-rules.last_events :]
    steps = [incident.severity or 0 for incident in last]
    if len(steps) < rules.last_events or steps != sorted(steps) or steps[-1] == steps[0]:
        return None
    return ChronologyFinding("rising", _ids(last), {"steps": tuple(steps)})


def find_new_tactics(
    incidents: Sequence[Incident], on: date, rules: ChronologyRules
) -> ChronologyFinding | None:
    """Tactics recorded lately and never before. In a first record nothing is new."""
    start = on.toordinal() - rules.new_tactic_days
    late = [incident for incident in _select_dated(incidents) if day_span(incident, rules)[1] >= start]
    names = set(_ids(late))
    known = {tactic for incident in incidents if incident.id not in names for tactic in incident.tactics}
    new = {tactic for incident in late for tactic in incident.tactics} - known
    if not known or not new:
        return None
    with_new = _ids([incident for incident in late if new & set(incident.tactics)])
    data = {"tactics": tuple(sorted(new, key=tactic_sort_key)), "days": rules.new_tactic_days}
    return ChronologyFinding("new-tactics", with_new, data)


def find_threats(incidents: Sequence[Incident]) -> ChronologyFinding | None:
    """Incidents with a recorded threat, or with threat words in the account."""
    found, words = [], set()
    for incident in incidents:
        here = find_threat_words(f"{incident.what}\n{incident.threat}")
        if here or incident.threat.strip():
            found.append(incident)
            words |= here
    if not found:
        return None
    return ChronologyFinding("threats", _ids(found), {"n": len(found), "words": tuple(sorted(words))})


def find_other_households(incidents: Sequence[Incident]) -> ChronologyFinding | None:
    """Incidents in more than one household."""
    count = len({incident.household_id for incident in incidents})
    return ChronologyFinding("other-households", _ids(incidents), {"n": count}) if count > 1 else None


def find_separations(
    key_dates: Sequence[KeyDate], on: date, rules: ChronologyRules
) -> tuple[ChronologyFinding, ...]:
    """Separations planned, or possibly within the last months: a time of more danger."""
    start = months_before(on, rules.separation_months).toordinal()
    return tuple(
        ChronologyFinding(
            "separation", (one.id,), {"day": one.on, "precision": one.precision, "ahead": one.on > on}
        )
        for one in key_dates
        if one.kind == "separation" and (one.precision == "before" or day_span(one, rules)[1] >= start)
    )


def find_near_key_dates(
    key_dates: Sequence[KeyDate], incidents: Sequence[Incident], on: date, rules: ChronologyRules
) -> tuple[ChronologyFinding, ...]:
    """Key dates near today ("near", with days to go, negative when past) and near incidents ("around")."""
    today = (on.toordinal(), on.toordinal())
    dated = _select_dated(incidents)
    findings = []
    for key_date in key_dates:
        span = day_span(key_date, rules)
        beside = [one for one in dated if abs(days_between(day_span(one, rules), span)) <= rules.near_days]
        ids = (key_date.id, *_ids(beside))
        days, data = days_between(today, span), {"kind": key_date.kind, "day": key_date.on, "n": len(beside)}
        if abs(days) <= rules.near_days and key_date.kind != "separation":
            findings.append(ChronologyFinding("near", ids, {**data, "to_go": days}))
        elif beside:
            findings.append(ChronologyFinding("around", ids, {**data, "days": rules.near_days}))
    return tuple(findings)


def find_missing_information(
    incidents: Sequence[Incident], on: date, rules: ChronologyRules, child_ids: Collection[str] = ()
) -> tuple[ChronologyFinding, ...]:
    """What the incidents do not say, with the incidents concerned; and how long nothing was recorded."""
    every = set(child_ids)
    lacks = {
        "day-unknown": [one for one in incidents if one.precision == "before"],
        "day-about": [one for one in incidents if one.precision == "about"],
        "severity-unknown": [one for one in incidents if one.severity is None],
        "tactics-unknown": [one for one in incidents if not one.tactics],
        "children-unknown": [one for one in incidents if not {child.id for child in one.children} >= every],
    }
    findings = [
        ChronologyFinding(code, _ids(found), {"n": len(found)}) for code, found in lacks.items() if found
    ]
    dated = _select_dated(incidents)
    silent = (on - dated[-1].on).days if dated else 0
    if not incidents:
        findings.append(ChronologyFinding("nothing-recorded"))
    elif silent > rules.window_days:
        findings.append(ChronologyFinding("nothing-since", (dated[-1].id,), {"day": dated[-1].on}))
    return tuple(findings)


def compute_trajectory(incidents: Sequence[Incident], on: date, rules: ChronologyRules) -> ChronologyFinding:
    """The trajectory on record: rising, falling-on-record, unclear or not-enough.

    Compares the incidents of the last `window_days` with those of as many days before, the median of the
    last gaps with the earlier ones, and the worst of the last incidents with the worst before. One value
    that rises outweighs all that fall: fewer records are no evidence of less abuse.
    """
    dated = _select_dated(incidents)
    if len(dated) < rules.enough_events:
        return ChronologyFinding("not-enough", _ids(dated), {"n": len(dated)})
    today = on.toordinal()
    ages = [today - incident.on.toordinal() for incident in dated]
    now = sum(age < rules.window_days for age in ages)
    before = sum(rules.window_days <= age < 2 * rules.window_days for age in ages)
    gaps = _gaps_in_days(dated)
    late, early = gaps[-rules.last_events :], gaps[: -rules.last_events]
    worst = [incident.severity for incident in dated if incident.severity is not None]
    last, first = worst[-rules.last_events :], worst[: -rules.last_events]
    turns = [_sign_of_change(now, before)]
    turns += [-_sign_of_change(median(late), median(early))] if early else []
    turns += [_sign_of_change(max(last), max(first))] if first else []
    code = "rising" if max(turns) > 0 else "falling-on-record" if min(turns) < 0 else "unclear"
    data = {"now": now, "before": before, "days": rules.window_days, "n": len(dated)}
    return ChronologyFinding(code, _ids(dated), data)


def _select_dated(incidents: Sequence[Incident]) -> tuple[Incident, ...]:
    return sort_by_date(incident for incident in incidents if incident.precision != "before")


def _gaps_in_days(dated: Sequence[Incident]) -> tuple[int, ...]:
    return tuple((after.on - before.on).days for before, after in pairwise(dated))


def _sign_of_change(now: float, before: float) -> int:
    return (now > before) - (now < before)


def _ids(found: Sequence[DatedRecord]) -> tuple[str, ...]:
    return tuple(one.id for one in found)
