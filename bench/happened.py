"""Opening a household with 8 children, 20 adults and 300 events, against SQLite giving the same rows plain.

All times are of the processor. "Opening" is `Desk.household`: every row opened and checked, the first time
after unlocking; and again, as after everything that is kept, when only what is new is opened. Its baseline
holds the same records as JSON text in SQLite, read with `json.loads` and nothing checked. "Reading" is the
whole picture: every detector, the direction, what is missing; its allowance is one frame of a screen that
draws 60 in a second. "Drawing" is the page of the chronology in a real Flet session with nothing at the
other end, from the tap to the last message sent; its allowance is the tenth of a second in which a tap
feels answered at once (Miller 1968).
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from app.core.cases.case_service import CaseService
from app.core.cases.household_queries import HouseholdOverview
from app.features.shared.text.chronology import summarise_household_chronology
from assessments.casework.casework_records import ChildAtIncident, Incident
from assessments.casework.records import Contact, Household, Person
from bench.row import Row, compared, percentile
from tests.app.visiting import TODAY, Visit, visiting

_CHILDREN, _ADULTS, _EVENTS, _CONTACTS, _REPEATS = 8, 20, 300, 40, 15
_FELT_MS, _FRAME_MS = 100.0, 1000 / 60


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as made:
        yield from asyncio.run(_measured(Path(made)))


async def _measured(made: Path) -> list[Row]:
    async with visiting(made / "wren") as visit:
        desk = visit.actions.session.case_service
        household_id = fill(desk)
        page = desk.household(household_id)
        with closing(_plain(made / "plain.db", page)) as plain:
            opening = _times(lambda: _first(desk, household_id))
            again = _times(lambda: desk.household(household_id))
            baseline = _times(lambda: _plain_rows(plain))
        reading = _times(lambda: summarise_household_chronology(page, TODAY))
        await visit.actions.go_home()
        took = []
        for _ in range(_REPEATS):
            took.append(await _tap(visit, household_id))
            await visit.actions.go_home()
            await visit.app.settle()
    found = [
        compared(
            f"{_EVENTS} events: opening it, {which}, p50, against plain JSON in SQLite",
            percentile(times, 0.5),
            percentile(baseline, 0.5),
        )
        for which, times in (("first", opening), ("again", again))
    ]
    for what, times, part, allowed_ms in (
        ("reading its picture, p50", reading, 0.5, _FRAME_MS),
        ("drawing the chronology, p50", took, 0.5, _FELT_MS),
        ("drawing the chronology, worst", took, 1.0, _FELT_MS),
    ):
        ms = percentile(times, part) * 1e3
        found.append(
            Row(f"{_EVENTS} events: {what}", f"{ms:.1f} ms", f"{allowed_ms:.1f} ms", ms / allowed_ms)
        )
    return found


def _first(desk: CaseService, household_id: str) -> HouseholdOverview:
    desk._keys.caches.records.clear()  # what unlocking begins with
    return desk.household(household_id)


def fill(desk: CaseService) -> str:
    """Keep the household. Returns its id. Nobody in it exists."""
    home = str(uuid.uuid4())

    def person(name: str, born: date, role: str) -> Person:
        return Person(id=str(uuid.uuid4()), household_id=home, name=name, born=born, roles=(role,))

    children = [person(f"Child{n} Bench-Demo", date(2012 + n, 3, 1 + n), "child") for n in range(_CHILDREN)]
    adults = [person(f"Adult{n} Bench-Demo", date(1980 + n, 3, 1), "other") for n in range(_ADULTS)]
    desk.save_household(Household(id=home, name="Bench-Demo"), [*children, *adults])
    for n in range(_CONTACTS):
        on = TODAY - timedelta(days=9 * n)
        desk.save_record(
            Contact(id=str(uuid.uuid4()), household_id=home, on=on, kind="visit", role="health-visitor")
        )
    desk.save_records(
        home,
        [
            Incident(
                id=str(uuid.uuid4()),
                household_id=home,
                on=TODAY - timedelta(days=3 * n),
                source="Mother, on the phone",
                severity=1 + n % 4,
                what=f"It was {n}. " + "He shouted and would not let her leave the room. " * 4,
                tactics=("T1", f"T{1 + n % 18}"),
                by_ids=(adults[n % 3].id,),
                to_ids=(adults[3].id,),
                children=tuple(
                    ChildAtIncident(id=child.id, heard_it=True, where="upstairs") for child in children
                ),
            )
            for n in range(_EVENTS)
        ],
    )
    return home


def _plain(path: Path, page: HouseholdOverview) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE record (id TEXT PRIMARY KEY, body TEXT)")
    records = [page.household, *page.persons, *page.contacts, *page.records]
    connection.executemany(
        "INSERT INTO record VALUES (?, ?)", [(record.id, record.model_dump_json()) for record in records]
    )
    connection.commit()
    return connection


def _plain_rows(connection: sqlite3.Connection) -> list[object]:
    return [json.loads(body) for (body,) in connection.execute("SELECT body FROM record ORDER BY rowid")]


def _times(work: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(_REPEATS):
        started = time.process_time()
        work()
        took.append(time.process_time() - started)
    return took


async def _tap(visit: Visit, household_id: str) -> float:
    """Seconds of work from the tap until the drawn page was packed, the waiting left out."""
    started = time.process_time()
    visit.actions.open_screen("chronology", household_id)
    await visit.app.settle()
    return time.process_time() - started
