"""A test language that reads like a visit.

    visit = Visit("risk-24", on="2026-03-31")
    visit.answers("yes", "frightened", "strangulation")
    visit.answers_no_to_the_rest()
    visit.expect_band("standard")
    visit.expect_route("danger-indicators", because="neck")

Each line is one thing that happens or one thing that must be so. Every step goes through the real
engine; after each one the promises that hold for any form are checked.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from assessments.definitions import catalogue
from assessments.engine import form as forms
from assessments.engine.answers import Answered, NotAnswered, from_plain, to_plain
from assessments.engine.scoring import Judgement, RouteResult, ScoringContext


class Visit:
    """One tool being filled on one day, in an area."""

    def __init__(
        self,
        tool: str,
        *,
        on: str = "2026-03-05",
        area: str = "default",
        events: tuple[str, ...] = (),
        last_marac_referral: str | None = None,
        done: tuple[str, ...] = (),
        not_done: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.tool = catalogue.load_tool(tool)
        rules = catalogue.load_area(area).rules_for(self.tool.id)
        context = ScoringContext(
            on=date.fromisoformat(on),
            events=tuple(date.fromisoformat(event) for event in events),
            last_marac_referral=date.fromisoformat(last_marac_referral) if last_marac_referral else None,
            done=done,
            not_done=not_done,
        )
        self.form = forms.open_form(self.tool, rules, context)
        self.given: dict[str, Any] = {}
        self.effects: list[forms.FormEffect] = []

    # What happens

    def answers(self, value: Any, *link_ids: str) -> Visit:
        """The person gives the same answer to each of these questions."""
        for link_id in link_ids:
            self.enters(link_id, value)
        return self

    def enters(self, link_id: str, value: Any) -> Visit:
        """An answer in its plain form, for an item that is shown."""
        assert link_id in self.form.visible, f"{link_id} is not shown"
        self._happens(forms.AnswerEntered(link_id, from_plain(self.tool.index[link_id], value)))
        self.given[link_id] = to_plain(self.form.entries[link_id])
        return self

    def says(self, link_id: str, words: str, *, origin: str = "child-said", prompt: str = "") -> Visit:
        """Exact words, with where they came from."""
        return self.enters(link_id, [{"words": words, "origin": origin, "prompt": prompt}])

    def tries_to_enter(self, link_id: str, value: Any) -> Visit:
        """Something that must not be taken, whatever the reason."""
        before = self.form
        self._happens(forms.AnswerEntered(link_id, from_plain(self.tool.index[link_id], value)))
        assert self.form == before, f"{link_id} was taken"
        return self

    def does_not_answer(self, state: str, *link_ids: str, reason: str = "") -> Visit:
        """Asked and unknown, declined, not asked: each is a value of its own."""
        plain = {"not_answered": state} | ({"reason": reason} if reason else {})
        return self.answers(plain, *link_ids)

    def answers_no_to_the_rest(self) -> Visit:
        """No to every counted question that has no entry yet."""
        for scale in self.tool.scales:
            self.answers("no", *(link_id for link_id in scale.items if link_id not in self.form.entries))
        return self

    def takes_back(self, link_id: str) -> Visit:
        self._happens(forms.AnswerCleared(link_id))
        self.given.pop(link_id, None)
        return self

    def judges(self, grade: str, reason: str = "") -> Visit:
        self._happens(forms.JudgementGiven(Judgement(grade, reason)))
        return self

    def finishes(self) -> Visit:
        self._happens(forms.CompletionRequested())
        return self

    def is_completed(self) -> Visit:
        """The person finishes, and nothing stands in the way."""
        self.finishes()
        assert self.form.status == "completed", self.form.missing
        return self

    def stops(self) -> Visit:
        self._happens(forms.FormStopped())
        return self

    def _happens(self, event: forms.FormEvent) -> None:
        step = forms.update(self.form, event)
        self.form = step.form
        self.effects += step.effects
        promises_hold(self.form)

    # What must be so

    def expect_shown(self, *link_ids: str) -> Visit:
        for link_id in link_ids:
            assert link_id in self.form.visible, f"{link_id} is not shown"
        return self

    def expect_hidden(self, *link_ids: str) -> Visit:
        for link_id in link_ids:
            assert link_id in self.tool.index, f"{link_id} is not an item"
            assert link_id not in self.form.visible, f"{link_id} is shown"
        return self

    def expect_count(self, value: int, **others: int) -> Visit:
        scale = self.form.result.scales[0]
        assert scale.value == value
        for name, number in others.items():
            assert getattr(scale, name) == number, f"{name} is {getattr(scale, name)}, not {number}"
        return self

    def expect_band(self, band: str | None) -> Visit:
        assert self.form.result.band == band
        return self

    def route(self, route_id: str) -> RouteResult:
        return next(route for route in self.form.result.routes if route.id == route_id)

    def expect_route(self, route_id: str, *, because: str = "") -> Visit:
        route = self.route(route_id)
        assert route.met, f"{route_id} is not met: {route.reasons}"
        assert route.reasons, "a route that is met says why"
        assert because.lower() in " ".join(route.reasons).lower(), route.reasons
        return self

    def expect_no_route(self, *route_ids: str) -> Visit:
        for route in self.form.result.routes:
            if not route_ids or route.id in route_ids:
                assert not route.met, f"{route.id} is met: {route.reasons}"
        return self

    def expect_grade(self, value: str | None, *, floor: str | None = None, because: str = "") -> Visit:
        grade = self.form.result.grade
        assert grade.value == value
        if floor is not None:
            assert grade.floor == floor
        assert because.lower() in " ".join(grade.reasons).lower(), grade.reasons
        return self

    def expect_finding(self, code: str, link_id: str = "", **data: Any) -> Visit:
        found = [finding for finding in self.form.findings if finding.code == code]
        assert found, f"no finding {code}: {[finding.code for finding in self.form.findings]}"
        assert not link_id or any(finding.link_id == link_id for finding in found)
        for name, value in data.items():
            assert any(finding.data.get(name) == value for finding in found)
        return self

    def expect_no_finding(self, code: str) -> Visit:
        assert code not in {finding.code for finding in self.form.findings}
        return self

    def expect_note(self, *notes: str) -> Visit:
        """Sentences that these answers call for stand beside the result."""
        for note in notes:
            assert note in self._notes, f"no note {note}: {sorted(self._notes)}"
        return self

    def expect_no_note(self, *notes: str) -> Visit:
        for note in notes:
            assert note in {each.id for each in self.tool.notes}, f"{note} is not a note"
            assert note not in self._notes, f"{note} is noted"
        return self

    def expect_flag(self, *flags: str) -> Visit:
        """Things to act on today."""
        for flag in flags:
            assert flag in self._flags, f"no flag {flag}: {sorted(self._flags)}"
        return self

    def expect_no_flag(self, *flags: str) -> Visit:
        """None of these; with no name given, nothing for today at all."""
        known = {each.id for each in self.tool.flags}
        assert set(flags) <= known, f"not a flag: {set(flags) - known}"
        raised = self._flags & set(flags) if flags else self._flags
        assert not raised, f"flagged: {sorted(raised)}"
        return self

    def expect_offered(self, *tools: str, state: str = "offered", reason: str = "") -> Visit:
        """Other tools that these answers call for, and whether they were done in this contact."""
        found = {offer.tool: offer for offer in self.form.result.offers}
        for tool in tools:
            assert tool in found, f"{tool} is not offered: {sorted(found)}"
            assert (found[tool].state, found[tool].reason) == (state, reason)
            assert found[tool].because
        return self

    def expect_not_offered(self, *tools: str) -> Visit:
        known = {supplement.tool for supplement in self.tool.supplements}
        for tool in tools:
            assert tool in known, f"{tool} is never offered here"
            assert tool not in {offer.tool for offer in self.form.result.offers}, f"{tool} is offered"
        return self

    @property
    def _notes(self) -> set[str]:
        return {finding.data["note"] for finding in self.form.findings if finding.code == "note"}

    @property
    def _flags(self) -> set[str]:
        return {finding.data["flag"] for finding in self.form.findings if finding.code == "same-day"}

    def expect_missing(self, *link_ids: str) -> Visit:
        for link_id in link_ids:
            assert link_id in self.form.missing
        return self

    def expect_nothing_missing(self) -> Visit:
        assert self.form.missing == ()
        return self

    def expect_status(self, status: str) -> Visit:
        assert self.form.status == status
        return self

    def expect_kept(self, link_id: str) -> Visit:
        """What was entered is still there, to the letter, shown or not."""
        assert to_plain(self.form.entries[link_id]) == self.given[link_id]
        return self

    def expect_not_in_output(self, link_id: str) -> Visit:
        assert link_id not in self.form.answers
        assert link_id in self.form.hidden
        return self


def promises_hold(form: forms.Form) -> None:
    """What holds for every form after every event (issue: the property tests use it too)."""
    result = form.result
    assert set(form.answers) | set(form.hidden) == set(form.entries)
    assert not set(form.answers) & set(form.hidden)
    assert set(form.answers) <= set(form.visible)
    assert not set(form.missing) & set(form.answers) or all(
        form.answers[link_id] in (Answered(""), Answered(()))
        for link_id in set(form.missing) & set(form.answers)
    )
    for scale in result.scales:
        parts = scale.answered + scale.unknown + scale.declined + scale.not_asked
        assert parts + scale.not_applicable + scale.not_reached == scale.of
        assert scale.value <= scale.answered
    levels = [code for code, _ in form.instrument.grades]
    if result.grade.floor is not None:
        assert result.grade.value is not None
        assert levels.index(result.grade.value) >= levels.index(result.grade.floor)
    for route in result.routes:
        assert not route.met or route.reasons
    blank = [link_id for link_id, entry in form.answers.items() if isinstance(entry, NotAnswered)]
    assert all(form.answers[link_id] != Answered("no") for link_id in blank)
