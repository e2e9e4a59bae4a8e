"""Scoring: counts with what is missing beside them, routes, and a grade with a floor.

Rules that hold whatever a tool or an area says:

- only an entered answer counts; blank, unknown, declined and not asked never count as yes or no;
- a grade is never below its floor, and professional judgement can raise it and never lower it;
- each result carries its reasons in words.

All numbers come from the area's rules, all words from the tool. `ScoringResult.to_plain()` is the
JSON form.
"""

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
    return _Scoring(instrument, rules, answers, frozenset(visible), context).result()


@dataclass(frozen=True, slots=True, repr=False)
class _Scoring(Unprinted):
    """What a result is computed from. `seen` are the link_ids of the items shown."""

    instrument: Instrument
    rules: AreaRules
    answers: Answers
    seen: frozenset[str]
    context: ScoringContext

    def result(self) -> ScoringResult:
        tool = self.instrument
        scales = tuple(self._scale(scale) for scale in tool.scales)
        main = next((scale for scale in scales if scale.id == self.rules.scale), None)
        band = self._band(main)
        routes = tuple(self._route(route, scales) for route in tool.routes)
        grade, findings = self._grade(band, main, routes)
        grade = replace(grade, provisional=bool(tool.grades) and not self.context.history)
        findings += (*self._missed(), *self._unknown(main))
        findings += tuple(
            Finding("same-day", self._triggering_item(flag.when), "today", {"flag": flag.id})
            for flag in tool.flags
            if self._holds(flag.when)
        )
        findings += tuple(
            Finding("note", self._triggering_item(note.when), "warning", {"note": note.id, "text": note.text})
            for note in tool.notes
            if self._holds(note.when)
        )
        offers = tuple(self._offer(other) for other in tool.supplements if self._holds(other.when))
        return ScoringResult(scales, band, routes, grade, findings, offers)

    def _holds(self, when: When) -> bool:
        return when_holds(when, self.answers, self.seen)

    def _triggering_item(self, when: When) -> str:
        """The item of the first condition that holds: what a person should look at."""
        held = (c.item for c in (*when.all, *when.any) if condition_holds(c, self.answers, self.seen))
        return next(held, "")

    def _missed(self) -> tuple[Finding, ...]:
        """How many times in a row, this one included, the tool could not be done."""
        when = self.instrument.missed_when
        if not when or not self._holds(when):
            return ()
        count, (alert, escalate) = self.context.misses + 1, self.rules.misses or (2, 3)
        level = "escalate" if count >= escalate else "alert" if count >= alert else "first"
        return (Finding("missed", when.link_ids()[0], "warning", {"count": count, "level": level}),)

    def _offer(self, supplement: Supplement) -> SupplementOffer:
        tool, because = supplement.tool, supplement.because
        if tool in self.context.done:
            return SupplementOffer(tool, because, "done")
        reason = dict(self.context.not_done).get(tool, "")
        return SupplementOffer(tool, because, "not-done" if reason else "offered", reason)

    def _scale(self, scale: Scale) -> ScaleResult:
        items = [link_id for link_id in scale.items if link_id in self.seen]
        entries = [self.answers.get(link_id) for link_id in items]
        states = [state_of(entry) for entry in entries]
        value: int | float
        if scale.sums:
            index = self.instrument.index
            value = sum(_weight(index[link_id], entry) for link_id, entry in zip(items, entries, strict=True))
        else:
            value = sum(isinstance(entry, Answered) and entry.value in scale.counts for entry in entries)
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

    def _band(self, main: ScaleResult | None) -> str | None:
        """The highest range reached; None while nothing has been answered: blank is not "standard"."""
        if main is None or main.answered == 0:
            return None
        reached = [band.id for band in self.rules.bands if main.value >= band.at_least]
        return reached[-1] if reached else None

    def _route(self, route: Route, scales: tuple[ScaleResult, ...]) -> RouteResult:
        context = self.context
        match route.kind:
            case "count":
                threshold = dict(self.rules.counts).get(route.id)
                value = next((scale.value for scale in scales if scale.id == route.scale), 0)
                met = threshold is not None and value >= threshold
                return _route_result(route, met, value=value, threshold=threshold)
            case "judgement":
                judgement, highest = context.judgement, self._levels()[-1:]
                if judgement and judgement.grade in highest and judgement.reason.strip():
                    met_because = _fill_template(route.met)
                    return RouteResult(route.id, True, (*met_because, judgement.reason.strip()))
                return _route_result(route, False)
            case "events":
                setting = next((setting for setting in self.rules.events if setting[0] == route.id), None)
                if setting is None:
                    return RouteResult(route.id, False, ())
                _, count, months = setting
                start = months_before(context.on, months)
                value = sum(start <= event <= context.on for event in context.events)
                return _route_result(route, value >= count, value=value, threshold=count, months=months)
            case "repeat":
                return self._repeat_route(route, abuse_now=any(scale.value > 0 for scale in scales))
            case _:
                wanted = dict(self.rules.indicators).get(route.id, ())
                reasons = tuple(
                    indicator.reason
                    for indicator in route.indicators
                    if indicator.id in wanted and self._holds(indicator.when)
                )
                return RouteResult(route.id, bool(reasons), reasons or _fill_template(route.not_met))

    def _repeat_route(self, route: Route, *, abuse_now: bool) -> RouteResult:
        months, last = dict(self.rules.repeats).get(route.id), self.context.last_marac_referral
        on = self.context.on
        if months is None or last is None or not months_before(on, months) <= last <= on:
            return _route_result(route, False, months=months)
        met = abuse_now or any(last <= event <= on for event in self.context.events)
        return _route_result(route, met, months=months, date=f"{last.day} {last:%B %Y}")

    def _levels(self) -> list[str]:
        return [code for code, _ in self.instrument.grades]

    def _grade(
        self, band: str | None, main: ScaleResult | None, routes: tuple[RouteResult, ...]
    ) -> tuple[Grade, tuple[Finding, ...]]:
        """The floor is the band, or the highest level once any route is met; judgement may go above it."""
        levels = self._levels()
        if not levels:
            return Grade(None, None, ()), ()
        met = [route for route in routes if route.met]
        judged_route = {route.id for route in self.instrument.routes if route.kind == "judgement"}
        rules_met = [route for route in met if route.id not in judged_route]
        floor = levels[-1] if rules_met else (band if band in levels else None)
        reasons = tuple(reason for route in met for reason in route.reasons)
        if main is not None and not rules_met and band is not None:
            title = next((scale.title for scale in self.instrument.scales if scale.id == main.id), main.id)
            words = dict(self.instrument.grades).get(band, band)
            reasons = (f"{title}: {main.value} of {main.of}. {words}", *reasons)
        grade, judgement = Grade(floor, floor, reasons), self.context.judgement
        if judgement is None:
            return grade, ()
        if judgement.grade not in levels:
            return grade, (Finding("judgement-unknown", data={"levels": levels}),)
        if not judgement.reason.strip():
            return grade, (Finding("judgement-without-reason"),)
        if floor is not None and levels.index(judgement.grade) < levels.index(floor):
            return grade, (Finding("judgement-below-floor", severity="warning", data={"floor": floor}),)
        if not any(route.id in judged_route for route in met):
            reasons = (*reasons, judgement.reason.strip())
        return Grade(judgement.grade, floor, reasons), ()

    def _unknown(self, main: ScaleResult | None) -> tuple[Finding, ...]:
        """Many unknowns are a finding of their own; some items are named whenever they are not known."""
        findings: list[Finding] = []
        if main is not None and self.rules.many_unknown is not None:
            unknown = main.unknown + main.declined + main.not_asked
            if unknown >= self.rules.many_unknown:
                data = {"count": unknown, "of": main.of}
                findings.append(Finding("many-unknown", severity="warning", data=data))
        findings += [
            Finding("danger-unknown", link_id, "warning")
            for link_id in self.rules.name_unknown
            if link_id in self.seen
            and state_of(self.answers.get(link_id)) in ("asked-unknown", "asked-declined", "not-asked")
        ]
        return tuple(findings)


def _route_result(route: Route, met: bool, **data: object) -> RouteResult:
    return RouteResult(route.id, met, _fill_template(route.met if met else route.not_met, **data))


def _fill_template(template: str, **data: object) -> tuple[str, ...]:
    return (template.format(**data),) if template else ()


def _weight(item: Item, entry: AnswerEntry | None) -> int | float:
    """The weights of the options chosen, or the number given; an option without a weight adds nothing."""
    if not isinstance(entry, Answered):
        return 0
    if isinstance(entry.value, int | float):
        return entry.value
    chosen = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    options = [item.option(code) for code in chosen if isinstance(code, str)]
    return sum(option.weight for option in options if option is not None and option.weight is not None)
