"""Keys open for the right passphrase on the right device, and for nobody else."""

from __future__ import annotations

import os
import shutil
import threading
import unicodedata
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assessments.crypto import sealing
from assessments.crypto.kdf import Kdf
from assessments.errors import (
    Damaged,
    KeyAbsent,
    Locked,
    NotFound,
    StoreFault,
    UnknownFormat,
    WeakPassphrase,
    WrongPassphrase,
)
from assessments.store import Store, UnlockedStore, people
from assessments.store import assessments as kept
from tests.fakes import StoppedClock
from tests.store.made_up import (
    CHEAPEST,
    PASSPHRASE,
    Family,
    list_households,
    make_family,
    new_id,
    read_household,
)

# What only a person's own key ring has, not the ring of one assessment.
PERSONAL_KEYS = {"sign", "make_escrow", "make_content_key", "seal_for_author", "row_macs"}
PERSONAL_KEYS |= {"_udk", "_epoch", "_sign", "_integrity_key"}
ONE, OTHER, THIRD = new_id(), new_id(), new_id()


def test_a_new_folder_is_not_set_up_and_says_so(store: Store) -> None:
    assert not store.is_set_up()
    with pytest.raises(Locked) as refusal:
        store.unlock(PASSPHRASE)
    assert refusal.value.code == "not-set-up"


def test_unlocks_after_a_restart(opened: Callable[[], Store]) -> None:
    first = opened()
    made = first.set_up(PASSPHRASE, "agency-7", "hv-1")
    public = made.sign_public
    made.close()
    first.close()
    again = opened()
    assert again.is_set_up()
    keys = again.unlock(PASSPHRASE)
    assert (keys.agency, keys.author, keys.sign_public) == ("agency-7", "hv-1", public)
    assert sealing.verify(public, b"statement", keys.sign(b"statement"))


@pytest.mark.parametrize("other", ["kettle-orchard-violet-trai", PASSPHRASE + " ", PASSPHRASE.upper(), ""])
def test_refuses_a_wrong_passphrase(keys: UnlockedStore, store: Store, other: str) -> None:
    with pytest.raises(WrongPassphrase):
        store.unlock(other)


def test_refuses_weak_words(store: Store) -> None:
    with pytest.raises(WeakPassphrase) as refusal:
        store.set_up("elevenchars", "agency-7", "hv-1")
    assert refusal.value.code == "few-words"
    assert not store.is_set_up()


def test_the_same_words_typed_on_another_keyboard_unlock(store: Store) -> None:
    composed = "crème-brûlée-à-côté"
    store.set_up(unicodedata.normalize("NFD", composed), "agency-7", "hv-1").close()
    store.unlock(composed).close()


def test_an_alias_is_taken_once(keys: UnlockedStore, store: Store) -> None:
    with pytest.raises(StoreFault) as refusal:
        store.set_up("another long set of words", "agency-7", "hv-1")
    assert refusal.value.code == "alias-taken"
    store.unlock(PASSPHRASE).close()


