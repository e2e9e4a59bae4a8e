"""A visit in which every field that exists holds something planted.

Two households, everybody in them, their relationships and contacts; every published tool with an
entry in each of its items; own judgements, tools not done, half-typed words, what the service and
the network said. Nobody in it exists. Every text begins with `MARK` and holds `ACCENTS`, and goes on
with a number of its own, so that one look finds any of them and still says which it was.

    texts = Planter()
    plant(runtime, texts)
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from app.core.cases.case_service import CaseService, OpenAssessment
from app.core.runtime import Runtime
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person, Relationship
from assessments.definitions import catalogue
from assessments.definitions.definition import Item, walk_items
from assessments.engine import form as forms
from assessments.engine.answers import ORIGINS, AnswerEntry, NotAnswered, from_plain
from assessments.engine.scoring import Judgement, ScoringContext
from assessments.ports import Outcome
from tests.app.test_screens_around import know_a_service

MARK = "Plumquartz"
ACCENTS = "Ŵyłŭnżak"
PASSPHRASE = f"{MARK.lower()} hedge kettle lantern"
BORN, DUE, MET, EVENT = "1987-03-17", "2031-08-23", "2026-02-27", "2025-11-29"
WORDS = (MARK, ACCENTS, BORN, DUE, EVENT)

PACK = f"""
[pack]
id = "made-up"
kind = "wording"
tool = "risk-24"
version = "1.0.0"
holder = "Made-up Trust"
licence = "By letter"
expires = "2099-12-31"

[text]
injury = "Licensed words of {"a" * 40}?"
"""


class Planter:
    """Gives a text that was never given before."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def text(self, at_most: int = 200) -> str:
        return f"{MARK}{next(self._numbers):04d} {ACCENTS} پ😟"[:at_most]

    def entry(self, item: Item) -> AnswerEntry | None:
        """Something to enter for an item, in every part that it has; None for what takes no entry."""
        plain = self._plain(item)
        return None if plain is None else from_plain(item, plain)

    def _plain(self, item: Item) -> Any:
        match item.type:
            case "text":
                return self.text(item.max_length)
            case "words":
                said = {"words": self.text(), "origin": "child-said", "prompt": self.text()}
                return [
                    said,
                    {"words": self.text(), "origin": ORIGINS[-1], "prompt": self.text()},
                ]
            case "people":
                return [{"who": self.text(), "place": option.code} for option in item.options]
            case "choice":
                return item.options[0].code
            case "choices":
                return [option.code for option in item.options if not option.alone] or [item.options[0].code]
            case "integer" | "decimal":
                return item.maximum or item.minimum or 7
            case "date":
                return EVENT
            case "time":
                return "04:57"
            case "group" if item.repeats:
                inner = [one for one in walk_items(item.items) if self._plain(one) is not None]
                return [{one.link_id: self._plain(one) for one in inner} for _ in range(2)]
        return None


def family(texts: Planter) -> tuple[Household, list[Person], list[Relationship], list[Contact]]:
    """A household with an adult, a child, an unborn child and one who hurts, and two contacts."""
    home = new_id()

    def person(**more: Any) -> Person:
        return Person(id=new_id(), household_id=home, name=texts.text(), **more)

    everybody = [
        person(born=date.fromisoformat(BORN), roles=("mother", texts.text(60))),
        person(born=date.fromisoformat(BORN) + timedelta(days=11_000), roles=("child",)),
        person(due=date.fromisoformat(DUE), roles=("unborn",)),
        person(roles=("father", texts.text(60))),
    ]
    links = [
        Relationship(
            id=new_id(), household_id=home, from_id=one.id, to_id=everybody[0].id, kind=texts.text(60)
        )
        for one in everybody[1:]
    ]
    contacts = [
        Contact(id=new_id(), household_id=home, on=date.fromisoformat(day), kind=texts.text(60), role=role)
        for day, role in ((MET, "midwife"), (EVENT, "police-officer"))
    ]
    return Household(id=home, name=texts.text()), everybody, links, contacts


