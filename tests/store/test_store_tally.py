"""No row goes missing, or back in time, unnoticed; and noticing it never stands in the way."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from assessments.casework.records import Assessment, Person
from assessments.ports import DataLoss
from assessments.store import Store, UnlockedStore, people, purge
from assessments.store import assessments as kept
from assessments.store.attachments import attachments
from assessments.store.completion import complete
from assessments.store.rows.integrity import COUNTED_TABLES
from tests.store import pictures
from tests.store.made_up import PASSPHRASE, Family, finished

LINES = "substr(body, 1, 4) = x'434b5231'"
TAIL = "substr(body, 1, 4) = x'434b5431'"


@pytest.fixture
def begun(keys: UnlockedStore, family: Family) -> Assessment:
    people.save_household(keys, family.household, family.persons, family.relationships)
    people.save_record(keys, family.contact)
    assessment = family.assessment()
    kept.begin(keys, assessment)
    for number in range(5):
        kept.append_answer(keys, assessment.id, f"item-{number}", number)
    return assessment


def raw(folder: Path, *statements: str) -> None:
    """What damage does: behind the store's back, and with no key."""
    with sqlite3.connect(folder / "wren.db", isolation_level=None) as driver:
        for statement in ("PRAGMA foreign_keys=OFF", *statements):
            driver.execute(statement)
    driver.close()


def losses(store: Store) -> tuple[DataLoss, ...]:
    keys = store.unlock(PASSPHRASE)
    try:
        return keys.losses
    finally:
        keys.close()


def test_a_whole_store_has_lost_nothing(
    store: Store, keys: UnlockedStore, family: Family, begun: Assessment
) -> None:
    people.save_record(keys, family.persons[0].model_copy(update={"name": "Wulfrun Ottershaw"}))
    other = family.assessment()
    kept.begin(keys, other)
    kept.stop(keys, other.id)
    complete(keys, finished(begun, {"a": 1}), b"envelope", "svc-1")
    keys.close()
    assert losses(store) == ()


LAST_LINE = f"(SELECT max(line) FROM answer WHERE {LINES})"
FIRST_LINE = f"(SELECT min(line) FROM answer WHERE {LINES})"


@pytest.mark.parametrize(
    ("statement", "still_read", "lost"),
    [
        (f"DELETE FROM answer WHERE line = {LAST_LINE}", [0, 1, 2, 3], 1),
        (f"DELETE FROM answer WHERE line = {FIRST_LINE}", [1, 2, 3, 4], 1),
        (f"UPDATE answer SET body = zeroblob(222) WHERE line = {FIRST_LINE} + 2", [0, 1, 3, 4], 1),
        (f"UPDATE answer SET body = 'text' WHERE line = {FIRST_LINE} + 2", [0, 1, 3, 4], 1),
        (f"UPDATE answer SET body = CAST(x'ff' AS TEXT) WHERE line = {FIRST_LINE} + 2", [0, 1, 3, 4], 1),
        (f"DELETE FROM answer WHERE line IN ({FIRST_LINE} + 1, {FIRST_LINE} + 2)", [0, 3, 4], 2),
        (f"DELETE FROM answer WHERE {LINES}", [], 5),
        # How many stood at the end nobody can say: at least one.
        (f"DELETE FROM answer WHERE {TAIL}", [0, 1, 2, 3, 4], 1),
        (f"DELETE FROM answer WHERE line >= {LAST_LINE}", [0, 1, 2, 3], 1),
        ("DELETE FROM answer", [], 1),
        (f"UPDATE answer SET body = 'CKT1' WHERE {TAIL}", [0, 1, 2, 3, 4], 1),
        (
            f"UPDATE answer SET body = CAST(x'434b5431' || zeroblob(32) AS BLOB) WHERE {TAIL}",
            [0, 1, 2, 3, 4],
            1,
        ),
    ],
)
def test_a_damaged_list_gives_every_line_that_is_whole_and_counts_the_others(
    keys: UnlockedStore,
    store: Store,
    folder: Path,
    begun: Assessment,
    statement: str,
    still_read: list[int],
    lost: int,
) -> None:
    keys.close()
    raw(folder, statement)
    keys = store.unlock(PASSPHRASE)
    lines = kept.read_answer_log(keys, begun.id)
    assert [line.entry for line in lines] == still_read
    assert len(lines.lost) == lost
    found = kept.get(keys, begun.id)
    assert (list(found.answers.values()), found.lost_lines) == (still_read, lost)
    # Going on is never refused, and hides nothing: not now, and not at the next unlock.
    kept.append_answer(keys, begun.id, "later", "still kept")
    kept.append_answer(keys, begun.id, "and-later", "as well")
    missing = DataLoss("missing", "answer", len(still_read) + lost + 2, len(still_read) + 2)
    lines = kept.read_answer_log(keys, begun.id)
    assert [line.entry for line in lines] == [*still_read, "still kept", "as well"]
    assert len(lines.lost) == lost
    keys.close()
    again = store.unlock(PASSPHRASE)
    assert again.losses == (missing,)
    # Accepted, it is said no more at unlock, and the record still says what it lacks.
    store.accept_losses(again)
    again.close()
    again = store.unlock(PASSPHRASE)
    assert again.losses == ()
    kept.append_answer(again, begun.id, "last", "x")
    after = kept.read_answer_log(again, begun.id)
    assert [line.entry for line in after] == [*still_read, "still kept", "as well", "x"]
    # A tail that was only bent leaves nothing behind to show, and nothing was lost with it.
    assert len(after.lost) == (0 if "zeroblob(32)" in statement else lost)
    again.close()