def test_closed_keys_open_nothing(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    begun = family.assessment()
    kept.begin(keys, begun)
    keys.close()
    for call in (
        lambda: keys.sign(b"statement"),
        lambda: read_household(keys, family.household.id),
        lambda: people.save_record(keys, family.persons[0]),
        lambda: kept.append_answer(keys, begun.id, "wish", {"value": "yes"}),
        lambda: kept.get(keys, begun.id),
        lambda: kept.begin(keys, family.assessment()),
    ):
        with pytest.raises(Locked):
            call()
    assert not keys.is_open
    assert repr(keys) == "<UnlockedStore closed>"


def test_closing_wipes_every_key(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household)
    ring = keys.keys
    buffers = [ring._udk, ring._sign, ring._epoch, *ring._content_keys.values()]
    assert all(any(buffer) for buffer in buffers)
    keys.close()
    assert all(buffer == bytes(32) for buffer in buffers)
    assert not ring._content_keys


def test_closing_during_a_save_never_seals_under_a_wiped_key(
    keys: UnlockedStore, store: Store, family: Family
) -> None:
    people.save_household(keys, family.household)
    begun = family.assessment()
    kept.begin(keys, begun)
    said: list[int] = []

    def answer() -> None:
        try:
            while True:
                said.append(kept.append_answer(keys, begun.id, "wish", {"value": "a quiet house"}))
        except Locked:
            return

    writer = threading.Thread(target=answer)
    writer.start()
    while len(said) < 20:
        pass
    keys.close()
    writer.join(20)
    again = store.unlock(PASSPHRASE)
    assert len(kept.read_answer_log(again, begun.id)) == len(said)
    again.close()


def test_another_persons_keys_open_nothing_of_this_one(
    tmp_path: Path, folder: Path, clock: StoppedClock, keys: UnlockedStore, family: Family
) -> None:
    people.save_household(keys, family.household, family.persons)
    with closing(Store.open(tmp_path / "other", clock, CHEAPEST)) as other:
        theirs = other.set_up(PASSPHRASE, "agency-7", "hv-1")
        with keys.database.read() as driver:
            rows = driver.execute("SELECT * FROM household").fetchall()
            wraps = driver.execute("SELECT * FROM content_key").fetchall()
        with other._database.write() as driver:
            driver.executemany("INSERT INTO content_key VALUES (?, ?, ?)", [tuple(row) for row in wraps])
            driver.executemany("INSERT INTO household VALUES (?, ?, ?, ?, ?, ?, ?)", [tuple(r) for r in rows])
        found = list_households(theirs)
        assert list(found) == []
        assert [one.id for one in found.unreadable] == [family.household.id]
        with pytest.raises(Damaged):
            read_household(theirs, family.household.id)
        theirs.close()


def test_a_copied_database_cannot_be_tried_on_another_device(
    tmp_path: Path, folder: Path, clock: StoppedClock, opened: Callable[[], Store]
) -> None:
    first = opened()
    first.set_up(PASSPHRASE, "agency-7", "hv-1").close()
    first.close()
    stolen = tmp_path / "stolen"
    shutil.copytree(folder, stolen)
    (stolen / "secret.hv-1.a").write_bytes(os.urandom(32))
    with closing(Store.open(stolen, clock, CHEAPEST)) as store, pytest.raises(WrongPassphrase):
        store.unlock(PASSPHRASE)


@pytest.mark.parametrize("fault", ["missing", "short"])
def test_a_missing_or_short_key_is_named_and_never_replaced(
    folder: Path, clock: StoppedClock, opened: Callable[[], Store], fault: str
) -> None:
    opened().close()
    path = folder / "device.key"
    if fault == "missing":
        path.rename(folder / "elsewhere")
    else:
        path.write_bytes(b"short")
    with pytest.raises(Damaged if fault == "short" else KeyAbsent) as refusal:
        Store.open(folder, clock, CHEAPEST)
    assert refusal.value.data["part"] == "device.key"
    assert not path.exists() if fault == "missing" else path.read_bytes() == b"short"


def test_another_devices_key_file_is_noticed_on_opening(
    folder: Path, clock: StoppedClock, opened: Callable[[], Store]
) -> None:
    opened().close()
    (folder / "device.key").write_bytes(os.urandom(32))
    with pytest.raises(Damaged):
        Store.open(folder, clock, CHEAPEST)


def test_a_damaged_wrap_is_not_called_a_wrong_passphrase(keys: UnlockedStore, store: Store) -> None:
    ((wrap,),) = store._database.rows("SELECT wrap FROM practitioner")
    for place in range(0, len(wrap), 7):
        changed = bytearray(wrap)
        changed[place] ^= 1
        _put_wrap(store, bytes(changed))
        with pytest.raises(Damaged):
            store.unlock(PASSPHRASE)
    _put_wrap(store, wrap)
    store.unlock(PASSPHRASE).close()


def test_a_wrap_that_asks_for_too_much_memory_is_refused(keys: UnlockedStore, store: Store) -> None:
    ((wrap,),) = store._database.rows("SELECT wrap FROM practitioner")
    hostile = bytearray(wrap[:-8])
    hostile[4:17] = Kdf(1, 64 * 1024 * 1024, 3, 1).header()
    _put_wrap(store, bytes(hostile) + sealing.digest(bytes(hostile))[:8])
    with pytest.raises(UnknownFormat):
        store.unlock(PASSPHRASE)


def _put_wrap(store: Store, wrap: bytes) -> None:
    with store._database.write() as driver:
        driver.execute("UPDATE practitioner SET wrap = ?", (wrap,))


def test_the_device_signs_while_locked(opened: Callable[[], Store]) -> None:
    first = opened()
    device_id = first.device.device_id
    first.close()
    again = opened()
    assert again.device.device_id == device_id
    assert sealing.verify(again.device.sign_public, b"request", again.device.sign(b"request"))


def test_settings_open_while_locked_and_do_not_lie_in_clear(
    folder: Path, opened: Callable[[], Store]
) -> None:
    store = opened()
    assert store.settings.get("service-url") is None
    store.settings.put("service-url", "http://first.example")
    store.settings.put("service-url", "http://second.example/żółw")
    store.close()
    again = opened()
    assert again.settings.get("service-url") == "http://second.example/żółw"
    assert b"second.example" not in (folder / "wren.db").read_bytes()


def test_a_setting_moved_to_another_name_is_refused(store: Store) -> None:
    store.settings.put("service-kid", "svc-1")
    with store._database.write() as driver:
        driver.execute("UPDATE setting SET name = 'role'")
    with pytest.raises(Damaged):
        store.settings.get("role")


def test_the_folder_and_its_files_are_for_their_owner_only(
    folder: Path, keys: UnlockedStore, family: Family
) -> None:
    people.save_household(keys, family.household)
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path.name


def test_nothing_about_a_person_prints(keys: UnlockedStore, store: Store, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    found = list_households(keys)
    shown = [
        store,
        keys,
        store.device,
        keys.database,
        found,
        read_household(keys, family.household.id),
    ]
    assert "Quillfeather" not in repr(shown)
    assert "Marrowby" not in repr(shown)


def test_two_folders_never_share_a_key(tmp_path: Path, clock: StoppedClock) -> None:
    with (
        closing(Store.open(tmp_path / "a", clock, CHEAPEST)) as one,
        closing(Store.open(tmp_path / "b", clock, CHEAPEST)) as two,
    ):
        first = one.set_up(PASSPHRASE, "agency-7", "hv-1")
        second = two.set_up(PASSPHRASE, "agency-7", "hv-1")
        assert first.sign_public != second.sign_public
        assert one.device.device_id != two.device.device_id
        people.save_household(first, make_family().household)
        assert list_households(second) == []


def test_narrow_keys_add_to_one_assessment_and_open_nothing_else(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    people.save_record(keys, family.contact)
    one, other = family.assessment(id=ONE), family.assessment(id=OTHER)
    kept.begin(keys, one)
    kept.begin(keys, other)
    kept.append_answer(keys, OTHER, "day-wake", "another child's words")
    narrow = kept.unlock_assessment(keys, ONE)
    keys.close()
    kept.append_answer(narrow, ONE, "day-wake", "said in a child's turn")
    for wanted in (
        lambda: kept.append_answer(narrow, OTHER, "day-wake", "x"),
        lambda: kept.read_answers(narrow, OTHER),
        lambda: read_household(narrow, family.household.id),
    ):
        with pytest.raises(Locked):
            wanted()
    assert set(dir(keys.keys)) >= PERSONAL_KEYS
    assert not PERSONAL_KEYS & (set(dir(narrow)) | set(dir(narrow.keys)))
    with pytest.raises(AttributeError, match="create_content_key"):
        kept.begin(narrow, family.assessment(id=THIRD))
    with pytest.raises(NotFound):
        kept.get(keys, THIRD)
    narrow.close()
    with pytest.raises(Locked):
        kept.append_answer(narrow, ONE, "day-wake", "after it was wiped")


def test_what_narrow_keys_added_is_read_with_the_persons_own(
    store: Store, keys: UnlockedStore, family: Family
) -> None:
    people.save_household(keys, family.household, family.persons)
    people.save_record(keys, family.contact)
    kept.begin(keys, family.assessment(id=ONE))
    narrow = kept.unlock_assessment(keys, ONE)
    keys.close()
    kept.append_answer(narrow, ONE, "day-wake", "said in a child's turn")
    narrow.close()
    again = store.unlock(PASSPHRASE)
    assert kept.read_answers(again, ONE) == {"day-wake": "said in a child's turn"}
    again.close()


def test_a_finished_assessment_is_not_narrowed_to(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons)
    people.save_record(keys, family.contact)
    kept.begin(keys, family.assessment(id=ONE))
    kept.stop(keys, ONE)
    with pytest.raises(StoreFault):
        kept.unlock_assessment(keys, ONE)
