"""Damage that shows only after unlocking: what is whole is on the page, and what is not is said."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from app.core.cases.case_service import CaseService, OpenAssessment
from app.core.cases.submission import SERVICE_SETTING
from app.core.runtime import Runtime
from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from app.visit_file.importer import import_visit, read_visit_file
from assessments.crypto import sealing
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import ScoringContext
from assessments.store.assessments import read_answer_log
from sync.device.enrolment import EnrolledService
from sync.envelope import derive_kid, open_submission
from tests.app.headless import Headless
from tests.app.test_screens_around import (
    PASSPHRASE,
    RISK_ITEMS,
    TODAY,
    asked_all,
    fernhollow,
    open_runtime,
    press,
    set_up,
    unlocked,
    until,
)

LOST = "1 answer or more could not be read. It is kept as it is."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


def meet(runtime: Runtime) -> bytes:
    """Let the device know a service whose private key is returned."""
    private, public = sealing.make_receive_key()
    *recovery, (_, receipt_key) = (
        *(sealing.make_receive_key()[1] for _ in range(2)),
        sealing.make_signing_key(),
    )
    keys = EnrolledService(
        "http://127.0.0.1:9", "training", derive_kid(public), public, receipt_key, *recovery
    )
    runtime.store.settings.put(SERVICE_SETTING, json.dumps(keys.to_plain()))
    return private


def risk_under_way(desk: CaseService) -> OpenAssessment:
    """Every topic answered no; then strangulation changed to yes, and one more after it."""
    import_visit(desk, read_visit_file(fernhollow(), lambda error: error.code))
    (page,) = desk.households()
    mother = next(person for person in page.persons if "mother" in person.roles)
    work = desk.start_assessment(page.contacts[0], mother.id, "risk-24", ScoringContext(on=TODAY))
    for link_id in RISK_ITEMS:
        work = desk.apply_event(work, forms.AnswerEntered(link_id, Answered("no")))
    work = desk.apply_event(work, forms.AnswerEntered("strangulation", Answered("yes")))
    return desk.apply_event(work, forms.AnswerEntered("weapon", Answered("yes")))


def bend_line(runtime: Runtime, desk: CaseService, work: OpenAssessment, link_id: str) -> None:
    """Damage the last line of one item, as a bad sector would."""
    place = max(
        line.sequence for line in read_answer_log(desk._keys, work.assessment.id) if line.link_id == link_id
    )
    with runtime.store._database.write() as driver:
        driver.execute(
            "UPDATE answer SET body = substr(body, 1, 60) || zeroblob(length(body) - 60)"
            " WHERE line = (SELECT number << 20 FROM assessment WHERE id = ?) + ?",
            (work.assessment.id, place),
        )


async def test_a_form_with_a_damaged_line_opens_says_so_and_is_finished(folder: Path) -> None:
    runtime = open_runtime(folder)
    private = meet(runtime)
    desk = runtime.set_up(PASSPHRASE, "hv1")
    work = risk_under_way(desk)
    bend_line(runtime, desk, work, "strangulation")
    desk.close()
    async with unlocked(runtime) as app:
        await until(app, say("loss.missing", what=say("loss.what.answer"), n=1))
        await press(app, say("offers.next"), then=LOST)
        # The earlier "no" does not stand in for what was lost; every other answer is there.
        desk = runtime.unlock(PASSPHRASE)
        entries = desk.resume_assessment(work.assessment.id).form.entries
        assert "strangulation" not in entries
        assert {link_id: entries[link_id].value for link_id in RISK_ITEMS if link_id != "strangulation"} == {
            **dict.fromkeys((one for one in RISK_ITEMS if one != "strangulation"), "no"),
            "weapon": "yes",
        }
        for _ in range(60):
            if app.sees(say("check.title")):
                break
            await app.press(say("action.continue"))
        assert app.sees(LOST)
        assert app.sees("This still needs an answer")
    desk.close()
    desk = runtime.unlock(PASSPHRASE)
    work = desk.resume_assessment(work.assessment.id)
    work = desk.apply_event(work, forms.AnswerEntered("strangulation", Answered("yes")))
    work = desk.apply_event(work, forms.CompletionRequested())
    assert work.assessment.status == "completed"
    desk.close()
    envelope = runtime.store.outbox.envelope(work.assessment.id)
    keys = runtime.store.settings.get(SERVICE_SETTING)
    kid = EnrolledService.from_plain(json.loads(keys or "")).sealing_key.kid
    sent = json.loads(open_submission(envelope, work.assessment.id, {kid: private}).payload)
    assert sent["assessment"]["lost_lines"] == 1
    assert sent["assessment"]["answers"]["strangulation"] == "yes"
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then=say("action.start-tool"))
        await press(
            app, "Safety questions, 24", then="1 answer or more could not be read when this was finished."
        )
    runtime.close()


async def test_half_typed_words_that_cannot_be_read_keep_no_form_shut(folder: Path) -> None:
    runtime = open_runtime(folder)
    meet(runtime)
    desk = runtime.set_up(PASSPHRASE, "hv1")
    work = risk_under_way(desk)
    desk.save_item_drafts(work, {"page": 3, "half": {}})
    with runtime.store._database.write() as driver:
        driver.execute("UPDATE place SET body = zeroblob(200)")
    desk.close()
    async with unlocked(runtime) as app:
        await press(app, say("offers.next"), then=LOST)
    runtime.close()


def overwrite(folder: Path, table: str) -> None:
    """Write over the first page of a table under an open store, as a failing disk would; another process
    has written meanwhile, so that nothing of before is remembered."""
    with sqlite3.connect(folder / "wren.db", isolation_level=None) as driver:
        (page,) = driver.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with (folder / "wren.db").open("r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(b"\x5a" * 4096)
        driver.execute("INSERT OR REPLACE INTO setting (name, body) VALUES ('touched', x'00')")
    driver.close()


async def test_damage_that_shows_at_unlock_is_mended_from_there(folder: Path) -> None:
    runtime = open_runtime(folder)
    set_up(runtime, fernhollow())
    runtime.close()
    opened: list[Runtime] = []

    def open_it() -> Runtime:
        opened.append(open_runtime(folder))
        return opened[-1]

    open_page = make_open_page(open_it, salvage=lambda: Runtime.salvage(folder))
    async with Headless(open_page, calm_expected=True) as app:
        await until(app, say("unlock.title"))
        overwrite(folder, "person")
        assert not app.sees(say("action.mend"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, "Part of what is kept here is damaged.")
        await until(app, "Wren locks first.")
        assert list(folder.glob("quarantine-*")) == []
        await press(app, say("action.mend"), then=say("salvage.title"))
        assert app.sees(say("salvage.households", n=1))
        assert len(list(folder.glob("quarantine-*"))) == 1
        await press(app, say("action.continue"), then=say("unlock.title"))
        assert not app.sees(say("action.mend"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, say("loss.missing", what="People", n=3))
        assert app.sees("Fernhollow")
        await app.press(say("action.loss-read"))
        await app.settle()
        assert not app.sees(say("action.mend"))
    opened[-1].close()


async def test_damage_met_while_reading_is_mended_from_the_first_page(
    folder: Path,
) -> None:
    runtime = open_runtime(folder)
    meet(runtime)
    desk = runtime.set_up(PASSPHRASE, "hv1")
    risk_under_way(desk)
    desk.close()
    runtime.close()
    opened: list[Runtime] = []

    def open_it() -> Runtime:
        opened.append(open_runtime(folder))
        return opened[-1]

    open_page = make_open_page(open_it, salvage=lambda: Runtime.salvage(folder))
    async with (
        Headless(open_page, calm_expected=True) as app,
        Headless(open_page, calm_expected=True) as other,
    ):
        for page in (app, other):
            await until(page, say("unlock.title"))
            await page.type(say("unlock.passphrase"), PASSPHRASE)
            await page.press(say("action.unlock"))
            await until(page, say("today.households"))
        assert not app.sees(say("action.mend"))
        with sqlite3.connect(folder / "wren.db") as driver:
            (before,) = driver.execute("SELECT count(*) FROM answer").fetchone()
        driver.close()
        overwrite(folder, "answer")
        # Met while reading, and offered on the first page.
        await app.press(next(name for name in app.names() if name.startswith(say("offers.next"))))
        await until(app, say("action.mend"))
        await press(app, say("action.mend"), then=say("salvage.title"))
        # Another tab on the same store is locked meanwhile, and opens the new one.
        await until(other, say("unlock.title"))
        await press(app, say("action.continue"), then=say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.press(say("action.unlock"))
        await until(app, say("today.households"))
        await press(app, say("offers.next"), then="Mair Fernhollow, ")
        assert not app.sees("could not be read")
        with sqlite3.connect(folder / "wren.db") as driver:
            assert driver.execute("SELECT count(*) FROM answer").fetchone()[0] >= before
        driver.close()
    opened[-1].close()


async def test_a_row_that_does_not_open_is_said_where_its_family_is_shown(folder: Path) -> None:
    runtime = open_runtime(folder)
    set_up(runtime, fernhollow(**asked_all()), fernhollow())
    with runtime.store._database.write() as driver:
        driver.execute("UPDATE completion SET body = x'434b5231' || zeroblob(300)")
        driver.execute("UPDATE person SET body = 'bent' WHERE rowid = 2")
    async with unlocked(runtime) as app:
        await until(app, "1 thing that is kept here could not be read.")
        await app.press(next(name for name in app.names() if name.startswith("Fernhollow")))
        await until(app, "1 thing that is kept here could not be read.")
        assert app.sees("Ela Fernhollow")
        assert not app.sees("Cai Fernhollow")
    runtime.close()
