"""No order of events finishes a contact with a child neither recorded nor given a reason.

The machine below does what people and devices do, in any order: it writes, changes, empties, finishes,
corrects, adds a child late, finishes a tool, and locks (all is written down and read back). What it
checks is worked out from the bare facts, without the rules that are under test.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from assessments.casework.casework_records import (
    RECORD_TYPES_BY_KIND,
    CaseworkRecord,
    ChildObservation,
    FollowUp,
    VerbatimQuote,
    VisitClosure,
    to_plain,
)
from assessments.casework.records import Person
from assessments.casework.visits import accounting, closing
from assessments.casework.visits.accounting import CHILD_SEEN_STATUSES, REASON_CODES, ChildStanding
from assessments.casework.visits.closing import ClosureResult, NoRecordReason, UnaccountedChildren
from assessments.definitions import catalogue
from tests.visits.families import DAY, HOME, adult, child, contact, home_of, new_id

RULES = catalogue.load_child_accounting_rules()
BLANK = st.sampled_from(["", " ", "\n"])
WORDS = st.sampled_from(["", " ", "no shout"])
# Words are never given with them here, so "other" says nothing.
REASONS = tuple(code for code in REASON_CODES if code != "other")
PICK = st.integers(min_value=0, max_value=2)
BORN = st.sampled_from([date(2026, 1, 12), date(2018, 2, 3), date(2023, 3, 5), None])


class Contact(RuleBasedStateMachine):
    """One contact of one household, as it may go."""

    def __init__(self) -> None:
        super().__init__()
        self.contact = contact()
        self.persons: list[Person] = [adult("Ifeoma")]
        self.facts: list[CaseworkRecord] = []
        self.done: set[tuple[str, accounting.ToolEvidence]] = set()
        self.clock = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)

    @initialize(born=BORN)
    def the_first_child(self, born: date | None) -> None:
        self._add(born)

    @rule(born=BORN)
    def another_child_is_added(self, born: date | None) -> None:
        if len(self.persons) < 4:
            self._add(born)

    @rule(
        which=PICK,
        how=st.sampled_from([*CHILD_SEEN_STATUSES, None]),
        words=WORDS,
        note=WORDS,
        why=st.sampled_from([*REASON_CODES, ""]),
        plan=WORDS,
        day=st.booleans(),
    )
    def something_is_written(
        self, which: int, how: Any, words: str, note: str, why: str, plan: str, day: bool
    ) -> None:
        one = self._child(which)
        before = accounting.find_current_observations(self._of(ChildObservation), self.contact.id).get(one.id)
        now = ChildObservation(
            id=before.id if before else new_id(),
            household_id=HOME,
            contact_id=self.contact.id,
            child_id=one.id,
            how=how,
            said=(VerbatimQuote(id=new_id(), words=words),) if words else (),
            observation=note,
            why_code=why,
            plan=plan,
            due=DAY if day else None,
            written_at=self._now(),
        )
        self._keep(accounting.revise_observation(before, now, self._ended(), new_id))

    @rule(which=PICK, what=st.sampled_from(["heard", "observed"]))
    def a_tool_is_finished(self, which: int, what: accounting.ToolEvidence) -> None:
        self.done.add((self._child(which).id, what))

    @rule(which=PICK, code=st.sampled_from([*REASON_CODES, "", "unheard-of"]), words=BLANK, day=st.booleans())
    def someone_finishes_with_one_reason(self, which: int, code: str, words: str, day: bool) -> None:
        self._finish({self._child(which).id: NoRecordReason(code, words, DAY if day else None)})

    @rule()
    def someone_finishes(self) -> None:
        self._finish({})

    @rule(code=st.sampled_from(["asleep", "other", ""]))
    def someone_finishes_with_a_reason_for_everyone(self, code: str) -> None:
        self._finish({one.child.id: NoRecordReason(code) for one in self._roll()})

    @rule()
    def the_device_is_locked_and_opened(self) -> None:
        written = json.dumps([to_plain(fact) for fact in self.facts])
        self.facts = [
            RECORD_TYPES_BY_KIND[plain["kind"]].model_validate(plain["record"])
            for plain in json.loads(written)
        ]

    @invariant()
    def nobody_is_left_out_of_a_finished_contact(self) -> None:
        ended = self._ended()
        if not accounting.is_visit_closed(ended, self._standings()):
            return
        assert ended is not None
        for person in self.persons[1:]:
            given = ended.silent.get(person.id, "")
            assert self._is_accounted_for(person.id) or given in REASONS, person.name

    @invariant()
    def each_child_given_a_reason_has_one_follow_up(self) -> None:
        tasks = [(one.person_id, one.code) for one in self._of(FollowUp)]
        assert len(tasks) == len(set(tasks))
        for ended in self._of(VisitClosure):
            assert all(any(who == child_id for who, _ in tasks) for child_id in ended.silent)

    @invariant()
    def what_stood_at_a_finish_stays(self) -> None:
        corrected = {one.amends for one in self._of(ChildObservation) if one.amends}
        assert corrected <= {one.id for one in self._of(ChildObservation)}

    # The bare facts, without the rules

    def _is_accounted_for(self, child_id: str) -> bool:
        if any(child == child_id for child, _ in self.done):
            return True
        mine = [one for one in self._of(ChildObservation) if one.child_id == child_id]
        amended = {one.amends for one in mine}
        for one in mine:
            if one.id in amended or one.how is None:
                continue
            words = any(line.words.strip() for line in one.said)
            if {"heard": words, "observed": one.observation.strip()}.get(one.how):
                return True
            if one.how in ("seen-not-spoken", "not-seen") and one.why_code in REASONS:
                return True
        return False

    # What the machine does it with

    def _add(self, born: date | None) -> None:
        self.persons.append(child(f"Child{len(self.persons)}", born=born))

    def _child(self, which: int) -> Person:
        return self.persons[1 + which % (len(self.persons) - 1)]

    def _now(self) -> datetime:
        self.clock += timedelta(seconds=1)
        return self.clock

    def _of(self, kind: Any) -> list[Any]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def _keep(self, *facts: CaseworkRecord) -> None:
        """As the store does: one of the same id takes the place of the earlier one."""
        for fact in facts:
            places = [index for index, kept in enumerate(self.facts) if kept.id == fact.id]
            if places:
                self.facts[places[0]] = fact
            else:
                self.facts.append(fact)

    def _roll(self) -> tuple[accounting.RosterChild, ...]:
        return accounting.build_roster(home_of(*self.persons), on=DAY)

    def _standings(self) -> list[ChildStanding]:
        seen = accounting.find_current_observations(self._of(ChildObservation), self.contact.id)
        return [
            accounting.compute_child_standing(
                one.child,
                seen.get(one.child.id),
                [what for child_id, what in self.done if child_id == one.child.id],
                RULES,
                DAY,
            )
            for one in self._roll()
        ]

    def _ended(self) -> VisitClosure | None:
        return accounting.find_last_closure(self._of(VisitClosure), self.contact.id)

    def _finish(self, reasons: dict[str, NoRecordReason]) -> None:
        found = closing.close_visit(
            self.contact,
            self._standings(),
            reasons,
            observations=accounting.find_current_observations(self._of(ChildObservation), self.contact.id),
            last_closure=self._ended(),
            follow_ups=self._of(FollowUp),
            at=self._now(),
            new_id=new_id,
        )
        if isinstance(found, ClosureResult):
            self._keep(found.closure, *found.follow_ups)
        else:
            assert isinstance(found, UnaccountedChildren)
            assert found.child_ids


RUN = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
QUICK = settings(RUN, max_examples=500, derandomize=True, print_blob=False, phases=[Phase.generate])


def test_no_order_of_events_leaves_a_child_out() -> None:
    run_state_machine_as_test(Contact, settings=RUN)


@pytest.mark.parametrize(
    "fault", ["blank-words", "any-reason", "late-child", "silent-forgotten", "other-without-words"]
)
def test_the_machine_finds_a_planted_fault(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault is one that a hurried change could bring in."""
    if fault == "blank-words":
        real = accounting.compute_child_standing

        def lenient(one: Person, seen: ChildObservation | None, *rest: Any) -> ChildStanding:
            standing = real(one, seen, *rest)
            is_heard = seen is not None and seen.how == "heard" and bool(seen.said)
            return ChildStanding(one.id, "heard") if is_heard else standing

        monkeypatch.setattr(accounting, "compute_child_standing", lenient)
    elif fault == "any-reason":
        monkeypatch.setattr(NoRecordReason, "is_given", True)
    elif fault == "late-child":
        monkeypatch.setattr(accounting, "is_visit_closed", lambda ended, standings: ended is not None)
    elif fault == "silent-forgotten":

        def only_blank(standings: Any) -> tuple[str, ...]:
            return tuple(one.child_id for one in standings if one.state is None)

        for module in (accounting, closing):
            monkeypatch.setattr(module, "find_unaccounted_children", only_blank)
    else:
        for module in (accounting, closing):
            monkeypatch.setattr(
                module, "is_reason_given", lambda code, words: bool(words.strip()) or bool(code)
            )
    with pytest.raises((AssertionError, KeyError)):
        run_state_machine_as_test(Contact, settings=QUICK)