def context(texts: Planter) -> ScoringContext:
    """What is known beside the answers, with an own judgement."""
    return ScoringContext(
        on=date.fromisoformat(MET),
        events=(date.fromisoformat(EVENT),),
        last_marac_referral=date.fromisoformat(EVENT),
        judgement=Judgement("high", texts.text()),
    )


def fill(desk: CaseService, work: OpenAssessment, texts: Planter) -> OpenAssessment:
    """Enter something for every item: what no answer opens is kept as well, hidden."""
    for item in work.form.instrument.walk():
        entry = texts.entry(item)
        if entry is not None and item.link_id in work.form.visible:
            work = desk.apply_event(work, forms.AnswerEntered(item.link_id, entry))
            if item.states and not item.required:
                why = NotAnswered(item.states[0], texts.text(40), texts.text())  # type: ignore[arg-type]  # one of ABSENT
                work = desk.apply_event(work, forms.AnswerEntered(item.link_id, why))
                work = desk.apply_event(work, forms.AnswerEntered(item.link_id, entry))
    hidden = {item.link_id: texts.entry(item) for item in work.form.instrument.walk()
              if item.link_id not in work.form.visible}  # fmt: skip
    return desk.save_hidden_entries(
        work, {link_id: entry for link_id, entry in hidden.items() if entry is not None}
    )


def begin(runtime: Runtime, texts: Planter) -> CaseService:
    """Set up a device that knows a service, and keep two households on it."""
    know_a_service(runtime)
    desk = runtime.set_up(PASSPHRASE, "hv1")
    runtime.save_role("hv1", "midwife")
    runtime.add_pack(PACK)
    for _ in range(2):
        household, persons, links, contacts = family(texts)
        desk.save_household(household, persons, links)
        for contact in contacts:
            desk.save_record(contact)
    return desk


def fill_every_tool(desk: CaseService, texts: Planter) -> list[OpenAssessment]:
    """One form of each tool, filled, judged, with tools not done and half-typed words."""
    page = desk.households()[0]
    subject = page.persons[0].id
    works = []
    for tool in catalogue.list_tool_ids():
        work = fill(desk, desk.start_assessment(page.contacts[0], subject, tool, context(texts)), texts)
        work = desk.apply_event(work, forms.JudgementGiven(Judgement("high", texts.text())))
        work = desk.apply_event(work, forms.SupplementDeferred("strangulation", texts.text(40)))
        desk.save_item_drafts(work, {"page": 2, "half": {texts.text(): texts.text()}})
        works.append(work)
    return works


def finish(runtime: Runtime, desk: CaseService, works: list[OpenAssessment], texts: Planter) -> list[str]:
    """Complete all that can be, stop one and leave one as it is; and hear of them from the service.

    Returns the states in which they end.
    """
    left, stopped, *rest = works
    desk.apply_event(stopped, forms.FormStopped())
    for work in rest:
        absent = {
            item.link_id: NotAnswered("not-asked", "", texts.text())
            for item in work.form.instrument.walk()
            if item.link_id in work.form.missing
        }
        done = replace(work)
        for link_id, entry in absent.items():
            done = desk.apply_event(done, forms.AnswerEntered(link_id, entry))
        desk.apply_event(done, forms.CompletionRequested())
    entries = runtime.store.outbox.entries()
    assert len(entries) > 3, "too few forms were ready"
    now = datetime.now(UTC)
    first, second, third, fourth = entries[:4]
    runtime.store.outbox.record_outcomes([Outcome(first.id, "stored", receipt=texts.text().encode())], now)
    runtime.store.outbox.record_outcomes([Outcome(second.id, "rejected", reason=texts.text())], now)
    runtime.store.outbox.postpone([third.id], texts.text(), now + timedelta(days=1))
    runtime.store.outbox.set_aside(fourth.id, texts.text())
    runtime.store.outbox.save_cursor("5")
    assert desk.read_assessment(left.assessment.id).status == "in-progress"
    return [desk.read_assessment(work.assessment.id).status for work in works]
