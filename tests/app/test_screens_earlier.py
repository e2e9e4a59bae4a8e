"""What was written before it was changed, as it is shown on the pages of a person and of an event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from app.core.cases.case_service import CaseService
from app.core.runtime import Runtime
from app.kit.messages import has_message, say
from assessments.casework.casework_records import ChildAtIncident, Incident, WithheldInformation
from assessments.casework.records import Person
from assessments.store.rows.integrity import COUNTED_TABLES
from tests.app.headless import Headless
from tests.app.test_people_screens import kept, one, open_person, seed
from tests.app.test_screens_around import PASSPHRASE, open_runtime, press, set_up, unlocked, until
from tests.store.made_up import new_id

BEFORE = "What was written before"
T = TypeVar("T")


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    opened = open_runtime(tmp_path / "home")
    yield opened
    opened.close()


def at_desk(runtime: Runtime, do: Callable[[CaseService], T]) -> T:
    desk: CaseService = runtime.unlock(PASSPHRASE)
    try:
        return do(desk)
    finally:
        desk.close()


def change(runtime: Runtime, record: Person, **parts: object) -> Person:
    changed = record.model_copy(update=parts)
    at_desk(runtime, lambda desk: desk.save_record(changed))
    return changed


def untils(app: Headless) -> list[str]:
    return [words for words in app.texts() if "Until " in words or words == say("earlier.until-unknown")]


async def test_a_person_who_was_never_changed_has_nothing_to_open(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Gwen")
        assert not app.sees(BEFORE)


async def test_each_version_shows_only_what_it_said_otherwise_the_newest_first(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    gwen = one(kept(runtime, "Larkspur"), "Gwen")
    second = change(runtime, gwen, language="Cornish", needs=())
    change(runtime, second, name="Gwenllian Larkspur", language="Breton")
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Gwenllian")
        await press(app, BEFORE, then="What stood here before")
        texts = app.texts()
        # Who she is called now stands above; what she was called is in the newest version alone.
        first, then = (at for at, words in enumerate(texts) if words in untils(app))
        newest, oldest = texts[first + 1 : then], texts[then + 1 :]
        assert newest[:4] == ["Name", "Gwen Larkspur", say("person.language"), "Cornish"]
        assert oldest[:2] == [say("person.language"), gwen.language or say("label.not-recorded")]
        assert say("person.needs") in oldest
        assert say("need.hearing") in " ".join(oldest)
        assert say("person.lives") not in texts


async def test_what_is_kept_from_somebody_keeps_its_mark_in_what_was_written_before(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    page = kept(runtime, "Larkspur")
    gwen = one(page, "Gwen")
    change(runtime, gwen, needs=("sight",), language="Cornish")
    secret = WithheldInformation(
        id=new_id(), household_id=gwen.household_id, about_id=gwen.id, part="needs", keep_from=("The school",)
    )
    at_desk(runtime, lambda desk: desk.save_records(gwen.household_id, [secret]))
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Gwen")
        await press(app, BEFORE, then="What stood here before")
        texts = app.texts()
        assert texts.count(say("withheld.from", names="The school")) == 1
        assert texts[texts.index(say("withheld.from", names="The school")) - 2] == say("person.needs")


async def test_a_child_who_was_born_shows_all_that_was_known_before(runtime: Runtime) -> None:
    set_up(runtime, seed("testerby"))
    async with unlocked(runtime) as app:
        await open_person(app, "Testerby", "Baby")
        await press(app, say("born.title"), then="The due date stays in it")
        await app.type(say("add.born"), "2 9 2026")
        field = app.field(say("add.person-name"))
        app.session.apply_patch(field._i, {"value": "Steren Testerby"})
        await app.session.dispatch_event(field._i, "change", "Steren Testerby")
        await press(app, "Save", then=say("person.ties"))
        await press(app, BEFORE, then=say("earlier.birth", until="Until "))
        assert app.sees("Baby Testerby")
        assert app.sees("Due 11 September")
        assert not app.sees("Born 2 September")
        assert say("person.lives") in app.texts()


async def test_an_event_shows_what_was_written_and_the_half_typed_change_stays(runtime: Runtime) -> None:
    set_up(runtime, seed("samplewood"))
    page = kept(runtime, "Samplewood")
    otis, dane = one(page, "Otis"), one(page, "Dane")
    event = Incident(
        id=new_id(),
        household_id=page.household.id,
        on=page.records_of(Incident)[-1].on,
        source="Mother",
        what="He kicked the door.",
        severity=2,
        children=(ChildAtIncident(id=otis.id, heard_it=True, where="in the hall"),),
    )
    changed = event.model_copy(
        update={
            "what": "He kicked the door and her arm.",
            "severity": 3,
            "by_ids": (dane.id,),
            "children": (ChildAtIncident(id=otis.id, saw_it=True),),
        }
    )

    def write(desk: CaseService) -> None:
        desk.save_records(page.household.id, [event])
        desk.save_records(page.household.id, [changed])

    at_desk(runtime, write)
    async with unlocked(runtime) as app:
        await press(app, "Samplewood", then=say("household.children"))
        await press(app, say("chronology.title"), then="he kicked the door and her arm".capitalize())
        await app.press(say("entry.change", what=changed.what))
        await until(app, say("event.change"))
        await app.type(say("event.injury"), "A bruise, she sa")
        await press(app, BEFORE, then="What stood here before")
        texts = app.texts()
        assert "He kicked the door." in texts
        assert say("severity.2") in texts
        assert "Heard it, in the hall" in texts
        # Nobody was named before; what did not change is not repeated.
        assert texts[texts.index(say("event.by")) + 1] == say("label.not-recorded")
        assert say("event.source") not in texts
        await press(app, say("action.cover"), then=say("unlock.title"))
        assert not app.sees("kicked")
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, "He kicked the door.")
        await press(app, say("action.back"), then=say("event.change"))
        assert app.field(say("event.injury")).value == "A bruise, she sa"


async def test_what_was_only_saved_again_is_said_to_be_the_same(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    change(runtime, one(kept(runtime, "Larkspur"), "Gwen"))
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Gwen")
        await press(app, BEFORE, then=say("earlier.same"))
        assert untils(app) == []


async def test_what_cannot_be_read_is_said_and_the_rest_is_shown(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    gwen = one(kept(runtime, "Larkspur"), "Gwen")
    second = change(runtime, gwen, language="Cornish")
    change(runtime, second, language="Breton")
    with runtime.store._database.write() as driver:
        driver.execute("UPDATE earlier SET body = zeroblob(200) WHERE rev = 1")
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Gwen")
        await press(app, BEFORE, then=say("earlier.unreadable"))
        assert "Cornish" in app.texts()


async def test_where_nothing_before_can_be_read_nothing_is_said_of_it(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    change(runtime, one(kept(runtime, "Larkspur"), "Gwen"), language="Cornish")
    with runtime.store._database.write() as driver:
        driver.execute("UPDATE earlier SET body = zeroblob(300)")
    async with unlocked(runtime) as app:
        await open_person(app, "Larkspur", "Gwen")
        await press(app, BEFORE, then=say("earlier.unreadable"))
        assert say("earlier.same") not in app.texts()


async def test_a_row_that_went_missing_is_told_in_words_on_the_first_page(runtime: Runtime) -> None:
    set_up(runtime, seed("larkspur"))
    change(runtime, one(kept(runtime, "Larkspur"), "Gwen"), language="Cornish")
    with runtime.store._database.write() as driver:
        driver.execute("DELETE FROM earlier")
    async with unlocked(runtime) as app:
        assert app.sees(say("loss.missing", what=BEFORE, n=1))


@pytest.mark.parametrize("table", [*COUNTED_TABLES, "completion", "outbox_entry", "place"])
def test_every_table_that_is_counted_has_a_name_in_words(table: str) -> None:
    assert has_message(f"loss.what.{table}")
