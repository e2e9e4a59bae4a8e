"""What happened, written down and read again; and the picture above every grade."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.cases.household_queries import HouseholdOverview
from app.features.incidents.update import (
    draft_from_incident,
    empty_incident_draft,
    incident_from_draft,
    validate_incident,
)
from app.kit.messages import say
from assessments.casework.casework_records import (
    ChildAtIncident,
    ChildObservation,
    FollowUp,
    HistoryReview,
    Incident,
    KeyDate,
    RecordLink,
    VisitClosure,
)
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person
from assessments.definitions import catalogue
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from tests.app.visiting import TODAY, Visit, visiting

WHAT = "Dw i'n cofio. He said “I hide the keys” and laughed 🐢"
RISK_ITEMS = tuple(link_id for scale in catalogue.load_tool("risk-24").scales for link_id in scale.items)


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with visiting(tmp_path / "home") as opened:
        yield opened


def home(visit: Visit) -> HouseholdOverview:
    return visit.model.households[0]


async def show(visit: Visit, screen: Any, about: str) -> None:
    visit.actions.open_screen(screen, about)
    await visit.app.settle()


async def keep(visit: Visit, *facts: Any) -> None:
    await visit.actions.save_records(home(visit).household.id, facts)
    await visit.app.settle()


def happened(visit: Visit, days_ago: int, severity: int | None = 2, **more: Any) -> Incident:
    fields = {"source": "Mother", "what": f"It was {days_ago} days ago.", **more}
    on = TODAY - timedelta(days=days_ago)
    return Incident(id=new_id(), household_id=home(visit).household.id, on=on, severity=severity, **fields)


def events(visit: Visit) -> tuple[Incident, ...]:
    return visit.actions.session.case_service.household(home(visit).household.id).records_of(Incident)


# ---------------------------------------------------------------- writing down


async def test_four_things_are_enough(visit: Visit) -> None:
    await show(visit, "event", home(visit).household.id)
    assert visit.heading() == "What happened"
    await visit.app.press(say("event.yesterday"))
    await visit.app.type("What was done?", WHAT)
    await visit.app.type(say("event.source"), "Mother, on the doorstep")
    await visit.app.press("Not known yet")
    await visit.app.press("Save")
    (kept,) = events(visit)
    assert (kept.what, kept.source) == (WHAT, "Mother, on the doorstep")
    assert (kept.on, kept.precision, kept.severity) == (TODAY - timedelta(days=1), "exact", None)
    assert (kept.children, kept.tactics, kept.by_ids) == ((), (), ())


async def test_each_thing_that_is_wanting_is_named_and_nothing_is_lost(visit: Visit) -> None:
    await show(visit, "event", home(visit).household.id)
    await visit.app.type("What was done?", "Kept letters")
    await visit.app.press(say("event.other-day"))
    await visit.app.type(say("event.day"), "sometime")
    await visit.app.press("Save")
    for code in ("day", "source", "severity"):
        assert visit.app.sees(say(f"event.problem.{code}"))
    assert not visit.app.sees(say("event.problem.what"))
    assert visit.app.field("What was done?").value == "Kept letters"
    assert events(visit) == ()


async def test_a_half_written_event_is_there_again_after_a_lock(visit: Visit) -> None:
    await show(visit, "event", home(visit).household.id)
    await visit.app.type("What was done?", "Half a sent")
    await visit.actions.session.lock()
    await visit.app.settle()
    assert not visit.app.sees("Half a sent")
    await visit.unlock()
    assert visit.app.field("What was done?").value == "Half a sent"


async def test_something_serious_shows_the_numbers_before_it_is_saved(visit: Visit) -> None:
    await show(visit, "event", home(visit).household.id)
    mild, grave = (f"{say(f'severity.{n}')}. {say(f'severity.{n}.hint')}" for n in (2, 4))
    await visit.app.press(mild)
    assert not visit.app.sees("999")
    await visit.app.press(grave)
    assert visit.app.sees("999")
    assert visit.app.sees(say("event.urgent"))


async def test_each_child_has_a_place_of_their_own(visit: Visit) -> None:
    await show(visit, "event", home(visit).household.id)
    for name in ("Alys", "Bryn", "Dewi"):
        assert visit.app.sees(f"Where was {name}?")
    assert visit.app.chosen() == []
    await visit.app.press(say("there.heard"), nth=1)
    await visit.app.press("Somewhere else", nth=2)
    await visit.app.press(say("event.today"))
    await visit.app.type("What was done?", "He broke the lamp.")
    await visit.app.type(say("event.source"), "Bryn")
    await visit.app.press("Not known yet")
    await visit.app.press("Save")
    (kept,) = events(visit)
    assert [(child.id, child.there, child.heard_it) for child in kept.children] == [
        (visit.bryn.id, True, True),
        (visit.baby.id, False, None),
    ]


async def test_what_can_wait_is_behind_one_button_and_comes_back_to_be_changed(visit: Visit) -> None:
    await show(visit, "event", home(visit).household.id)
    assert not visit.app.sees(say("event.tactics"))
    await visit.app.press(say("event.more"))
    await visit.app.press("Carys", nth=1)
    await visit.app.press(say("tactic.T16"))
    await visit.app.press(say("tactic.T1"))
    await visit.app.type("Time", "2.30 pm")
    await visit.app.type(say("event.police"), "TRAINING-7")
    await visit.app.press(say("event.today"))
    await visit.app.type("What was done?", "He waited at the gate.")
    await visit.app.type(say("event.source"), "School")
    await visit.app.press("Not known yet")
    await visit.app.press("Save")
    (kept,) = events(visit)
    assert (kept.to_ids, kept.by_ids, kept.time) == ((visit.mother.id,), (), "14:30")
    assert set(kept.tactics) == {"T1", "T16"}

    await show(visit, "event", kept.id)
    assert visit.heading() == "Change what happened"
    await visit.app.press(f"{say('severity.3')}. {say('severity.3.hint')}")
    await visit.app.press("Save")
    (changed,) = events(visit)
    assert changed == kept.model_copy(update={"severity": 3})


def test_a_kept_event_goes_through_the_form_unchanged() -> None:
    kept = Incident(
        id=new_id(),
        household_id="h",
        on=TODAY,
        precision="about",
        time="09:05",
        place="Hall",
        source="School",
        tactics=("T1", "T14"),
        severity=4,
        what="  As it was said  ",
        threat=" I will ",
        by_ids=("a",),
        children=(
            ChildAtIncident(id="c1", heard_it=True, where="stairs"),
            ChildAtIncident(id="c2", there=False),
            ChildAtIncident(id="gone"),
        ),
        first_known_to="Neighbour",
        a_later_field="kept",  # type: ignore[call-arg]  # a field of a newer Wren
    )
    told = draft_from_incident(kept, ["c1", "c2", "c3"])
    again = incident_from_draft(told, "h", TODAY, kept)
    assert validate_incident(told, TODAY) == {}
    assert again.model_copy(update={"children": kept.children}) == kept
    assert {child.id: child for child in again.children} == {child.id: child for child in kept.children}


def test_a_day_that_lies_ahead_is_asked_about_for_an_event() -> None:
    told = empty_incident_draft([]).updated(when="other", day="1 1 2031")
    assert validate_incident(told, TODAY)["day"] == say("event.problem.ahead")


async def test_a_hearing_that_lies_ahead_is_written_down_and_stands_out(visit: Visit) -> None:
    await show(visit, "milestone", home(visit).household.id)
    await visit.app.press(say("milestone.hearing"))
    await visit.app.press(say("event.other-day"))
    await visit.app.type(say("event.day"), "20 5 2026")
    await visit.app.press("Carys")
    await visit.app.press("Save")
    (kept,) = home(visit).records_of(KeyDate)
    assert (kept.kind, kept.on.isoformat(), kept.person_id) == ("hearing", "2026-05-20", visit.mother.id)
    await keep(visit, happened(visit, 3))
    await show(visit, "chronology", home(visit).household.id)
    assert visit.app.sees(say("sign.near", what=say("milestone.hearing"), day="20 May"))


# ---------------------------------------------------------------- reading


async def test_an_empty_chronology_does_not_calm(visit: Visit) -> None:
    await show(visit, "chronology", home(visit).household.id)
    assert visit.app.sees(say("chronology.none"))


async def test_the_page_says_counts_gaps_direction_and_what_is_missing(visit: Visit) -> None:
    await keep(
        visit, *(happened(visit, days, severity) for days, severity in ((295, 1), (153, 2), (68, 2), (5, 3)))
    )
    await show(visit, "chronology", home(visit).household.id)
    assert visit.app.sees(say("picture.lead-shortening", n=4, months="12", gaps="142, 85, 63"))
    assert visit.app.sees(say("trajectory.rising"))
    assert visit.app.sees(say("missing.children-unknown", n=4))
    assert not any(visit.app.sees(word) for word in ("stable", "steady", "low risk"))
    texts = visit.app.texts()
    shown = [text for text in texts if text.startswith("It was ")]
    assert shown == [f"It was {days} days ago." for days in (5, 68, 153, 295)]
    assert texts.count(say("entry.source", source=say("kin.mother"))) == 4
    await visit.app.press(say("chronology.oldest"))
    assert next(text for text in visit.app.texts() if text.startswith("It was ")) == "It was 295 days ago."


async def test_the_table_has_the_numbers_of_the_line(visit: Visit) -> None:
    await keep(
        visit, happened(visit, 40, 2), happened(visit, 9, None), happened(visit, 2, 4, precision="about")
    )
    await show(visit, "chronology", home(visit).household.id)
    assert visit.app.sees(say("chart.words", n=3, first="4 April", last="12 May", worst="4"))
    await visit.app.press(say("chart.show-table"))
    texts = visit.app.texts()
    at = texts.index(say("chart.source"))
    assert texts[at + 1 : at + 10] == [
        *("about 12 May", "4 of 4", "Mother"),
        *("5 May", "Not known yet", "Mother"),
        *("4 April", "2 of 4", "Mother"),
    ]


async def test_one_childs_lines_say_what_they_leave_out(visit: Visit) -> None:
    there = (ChildAtIncident(id=visit.alys.id, saw_it=True, where="on the stairs"),)
    await keep(visit, happened(visit, 3, children=there), happened(visit, 8))
    await show(visit, "chronology", home(visit).household.id)
    await visit.app.press("Alys")
    assert visit.app.sees("Alys: Saw it, on the stairs")
    assert visit.app.sees(say("chronology.unsaid", name="Alys", n=1))
    assert [text for text in visit.app.texts() if text.startswith("It was ")] == ["It was 3 days ago."]
    await visit.app.press("Bryn")
    assert visit.app.sees(say("chronology.unsaid", n=2, name="Bryn"))
    assert not visit.app.sees("on the stairs")


async def test_a_contacts_line_says_how_each_child_was_met_and_how_it_ended(visit: Visit) -> None:
    page = home(visit)
    contact = Contact(
        id=new_id(), household_id=page.household.id, on=TODAY, kind="home-visit", role="health-visitor"
    )
    visit.actions.session.case_service.save_record(contact)
    fields = {"household_id": page.household.id, "contact_id": contact.id}
    await keep(
        visit,
        ChildObservation(id=new_id(), child_id=visit.alys.id, how="seen-not-spoken", why="Asleep", **fields),
        ChildObservation(id=new_id(), child_id=visit.baby.id, how="observed", observation="Still", **fields),
        VisitClosure(id=new_id(), at=datetime(2026, 5, 14, tzinfo=UTC), outcome="cut-short", **fields),
    )
    await show(visit, "chronology", page.household.id)
    for words in ("Alys: Seen, not spoken to", "Dewi: Observed", say("outcome.cut-short")):
        assert visit.app.sees(words)
    await visit.app.press("Alys")
    assert visit.app.sees("Alys: Seen, not spoken to")
    await visit.app.press("Bryn")
    assert not visit.app.sees("Alys: Seen, not spoken to")


async def test_one_persons_conduct_is_read_in_every_household(visit: Visit) -> None:
    other = Household(id=new_id(), name="Testerby")
    callan = Person(id=new_id(), household_id=other.id, name="Callan Testerby", roles=("partner",))
    visit.actions.session.case_service.save_household(other, [callan])
    link = RecordLink(
        id=new_id(),
        household_id=home(visit).household.id,
        kind="same-person",
        own_id=visit.mother.id,
        other_household_id=other.id,
        other_id=callan.id,
        decided_at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    there = happened(visit, 20, by_ids=(callan.id,), what="In the other home.")
    visit.actions.session.case_service.save_records(
        other.id, [there.model_copy(update={"household_id": other.id})]
    )
    await keep(visit, link, happened(visit, 3, by_ids=(visit.mother.id,)), happened(visit, 4))
    await show(visit, "conduct", visit.mother.id)
    assert visit.app.sees("In the other home.")
    assert visit.app.sees("It was 3 days ago.")
    assert not visit.app.sees("It was 4 days ago.")
    assert visit.app.sees(say("sign.other-households", n=2))
    assert visit.app.sees("In Testerby")


async def test_a_long_chronology_is_drawn_a_page_at_a_time(visit: Visit) -> None:
    await keep(visit, *(happened(visit, days) for days in range(50)))
    await show(visit, "chronology", home(visit).household.id)
    assert sum(text.startswith("It was ") for text in visit.app.texts()) == 20
    await visit.app.press(say("chronology.more", n=20))
    assert sum(text.startswith("It was ") for text in visit.app.texts()) == 40


# ---------------------------------------------------------------- above every grade


async def answer_all(visit: Visit, **answers: str) -> None:
    for link_id in RISK_ITEMS:
        await visit.actions.dispatch(forms.AnswerEntered(link_id, Answered(answers.get(link_id, "no"))))


@dataclass(frozen=True)
class Asked:
    """What the household has of the question."""

    judged: tuple[HistoryReview, ...]
    to_do: tuple[FollowUp, ...]


def asked(visit: Visit) -> Asked:
    page = visit.actions.session.case_service.household(home(visit).household.id)
    return Asked(page.records_of(HistoryReview), page.records_of(FollowUp))


@pytest.mark.parametrize("tool", catalogue.list_tool_ids())
async def test_what_is_known_stands_above_every_tool_that_grades(visit: Visit, tool: str) -> None:
    who = visit.mother if catalogue.load_tool(tool).subject == "adult" else visit.alys
    await visit.begin(who, tool)
    assert visit.app.sees(say("known.title")) is bool(catalogue.load_tool(tool).grades)


async def test_the_card_says_what_is_known_and_asks(visit: Visit) -> None:
    await keep(visit, *(happened(visit, days) for days in (9, 40, 100, 190)))
    await visit.begin(visit.mother, "risk-24")
    assert visit.app.sees(say("picture.lead-shortening", n=4, months="12", gaps="90, 60, 31"))
    assert visit.app.sees("It was 9 days ago.")
    assert not visit.app.sees("It was 190 days ago.")  # the last three, and a way to all
    assert say("known.all") in visit.app.names()
    await visit.app.press(say("action.continue"))
    assert not visit.app.sees(say("known.title"))
    assert visit.app.sees("4 events in 12 months")


async def test_known_events_open_the_route_for_escalation(visit: Visit) -> None:
    await keep(visit, *(happened(visit, days) for days in (9, 40, 100)))
    await visit.begin(visit.mother, "risk-24")
    assert visit.model.open_assessment is not None
    met = {route.id for route in visit.model.open_assessment.form.result.routes if route.met}
    assert "escalation" in met
    await keep(visit, happened(visit, 1))
    assert len(visit.model.open_assessment.form.context.events) == 4
    again = visit.actions.session.case_service.resume_assessment(visit.model.open_assessment.assessment.id)
    assert again.form.context.events == visit.model.open_assessment.form.context.events


async def test_a_grade_without_the_history_is_for_now_everywhere_and_leaves_something_to_do(
    visit: Visit,
) -> None:
    await visit.begin(visit.mother, "risk-24")
    await answer_all(visit, strangulation="yes")
    await visit.to_check()
    assert visit.app.sees(say("grade.provisional"))
    assert visit.app.sees(say("known.ask"))
    await visit.app.press(say("action.finish"))
    assert visit.heading() == "This record is finished"
    assert visit.app.sees(say("known.follow-up"))
    done = visit.model.record
    assert done is not None
    assert done.result is not None
    assert (done.result["grade"]["value"], done.result["grade"]["provisional"]) == ("high", True)
    (to_do,) = asked(visit).to_do
    assert (to_do.code, to_do.person_id, to_do.done_on) == ("ask-history", visit.mother.id, None)
    await visit.actions.go_to_household(done.household_id)
    await visit.app.settle()
    assert visit.app.sees(say("todo.ask-history", name="Carys"))
    await visit.actions.show_record(done.id)
    await visit.app.settle()
    assert visit.app.sees(say("grade.provisional"))
    await show(visit, "chronology", home(visit).household.id)
    assert visit.app.sees("(for now)")


async def test_saying_that_it_was_seen_makes_the_grade_final(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await answer_all(visit)
    await visit.app.press(say("known.seen"))
    await visit.to_check()
    assert not visit.app.sees("This grade is for now.")
    await visit.app.press(say("action.finish"))
    done = visit.model.record
    assert done is not None
    assert done.result is not None
    assert done.result["grade"]["provisional"] is False
    assert done.context.history == "seen"
    assert asked(visit).to_do == ()
    (judged,) = asked(visit).judged
    assert (judged.history, judged.subject_id, judged.contact_id) == (
        "seen",
        visit.mother.id,
        done.contact_id,
    )


async def test_it_is_asked_once_in_a_contact_and_of_each_person(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.app.press(say("known.none"))
    await visit.begin(visit.mother, "risk-27")
    assert visit.model.open_assessment is not None
    assert visit.model.open_assessment.form.context.history == "none"
    await visit.begin(visit.alys, "risk-27")
    assert visit.model.open_assessment.form.context.history == ""


async def test_why_it_could_not_be_seen_is_kept_as_it_is_typed(visit: Visit) -> None:
    await visit.begin(visit.mother, "risk-24")
    await visit.app.press(say("known.not-available"))
    await visit.app.type(say("known.why"), "No signal")
    await visit.actions.session.lock()
    await visit.app.settle()
    await visit.unlock()
    assert visit.app.field(say("known.why")).value == "No signal"
    (judged,) = asked(visit).judged
    assert (judged.history, judged.why) == ("not-available", "No signal")


async def test_looking_later_ends_what_was_to_be_done(visit: Visit) -> None:
    for _ in range(2):
        await visit.begin(visit.mother, "risk-24")
        await answer_all(visit)
        await visit.actions.complete_assessment()
    assert len(asked(visit).to_do) == 1  # said once, however often it was not looked at
    await visit.begin(visit.mother, "risk-24")
    await visit.app.press(say("known.seen"))
    (to_do,) = asked(visit).to_do
    assert to_do.done_on == TODAY


# ---------------------------------------------------------------- told twice


async def test_an_event_told_twice_is_asked_about_counts_once_and_can_be_undone(visit: Visit) -> None:
    first = happened(visit, 3, what="He broke the lamp.", tactics=("T1",))
    second = happened(visit, 3, what="A lamp was smashed.", source="School")
    await keep(visit, first, second, happened(visit, 12))
    await show(visit, "chronology", home(visit).household.id)
    asked, told = say("twice.title"), say("picture.lead-twice", n=1)
    assert visit.app.sees(asked)
    assert visit.app.sees("3 events")
    await visit.app.press("Not now")
    assert not visit.app.sees(asked)
    await show(visit, "household", home(visit).household.id)
    await show(visit, "chronology", home(visit).household.id)
    await visit.app.press(say("twice.yes"))
    assert visit.app.sees(told)
    assert visit.app.sees("2 events")
    assert not visit.app.sees(asked)
    # Both records stay, each says so, and either can take it back.
    for one, other in ((first, second), (second, first)):
        assert visit.app.sees(one.what)
        assert visit.app.sees(say("twice.same-event", source=other.source))
    await visit.app.press(f"Undo: {say('twice.same-event', source='School')}")
    assert not visit.app.sees(told)
    assert visit.app.sees("3 events")
    await visit.app.press("No")
    assert not visit.app.sees(asked)
    assert visit.app.sees(say("twice.not-same", source="School"))
    links = home(visit).records_of(RecordLink)
    assert [(link.kind, link.undone_at is not None) for link in links] == [
        ("same-event", True),
        ("not-same", False),
    ]
    assert {event.id for event in events(visit)} >= {first.id, second.id}


async def test_a_tool_counts_an_event_told_twice_once(visit: Visit) -> None:
    first, second = happened(visit, 3), happened(visit, 3, source="School")
    await keep(visit, first, second)
    await visit.begin(visit.mother, "risk-24")
    assert visit.model.open_assessment is not None
    assert len(visit.model.open_assessment.form.context.events) == 2
    await show(visit, "chronology", home(visit).household.id)
    await visit.app.press(say("twice.yes"))
    assert visit.model.open_assessment.form.context.events == (first.on,)
    await visit.app.press(f"Undo: {say('twice.same-event', source='School')}")
    assert len(visit.model.open_assessment.form.context.events) == 2
