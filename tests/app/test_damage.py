"""Damage that shows only after unlocking: what is whole is on the page, and what is not is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.effects import SERVICE, Desk, Work
from app.runtime import Runtime
from app.visit import play, read_plan
from assessments import sealing
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import Context
from assessments.store.assessments import history
from sync.device.enrolment import ServiceKeys
from sync.envelope import kid_of, open_submission
from tests.app.test_screens_around import (
    PASSPHRASE,
    RISK_ITEMS,
    TODAY,
    fernhollow,
    open_runtime,
    press,
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
    keys = ServiceKeys("http://127.0.0.1:9", "training", kid_of(public), public, receipt_key, *recovery)
    runtime.store.settings.put(SERVICE, json.dumps(keys.to_plain()))
    return private


def risk_under_way(desk: Desk) -> Work:
    """Every topic answered no; then strangulation changed to yes, and one more after it."""
    play(desk, read_plan(fernhollow(), lambda error: error.code))
    (page,) = desk.households()
    mother = next(person for person in page.persons if "mother" in person.roles)
    work = desk.start(page.contacts[0], mother.id, "risk-24", Context(on=TODAY))
    for link_id in RISK_ITEMS:
        work = desk.happens(work, forms.Entered(link_id, Answered("no")))
    work = desk.happens(work, forms.Entered("strangulation", Answered("yes")))
    return desk.happens(work, forms.Entered("weapon", Answered("yes")))


def bend_line(runtime: Runtime, desk: Desk, work: Work, link_id: str) -> None:
    """Damage the last line of one item, as a bad sector would."""
    place = max(line.sequence for line in history(desk._keys, work.assessment.id) if line.link_id == link_id)
    with runtime.store._database.write_lean() as driver:
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
    desk.leave()
    async with unlocked(runtime) as app:
        await until(app, "Answers missing: 1.")
        await press(app, "Go on with", then=LOST)
        # The earlier "no" does not stand in for what was lost; every other answer is there.
        desk = runtime.unlock(PASSPHRASE)
        entries = desk.resume(work.assessment.id).form.entries
        assert "strangulation" not in entries
        assert {link_id: entries[link_id].value for link_id in RISK_ITEMS if link_id != "strangulation"} == {
            **dict.fromkeys((one for one in RISK_ITEMS if one != "strangulation"), "no"),
            "weapon": "yes",
        }
        for _ in range(60):
            if app.sees("Check what you recorded"):
                break
            await app.press("Continue")
        assert app.sees(LOST)
        assert app.sees("This still needs an answer")
    desk.leave()
    desk = runtime.unlock(PASSPHRASE)
    work = desk.resume(work.assessment.id)
    work = desk.happens(work, forms.Entered("strangulation", Answered("yes")))
    work = desk.happens(work, forms.Finished())
    assert work.assessment.status == "completed"
    desk.leave()
    envelope = runtime.store.outbox.envelope(work.assessment.id)
    keys = runtime.store.settings.get(SERVICE)
    kid = ServiceKeys.from_plain(json.loads(keys or "")).sealing_key.kid
    sent = json.loads(open_submission(envelope, work.assessment.id, {kid: private}).payload)
    assert sent["assessment"]["lost_lines"] == 1
    assert sent["assessment"]["answers"]["strangulation"] == "yes"
    async with unlocked(runtime) as app:
        await press(app, "Fernhollow", then="Start a tool")
        await press(
            app, "Safety questions, 24", then="1 answer or more could not be read when this was finished."
        )
    runtime.close()


async def test_half_typed_words_that_cannot_be_read_keep_no_form_shut(folder: Path) -> None:
    runtime = open_runtime(folder)
    meet(runtime)
    desk = runtime.set_up(PASSPHRASE, "hv1")
    work = risk_under_way(desk)
    desk.keep_place(work, {"page": 3, "half": {}})
    with runtime.store._database.write_lean() as driver:
        driver.execute("UPDATE place SET body = zeroblob(200)")
    desk.leave()
    async with unlocked(runtime) as app:
        await press(app, "Go on with", then=LOST)
    runtime.close()
