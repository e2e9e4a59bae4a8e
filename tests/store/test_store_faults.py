"""Damage, a full disk, many threads: each ends in a named refusal, and nothing is lost."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sqlite3
import struct
import subprocess
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assessments.casework.records import Assessment
from assessments.errors import Damaged, DiskFull, StoreFault
from assessments.store import Store, UnlockedStore, database, people
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.completion_files import unpack_completion
from assessments.store.database import WAL_PREALLOCATED_BYTES, SqliteDatabase, translate_errors
from tests.fakes import StoppedClock
from tests.faults.full_disk import PLENTY, _mount
from tests.store.made_up import CHEAPEST, PASSPHRASE, Family, finished, list_households


@pytest.fixture
def begun(keys: UnlockedStore, family: Family) -> Assessment:
    people.save_household(keys, family.household, family.persons)
    assessment = family.assessment()
    kept.begin(keys, assessment)
    return assessment


def test_settings_are_read_back(store: Store) -> None:
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "temp_store": 2,
        "busy_timeout": 5000,
    }
    opened = store._database
    with opened.read() as reader, opened.write() as writer:
        for driver in (reader, writer):
            for name, value in expected.items():
                assert driver.execute(f"PRAGMA {name}").fetchone() == (value,), name


def test_a_setting_that_does_not_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database._PRAGMAS, "synchronous", ("NORMAL", 2))
    with pytest.raises(StoreFault) as refusal:
        SqliteDatabase(tmp_path / "wren.db")
    assert (refusal.value.code, refusal.value.data) == ("store-setting", {"setting": "synchronous"})


def test_a_file_that_opens_for_reading_only_is_refused_before_anything_is_typed(
    folder: Path, store: Store
) -> None:
    reading = sqlite3.connect(f"file:{folder / 'wren.db'}?mode=ro", uri=True, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        database._require_writable(reading)
    reading.close()
    database._require_writable(store._database._driver)


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_damaged_page_is_named_and_the_file_is_left_alone(
    folder: Path, clock: StoppedClock, store: Store, keys: UnlockedStore, begun: Assessment
) -> None:
    for number in range(200):
        kept.append_answer(keys, begun.id, f"item-{number}", {"value": "x" * 300})
    store.close()
    path = folder / "wren.db"
    whole = path.read_bytes()
    page_bytes = int.from_bytes(whole[16:18], "big")
    pages = len(whole) // page_bytes
    noticed = 0
    for page in range(1, pages):
        changed = bytearray(whole)
        changed[page * page_bytes : page * page_bytes + 64] = b"\xa5" * 64
        path.write_bytes(changed)
        before = _snapshot(folder)
        try:
            Store.open(folder, clock, CHEAPEST).close()
        except Damaged:
            noticed += 1
        else:
            continue  # a page whose first bytes are not structure: its rows are refused when read
        assert _snapshot(folder) == before
    assert noticed > pages // 2
    path.write_bytes(whole)
    again = Store.open(folder, clock, CHEAPEST)
    assert len(kept.read_answers(again.unlock(PASSPHRASE), begun.id)) == 200
    again.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"\x00" * 8192, b""])
def test_what_is_not_a_database_is_refused_and_left_alone(
    folder: Path, clock: StoppedClock, opened: Callable[[], Store], content: bytes
) -> None:
    opened().close()
    (folder / "wren.db").write_bytes(content)
    with pytest.raises(Damaged):
        Store.open(folder, clock, CHEAPEST)
    assert (folder / "wren.db").read_bytes() == content


def test_a_vanished_database_is_not_replaced_by_an_empty_one(
    folder: Path, clock: StoppedClock, opened: Callable[[], Store]
) -> None:
    opened().close()
    (folder / "wren.db").unlink()
    with pytest.raises(Damaged) as refusal:
        Store.open(folder, clock, CHEAPEST)
    assert refusal.value.data == {"part": "wren.db", "missing": True}
    assert not (folder / "wren.db").exists()


def test_a_start_that_was_cut_is_carried_on(folder: Path, clock: StoppedClock) -> None:
    from assessments.store.migrations import migrate

    folder.mkdir()
    database = SqliteDatabase(folder / "wren.db")
    migrate(database)
    database.close()
    (folder / "device.key").write_bytes(b"half")
    store = Store.open(folder, clock, CHEAPEST)
    store.set_up(PASSPHRASE, "agency-7", "hv-1").close()
    store.close()


def test_a_first_start_whose_first_page_did_not_reach_the_disk_is_carried_on(
    folder: Path, opened: Callable[[], Store]
) -> None:
    folder.mkdir()
    (folder / "wren.db").write_bytes(bytes(4096))
    # SQLite's own note that the file was empty before: no pages, sectors of 512, pages of 4096 bytes.
    note = bytes.fromhex("d9d505f920a163d7") + struct.pack(">5I", 0, 1, 0, 512, 4096)
    (folder / "wren.db-journal").write_bytes(note.ljust(512, b"\x00"))
    opened().set_up(PASSPHRASE, "agency-7", "hv-1").close()


def test_a_full_disk_is_named_and_nothing_is_lost(
    keys: UnlockedStore, store: Store, begun: Assessment
) -> None:
    said = {}
    kept.append_answer(keys, begun.id, "first", 1)
    said["first"] = 1
    driver = store._database._driver
    (pages,) = driver.execute("PRAGMA page_count").fetchone()
    driver.execute(f"PRAGMA max_page_count = {pages + 3}")
    refused = 0
    for number in range(40):
        try:
            kept.append_answer(keys, begun.id, f"item-{number}", "y" * 2000)
        except DiskFull:
            refused += 1
        else:
            said[f"item-{number}"] = "y" * 2000
    assert refused
    done = finished(begun, dict(said))
    with pytest.raises(DiskFull):
        complete(keys, done, b"envelope" * 4000, "svc-1")
    assert kept.read_answers(keys, begun.id) == said
    assert keys.outbox.entries() == []
    assert keys.outbox.completion_files.ids() == set()
    driver.execute("PRAGMA max_page_count = 1073741823")
    kept.append_answer(keys, begun.id, "later", 2)
    assert kept.read_answers(keys, begun.id) == {**said, "later": 2}
    complete(keys, done, b"envelope" * 4000, "svc-1")
    assert kept.get(keys, begun.id) == done


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a disk that is always full")
def test_a_full_disk_under_the_second_copy_completes_nothing(
    keys: UnlockedStore, begun: Assessment, folder: Path
) -> None:
    part = folder / "outbox" / f"{begun.id}.part"
    part.symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        complete(keys, finished(begun, {}), b"envelope", "svc-1")
    assert kept.get(keys, begun.id).status == "in-progress"
    assert not part.is_symlink()
    assert complete(keys, finished(begun, {}), b"envelope", "svc-1").state == "waiting"


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.ENOSPC, DiskFull, "disk-full"),
        (errno.EDQUOT, DiskFull, "disk-full"),
        (errno.EIO, StoreFault, "store-fault"),
        (errno.EACCES, StoreFault, "store-fault"),
    ],
)
def test_the_disks_own_errors_are_translated(number: int, kind: type[StoreFault], code: str) -> None:
    with pytest.raises(kind) as refusal, translate_errors():
        raise OSError(number, "words of the system", "/home/somebody")
    assert refusal.value.code == code
    assert "somebody" not in str(refusal.value) + str(refusal.value.data)


def test_a_locked_database_is_named_as_busy(keys: UnlockedStore, folder: Path, begun: Assessment) -> None:
    keys.database._driver.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(folder / "wren.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreFault) as refusal:
        kept.append_answer(keys, begun.id, "a", 1)
    assert refusal.value.code == "store-busy"
    other.execute("ROLLBACK")
    other.close()
    assert kept.append_answer(keys, begun.id, "a", 1) == 1


def test_a_refused_row_does_not_print_its_values(
    keys: UnlockedStore, begun: Assessment, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreFault) as refusal, keys.database.write() as driver:
        driver.execute("INSERT INTO setting VALUES (?, ?)", ("planted-word", None))
    assert refusal.value.code == "row-refused"
    shown = "".join(traceback.format_exception(refusal.value)) + caplog.text
    assert "planted-word" not in shown


def test_a_closed_store_says_so(store: Store, keys: UnlockedStore, begun: Assessment) -> None:
    store.close()
    store.close()
    for call in (lambda: kept.append_answer(keys, begun.id, "a", 1), lambda: kept.get(keys, begun.id)):
        with pytest.raises(StoreFault) as refusal:
            call()
        assert refusal.value.code == "store-closed"


def test_eight_threads_write_and_read_at_once(keys: UnlockedStore, family: Family, begun: Assessment) -> None:
    others = [family.assessment() for _ in range(4)]
    for one in others:
        kept.begin(keys, one)
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            mine = others[number % 4]
            for turn in range(25):
                kept.append_answer(keys, mine.id, f"{number}-{turn}", turn)
                assert kept.read_answers(keys, mine.id)[f"{number}-{turn}"] == turn
                assert len(list_households(keys)) == 1
        except BaseException as fault:  # whatever it was, the test shows it
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    for one in others:
        lines = kept.read_answer_log(keys, one.id)
        assert [line.sequence for line in lines] == list(range(1, 51))


def test_a_line_that_was_not_kept_leaves_no_gap(keys: UnlockedStore, folder: Path, begun: Assessment) -> None:
    kept.append_answer(keys, begun.id, "a", 1)
    with pytest.raises(TypeError):
        kept.append_answer(keys, begun.id, "a", object())
    assert kept.append_answer(keys, begun.id, "a", 2) == 2
    assert kept.read_answers(keys, begun.id) == {"a": 2}


def test_there_is_room_in_the_log_before_the_first_answer(
    opened: Callable[[], Store], folder: Path, keys: UnlockedStore, begun: Assessment
) -> None:
    log = folder / "wren.db-wal"
    assert log.stat().st_size == WAL_PREALLOCATED_BYTES
    for number in range(50):
        kept.append_answer(keys, begun.id, "a", number)
    assert log.stat().st_size == WAL_PREALLOCATED_BYTES
    # A second opening, while the log is full of answers, takes nothing from it.
    second = opened().unlock(PASSPHRASE)
    assert kept.read_answers(second, begun.id) == {"a": 49}
    second.close()


def test_room_for_answers_to_come_is_never_taken_from_what_is_written_now(
    folder: Path, clock: StoppedClock, family: Family
) -> None:
    folder.mkdir()
    if not _mount(folder, PLENTY):
        pytest.skip("needs a small disk: root on Linux")
    try:
        store = Store.open(folder, clock, CHEAPEST)
        keys = store.set_up(PASSPHRASE, "agency-7", "hv-1")
        people.save_household(keys, family.household, family.persons)
        begun = family.assessment()
        kept.begin(keys, begun)
        keys.close()
        store.close()
        held = sum(-(-path.stat().st_size // 4096) + 1 for path in folder.rglob("*")) * 4096
        # Enough for a record of some 200 kB in its three places, and not for a megabyte of zeros beside it.
        _mount(folder, held + WAL_PREALLOCATED_BYTES + 200_000, again=True)
        store = Store.open(folder, clock, CHEAPEST)
        keys = store.unlock(PASSPHRASE)
        assert (folder / "wren.db-wal").stat().st_size < WAL_PREALLOCATED_BYTES
        kept.append_answer(keys, begun.id, "a", 1)
        complete(keys, finished(begun, {"a": 1}), b"envelope" * 30_000, "svc-1")
        keys.close()
        # With room enough the log is filled.
        _mount(folder, PLENTY, again=True)
        store._database.preallocate_wal()
        assert (folder / "wren.db-wal").stat().st_size >= WAL_PREALLOCATED_BYTES
        store.close()
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_copy_taken_while_open_is_read_to_the_last_answer(
    keys: UnlockedStore, folder: Path, begun: Assessment, tmp_path: Path, clock: StoppedClock
) -> None:
    kept.append_answer(keys, begun.id, "a", 1)
    copied = tmp_path / "copied"
    shutil.copytree(folder, copied, ignore=shutil.ignore_patterns("*-shm"))
    store = Store.open(copied, clock, CHEAPEST)
    again = store.unlock(PASSPHRASE)
    assert kept.read_answers(again, begun.id) == {"a": 1}
    again.close()
    store.close()


def test_two_open_stores_on_one_folder_see_each_other(
    keys: UnlockedStore, opened: Callable[[], Store], begun: Assessment
) -> None:
    second = opened().unlock(PASSPHRASE)
    assert kept.append_answer(keys, begun.id, "a", 1) == 1
    assert kept.append_answer(second, begun.id, "b", 2) == 2
    assert kept.append_answer(keys, begun.id, "c", 3) == 3
    assert kept.read_answers(second, begun.id) == {"a": 1, "b": 2, "c": 3}
    complete(second, finished(begun, {}), b"envelope", "svc-1")
    with pytest.raises(StoreFault) as refusal:
        kept.append_answer(keys, begun.id, "d", 4)
    assert refusal.value.code == "already-completed"
    assert len(kept.read_answer_log(second, begun.id)) == 3
    second.close()


def _completed(keys: UnlockedStore, family: Family) -> Assessment:
    people.save_household(keys, family.household)
    assessment = family.assessment()
    kept.begin(keys, assessment)
    done = finished(assessment, {"a": 1})
    complete(keys, done, b"envelope", "svc-1")
    return done


def test_a_lost_second_copy_is_written_again(
    keys: UnlockedStore, family: Family, folder: Path, opened: Callable[[], Store]
) -> None:
    done = _completed(keys, family)
    path = folder / "outbox" / f"{done.id}.sealed"
    before = unpack_completion(path.read_bytes())
    path.unlink()
    opened()
    # The tally and the last line are for a completion that was cut: this one is in its rows.
    assert unpack_completion(path.read_bytes()) == replace(before, integrity_count=b"", last_line=0)


def test_a_completion_cut_before_its_commit_is_carried_out(
    keys: UnlockedStore, family: Family, opened: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    people.save_household(keys, family.household)
    assessment = family.assessment()
    kept.begin(keys, assessment)
    kept.save_item_drafts(keys, assessment.id, {"page": 1})
    done = finished(assessment, {"a": 1})

    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        # The power goes after the copy is named: neither the commit nor the taking back happens.
        patched.setattr(keys.outbox, "queue", cut)
        patched.setattr(keys.outbox.completion_files, "remove", lambda _id: None)
        with pytest.raises(KeyboardInterrupt):
            complete(keys, done, b"envelope", "svc-1")
    assert kept.get(keys, assessment.id).status == "in-progress"
    again = opened()
    (entry,) = again.outbox.entries()
    assert (entry.id, entry.state, again.outbox.envelope(entry.id)) == (done.id, "waiting", b"envelope")
    unlocked = again.unlock(PASSPHRASE)
    assert kept.get(unlocked, done.id) == done
    assert kept.read_item_drafts(unlocked, done.id) is None
    with pytest.raises(StoreFault):
        complete(unlocked, done, b"other bytes", "svc-1")
    unlocked.close()


def test_a_damaged_envelope_is_read_from_its_second_copy(keys: UnlockedStore, family: Family) -> None:
    done = _completed(keys, family)
    with keys.database.write() as driver:
        driver.execute("UPDATE outbox_entry SET envelope = x'00'")
    assert keys.outbox.envelope(done.id) == b"envelope"


def test_both_copies_of_an_envelope_gone_stops_that_entry_and_not_the_store(
    keys: UnlockedStore, family: Family, opened: Callable[[], Store]
) -> None:
    done = _completed(keys, family)
    with keys.database.write() as driver:
        driver.execute("UPDATE outbox_entry SET envelope = x'00'")
    keys.outbox.completion_files.remove(done.id)
    again = opened()
    with pytest.raises(Damaged):
        again.outbox.envelope(done.id)
    unlocked = again.unlock(PASSPHRASE)
    assert kept.get(unlocked, done.id) == done
    unlocked.close()


def test_an_unreadable_copy_is_kept_and_counted(folder: Path, opened: Callable[[], Store]) -> None:
    opened().close()
    stray = folder / "outbox" / "0f5e.sealed"
    stray.write_bytes(b"CKO9 something from the future")
    assert opened().unreadable_completions == 1
    assert stray.exists()


def test_half_written_copies_are_swept(folder: Path, opened: Callable[[], Store]) -> None:
    opened().close()
    part = folder / "outbox" / "0f5e.part"
    part.write_bytes(b"half")
    assert opened().outbox.entries() == []
    assert not part.exists()
