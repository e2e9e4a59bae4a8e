"""Keeping one answer, sealed and on the disk, against plain SQLite saving the whole document.

Both under WAL and synchronous=FULL, operation by operation in turn, the content really changing,
no checkpoint inside. The baseline is what an unencrypted app does: one UPSERT of a 6 KB document.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from app.runtime import SystemClock
from assessments import sealing
from assessments.engine.scoring import Context
from assessments.records import Assessment, Household
from assessments.store import Keys, Store, assessments, people
from bench.row import Row, compared, percentile

_SAVES = 1500
_DOCUMENT_BYTES = 6000


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        sealed_s, plain_s = _measure(Path(folder))
    yield compared("autosave of one answer, p50", percentile(sealed_s, 0.5), percentile(plain_s, 0.5))
    yield compared("autosave of one answer, p99", percentile(sealed_s, 0.99), percentile(plain_s, 0.99))


def _measure(folder: Path) -> tuple[list[float], list[float]]:
    store = Store.open(folder / "wren", SystemClock())
    keys = store.set_up("robin hedge kettle lantern", "bench", "hv1")
    assessment_id = _assessment(keys)
    plain = sqlite3.connect(folder / "plain.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0"):
        plain.execute(f"PRAGMA {pragma}")
    plain.execute("CREATE TABLE document (id TEXT PRIMARY KEY, body TEXT)")
    sealed_s, plain_s = [], []
    for number in range(_SAVES):
        started = time.perf_counter()
        assessments.append_answer(keys, assessment_id, f"q{number % 24}", {"value": str(number)})
        sealed_s.append(time.perf_counter() - started)
        body = json.dumps({"n": number, "text": sealing.make_random(_DOCUMENT_BYTES // 2).hex()})
        started = time.perf_counter()
        plain.execute(
            "INSERT INTO document VALUES ('a', ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (body,),
        )
        plain_s.append(time.perf_counter() - started)
    keys.close()
    store.close()
    return sealed_s, plain_s


def _assessment(keys: Keys) -> str:
    household = Household(id=str(uuid.uuid4()), name="Bench-Demo")
    people.save_household(keys, household)
    begun = Assessment(
        id=str(uuid.uuid4()),
        household_id=household.id,
        contact_id=str(uuid.uuid4()),
        subject_id=str(uuid.uuid4()),
        instrument="risk-24",
        version="1.0.0",
        instrument_hash="",
        author=keys.author,
        started_at=SystemClock().now(),
        context=Context(on=date(2026, 3, 5)),
    )
    assessments.begin(keys, begun)
    return begun.id
