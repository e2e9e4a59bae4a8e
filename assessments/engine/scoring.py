"""Scoring: counts with what is missing beside them, routes, and a grade with a floor.

Rules that hold whatever a tool or an area says:

- only an entered answer counts; blank, unknown, declined and not asked never count as yes or no;
- a grade is never below its floor, and professional judgement can raise it and never lower it;
- each result carries its reasons in words.

All numbers come from the area's rules, all words from the tool. `ScoringResult.to_plain()` is the
JSON form.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Literal

from assessments.definitions.ages import months_before
from assessments.definitions.area_settings import AreaRules
from assessments.definitions.definition import Instrument, Item, Route, Scale, Supplement, When
from assessments.definitions.unprinted import Unprinted
from assessments.engine.answers import Answered, AnswerEntry, Answers, Finding, state_of
from assessments.engine.enablement import condition_holds, when_holds


@dataclass(frozen=True, slots=True, repr=False)
class Judgement(Unprinted):
    """The practitioner's own grade. It may raise a result, never lower it; it needs a reason."""

    grade: str
    reason: str = ""


HistoryStatus = Literal["seen", "none", "not-available"]


@dataclass(frozen=True, slots=True, repr=False)
class ScoringContext:
    """What a result needs beside the answers: the day, known events, the last high-risk referral.

    `misses` counts the times in a row before this one that the tool could not be done. `done` are
    the tools done in the same contact, `not_done` those not, each with the reason. `history` says
    whether the practitioner has seen what is known of before, "" while that is not answered.
    `kept_phrases` are codes of phrases that the writer was asked about and keeps, by the item they
    stand in.
    """

    on: date
    events: tuple[date, ...] = ()
    last_marac_referral: date | None = None
    judgement: Judgement | None = None
    misses: int = 0
    done: tuple[str, ...] = ()
    not_done: tuple[tuple[str, str], ...] = ()
    history: HistoryStatus | Literal[""] = ""
    history_why: str = ""
    kept_phrases: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class ScaleResult:
    """A count over `of` shown items, with their states. The six states add up to `of`.

    `value` is a count, or a sum of weights where the scale sums.
    """

    id: str
    value: int | float
    answered: int
    unknown: int
    declined: int
    not_asked: int
    not_applicable: int
    not_reached: int
    of: int


@dataclass(frozen=True, slots=True, repr=False)
class RouteResult:
    """Whether one route is met, with the reasons in words."""

    id: str
    met: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Grade:
    """`value` is never below `floor`; both are None when too little is known to grade.

    A grade is provisional until it is answered whether the history was seen.
    """

    value: str | None
    floor: str | None
    reasons: tuple[str, ...]
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class SupplementOffer:
    """Another tool that the answers call for. `state` says whether it was done in this contact."""

    tool: str
    because: str
    state: Literal["offered", "done", "not-done"]
    reason: str = ""

    def __repr__(self) -> str:
        return f"<SupplementOffer {self.tool} {self.state}>"