def test_an_earlier_answer_never_stands_in_for_one_that_is_lost(
    keys: UnlockedStore, store: Store, folder: Path, begun: Assessment
) -> None:
    for number in range(30):
        kept.append_answer(keys, begun.id, f"item-{number % 5}", f"change {number}")
    keys.close()
    keys = store.unlock(PASSPHRASE)
    kept.append_answer(keys, begun.id, "other", "new")
    raw(folder, f"UPDATE answer SET body = zeroblob(222) WHERE line - {FIRST_LINE} = 31")
    assert kept.read_answers(keys, begun.id) == {
        "item-0": "change 25",
        "item-2": "change 27",
        "item-3": "change 28",
        "item-4": "change 29",
        "other": "new",
    }
    # The last line of every item, right before a lock.
    raw(folder, f"DELETE FROM answer WHERE line - {FIRST_LINE} BETWEEN 30 AND 34")
    assert kept.read_answers(keys, begun.id) == {"other": "new"}
    assert len(kept.read_answer_log(keys, begun.id)) == 31
    kept.append_answer(keys, begun.id, "item-2", "asked again")
    assert kept.read_answers(keys, begun.id) == {"item-2": "asked again", "other": "new"}
    keys.close()


@pytest.mark.parametrize("table", COUNTED_TABLES[:5])
def test_a_missing_row_is_found_at_unlock_and_again_until_it_is_accepted(
    store: Store, keys: UnlockedStore, folder: Path, family: Family, begun: Assessment, table: str
) -> None:
    held = 2 if table == "person" else 1
    keys.close()
    raw(folder, f"DELETE FROM {table} WHERE rowid = (SELECT max(rowid) FROM {table})")
    missing = DataLoss("missing", table, held, held - 1)
    assert missing in losses(store)
    again = store.unlock(PASSPHRASE)
    people.save_household(again, family.household) if table != "household" else None
    again.close()
    again = store.unlock(PASSPHRASE)
    assert missing in again.losses
    store.accept_losses(again)
    assert again.losses == ()
    again.close()
    assert losses(store) == ()


@pytest.mark.parametrize("table", ["completion", "outbox_entry", "place"])
def test_what_belongs_to_an_assessment_is_missed(
    store: Store, keys: UnlockedStore, folder: Path, family: Family, begun: Assessment, table: str
) -> None:
    if table != "place":
        complete(keys, finished(begun, {"a": 1}), b"envelope", "svc-1")
    keys.close()
    raw(folder, f"DELETE FROM {table}")
    assert losses(store) == (DataLoss("missing", table, 1, 0),)


