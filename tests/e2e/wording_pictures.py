"""Take pictures of the language line and of the statement on one person, in both sizes and lights.

Run it by hand and look at the files: `python -m tests.e2e.wording_pictures [folder]`. Nobody in it exists.
"""

from __future__ import annotations

import sys
import tempfile
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
from tests.app.browser import Browser, Served
from tests.app.visiting import make_runtime, open_visit
from tests.e2e.pictures import VARIANTS, Camera
from tests.e2e.running import ROOT
from tests.store.made_up import PASSPHRASE

NOTE = "It was a volatile relationship. Mum said “he claims it was nothing”."


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screens"
    for variant, (size, dark) in VARIANTS.items():
        with tempfile.TemporaryDirectory(prefix="wren-pictures-") as work:
            runtime = make_runtime(Path(work))
            dane = record(runtime)

            async def opened(model: AppState, actions: AppController, dane: Person = dane) -> None:
                page = model.households[0]
                alys = next(one for one in page.persons if one.name.startswith("Alys"))
                await actions.start_assessment(alys.id, "child-voice-7-11")
                for link_id, code in (("earshot", "nobody"), ("child-ok", "yes")):
                    await actions.dispatch(AnswerEntered(link_id, Answered(code)))
                await actions.dispatch(AnswerEntered("facts", Answered(NOTE)))
                if model.open_assessment is not None:
                    await actions.dispatch(PageChanged(page_index_of(model.open_assessment.form, "facts")))

            with (
                Served(open_visit(runtime, opened)) as served,
                Browser(served.url, size=size, dark=dark) as app,
            ):
                camera = Camera(app, folder, variant)
                app.expect_text("These words may hide who did what")
                app.scroll(5000)
                camera.take("language-line")
            with (
                Served(
                    open_visit(runtime, lambda _, actions, dane=dane: actions.go("pattern", dane.id))
                ) as served,
                Browser(served.url, size=size, dark=dark) as app,
            ):
                camera = Camera(app, folder, variant)
                app.expect_text(say("pattern.title", name=first_name(dane)))
                app.scroll(-5000)
                camera.take("pattern")
            saved(runtime, dane)
            with (
                Served(
                    open_visit(runtime, lambda _, actions, dane=dane: actions.go("pattern", dane.id))
                ) as served,
                Browser(served.url, size=size, dark=dark) as app,
            ):
                camera = Camera(app, folder, variant)
                app.expect_text(say("pattern.add"))
                app.scroll(-5000)
                camera.take("pattern-new")
            runtime.close()
        print(variant, "taken")


def record(runtime: Runtime) -> Person:
    """A father and what is recorded of what he does."""
    desk = runtime.unlock(PASSPHRASE)
    (page,) = desk.households()
    home = page.household.id
    people = {first_name(one): one for one in page.persons}
    dane = Person(
        id=new_id(), household_id=home, name="Dane Samplewood", born=date(1988, 2, 2), roles=("father",)
    )
    desk.save_person(dane)

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


if __name__ == "__main__":
    main()
