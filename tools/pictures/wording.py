"""Take pictures of the language line and of the statement on one person. Nobody in it exists."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from app.core.controller import AppController, AppState
from app.core.runtime import Runtime
from app.features.assess.view import page_index_of
from app.features.shared.text.people import first_name
from app.kit.messages import say
from assessments.casework.casework_records import ChildAtIncident, Incident, KeyDate, PatternStatement
from assessments.casework.ids import new_id
from assessments.casework.records import Person
from assessments.engine.answers import Answered
from assessments.engine.form import AnswerEntered, PageChanged
from tests.app.visiting import make_runtime, open_visit
from tests.store.made_up import PASSPHRASE
from tools.pictures.camera import VARIANTS, camera_on

USUAL = tuple(VARIANTS)
NOTE = "It was a volatile relationship. Mum said “he claims it was nothing”."


def take(folder: Path, variants: Sequence[str]) -> None:
    """A talk with words that hide who did what, and a statement before and after it was saved."""
    for variant in variants:
        with tempfile.TemporaryDirectory(prefix="wren-pictures-") as work:
            runtime = make_runtime(Path(work))
            dane = record(runtime)

            def pattern(_: AppState, actions: AppController, dane: Person = dane) -> None:
                actions.open_screen("pattern", dane.id)

            for begin, words, down, name in (
                (note_facts, "These words may hide who did what", 5000, "language-line"),
                (pattern, say("pattern.title", name=first_name(dane)), -5000, "pattern"),
                (pattern, say("pattern.add"), -5000, "pattern-new"),
            ):
                if name == "pattern-new":
                    saved(runtime, dane)
                with camera_on(runtime, folder, variant, open_page=open_visit(runtime, begin)) as camera:
                    camera.app.expect_text(words)
                    camera.app.scroll(down)
                    camera.take(name)
            runtime.close()


async def note_facts(model: AppState, actions: AppController) -> None:
    """Begin a talk and write the note that the language line looks at."""
    page = model.households[0]
    alys = next(one for one in page.persons if one.name.startswith("Alys"))
    await actions.start_assessment(alys.id, "child-voice-7-11")
    for link_id, code in (("earshot", "nobody"), ("child-ok", "yes")):
        await actions.dispatch(AnswerEntered(link_id, Answered(code)))
    await actions.dispatch(AnswerEntered("facts", Answered(NOTE)))
    if model.open_assessment is not None:
        await actions.dispatch(PageChanged(page_index_of(model.open_assessment.form, "facts")))


def record(runtime: Runtime) -> Person:
    """A father and what is recorded of what he does."""
    desk = runtime.unlock(PASSPHRASE)
    (page,) = desk.households()
    home = page.household.id
    people = {first_name(one): one for one in page.persons}
    dane = Person(
        id=new_id(), household_id=home, name="Dane Samplewood", born=date(1988, 2, 2), roles=("father",)
    )
    desk.save_record(dane)

    def act(on: date, *tactics: str, severity: int, **more: object) -> Incident:
        facts = {"by_ids": (dane.id,), "to_ids": (people["Carys"].id,), "source": "mother", "what": "-"}
        return Incident(
            id=new_id(), household_id=home, on=on, tactics=tactics, severity=severity, **{**facts, **more}
        )

    stairs = ChildAtIncident(id=people["Alys"].id, where="on the stairs", heard_it=True)
    desk.save_records(
        home,
        [
            act(date(2026, 1, 3), "T1", "T4", severity=3, children=(stairs,)),
            act(date(2026, 3, 9), "T4", severity=2, threat="I will find you"),
            act(
                date(2026, 4, 22),
                "T7",
                severity=2,
                protective="She keeps bus money and a bag at her sister's.",
            ),
            KeyDate(id=new_id(), household_id=home, kind="separation", on=date(2026, 4, 20)),
        ],
    )
    desk.close()
    return dane


def saved(runtime: Runtime, dane: Person) -> None:
    """A statement that was written before the last act was known."""
    desk = runtime.unlock(PASSPHRASE)
    (page,) = desk.households()
    *known, _ = page.records_of(Incident)
    statement = PatternStatement(
        id=new_id(),
        household_id=dane.household_id,
        person_id=dane.id,
        words="Dane reads Carys's messages and waits outside her work. Alys has heard him shout.",
        drafted_from=(*(fact.id for fact in known), *(one.id for one in page.persons)),
        edited=True,
    )
    desk.save_records(dane.household_id, [statement, *page.records_of(KeyDate)])
    desk.close()
