"""A first list is read from groups of headings; nothing depends on them, and they go with what they hold."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from assessments.casework.records import Assessment
from assessments.errors import UnknownFormat
from assessments.store import Store, UnlockedStore, database, people, purge
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.rows import summaries
from assessments.store.rows.summaries import list_summaries
from tests.store.made_up import PASSPHRASE, Family, finished

COUNT = 300


@pytest.fixture
def many(keys: UnlockedStore, family: Family) -> list[Assessment]:
    """More assessments than a group holds, listed once and so put away."""
    people.save_household(keys, family.household, family.persons)
    begun = [family.assessment() for _ in range(COUNT)]
    with keys.database.write() as driver:
        pass
    driver.execute("PRAGMA synchronous = OFF")
    for one in begun:
        kept.begin(keys, one)
    driver.execute("PRAGMA synchronous = FULL")
    list_summaries(keys)
    assert groups(keys) == 2
    return begun


def groups(keys: UnlockedStore) -> int:
    ((count,),) = keys.database.rows("SELECT count(*) FROM heading")
    return int(count)


def relisted(store: Store, keys: UnlockedStore) -> tuple[UnlockedStore, list[summaries.AssessmentSummary]]:
    keys.close()
    keys = store.unlock(PASSPHRASE)
    return keys, list_summaries(keys)


def changed(folder: Path, *statements: str) -> None:
    with sqlite3.connect(folder / "wren.db", isolation_level=None) as driver:
        for statement in statements:
            driver.execute(statement)
    driver.close()


def test_a_list_from_groups_is_the_list_from_rows(
    store: Store, keys: UnlockedStore, many: list[Assessment], monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(keys, finished(many[0], {"a": 1}), b"envelope", "svc-1")
    keys, grouped = relisted(store, keys)
    with monkeypatch.context() as patched:
        patched.setattr(summaries, "_MIN_GROUP_SIZE", COUNT + 1)
        keys, by_row = relisted(store, keys)
    assert grouped == by_row
    assert [one.id for one in grouped] == [one.id for one in many]
    assert [one.status for one in grouped[:2]] == ["completed", "in-progress"]
    keys.close()


def test_a_first_list_opens_no_row_that_is_in_a_group(
    store: Store, keys: UnlockedStore, folder: Path, many: list[Assessment]
) -> None:
    changed(folder, "UPDATE assessment SET body = zeroblob(400)")
    keys, found = relisted(store, keys)
    assert [one.id for one in found] == [one.id for one in many]
    with pytest.raises(UnknownFormat):
        kept.get(keys, many[0].id)
    keys.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE heading SET body = zeroblob(400)",
        "UPDATE heading SET body = 'text'",
        "UPDATE heading SET first = first + 1",
        "UPDATE heading SET kid = kid || 'x'",
        "DELETE FROM content_key WHERE kid IN (SELECT kid FROM heading)",
        "DELETE FROM heading",
    ],
)
def test_a_damaged_group_costs_time_and_nothing_else(
    store: Store, keys: UnlockedStore, folder: Path, many: list[Assessment], damage: str
) -> None:
    changed(folder, damage)
    keys, found = relisted(store, keys)
    assert [one.id for one in found] == [one.id for one in many]
    assert found.unreadable == ()  # type: ignore[attr-defined]  # what a listing gives
    # Made anew beside what is damaged, or in its place.
    changed(folder, "UPDATE assessment SET body = zeroblob(400)")
    keys, found = relisted(store, keys)
    assert len(found) == COUNT
    keys.close()


def test_a_group_of_one_person_does_not_open_for_another(
    store: Store, keys: UnlockedStore, folder: Path, many: list[Assessment]
) -> None:
    keys.close()
    other = store.set_up("another kettle orchard train", "agency-7", "hv-2")
    changed(folder, *(f"UPDATE {table} SET author = 'hv-2'" for table in ("heading", "assessment")))
    assert list_summaries(other) == []
    other.close()


@pytest.mark.usefixtures("all_sent")
def test_deleting_an_assessment_deletes_its_group_and_the_key(
    store: Store, keys: UnlockedStore, folder: Path, many: list[Assessment]
) -> None:
    ((kid, sealed),) = keys.database.rows("SELECT kid, body FROM heading WHERE first = 0")
    purge.purge_assessment(keys, many[3].id, "Asked for")
    assert not [path for path in folder.rglob("*") if path.is_file() and sealed[200:260] in path.read_bytes()]
    keys = store.unlock(PASSPHRASE)
    assert groups(keys) == 0
    assert keys.database.rows("SELECT 1 FROM content_key WHERE kid = ?", (kid,)) == []
    found = list_summaries(keys)
    assert many[3].id not in {one.id for one in found}
    assert len(found) == COUNT - 1
    assert groups(keys) == 2
    keys.close()


def test_where_room_is_short_no_copy_takes_it(
    store: Store, keys: UnlockedStore, folder: Path, many: list[Assessment], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(folder, "DELETE FROM heading")
    monkeypatch.setattr(database, "RESERVED_FREE_BYTES", 1 << 60)
    keys, found = relisted(store, keys)
    assert len(found) == COUNT
    assert groups(keys) == 0
    monkeypatch.undo()
    keys, found = relisted(store, keys)
    assert groups(keys) == 2
    keys.close()


@pytest.mark.usefixtures("all_sent")
def test_headings_read_before_a_deletion_are_not_put_away_after_it(
    store: Store, keys: UnlockedStore, many: list[Assessment], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = store.unlock(PASSPHRASE)
    put_away = summaries._save_summary_cache

    def deleted_meanwhile(*args: object) -> None:
        purge.purge_assessment(keys, many[3].id, "Asked for")
        put_away(*args)  # type: ignore[arg-type]  # as it was called

    with late.database.write() as driver:
        driver.execute("DELETE FROM heading")
    monkeypatch.setattr(summaries, "_save_summary_cache", deleted_meanwhile)
    assert len(list_summaries(late)) == COUNT
    assert groups(late) == 0
    late.close()