@dataclass(frozen=True, slots=True, repr=False)
class ScoringResult:
    """The result of a form."""

    scales: tuple[ScaleResult, ...] = ()
    band: str | None = None
    routes: tuple[RouteResult, ...] = ()
    grade: Grade = Grade(None, None, ())
    findings: tuple[Finding, ...] = ()
    offers: tuple[SupplementOffer, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """The JSON form, without findings."""
        return {
            "scales": [asdict(scale) for scale in self.scales],
            "band": self.band,
            "routes": [{**asdict(route), "reasons": list(route.reasons)} for route in self.routes],
            "grade": {**asdict(self.grade), "reasons": list(self.grade.reasons)},
            "supplements": [asdict(offer) for offer in self.offers],
        }


def score(
    instrument: Instrument,
    rules: AreaRules,
    answers: Answers,
    visible: tuple[str, ...],
    context: ScoringContext,
) -> ScoringResult:
    """Compute the result of a form from the items shown."""
    seen = frozenset(visible)
    scales = tuple(_score_scale(scale, instrument, answers, seen) for scale in instrument.scales)
    main = next((scale for scale in scales if scale.id == rules.scale), None)
    band = _band(main, rules)
    routes = tuple(
        _route(route, instrument, rules, scales, answers, seen, context) for route in instrument.routes
    )
    grade, findings = _grade(instrument, band, main, routes, context)
    grade = replace(grade, provisional=bool(instrument.grades) and not context.history)
    findings += _missed_findings(instrument, rules, answers, seen, context)
    findings += _unknown_findings(rules, main, answers, seen)
    findings += tuple(
        Finding("same-day", _triggering_item(flag.when, answers, seen), "today", {"flag": flag.id})
        for flag in instrument.flags
        if when_holds(flag.when, answers, seen)
    )
    findings += tuple(
        Finding(
            "note",
            _triggering_item(note.when, answers, seen),
            "warning",
            {"note": note.id, "text": note.text},
        )
        for note in instrument.notes
        if when_holds(note.when, answers, seen)
    )
    offers = tuple(
        _offer(supplement, context)
        for supplement in instrument.supplements
        if when_holds(supplement.when, answers, seen)
    )
    return ScoringResult(scales, band, routes, grade, findings, offers)


def _missed_findings(
    instrument: Instrument, rules: AreaRules, answers: Answers, seen: frozenset[str], context: ScoringContext
) -> tuple[Finding, ...]:
    """How many times in a row, this one included, the tool could not be done."""
    if not instrument.missed_when or not when_holds(instrument.missed_when, answers, seen):
        return ()
    count, (alert, escalate) = context.misses + 1, rules.misses or (2, 3)
    level = "escalate" if count >= escalate else "alert" if count >= alert else "first"
    link_id = instrument.missed_when.link_ids()[0]
    return (Finding("missed", link_id, "warning", {"count": count, "level": level}),)


def _triggering_item(when: When, answers: Answers, seen: frozenset[str]) -> str:
    """The item of the first condition that holds: what a person should look at."""
    held = (
        condition.item for condition in (*when.all, *when.any) if condition_holds(condition, answers, seen)
    )
    return next(held, "")


def _offer(supplement: Supplement, context: ScoringContext) -> SupplementOffer:
    reason = dict(context.not_done).get(supplement.tool, "")
    state: Literal["offered", "done", "not-done"] = "offered"
    if supplement.tool in context.done:
        state = "done"
    elif reason:
        state = "not-done"
    return SupplementOffer(supplement.tool, supplement.because, state, reason if state == "not-done" else "")


def _score_scale(scale: Scale, instrument: Instrument, answers: Answers, seen: frozenset[str]) -> ScaleResult:
    items = [link_id for link_id in scale.items if link_id in seen]
    states = [state_of(answers.get(link_id)) for link_id in items]
    value: int | float
    if scale.sums:
        value = sum(_weight(instrument.index[link_id], answers.get(link_id)) for link_id in items)
    else:
        value = sum(_is_counted(answers, link_id, scale) for link_id in items)
    return ScaleResult(
        id=scale.id,
        value=value,
        answered=states.count("answered"),
        unknown=states.count("asked-unknown"),
        declined=states.count("asked-declined") + states.count("child-pass"),
        not_asked=states.count("not-asked") + states.count("observed-instead"),
        not_applicable=states.count("not-applicable"),
        not_reached=states.count("not-reached"),
        of=len(items),
    )


def _is_counted(answers: Answers, link_id: str, scale: Scale) -> bool:
    entry = answers.get(link_id)
    return isinstance(entry, Answered) and entry.value in scale.counts


def _weight(item: Item, entry: AnswerEntry | None) -> int | float:
    """The weights of the options chosen, or the number given; an option without a weight adds nothing."""
    if not isinstance(entry, Answered):
        return 0
    if isinstance(entry.value, int | float):
        return entry.value
    chosen = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    options = [item.option(code) for code in chosen if isinstance(code, str)]
    return sum(option.weight for option in options if option is not None and option.weight is not None)


def _band(main: ScaleResult | None, rules: AreaRules) -> str | None:
    """The highest range reached; None while nothing has been answered: blank is not "standard"."""
    if main is None or main.answered == 0:
        return None
    reached = [band.id for band in rules.bands if main.value >= band.at_least]
    return reached[-1] if reached else None


def _route(
    route: Route,
    instrument: Instrument,
    rules: AreaRules,
    scales: tuple[ScaleResult, ...],
    answers: Answers,
    seen: frozenset[str],
    context: ScoringContext,
) -> RouteResult:
    match route.kind:
        case "count":
            return _count_route(route, rules, scales)
        case "judgement":
            return _judgement_route(route, instrument, context)
        case "events":
            return _events_route(route, rules, context)
        case "repeat":
            abuse_now = any(scale.value > 0 for scale in scales)
            return _repeat_route(route, rules, context, abuse_now)
        case _:
            wanted = dict(rules.indicators).get(route.id, ())
            reasons = tuple(
                indicator.reason
                for indicator in route.indicators
                if indicator.id in wanted and when_holds(indicator.when, answers, seen)
            )
            return RouteResult(route.id, bool(reasons), reasons or _fill_template(route.not_met))


def _fill_template(template: str, **data: Any) -> tuple[str, ...]:
    return (template.format(**data),) if template else ()


def _count_route(route: Route, rules: AreaRules, scales: tuple[ScaleResult, ...]) -> RouteResult:
    threshold = dict(rules.counts).get(route.id)
    value = next((scale.value for scale in scales if scale.id == route.scale), 0)
    met = threshold is not None and value >= threshold
    template = route.met if met else route.not_met
    return RouteResult(route.id, met, _fill_template(template, value=value, threshold=threshold))


def _judgement_route(route: Route, instrument: Instrument, context: ScoringContext) -> RouteResult:
    judgement, highest = context.judgement, _grade_codes(instrument)[-1:]
    met = bool(judgement and judgement.grade in highest and judgement.reason.strip())
    if met and judgement:
        return RouteResult(route.id, True, (*_fill_template(route.met), judgement.reason.strip()))
    return RouteResult(route.id, False, _fill_template(route.not_met))


def _events_route(route: Route, rules: AreaRules, context: ScoringContext) -> RouteResult:
    setting = next(((count, months) for name, count, months in rules.events if name == route.id), None)
    if setting is None:
        return RouteResult(route.id, False, ())
    count, months = setting
    start = months_before(context.on, months)
    value = sum(start <= event <= context.on for event in context.events)
    template = route.met if value >= count else route.not_met
    return RouteResult(
        route.id, value >= count, _fill_template(template, value=value, threshold=count, months=months)
    )


def _repeat_route(route: Route, rules: AreaRules, context: ScoringContext, abuse_now: bool) -> RouteResult:
    months, last = dict(rules.repeats).get(route.id), context.last_marac_referral
    if months is None or last is None or not months_before(context.on, months) <= last <= context.on:
        return RouteResult(route.id, False, _fill_template(route.not_met, months=months))
    met = abuse_now or any(last <= event <= context.on for event in context.events)
    date_words = f"{last.day} {last:%B %Y}"
    template = route.met if met else route.not_met
    return RouteResult(route.id, met, _fill_template(template, months=months, date=date_words))


def _grade_codes(instrument: Instrument) -> list[str]:
    return [code for code, _ in instrument.grades]


def _grade(
    instrument: Instrument,
    band: str | None,
    main: ScaleResult | None,
    routes: tuple[RouteResult, ...],
    context: ScoringContext,
) -> tuple[Grade, tuple[Finding, ...]]:
    """The floor is the band, or the highest level once any route is met; judgement may go above it."""
    levels = _grade_codes(instrument)
    if not levels:
        return Grade(None, None, ()), ()
    met = [route for route in routes if route.met]
    judged_route = {route.id for route in instrument.routes if route.kind == "judgement"}
    rules_met = [route for route in met if route.id not in judged_route]
    floor = levels[-1] if rules_met else (band if band in levels else None)
    reasons = tuple(reason for route in met for reason in route.reasons)
    if main is not None and not rules_met and band is not None:
        title = next((scale.title for scale in instrument.scales if scale.id == main.id), main.id)
        words = dict(instrument.grades).get(band, band)
        reasons = (f"{title}: {main.value} of {main.of}. {words}", *reasons)
    judgement, value = context.judgement, floor
    if judgement is None:
        return Grade(value, floor, reasons), ()
    if judgement.grade not in levels:
        return Grade(value, floor, reasons), (Finding("judgement-unknown", data={"levels": levels}),)
    if not judgement.reason.strip():
        return Grade(value, floor, reasons), (Finding("judgement-without-reason"),)
    if floor is not None and levels.index(judgement.grade) < levels.index(floor):
        return Grade(value, floor, reasons), (
            Finding("judgement-below-floor", severity="warning", data={"floor": floor}),
        )
    if not any(route.id in judged_route for route in met):
        reasons = (*reasons, judgement.reason.strip())
    return Grade(judgement.grade, floor, reasons), ()


def _unknown_findings(
    rules: AreaRules,
    main: ScaleResult | None,
    answers: Answers,
    seen: frozenset[str],
) -> tuple[Finding, ...]:
    """Many unknowns are a finding of their own; some items are named whenever they are not known."""
    findings: list[Finding] = []
    if main is not None and rules.many_unknown is not None:
        unknown = main.unknown + main.declined + main.not_asked
        if unknown >= rules.many_unknown:
            findings.append(
                Finding("many-unknown", severity="warning", data={"count": unknown, "of": main.of})
            )
    unknown_states = ("asked-unknown", "asked-declined", "not-asked")
    findings += [
        Finding("danger-unknown", link_id, "warning")
        for link_id in rules.name_unknown
        if link_id in seen and state_of(answers.get(link_id)) in unknown_states
    ]
    return tuple(findings)
