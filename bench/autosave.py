"""Keeping one answer, sealed and on the disk, against SQLite keeping it unsealed.

Two baselines, both with the store's own settings (WAL, synchronous=FULL): what an unencrypted app
does, one UPSERT of a 6 KB document, and the least it could do, one INSERT of the answer. The three
take turns in every order, so that the disk's mood meets all alike; the content really changes, and
no checkpoint falls inside a visit. A first visit is the one after Wren was opened, when the store
has made room in its log and SQLite has not; at a later one the logs of all three are as long as they
were the time before.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from assessments.casework.records import Assessment, Household
from assessments.crypto import sealing
from assessments.crypto.kdf import ARGON2ID_FLOOR
from assessments.engine.scoring import ScoringContext
from assessments.ports import SystemClock
from assessments.store import Store, UnlockedStore, assessments, people
from assessments.store.database import _PRAGMAS
from bench.row import Row, compared, percentile

_OPENINGS = 25
_SAVES_PER_VISIT = 60
_DOCUMENT_BYTES = 6000
_PASSPHRASE = "robin hedge kettle lantern"
_DOCUMENTS = "CREATE TABLE IF NOT EXISTS document (id TEXT PRIMARY KEY, body TEXT)"
_UPSERT = "INSERT INTO document VALUES ('a', ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body"
_ANSWERS = "CREATE TABLE IF NOT EXISTS answer (line INTEGER PRIMARY KEY, body TEXT)"
_PAGE_IN_LOG_BYTES = 4096 + 24


def rows() -> Iterator[Row]:
    first, later = _Times(), _Times()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for _ in range(_OPENINGS):
            _opened(folder, first, later)
    for visit, times in (("first visit", first), ("later visit", later)):
        for part in (0.5, 0.99):
            claim = f"autosave, {visit}, p{part * 100:.0f}, against a plain "
            sealed = percentile(times.sealed, part)
            yield compared(claim + "UPSERT", sealed, percentile(times.document, part))
            yield compared(claim + "INSERT", sealed, percentile(times.answer, part))
    sealed_bytes, plain_bytes = later.sealed_bytes, later.document_bytes
    yield Row(
        "autosave, bytes written, against a plain UPSERT",
        f"{sealed_bytes} B",
        f"{plain_bytes} B",
        sealed_bytes / plain_bytes,
    )


class _Times:
    """Seconds per save, one list each; and bytes per save of the last visit."""

    def __init__(self) -> None:
        self.sealed: list[float] = []
        self.document: list[float] = []
        self.answer: list[float] = []
        self.sealed_bytes = self.document_bytes = 0


def _opened(folder: Path, first: _Times, later: _Times) -> None:
    """Open all three, make two visits with a checkpoint after each, and close them."""
    store = Store.open(folder / "wren", SystemClock(), ARGON2ID_FLOOR)
    if store.is_set_up():
        keys = store.unlock(_PASSPHRASE)
    else:
        keys = store.set_up(_PASSPHRASE, "bench", "hv1")
    paths = folder / "wren" / "wren.db", folder / "documents.db", folder / "answers.db"
    documents, answers = _plain(paths[1], _DOCUMENTS), _plain(paths[2], _ANSWERS)
    with closing(store), closing(keys), closing(documents), closing(answers):
        for times in (first, later):
            _visit(keys, documents, answers, times)
            sealed, document, _ = [_checkpointed(path) for path in paths]
            times.sealed_bytes = sealed // _SAVES_PER_VISIT
            times.document_bytes = document // _SAVES_PER_VISIT


def _visit(
    keys: UnlockedStore, documents: sqlite3.Connection, answers: sqlite3.Connection, times: _Times
) -> None:
    assessment_id = _assessment(keys)
    _checkpointed(keys.database.path)  # what is counted afterwards is answers
    number, body, clock = 0, "", SystemClock()

    def sealed() -> None:
        assessments.append_answer(keys, assessment_id, f"q{number % 24}", {"value": str(number)})

    def document() -> None:
        documents.execute(_UPSERT, (body,))

    def answer() -> None:
        line = json.dumps([clock.now().isoformat(), f"q{number % 24}", {"value": str(number)}])
        answers.execute("INSERT INTO answer (body) VALUES (?)", (line,))

    took: dict[Callable[[], None], list[float]] = {
        sealed: times.sealed,
        document: times.document,
        answer: times.answer,
    }
    orders = itertools.cycle(itertools.permutations(took))
    for number in range(_SAVES_PER_VISIT):
        body = json.dumps({"n": number, "text": sealing.make_random(_DOCUMENT_BYTES // 2).hex()})
        for save in next(orders):
            started = time.perf_counter()
            save()
            took[save].append(time.perf_counter() - started)


def _plain(path: Path, table: str) -> sqlite3.Connection:
    plain = sqlite3.connect(path, isolation_level=None)
    for name, (value, _) in _PRAGMAS.items():
        plain.execute(f"PRAGMA {name}={value}")
    plain.execute(table)
    return plain


def _checkpointed(path: Path) -> int:
    """Move the log into the file, as completing an assessment does. Returns the bytes that it held."""
    with closing(sqlite3.connect(path)) as connection:
        _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages) * _PAGE_IN_LOG_BYTES


def _assessment(keys: UnlockedStore) -> str:
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
        context=ScoringContext(on=date(2026, 3, 5)),
    )
    assessments.begin(keys, begun)
    return begun.id
