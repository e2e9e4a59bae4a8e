"""Listing 10,000 assessments after unlocking, against SQLCipher holding the same headings as JSON.

SQLCipher is asked for the same headings in the same order, read with `json.loads`, nothing checked:
once from records that are kept whole (a heading lies beside 6 KB of answers, the natural table) and
once from a table of headings alone. "First" is the first list after unlocking, "again" every later
one; "unlocking and listing" is what a person waits for who types their words, with the KDF that each
of the two has by default. The very first list of all, which opens row by row and puts the groups
away, is made before anything is measured and has a row of its own. Files are in the system's cache.
"""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import sqlcipher3

from assessments.casework.records import Assessment, Household
from assessments.crypto import sealing
from assessments.crypto.kdf import ARGON2ID
from assessments.engine.scoring import ScoringContext
from assessments.ports import SystemClock
from assessments.store import Store, UnlockedStore, assessments, people
from assessments.store.rows import summaries
from bench.row import Row, percentile

_COUNT, _PER_HOUSEHOLD, _REPEATS = 10_000, 10, 7
_BODY_BYTES = 6000
_PASSPHRASE = "robin hedge kettle lantern"


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with closing(Store.open(folder / "wren", SystemClock(), ARGON2ID)) as store:
            keys = store.set_up(_PASSPHRASE, "bench", "hv1")
            begun = _fill(keys)
            ever = _seconds(lambda: summaries.list_summaries(keys))
            keys.close()
            whole = _cipher(folder / "whole.db", begun, _BODY_BYTES)
            alone = _cipher(folder / "alone.db", begun, 0)
            with_words = _cipher(folder / "words.db", begun, _BODY_BYTES, _PASSPHRASE)
            with_words.close()
            middle = _measured(store, whole, alone, folder / "words.db")
    middle["first ever"] = ever
    for name, baseline, words in (
        ("first", "whole", "records whole"),
        ("first", "alone", "headings alone"),
        ("again", "whole", "records whole"),
        ("again", "alone", "headings alone"),
        ("first ever", "whole", "records whole"),
        ("unlocking and first", "opening and first", "its own opening"),
    ):
        this_s, baseline_s = middle[name], middle[baseline]
        yield Row(
            f"listing {_COUNT}, {name}, against SQLCipher, {words}",
            f"{this_s * 1e3:.1f} ms",
            f"{baseline_s * 1e3:.1f} ms",
            this_s / baseline_s,
        )


def _measured(store: Store, whole: Any, alone: Any, with_words: Path) -> dict[str, float]:
    """The median seconds of each, taken in turn."""
    times: dict[str, list[float]] = defaultdict(list)
    for _ in range(_REPEATS):
        started = time.perf_counter()
        with closing(store.unlock(_PASSPHRASE)) as keys:
            times["first"].append(_seconds(lambda keys=keys: summaries.list_summaries(keys)))
            times["unlocking and first"].append(time.perf_counter() - started)
            times["again"].append(_seconds(lambda keys=keys: summaries.list_summaries(keys)))
        times["whole"].append(_seconds(lambda: _plain_listing(whole)))
        times["alone"].append(_seconds(lambda: _plain_listing(alone)))
        started = time.perf_counter()
        with closing(sqlcipher3.connect(str(with_words))) as opened:
            opened.execute(f"PRAGMA key = '{_PASSPHRASE}'")
            _seconds(lambda opened=opened: _plain_listing(opened))
            times["opening and first"].append(time.perf_counter() - started)
    return {name: percentile(values, 0.5) for name, values in times.items()}


def _seconds(listing: Callable[[], list[Any]]) -> float:
    started = time.perf_counter()
    listed = listing()
    took = time.perf_counter() - started
    assert len(listed) == _COUNT
    return took


def _plain_listing(connection: Any) -> list[Any]:
    return [json.loads(head) for (head,) in connection.execute("SELECT head FROM assessment ORDER BY number")]


def _cipher(path: Path, begun: list[str], body_bytes: int, words: str = "") -> Any:
    """A SQLCipher file with these headings. Without words its key is raw: nothing is stretched."""
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    connection.execute(
        f"PRAGMA key = '{words}'" if words else f"PRAGMA key = \"x'{sealing.make_random(32).hex()}'\""
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE assessment (number INTEGER PRIMARY KEY, head TEXT, body BLOB)")
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO assessment (head, body) VALUES (?, ?)",
        ((head, sealing.make_random(body_bytes)) for head in begun),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


def _fill(keys: UnlockedStore) -> list[str]:
    """Begin the assessments, without waiting for the disk each time. Returns their headings as JSON."""
    with keys.database.write() as driver:
        pass
    driver.execute("PRAGMA synchronous = OFF")
    filled = []
    for number in range(_COUNT):
        if number % _PER_HOUSEHOLD == 0:
            household = Household(id=str(uuid.uuid4()), name="Bench-Demo")
            people.save_household(keys, household)
        begun = Assessment(
            id=str(uuid.uuid4()),
            household_id=household.id,
            contact_id=str(uuid.uuid4()),
            subject_id=str(uuid.uuid4()),
            instrument="risk-24",
            version="1.0.0",
            instrument_hash="0" * 64,
            author=keys.author,
            started_at=SystemClock().now(),
            context=ScoringContext(on=date(2026, 3, 5)),
        )
        assessments.begin(keys, begun)
        filled.append(begun.model_dump_json(exclude={"answers", "hidden", "result"}))
    driver.execute("PRAGMA synchronous = FULL")
    keys.database.checkpoint()
    return filled
