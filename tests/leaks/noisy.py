"""A process in which everything goes wrong while every library logs all that it can.

Run by `test_logs` in a process of its own: what it writes is what would stand in a device's
console.log. With `--loud` it does not call `keep_quiet` first, to show that there was much to be kept.

    python -m tests.leaks.noisy FOLDER [--loud]
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import sys
import threading
import warnings
from pathlib import Path

from pydantic import TypeAdapter

from app.core.runtime import Runtime
from app.kit.controls.fault_boundary import guarded
from app.kit.logs import redact_logs
from app.kit.messages import say
from app.shell.lifecycle import make_open_page
from assessments.casework.records import Person
from assessments.engine import form as forms
from assessments.engine.scoring import ScoringContext
from tests.app.headless import Headless
from tests.app.test_bad_services import answering, http, point_at
from tests.app.test_screens_around import open_runtime, press, until
from tests.leaks.planted import ACCENTS, MARK, PASSPHRASE, Planter, begin, fill

LOUD = ("flet", "flet_object_patch", "flet_transport", "httpx", "httpcore", "sqlalchemy", "sqlalchemy.engine",
        "sqlalchemy.pool", "uvicorn", "uvicorn.error", "asyncio", "wren")  # fmt: skip


def record_one(runtime: Runtime, texts: Planter) -> None:
    """One form finished and waiting, one in progress."""
    desk = begin(runtime, texts)
    page = desk.households()[0]
    for end in (True, False):
        work = desk.start_assessment(
            page.contacts[0], page.persons[0].id, "disclosure", ScoringContext(on=page.contacts[0].on)
        )
        work = fill(desk, work, texts)
        if end:
            done = desk.apply_event(work, forms.CompletionRequested())
            assert done.assessment.status == "completed", done.form.missing
    desk.close()


async def visit(runtime: Runtime, texts: Planter) -> None:
    """Wrong words, a service that answers with names, typing, reading, and a handler that breaks."""
    said = texts.text().encode()
    problem = b'{"type":"urn:wren:problem:%s","title":"%s","detail":"%s"}' % (said, said, said)
    async with answering(http(b"403 %s" % said, problem, b"application/problem+json")) as url:
        point_at(runtime, url)
        async with Headless(make_open_page(runtime), calm_expected=True) as app:
            await until(app, say("unlock.title"))
            await app.type(say("unlock.passphrase"), f"{MARK} wrong")
            await app.submit(say("unlock.passphrase"))
            await until(app, say("error.wrong-passphrase"))
            await app.type(say("unlock.passphrase"), PASSPHRASE)
            await app.submit(say("unlock.passphrase"))
            await until(app, say("today.households"))
            runtime.wake()
            await until(app, say("sync.waiting", n=1), say("sync.offline-waiting", n=1))
            await press(app, MARK, then=ACCENTS)
            await app.press(say("action.cover"))

            def breaks() -> None:
                raise KeyError(texts.text())

            handler = guarded(breaks)
            assert handler is not None
            await handler()


async def outside(texts: Planter) -> None:
    """What breaks where nobody listens."""

    async def lost() -> None:
        raise LookupError(texts.text())

    task = asyncio.create_task(lost())
    await asyncio.sleep(0)
    del task
    gc.collect()
    thread = threading.Thread(target=lambda: {}[texts.text()])  # type: ignore[index]  # it is meant to break
    thread.start()
    thread.join()
    warnings.warn(texts.text(), stacklevel=1)
    logging.getLogger("flet").error("lost %s", texts.text())
    logging.getLogger("flet").error("%s %s", texts.text())
    logging.error(texts.text())
    try:
        TypeAdapter(Person).validate_python({"id": "1", "name": texts.text(), "born": texts.text()})
    except ValueError:
        logging.getLogger("asyncio").exception("not a person")


def damage(folder: Path) -> None:
    with sqlite3.connect(folder / "wren.db") as raw:
        raw.execute("UPDATE person SET body = substr(body, 1, 40)")
        raw.execute("UPDATE answer SET body = substr(body, 1, 40)")
    raw.close()


async def read_damaged(runtime: Runtime) -> None:
    async with Headless(make_open_page(runtime), calm_expected=True) as app:
        await until(app, say("unlock.title"))
        await app.type(say("unlock.passphrase"), PASSPHRASE)
        await app.submit(say("unlock.passphrase"))
        await app.settle()
        await app.submit(say("unlock.passphrase")) if app.sees(say("unlock.title")) else None


def main() -> None:
    folder = Path(sys.argv[1])
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(name)s %(levelname)s %(message)s")
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.DEBUG)
    if "--loud" not in sys.argv:
        redact_logs()
    texts = Planter()
    runtime = open_runtime(folder)
    record_one(runtime, texts)
    asyncio.run(visit(runtime, texts), debug=True)
    runtime.close()
    damage(folder)
    runtime = open_runtime(folder)
    asyncio.run(read_damaged(runtime), debug=True)
    asyncio.run(outside(texts), debug=True)
    runtime.close()
    raise RuntimeError(texts.text())


if __name__ == "__main__":
    main()