def test_an_older_row_put_back_is_found(
    store: Store, keys: UnlockedStore, folder: Path, family: Family, begun: Assessment
) -> None:
    with sqlite3.connect(folder / "wren.db") as driver:
        (rev, body) = driver.execute("SELECT rev, body FROM household").fetchone()
    driver.close()
    people.save_household(keys, family.household.model_copy(update={"name": "Fennimore-Askrigg"}))
    keys.close()
    with sqlite3.connect(folder / "wren.db", isolation_level=None) as driver:
        driver.execute("UPDATE household SET rev = ?, body = ?", (rev, body))
    driver.close()
    assert losses(store) == (DataLoss("older", "household", 1, 1),)


def test_an_older_database_put_back_is_found_and_still_opens(
    keys: UnlockedStore,
    folder: Path,
    tmp_path: Path,
    begun: Assessment,
    opened: Callable[[], Store],
    store: Store,
) -> None:
    keys.close()
    store.close()
    shutil.copy(folder / "wren.db", tmp_path / "yesterday.db")
    today = opened()
    keys = today.unlock(PASSPHRASE)
    kept.append_answer(keys, begun.id, "told-today", "x")  # answers alone: the tally itself does not move
    keys.close()
    today.close()
    shutil.copy(tmp_path / "yesterday.db", folder / "wren.db")
    keys = opened().unlock(PASSPHRASE)
    (loss,) = keys.losses
    assert (loss.kind, loss.expected - loss.found) == ("rolled-back", 1)
    assert "told-today" not in kept.read_answers(keys, begun.id)
    keys.close()


@pytest.mark.parametrize(
    "damage", ["DELETE FROM tally", "UPDATE tally SET body = x'00'", "UPDATE tally SET rev = 99"]
)
def test_a_lost_tally_is_said_and_writing_goes_on(
    store: Store, keys: UnlockedStore, folder: Path, family: Family, begun: Assessment, damage: str
) -> None:
    keys.close()
    raw(folder, damage)
    again = store.unlock(PASSPHRASE)
    assert again.losses == (DataLoss("untallied"),)
    people.save_record(again, family.persons[0])
    complete(again, finished(begun, {"a": 1}), b"envelope", "svc-1")
    again.close()
    again = store.unlock(PASSPHRASE)
    assert again.losses == (DataLoss("untallied"),)
    store.accept_losses(again)
    again.close()
    assert losses(store) == ()


def test_rows_that_cannot_be_counted_do_not_hold_up_opening(
    store: Store, keys: UnlockedStore, folder: Path, begun: Assessment
) -> None:
    keys.close()
    raw(folder, "ALTER TABLE relationship RENAME TO elsewhere")
    keys = store.unlock(PASSPHRASE)
    assert keys.losses == (DataLoss("unchecked"),)
    assert people.read_record(keys, Person, begun.subject_id).id == begun.subject_id
    keys.close()


def test_a_store_from_before_there_was_a_tally_gets_one(
    store: Store, keys: UnlockedStore, folder: Path, begun: Assessment, opened: Callable[[], Store]
) -> None:
    keys.close()
    store.close()
    raw(
        folder,
        "DROP TABLE tally",
        "DELETE FROM migration WHERE number = 3",
        "DELETE FROM place",
        f"DELETE FROM answer WHERE {TAIL}",
    )
    for twin in folder.glob("tally.*"):
        twin.unlink()
    today = opened()
    keys = today.unlock(PASSPHRASE)
    assert keys.losses == ()
    assert len(kept.read_answers(keys, begun.id)) == 5
    kept.append_answer(keys, begun.id, "more", 6)
    assert len(kept.read_answers(keys, begun.id)) == 6
    keys.close()
    raw(folder, "DELETE FROM contact")
    assert losses(today) == (DataLoss("missing", "contact", 1, 0),)


