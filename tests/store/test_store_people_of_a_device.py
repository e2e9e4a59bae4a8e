"""Several people on one device, tries that are counted, and getting in again with two people's help."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from assessments.crypto import sealing
from assessments.crypto.recovery import ESCROW_SIDES, RecoveryKey, make_grant, recovery_kid
from assessments.errors import (
    Damaged,
    KeyAbsent,
    KeystoreFault,
    LockedOut,
    NotFound,
    StoreFault,
    TooManyAttempts,
    UnknownFormat,
    WeakPassphrase,
    WrongPassphrase,
)
from assessments.store import RecoveryRequests, Store, UnlockedStore, people
from assessments.store import assessments as kept
from assessments.store.access.device import FileKeystore
from assessments.store.access.passphrase_policy import check_passphrase
from assessments.store.access.unlock_attempts import MAX_ATTEMPTS
from assessments.store.completion import complete
from tests.fakes import StoppedClock
from tests.store.made_up import (
    CHEAPEST,
    PASSPHRASE,
    Family,
    finished,
    list_households,
    make_family,
    read_household,
)

OTHER = "marigold teapot cinder harbour"
NEW = "lantern cobble thimble anchor"


class TwoSides:
    """The agency's and the service's recovery keys."""

    def __init__(self) -> None:
        self.private, self.public = {}, {}
        for side in ESCROW_SIDES:
            self.private[side], public = sealing.make_receive_key()
            self.public[side] = RecoveryKey(recovery_kid(public), public)

    def keep_escrow(self, store: Store, keys: UnlockedStore) -> None:
        store.save_escrow(keys, self.public["agency"], self.public["service"])

    def grants(self, recovery: RecoveryRequests, author: str = "hv-1") -> list[bytes]:
        return [make_grant(self.private[side], recovery.begin_request(author), side) for side in ESCROW_SIDES]


@pytest.fixture
def sides() -> TwoSides:
    return TwoSides()


# Several people


def test_each_person_has_their_own_words_and_records(
    store: Store, keys: UnlockedStore, family: Family
) -> None:
    people.save_household(keys, family.household, family.persons)
    colleague = store.set_up(OTHER, "agency-7", "hv-2")
    theirs = make_family()
    people.save_household(colleague, theirs.household, theirs.persons)
    assert store.authors() == ("hv-1", "hv-2")
    assert [one.id for one in list_households(keys)] == [family.household.id]
    assert [one.id for one in list_households(colleague)] == [theirs.household.id]
    for words, author in ((PASSPHRASE, "hv-2"), (OTHER, "hv-1")):
        with pytest.raises(WrongPassphrase):
            store.unlock(words, author)
    store.unlock(OTHER, "hv-2").close()


def test_a_colleague_cannot_open_a_row_for_want_of_its_key(
    store: Store, keys: UnlockedStore, family: Family
) -> None:
    """Every check of whose row it is passed by hand: the seal still holds."""
    people.save_household(keys, family.household, family.persons)
    begun = family.assessment()
    kept.begin(keys, begun)
    kept.append_answer(keys, begun.id, "wish", {"value": "a quiet house"})
    colleague = store.set_up(OTHER, "agency-7", "hv-2")
    kids = dict(store._database.rows("SELECT kid, sealed FROM content_key"))
    opened = 0
    for table in ("household", "person", "assessment"):
        for kid, sealed in store._database.rows(f"SELECT kid, body FROM {table}"):
            with pytest.raises(Damaged):
                colleague.open_row(kid, kids[kid], b"", sealed)
            opened += 1
    assert opened == 1 + len(family.persons) + 1
    # And with the right person's alias put into the colleague's own keys:
    colleague.author = keys.author
    with pytest.raises(Damaged):
        read_household(colleague, family.household.id)


def test_each_person_has_their_own_numbers_without_gaps(
    store: Store, keys: UnlockedStore, sides: TwoSides
) -> None:
    colleague = store.set_up(OTHER, "agency-7", "hv-2")
    numbers: dict[str, list[int]] = {"hv-1": [], "hv-2": []}
    for person in (keys, colleague, colleague, keys, colleague):
        sides.keep_escrow(store, person)
        family = make_family()
        people.save_household(person, family.household, family.persons)
        begun = family.assessment(author=person.author)
        kept.begin(person, begun)
        with store.completing(person) as number:
            complete(person, finished(begun, {}), b"envelope", "kid")
        numbers[person.author].append(number)
    assert numbers == {"hv-1": [1, 2], "hv-2": [1, 2, 3]}


# Words


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", "few-words"),
        ("one two three", "few-words"),
        ("a b c d", "few-words"),
        ("averyverylongpassword1", "few-words"),
        ("teapot teapot teapot teapot", "same-words"),
        ("Teapot teapot harbour anchor", "same-words"),
    ],
)
def test_weak_passphrases_are_refused_with_the_reason(words: str, reason: str) -> None:
    with pytest.raises(WeakPassphrase) as refusal:
        check_passphrase(words, "passphrase")
    assert refusal.value.code == reason


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("48213", "few-digits"),
        ("48213x", "few-digits"),
        ("٤٨٢١٣٩", "few-digits"),
        ("123456", "easy-digits"),
        ("987654", "easy-digits"),
        ("890123", "easy-digits"),
        ("111111", "easy-digits"),
        ("121212", "easy-digits"),
        ("482482", "easy-digits"),
        ("779977", "easy-digits"),
        ("150687", "date-digits"),
        ("870615", "date-digits"),
        ("15061987", "date-digits"),
    ],
)
def test_weak_pins_are_refused_with_the_reason(pin: str, reason: str) -> None:
    with pytest.raises(WeakPassphrase) as refusal:
        check_passphrase(pin, "pin")
    assert refusal.value.code == reason


def test_good_words_and_pins_are_taken() -> None:
    for words in (PASSPHRASE, OTHER, "Łódź über zażółć gęś", "crème-brûlée-à-côté"):
        check_passphrase(words, "passphrase")
    for pin in ("482139", "904718", "99318246"):
        check_passphrase(pin, "pin")


def test_a_pin_is_enough_only_where_the_system_guards_the_secret(store: Store) -> None:
    assert store.credential_kind == "passphrase"
    with pytest.raises(WeakPassphrase):
        store.set_up("482139", "agency-7", "hv-1")


def test_changing_the_words_changes_the_wrap_and_no_record(
    store: Store, keys: UnlockedStore, family: Family
) -> None:
    people.save_household(keys, family.household, family.persons)
    public = keys.sign_public
    before = store._database.rows("SELECT * FROM household")
    store.change_passphrase("hv-1", PASSPHRASE, NEW)
    with pytest.raises(WrongPassphrase):
        store.unlock(PASSPHRASE)
    again = store.unlock(NEW)
    assert again.sign_public == public
    assert read_household(again, family.household.id)[0] == family.household
    assert store._database.rows("SELECT * FROM household") == before
    with pytest.raises(WeakPassphrase):
        store.change_passphrase("hv-1", NEW, "short")
    with pytest.raises(WrongPassphrase):
        store.change_passphrase("hv-1", PASSPHRASE, OTHER)


# Tries


def test_wrong_tries_are_counted_and_say_how_many_are_left(store: Store, keys: UnlockedStore) -> None:
    for number in range(1, 6):
        with pytest.raises(WrongPassphrase) as refusal:
            store.unlock("wrong words of four")
        assert refusal.value.data == {"left": MAX_ATTEMPTS - number}
        assert store.attempt_status("hv-1").failed == number
    store.unlock(PASSPHRASE).close()
    assert store.attempt_status("hv-1").failed == 0


def fail(store: Store, clock: StoppedClock, times: int) -> None:
    for _ in range(times):
        with pytest.raises((WrongPassphrase, LockedOut)):
            store.unlock("wrong words of four")
        clock.move(hours=2)


def test_waits_grow_and_even_the_right_words_wait(
    store: Store, keys: UnlockedStore, clock: StoppedClock
) -> None:
    for failed, wait in ((6, 30), (7, 120), (8, 600), (9, 3600)):
        fail(store, clock, failed - store.attempt_status("hv-1").failed - 1)
        with pytest.raises(WrongPassphrase):
            store.unlock("wrong words of four")
        until = store.attempt_status("hv-1").wait_until
        assert until == clock.now() + timedelta(seconds=wait)
        clock.move(seconds=wait - 1)
        with pytest.raises(TooManyAttempts) as refusal:
            store.unlock(PASSPHRASE)
        assert refusal.value.data == {"until": until.isoformat()}
        assert store.attempt_status("hv-1").failed == failed
        clock.move(seconds=1)
    store.unlock(PASSPHRASE).close()


def test_a_clock_that_goes_back_does_not_lengthen_a_wait(
    store: Store, keys: UnlockedStore, clock: StoppedClock
) -> None:
    fail(store, clock, 5)
    with pytest.raises(WrongPassphrase):
        store.unlock("wrong words of four")
    clock.move(days=-3650)
    with pytest.raises(TooManyAttempts):
        store.unlock(PASSPHRASE)
    clock.move(seconds=31)
    store.unlock(PASSPHRASE).close()


def test_the_tenth_wrong_try_removes_the_secret_and_no_record(
    store: Store, keys: UnlockedStore, family: Family, clock: StoppedClock, folder: Path
) -> None:
    people.save_household(keys, family.household, family.persons)
    before = store._database.rows("SELECT * FROM person")
    fail(store, clock, MAX_ATTEMPTS - 1)
    assert (folder / "secret.hv-1.a").exists()
    with pytest.raises(LockedOut):
        store.unlock("wrong words of four")
    assert not (folder / "secret.hv-1.a").exists()
    with pytest.raises(LockedOut):
        store.unlock(PASSPHRASE)
    assert store._database.rows("SELECT * FROM person") == before
    assert store.attempt_status("hv-1").is_locked_out


def test_the_tenth_try_opens_when_it_is_right(store: Store, keys: UnlockedStore, clock: StoppedClock) -> None:
    fail(store, clock, MAX_ATTEMPTS - 1)
    store.unlock(PASSPHRASE).close()


def test_one_persons_tries_do_not_lock_out_another(
    store: Store, keys: UnlockedStore, clock: StoppedClock
) -> None:
    store.set_up(OTHER, "agency-7", "hv-2").close()
    fail(store, clock, MAX_ATTEMPTS)
    store.unlock(OTHER, "hv-2").close()


@pytest.mark.parametrize("rolled_back", ["wren.db", "fails.hv-1"])
def test_putting_back_an_old_copy_of_either_count_gives_no_guess(
    folder: Path, clock: StoppedClock, opened: Callable[[], Store], rolled_back: str
) -> None:
    first = opened()
    first.set_up(PASSPHRASE, "agency-7", "hv-1").close()
    first.close()
    old = folder.with_name("old")
    shutil.copytree(folder, old)
    for number in range(1, MAX_ATTEMPTS + 1):
        refusal = LockedOut if number == MAX_ATTEMPTS else WrongPassphrase
        with closing(Store.open(folder, clock, CHEAPEST)) as store, pytest.raises(refusal):
            store.unlock("wrong words of four")
        clock.move(hours=2)
        shutil.copy(old / rolled_back, folder / rolled_back)
    with closing(Store.open(folder, clock, CHEAPEST)) as store, pytest.raises(LockedOut):
        store.unlock(PASSPHRASE)


@pytest.mark.parametrize("place", range(16))
def test_a_damaged_count_is_never_read_as_ten(
    store: Store, keys: UnlockedStore, folder: Path, place: int
) -> None:
    with pytest.raises(WrongPassphrase):
        store.unlock("wrong words of four")
    path = folder / "fails.hv-1"
    raw = bytearray(path.read_bytes())
    raw[place] ^= 0x0A
    path.write_bytes(bytes(raw))
    assert store.attempt_status("hv-1").failed == 1
    store.unlock(PASSPHRASE).close()


def test_a_kill_between_count_and_try_costs_one_try(
    store: Store, keys: UnlockedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> bytearray:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("assessments.store.access.unlocking.open_wrap", killed)
        with pytest.raises(SystemExit):
            store.unlock(PASSPHRASE)
    assert store.attempt_status("hv-1").failed == 1


# The key store


class Moody(FileKeystore):
    """A real key store on files, that can be told not to answer."""

    kind = "system"
    silent = False

    def read(self, name: str) -> bytes | None:
        if self.silent:
            raise KeystoreFault
        return super().read(name)

    def write(self, name: str, value: bytes) -> None:
        if self.silent:
            raise KeystoreFault
        super().write(name, value)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_key_store_that_does_not_answer_is_not_an_empty_one(
    tmp_path: Path, folder: Path, clock: StoppedClock
) -> None:
    (tmp_path / "keys").mkdir()
    keystore = Moody(tmp_path / "keys")
    with closing(Store.open(folder, clock, CHEAPEST, keystore)) as store:
        assert store.credential_kind == "pin"
        store.set_up("482139", "agency-7", "hv-1").close()
    before = everything(folder) | everything(tmp_path / "keys")
    keystore.silent = True
    with pytest.raises(KeystoreFault):
        Store.open(folder, clock, CHEAPEST, keystore)
    assert everything(folder) | everything(tmp_path / "keys") == before
    keystore.silent = False
    with closing(Store.open(folder, clock, CHEAPEST, keystore)) as store:
        keystore.silent = True
        with pytest.raises(KeystoreFault):
            store.unlock("482139")
        keystore.silent = False
        assert store.attempt_status("hv-1").failed == 0
        store.unlock("482139").close()


def test_an_absent_secret_asks_for_recovery_and_counts_no_try(
    store: Store, keys: UnlockedStore, folder: Path
) -> None:
    (folder / "secret.hv-1.a").unlink()
    with pytest.raises(KeyAbsent):
        store.unlock(PASSPHRASE)
    assert store.attempt_status("hv-1").failed == 0


# Recovery


def recover(store: Store, sides: TwoSides) -> None:
    store.recovery.finish("hv-1", sides.grants(store.recovery), NEW)


def test_two_people_let_somebody_in_again_and_nothing_is_lost(
    store: Store, keys: UnlockedStore, family: Family, sides: TwoSides, clock: StoppedClock
) -> None:
    people.save_household(keys, family.household, family.persons)
    begun = family.assessment()
    kept.begin(keys, begun)
    kept.append_answer(keys, begun.id, "wish", {"value": "a quiet house"})
    sides.keep_escrow(store, keys)
    public = keys.sign_public
    keys.close()
    fail(store, clock, MAX_ATTEMPTS)
    recover(store, sides)
    with pytest.raises(WrongPassphrase):
        store.unlock(PASSPHRASE)
    again = store.unlock(NEW)
    assert again.sign_public == public
    assert read_household(again, family.household.id)[0] == family.household
    assert kept.read_answers(again, begun.id) == {"wish": {"value": "a quiet house"}}


def test_works_where_the_store_does_not_open_because_every_key_is_gone(
    store: Store, keys: UnlockedStore, family: Family, sides: TwoSides, clock: StoppedClock, folder: Path
) -> None:
    people.save_household(keys, family.household, family.persons)
    sides.keep_escrow(store, keys)
    keys.close()
    store.close()
    for name in ("device.key", "secret.hv-1.a", "fails.hv-1"):
        (folder / name).unlink()
    with pytest.raises(KeyAbsent):
        Store.open(folder, clock, CHEAPEST)
    with closing(RecoveryRequests.open(folder, clock, kdf=CHEAPEST)) as recovery:
        recovery.finish("hv-1", sides.grants(recovery), NEW)
    with closing(Store.open(folder, clock, CHEAPEST)) as opened:
        again = opened.unlock(NEW)
        assert [one.name for one in list_households(again)] == [family.household.name]
        again.close()


def test_a_request_waits_over_restarts_and_can_be_taken_back(
    store: Store, keys: UnlockedStore, sides: TwoSides, opened: Callable[[], Store]
) -> None:
    sides.keep_escrow(store, keys)
    asked = store.recovery.begin_request("hv-1")
    store.close()
    again = opened()
    assert again.recovery.pending("hv-1") == asked
    grants = sides.grants(again.recovery)
    again.recovery.cancel("hv-1")
    assert again.recovery.pending("hv-1") is None
    with pytest.raises(KeyAbsent):
        again.recovery.finish("hv-1", grants, NEW)
    assert again.recovery.begin_request("hv-1").code != asked.code
    with pytest.raises(Damaged):
        again.recovery.finish("hv-1", grants, NEW)
    again.unlock(PASSPHRASE).close()


def test_after_recovery_the_old_escrow_and_grants_open_nothing(
    store: Store, keys: UnlockedStore, sides: TwoSides
) -> None:
    sides.keep_escrow(store, keys)
    before = store.escrow("hv-1")
    grants = sides.grants(store.recovery)
    store.recovery.finish("hv-1", grants, NEW)
    assert store.escrow("hv-1") != before
    with pytest.raises(KeyAbsent):
        store.recovery.finish("hv-1", grants, OTHER)
    store.recovery.finish("hv-1", sides.grants(store.recovery), OTHER)
    store.unlock(OTHER).close()


def test_another_persons_grants_change_nothing(store: Store, keys: UnlockedStore, sides: TwoSides) -> None:
    sides.keep_escrow(store, keys)
    colleague = store.set_up(OTHER, "agency-7", "hv-2")
    sides.keep_escrow(store, colleague)
    store.recovery.begin_request("hv-1")
    theirs = sides.grants(store.recovery, "hv-2")
    with pytest.raises(Damaged):
        store.recovery.finish("hv-1", theirs, NEW)
    store.unlock(PASSPHRASE).close()
    store.unlock(OTHER, "hv-2").close()


def test_a_weak_new_passphrase_leaves_the_request_open(
    store: Store, keys: UnlockedStore, sides: TwoSides
) -> None:
    sides.keep_escrow(store, keys)
    grants = sides.grants(store.recovery)
    with pytest.raises(WeakPassphrase):
        store.recovery.finish("hv-1", grants, "short")
    store.recovery.finish("hv-1", grants, NEW)
    store.unlock(NEW).close()


def test_without_escrow_nobody_can_ask(store: Store, keys: UnlockedStore) -> None:
    with pytest.raises(NotFound) as refusal:
        store.recovery.begin_request("hv-1")
    assert refusal.value.code == "no-escrow"


def test_an_unknown_escrow_format_is_kept(store: Store, keys: UnlockedStore, sides: TwoSides) -> None:
    sides.keep_escrow(store, keys)
    with store._database.write() as driver:
        driver.execute("UPDATE escrow SET body = CAST(x'434b4539' || substr(body, 5) AS BLOB)")
    before = store._database.rows("SELECT * FROM escrow")
    with pytest.raises(UnknownFormat):
        store.recovery.begin_request("hv-1")
    assert store._database.rows("SELECT * FROM escrow") == before


# Stores from before


def test_a_store_with_one_secret_opens_as_before_and_gets_its_copy(
    folder: Path, clock: StoppedClock, opened: Callable[[], Store], sides: TwoSides
) -> None:
    """As step 1 left it: one secret under the old name, no slot, no copy of the device's key."""
    first = opened()
    first.set_up(PASSPHRASE, "agency-7", "hv-1").close()
    with first._database.write() as driver:
        driver.execute("UPDATE practitioner SET secret_slot = '', device_copy = NULL")
        driver.execute("DELETE FROM attempt")
    first.close()
    (folder / "secret.hv-1.a").rename(folder / "device.secret")
    (folder / "fails.hv-1").unlink()
    store = opened()
    keys = store.unlock(PASSPHRASE)
    assert store._database.rows("SELECT device_copy IS NULL FROM practitioner") == [(0,)]
    sides.keep_escrow(store, keys)
    recover(store, sides)
    store.unlock(NEW).close()
    assert not (folder / "device.secret").exists()


def test_a_count_can_be_kept_on_one_place_alone(
    store: Store, keys: UnlockedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFault("disk-full")

    monkeypatch.setattr(FileKeystore, "write", full)
    store.unlock(PASSPHRASE).close()
    monkeypatch.setattr("assessments.store.database.SqliteDatabase.write_lean", full)
    with pytest.raises(StoreFault):
        store.unlock(PASSPHRASE)
