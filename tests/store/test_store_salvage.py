"""What is whole comes back from a damaged store, and what was damaged is set aside, never deleted."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from assessments.casework.casework_records import Incident
from assessments.casework.records import Assessment
from assessments.errors import Damaged, NotFound, UnknownFormat
from assessments.ports import DataLoss
from assessments.store import Store, UnlockedStore, people, salvage
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.rows.integrity import COUNTED_TABLES
from assessments.store.tables import REVISED_TABLES
from tests.fakes import StoppedClock
from tests.store.made_up import PASSPHRASE, Family, finished, make_family, new_id

PAGE = 4096
LONG = "x" * 9000  # runs over into further pages


@pytest.fixture
def filled(store: Store, keys: UnlockedStore) -> list[Assessment]:
    """Four households, corrected, each with one assessment finished and one begun; the keys are open."""
    done = []
    for number in range(4):
        family: Family = make_family()
        people.save_household(keys, family.household, family.persons, family.relationships)
        people.save_record(keys, family.contact)
        # Corrected, so that something of each table was put aside.
        people.save_household(keys, family.household, family.persons, family.relationships)
        people.save_record(keys, family.contact)
        event = Incident(
            id=new_id(), household_id=family.household.id, on=family.contact.on, source="Mother", what=LONG
        )
        for _ in range(2):
            people.save_records(keys, family.household.id, [event])
        begun, whole = family.assessment(), family.assessment()
        for one in (begun, whole):
            kept.begin(keys, one)
            for line in range(12):
                kept.append_answer(keys, one.id, f"item-{line}", {"value": line})
        kept.append_answer(keys, begun.id, "wish", LONG)
        kept.save_item_drafts(keys, begun.id, {"page": number})
        done.append(finished(whole, {"wish": LONG}))
        complete(keys, done[-1], LONG.encode(), "svc-1")
    store.settings.put("service", "met")
    return done


def dump(path: Path) -> dict[str, set[tuple[object, ...]]]:
    driver = sqlite3.connect(path)
    names = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: set(driver.execute(f"SELECT * FROM {name}")) for name in names}
    driver.close()
    return found


def key(name: str, row: tuple[object, ...]) -> tuple[object, ...]:
    """What tells a row from all others."""
    return (name, *row[: 3 if name == "earlier" else 1])


def closed(store: Store, keys: UnlockedStore, folder: Path) -> Path:
    keys.close()
    store.close()
    return folder / "wren.db"


def test_a_whole_store_comes_back_row_for_row(
    store: Store, keys: UnlockedStore, folder: Path, clock: StoppedClock, filled: list[Assessment]
) -> None:
    path = closed(store, keys, folder)
    before, content = dump(path), path.read_bytes()
    report = salvage(folder, clock)
    assert dump(path) == before
    assert report.damaged_pages == 0
    assert report.completion_count == len(filled)
    assert (report.quarantine / "wren.db").read_bytes() == content
    assert report.rows["household"] == 4


def test_rows_that_are_only_in_the_log_come_back(
    store: Store,
    keys: UnlockedStore,
    folder: Path,
    tmp_path: Path,
    clock: StoppedClock,
    filled: list[Assessment],
) -> None:
    before = dump(folder / "wren.db")
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in ("wren.db", "wren.db-wal"):
        (killed / name).write_bytes((folder / name).read_bytes())
    assert (killed / "wren.db-wal").stat().st_size > PAGE
    salvage(killed, clock)
    assert dump(killed / "wren.db") == before


@pytest.mark.slow
@pytest.mark.parametrize("first_bytes", [64, PAGE])
def test_every_row_on_another_page_comes_back_whichever_page_is_lost(
    store: Store,
    keys: UnlockedStore,
    folder: Path,
    clock: StoppedClock,
    filled: list[Assessment],
    first_bytes: int,
) -> None:
    """With only the head of a page gone, even that page's own rows come back."""
    path = closed(store, keys, folder)
    before, whole = dump(path), path.read_bytes()
    for page in (0, *range(1, len(whole) // PAGE, 9)):
        changed = bytearray(whole)
        changed[page * PAGE : page * PAGE + first_bytes] = random.Random(page).randbytes(first_bytes)
        path.write_bytes(changed)
        salvage(folder, clock)
        after = dump(path)
        before["attempt"] = after["attempt"] = set()  # counted in the key store too
        lost = {key(name, row) for name in before for row in before[name] - after[name]}
        gained = {key(name, row) for name in before for row in after[name] - before[name]}
        # Nothing is there that was not, but for a body that ran through the page: its seal tells.
        assert gained <= lost, page
        assert len(gained) <= 1, page
        assert len(lost) <= (1 if first_bytes < PAGE else 40), page
        assert not {"device", "practitioner", "escrow", "setting"} & {name for name, *_ in lost}
        path.write_bytes(whole)


@pytest.mark.parametrize("damage", ["missing", "emptied", "header", "noise"])
def test_finished_work_comes_back_without_any_database(
    store: Store,
    keys: UnlockedStore,
    folder: Path,
    clock: StoppedClock,
    filled: list[Assessment],
    opened: Callable[[], Store],
    damage: str,
) -> None:
    path = closed(store, keys, folder)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        noise = random.Random(7).randbytes(len(whole))
        path.write_bytes({"emptied": b"", "header": bytes(100) + whole[100:], "noise": noise}[damage])
    with pytest.raises(Damaged):
        opened()
    salvage(folder, clock)
    again = opened()
    assert {entry.id for entry in again.outbox.entries()} == {one.id for one in filled}
    assert all(again.outbox.envelope(entry.id) == LONG.encode() for entry in again.outbox.entries())
    assert again.settings.get("service") == "met"
    unlocked = again.unlock(PASSPHRASE)
    if damage == "header":
        assert unlocked.losses == ()
        assert [kept.get(unlocked, one.id) for one in filled] == filled
    else:
        assert unlocked.losses == (DataLoss("untallied"),)
    unlocked.close()


@pytest.mark.slow
def test_what_is_lost_is_said_at_unlock_or_when_it_is_read(
    store: Store,
    keys: UnlockedStore,
    folder: Path,
    clock: StoppedClock,
    filled: list[Assessment],
    opened: Callable[[], Store],
) -> None:
    path = closed(store, keys, folder)
    before, whole = dump(path), path.read_bytes()
    told = 0
    for page in range(1, len(whole) // PAGE):
        path.write_bytes(whole[: page * PAGE] + bytes(PAGE) + whole[(page + 1) * PAGE :])
        salvage(folder, clock)
        after = dump(path)
        lost = {name for name in COUNTED_TABLES if before[name] - after[name]}
        if not lost:
            path.write_bytes(whole)
            continue
        again = opened()
        unlocked = again.unlock(PASSPHRASE)
        assert lost <= {loss.table for loss in unlocked.losses}, page
        told += 1
        closed(again, unlocked, folder)
        path.write_bytes(whole)
        if told == 2:
            break
    assert told == 2


def test_an_earlier_row_is_told_from_a_present_one_when_no_tree_leads_to_either(
    store: Store, keys: UnlockedStore, folder: Path, clock: StoppedClock, filled: list[Assessment]
) -> None:
    """Every page that branches, and the first, which names the tables, is gone."""
    path = closed(store, keys, folder)
    before, content = dump(path), bytearray(path.read_bytes())
    content[:PAGE] = bytes(PAGE)
    for start in range(PAGE, len(content), PAGE):
        if content[start] == 0x05:
            content[start : start + PAGE] = bytes(PAGE)
    path.write_bytes(content)
    salvage(folder, clock)
    after = dump(path)
    for name in ("earlier", *REVISED_TABLES):
        assert after[name] == before[name], name
    assert {row[0] for row in after["earlier"]} == set(REVISED_TABLES)


def test_a_salvage_that_was_cut_is_carried_on(
    store: Store, keys: UnlockedStore, folder: Path, clock: StoppedClock, filled: list[Assessment]
) -> None:
    path = closed(store, keys, folder)
    before = dump(path)
    aside = folder / "quarantine-20260304T093000Z"
    aside.mkdir()
    path.rename(aside / "wren.db")  # the power went here
    assert salvage(folder, clock).quarantine == aside
    assert dump(path) == before


def test_each_salvage_sets_its_own_files_aside(
    store: Store, keys: UnlockedStore, folder: Path, clock: StoppedClock, filled: list[Assessment]
) -> None:
    closed(store, keys, folder)
    first, second = salvage(folder, clock), salvage(folder, clock)
    assert first.quarantine != second.quarantine
    assert (first.quarantine / "wren.db").exists()
    assert (second.quarantine / "wren.db").exists()


def test_a_newer_store_is_left_as_it_is(
    store: Store, keys: UnlockedStore, folder: Path, clock: StoppedClock
) -> None:
    path = closed(store, keys, folder)
    with sqlite3.connect(path) as driver:
        driver.execute("INSERT INTO migration VALUES (99, 'from the future')")
    driver.close()
    before = path.read_bytes()
    with pytest.raises(UnknownFormat):
        salvage(folder, clock)
    assert path.read_bytes() == before


def test_there_is_nothing_to_salvage_where_no_store_was(folder: Path, clock: StoppedClock) -> None:
    folder.mkdir()
    with pytest.raises(NotFound):
        salvage(folder, clock)
    assert list(folder.iterdir()) == []