def test_lists_whose_end_stood_at_the_last_place_are_read_and_go_on(
    store: Store,
    keys: UnlockedStore,
    folder: Path,
    family: Family,
    begun: Assessment,
    opened: Callable[[], Store],
) -> None:
    empty = family.assessment()
    kept.begin(keys, empty)
    keys.close()
    store.close()
    raw(
        folder,
        "DELETE FROM migration WHERE number = 7",
        f"UPDATE answer SET line = line | 1048575, body = substr(body, 1, 36) WHERE {TAIL}",
    )
    keys = opened().unlock(PASSPHRASE)
    for assessment, already in ((begun, 5), (empty, 0)):
        assert len(kept.read_answers(keys, assessment.id)) == already
        kept.append_answer(keys, assessment.id, "more", 6)
        assert len(kept.read_answers(keys, assessment.id)) == already + 1
    keys.close()


def test_a_completion_that_was_cut_is_counted_when_it_is_carried_out(
    keys: UnlockedStore,
    store: Store,
    begun: Assessment,
    opened: Callable[[], Store],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(keys.outbox, "queue", cut)
        patched.setattr(keys.outbox.completion_files, "remove", lambda _id: None)
        with pytest.raises(KeyboardInterrupt):
            complete(keys, finished(begun, {"a": 1}), b"envelope", "svc-1")
    again = opened().unlock(PASSPHRASE)
    assert kept.get(again, begun.id).status == "completed"
    assert again.losses == ()
    again.close()


def test_a_twin_that_cannot_be_read_or_written_holds_nothing_up(
    store: Store, keys: UnlockedStore, folder: Path, begun: Assessment
) -> None:
    keys.close()
    for twin in folder.glob("tally.*"):
        twin.unlink()
        twin.mkdir()
    keys = store.unlock(PASSPHRASE)
    kept.append_answer(keys, begun.id, "a", 1)
    complete(keys, finished(begun, {"a": 1}), b"envelope", "svc-1")
    keys.close()
    assert not keys.is_open
    assert losses(store) == ()


@pytest.mark.usefixtures("all_sent")
def test_what_is_deleted_for_good_is_not_taken_for_lost(
    store: Store, keys: UnlockedStore, folder: Path, begun: Assessment, family: Family
) -> None:
    attachments.save_attachment(keys, begun.id, pictures.planted_jpeg(), "image/jpeg")
    purge.purge_assessment(keys, begun.id, "Asked for by the family, ref 114")
    assert losses(store) == ()
    purge.purge_household(store.unlock(PASSPHRASE), family.household.id, "Asked for, ref 115")
    assert losses(store) == ()
    raw(folder, "DELETE FROM purged WHERE rowid = 1")
    assert losses(store) == (DataLoss("missing", "purged", 2, 1),)


def test_a_lost_attachment_is_missed(
    store: Store, keys: UnlockedStore, folder: Path, begun: Assessment
) -> None:
    attachments.save_attachment(keys, begun.id, pictures.planted_jpeg(), "image/jpeg")
    keys.close()
    assert losses(store) == ()
    raw(folder, "DELETE FROM attachment")
    assert losses(store) == (DataLoss("missing", "attachment", 1, 0),)


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("UPDATE person SET household_id = 'elsewhere' WHERE rowid = 1", DataLoss("missing", "person", 2, 1)),
        ("UPDATE contact SET household_id = 'elsewhere'", DataLoss("missing", "contact", 1, 0)),
        ("UPDATE household SET agency = 'agency-6'", DataLoss("missing", "household", 1, 0)),
        ("UPDATE assessment SET author = 'hv-9'", DataLoss("missing", "assessment", 1, 0)),
    ],
)
def test_a_row_that_no_list_shows_is_missed(
    store: Store, keys: UnlockedStore, folder: Path, begun: Assessment, statement: str, missing: DataLoss
) -> None:
    keys.close()
    raw(folder, statement)
    assert missing in losses(store)
