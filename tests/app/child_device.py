"""A device on which two children's talks are begun, and the adult's way to a child's first page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path

from app.core.runtime import Runtime
from app.kit.messages import say
from assessments.casework.ids import new_id
from assessments.casework.records import Contact, Household, Person
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import ScoringContext
from assessments.ports import SystemClock
from assessments.store import Store
from tests.app.browser import Browser
from tests.app.test_screens_around import know_a_service
from tests.store.made_up import CHEAPEST, PASSPHRASE

YOUNG, MIDDLE = "Petra Thistlecombe", "Osric Thistlecombe"


def made_up(folder: Path) -> Runtime:
    """A device on which two children's talks are begun: one of five, one of nine."""
    clock = SystemClock()
    runtime = Runtime(Store.open(folder, clock, CHEAPEST), clock, folder / "packs")
    know_a_service(runtime)
    home, today = new_id(), date.today()
    children = [
        Person(
            id=new_id(), household_id=home, name=name, born=today.replace(day=1, year=today.year - years),
            roles=("child",),
        )
        for name, years in ((YOUNG, 5), (MIDDLE, 9))
    ]  # fmt: skip
    desk = runtime.set_up(PASSPHRASE, "hv1")
    desk.save_household(Household(id=home, name="Thistlecombe"), children)
    contact = Contact(id=str(uuid.uuid4()), household_id=home, on=today, kind="visit", role="health-visitor")
    desk.save_record(contact)
    for child, tool in zip(children, ("child-voice-4-7", "child-voice-7-11"), strict=True):
        work = desk.start_assessment(contact, child.id, tool, ScoringContext(on=today))
        for link_id, value in (("earshot", "nobody"), ("told", ("can-stop",)), ("child-ok", "yes")):
            work = desk.apply_event(work, forms.AnswerEntered(link_id, Answered(value)))
        desk.save_item_drafts(work, {"page": 0, "half": {}})
    desk.close()
    return runtime


def turn_to(runtime: Runtime, child: str, section: str) -> None:
    """Leave this child's talk at a section, and the first page open."""
    desk = runtime.unlock(PASSPHRASE)
    for heading in desk.households()[0].assessments:
        if desk.subject_of(heading.id).name == child:
            work = desk.resume_assessment(heading.id)
            every = forms.list_pages(work.form)
            page = next(n for n, page in enumerate(every) if page.section.link_id == section)
            desk.save_item_drafts(work, {"page": page, "half": {}})
    desk.save_resume_state({"trail": [["today", ""]]})
    desk.close()


def hand_over(
    app: Browser, runtime: Runtime, child: str, section: str, *, before: Callable[[], None] | None = None
) -> None:
    """The adult's way to the child's first page; `before` is called on the page that hands over."""
    app.page.close()
    turn_to(runtime, child, section)
    app.page = app.new_page()
    app.expect_text(say("unlock.title"))
    app.fill(say("unlock.passphrase"), PASSPHRASE)
    app.press(say("action.unlock"))
    app.expect_text("Thistlecombe")
    app.press(child, exact=False)
    app.press_for(say("hand-over.offer"), say("hand-over.title"))
    if before is not None:
        before()
    app.press(say("hand-over.go"))
    app.expect_text(say("child.telling.young.3" if child == YOUNG else "child.telling.middle.3"))
