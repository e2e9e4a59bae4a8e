"""What is deleted for good is nowhere, opens with nothing, and leaves only a note that it was done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assessments.casework.casework_records import Incident
from assessments.crypto import sealing
from assessments.errors import Damaged, Locked, NotFound, StoreFault
from assessments.ports import Outcome
from assessments.store import Store, UnlockedStore, people, purge
from assessments.store import assessments as kept
from assessments.store.access.practitioner import key_context
from assessments.store.attachments import attachments
from assessments.store.attachments.metadata_stripping import STROKES_MEDIA_TYPE
from assessments.store.completion import complete
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.leaks.scan import leaks
from tests.store.made_up import (
    CHEAPEST,
    PASSPHRASE,
    Family,
    finished,
    list_households,
    make_family,
    new_id,
    read_household,
)
from tests.store.test_store_kill import run_and_kill

REASON = "Asked for by the family of Quillfeather"


# What has a drawing, a relationship or an earlier revision is refused until they travel, and so is unfinished
# work. What happens to their rows once they may be deleted is tried as if they did.
everything_travels = pytest.mark.usefixtures("all_sent")


@pytest.fixture
def unlocked(store: Store) -> Callable[[], UnlockedStore]:
    return lambda: store.unlock(PASSPHRASE)


def _filled(keys: UnlockedStore, family: Family, *, done: bool = True, sent: bool = True) -> str:
    """A household with one assessment that has everything an assessment can have."""
    people.save_household(keys, family.household, family.persons, family.relationships)
    people.save_record(keys, family.contact)
    # Corrected, so that there is something earlier of each.
    people.save_household(keys, family.household, family.persons, family.relationships)
    people.save_record(keys, family.contact)
    begun = family.assessment()
    kept.begin(keys, begun)
    for number in range(40):
        kept.append_answer(keys, begun.id, "wish", {"value": f"cupboard {number}" * 9})
    kept.save_item_drafts(keys, begun.id, {"page": 3})
    attachments.save_attachment(keys, begun.id, b"[1, 2]", STROKES_MEDIA_TYPE)
    if done:
        complete(keys, finished(begun, {"wish": 1}), sealing.make_random(3000), "svc-1")
        if sent:
            keys.outbox.record_outcomes([Outcome(begun.id, "stored", receipt=b"signed")], keys.now())
    return begun.id


def _ciphertexts(keys: UnlockedStore, folder: Path, assessment_id: str) -> list[bytes]:
    """A piece out of the middle of everything sealed that is kept of an assessment."""
    rows = keys.database.rows
    ((number, kid),) = rows("SELECT number, kid FROM assessment WHERE id = ?", (assessment_id,))
    found = rows("SELECT sealed FROM content_key WHERE kid = ?", (kid,))
    found += rows("SELECT body FROM assessment WHERE id = ?", (assessment_id,))
    found += rows("SELECT body FROM answer WHERE line >> 20 = ?", (number,))
    for table, column in (("place", "body"), ("completion", "body"), ("attachment", "body")):
        found += rows(f"SELECT {column} FROM {table} WHERE assessment_id = ?", (assessment_id,))
    found += rows("SELECT envelope FROM outbox_entry WHERE id = ?", (assessment_id,))
    for made in attachments.list_attachments(keys, assessment_id):
        found.append(((folder / "attachments" / f"{made.id}.bin").read_bytes(),))
    # The end of a list of answers is filled up with zeros.
    whole = [raw.rstrip(b"\0") for (raw,) in found]
    return [raw[len(raw) // 2 :][:24] for raw in whole]


def _left(folder: Path, pieces: list[bytes]) -> list[str]:
    files = [(path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    return [name for name, content in files if any(piece in content for piece in pieces)]


@everything_travels
@pytest.mark.parametrize("done", [True, False])
def test_nothing_of_it_is_left_in_any_file(
    folder: Path, keys: UnlockedStore, family: Family, opened: Callable[[], Store], done: bool
) -> None:
    gone = _filled(keys, family, done=done)
    stays = _filled(keys, make_family())
    pieces = _ciphertexts(keys, folder, gone)
    assert len(pieces) >= 45
    assert "wren.db" in " ".join(_left(folder, pieces))
    purge.purge_assessment(keys, gone, REASON)
    assert _left(folder, pieces) == []
    again = opened()
    assert _left(folder, pieces) == []
    held = again.unlock(PASSPHRASE)
    with pytest.raises(NotFound):
        kept.get(held, gone)
    assert kept.get(held, stays).answers == {"wish": 1}
    assert [
        attachments.read_attachment(held, one.id) for one in attachments.list_attachments(held, stays)
    ] == [b"[1, 2]"]
    assert again.unreadable_completions == 0
    assert [entry.id for entry in again.outbox.entries()] == [stays]


@everything_travels
def test_a_remnant_of_the_deleted_key_opens_with_nothing_that_is_still_used(
    keys: UnlockedStore, family: Family, unlocked: Callable[[], UnlockedStore]
) -> None:
    gone = _filled(keys, family)
    ((kid, wrap),) = keys.database.rows(
        "SELECT k.kid, k.sealed FROM content_key AS k JOIN assessment USING (kid)"
    )
    before = keys.keys.epoch_kid
    purge.purge_assessment(keys, gone, REASON)
    held = unlocked()
    for epoch_kid in (before, held.keys.epoch_kid):
        with pytest.raises(Damaged):
            sealing.open_sealed(
                held.keys._epoch, wrap, key_context("cek", held.keys.device_id, held.author, epoch_kid, kid)
            )


@everything_travels
def test_leaves_a_note_of_when_by_whom_and_why(
    keys: UnlockedStore,
    family: Family,
    unlocked: Callable[[], UnlockedStore],
    clock: StoppedClock,
    folder: Path,
) -> None:
    gone = _filled(keys, family)
    (stub,) = purge.purge_assessment(keys, gone, REASON)
    held = unlocked()
    assert list(purge.list_tombstones(held)) == [stub]
    assert (stub.id, stub.kind, stub.at, stub.author) == (gone, "assessment", clock.now(), "hv-1")
    assert stub.reason == REASON
    assert leaks([folder], ["Quillfeather"]) == []


@everything_travels
@pytest.mark.parametrize("column", ["kind", "at", "author", "id"])
def test_a_changed_note_is_not_believed(
    keys: UnlockedStore, family: Family, unlocked: Callable[[], UnlockedStore], column: str
) -> None:
    purge.purge_assessment(keys, _filled(keys, family), REASON)
    held = unlocked()
    with held.database.write() as driver:
        driver.execute(f"UPDATE purged SET {column} = '2020-01-01T00:00:00Z'")
    found = purge.list_tombstones(held)
    assert list(found) == []
    assert bool(found.unreadable) == (column != "author")


@everything_travels
def test_a_household_goes_with_everyone_and_everything(
    folder: Path, keys: UnlockedStore, family: Family, unlocked: Callable[[], UnlockedStore]
) -> None:
    first, second = _filled(keys, family), _filled(keys, family, done=False)
    other = make_family()
    stays = _filled(keys, other)
    pieces = [piece for one in (first, second) for piece in _ciphertexts(keys, folder, one)]
    for name in ("person", "earlier"):
        sealed = keys.database.rows(f"SELECT body FROM {name} WHERE household_id = ?", (family.household.id,))
        assert len(sealed) >= 2
        pieces += [body[-48:-24] for (body,) in sealed]
    stubs = purge.purge_household(keys, family.household.id, REASON)
    assert {(stub.id, stub.kind) for stub in stubs} == {
        (first, "assessment"),
        (second, "assessment"),
        (family.household.id, "household"),
    }
    assert _left(folder, pieces) == []
    held = unlocked()
    assert held.losses == ()
    assert list(people.read_revisions(held, family.household.id)) == []
    assert people.read_revisions(held, other.household.id)
    assert [one.id for one in list_households(held)] == [other.household.id]
    assert [one.id for one in list_summaries(held)] == [stays]
    assert len(purge.list_tombstones(held)) == 3
    used = "SELECT kid FROM household UNION SELECT kid FROM assessment UNION SELECT kid FROM purged"
    assert set(held.database.rows("SELECT kid FROM content_key")) == set(held.database.rows(used))


@pytest.mark.parametrize("whole", [True, False])
def test_finished_work_that_was_not_sent_is_refused(
    folder: Path, keys: UnlockedStore, family: Family, whole: bool
) -> None:
    waits = _filled(keys, family, sent=False)
    _filled(keys, family)
    before = keys.database.rows("SELECT * FROM content_key")
    delete, record_id = (
        (purge.purge_household, family.household.id) if whole else (purge.purge_assessment, waits)
    )
    with pytest.raises(StoreFault) as refusal:
        delete(keys, record_id, REASON)
    assert refusal.value.code == "not-sent-yet"
    assert refusal.value.data["unsent"]["waiting"] == 1
    assert keys.database.rows("SELECT * FROM content_key") == before
    assert len(list((folder / "attachments").iterdir())) == 2
    assert keys.outbox.completion_files.ids() >= {waits}
    assert kept.get(keys, waits).answers == {"wish": 1}


def _send_one(keys: UnlockedStore, family: Family, *, drawn: bool = False) -> str:
    begun = family.assessment(subject_id=family.persons[0].id)
    kept.begin(keys, begun)
    if drawn:
        attachments.save_attachment(keys, begun.id, b"[1, 2]", STROKES_MEDIA_TYPE)
    complete(keys, finished(begun, {"wish": 1}), sealing.make_random(3000), "svc-1")
    keys.outbox.record_outcomes([Outcome(begun.id, "stored", receipt=b"signed")], keys.now())
    return begun.id


def _just_sent(keys: UnlockedStore) -> tuple[Family, str]:
    """A household of one person of which the service has all, and the assessment that carried it."""
    family = make_family()
    people.save_household(keys, family.household, family.persons[:1])
    people.save_record(keys, family.contact)
    return family, _send_one(keys, family)


def _one_more_person(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household, family.persons[1:])


def _a_corrected_name(keys: UnlockedStore, family: Family) -> None:
    people.save_record(keys, family.persons[0])


def _another_visit(keys: UnlockedStore, family: Family) -> None:
    people.save_record(keys, make_family().contact.model_copy(update={"household_id": family.household.id}))


def _work_in_progress(keys: UnlockedStore, family: Family) -> None:
    kept.begin(keys, family.assessment(subject_id=family.persons[0].id))


def _a_drawing(keys: UnlockedStore, family: Family) -> None:
    _send_one(keys, family, drawn=True)


def _an_incident(keys: UnlockedStore, family: Family) -> None:
    incident = Incident(
        id=new_id(),
        household_id=family.household.id,
        on=date(2026, 3, 1),
        source="the school",
        what="Shouting.",
    )
    people.save_record(keys, incident)


@pytest.mark.parametrize(
    ("add", "kind"),
    [
        (_one_more_person, "person"),
        (_a_corrected_name, "earlier"),
        (_another_visit, "contact"),
        (_work_in_progress, "unfinished"),
        (_a_drawing, "attachment"),
        (_an_incident, "fact"),
    ],
)
def test_a_household_stays_while_anything_of_it_is_here_only(
    keys: UnlockedStore, unlocked: Callable[[], UnlockedStore], add: Callable[..., None], kind: str
) -> None:
    family, sent = _just_sent(keys)
    assert purge.count_unsent(keys, family.household.id) == {}
    add(keys, family)
    with pytest.raises(StoreFault) as refusal:
        purge.purge_household(keys, family.household.id, REASON)
    assert refusal.value.code == "not-sent-yet"
    assert refusal.value.data["unsent"].get(kind) == 1
    assert kept.get(keys, sent).answers == {"wish": 1}
    # Another household, all of which arrived, may go.
    other, _ = _just_sent(keys)
    purge.purge_household(keys, other.household.id, REASON)
    assert [one.id for one in list_households(unlocked())] == [family.household.id]


@pytest.mark.parametrize("add", [_work_in_progress, _a_drawing])
def test_an_assessment_stays_while_anything_of_it_is_here_only(
    keys: UnlockedStore, add: Callable[..., None]
) -> None:
    family, sent = _just_sent(keys)
    add(keys, family)
    (wanted,) = (one.id for one in list_summaries(keys) if one.id != sent)
    with pytest.raises(StoreFault) as refusal:
        purge.purge_assessment(keys, wanted, REASON)
    assert refusal.value.code == "not-sent-yet"


@everything_travels
def test_a_deletion_that_fails_deletes_nothing(folder: Path, keys: UnlockedStore, family: Family) -> None:
    held = _filled(keys, family)
    with keys.database.write() as driver:
        driver.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON practitioner BEGIN SELECT raise(ABORT, 'no'); END"
        )
    with pytest.raises(StoreFault):
        purge.purge_assessment(keys, held, REASON)
    assert kept.get(keys, held).answers == {"wish": 1}
    assert [
        attachments.read_attachment(keys, one.id) for one in attachments.list_attachments(keys, held)
    ] == [b"[1, 2]"]
    assert keys.outbox.completion_files.ids() == {held}


def test_nobody_deletes_what_is_another_persons(keys: UnlockedStore, family: Family) -> None:
    held = _filled(keys, family)
    with keys.database.write() as driver:
        driver.execute("UPDATE assessment SET author = 'hv-2'")
    for delete, record_id in ((purge.purge_assessment, held), (purge.purge_household, family.household.id)):
        with pytest.raises(StoreFault) as refusal:
            delete(keys, record_id, REASON)
        assert refusal.value.code == "other-person"


@everything_travels
def test_the_number_of_a_deleted_entry_is_not_used_again(
    store: Store, keys: UnlockedStore, family: Family
) -> None:
    first = _filled(keys, family)
    (entry,) = keys.outbox.entries()
    purge.purge_assessment(keys, first, REASON)
    held = store.unlock(PASSPHRASE)
    second = _filled(held, make_family())
    assert [(one.id, one.sequence) for one in held.outbox.entries()] == [(second, entry.sequence + 1)]


@everything_travels
def test_another_wren_that_is_open_meanwhile_is_told_to_unlock_again(
    opened: Callable[[], Store], keys: UnlockedStore, family: Family
) -> None:
    gone = _filled(keys, family)
    other = opened().unlock(PASSPHRASE)
    begun = family.assessment()
    kept.begin(other, begun)
    purge.purge_assessment(keys, gone, REASON)
    # What it has open goes on; nothing is ever sealed under a key that is gone.
    assert kept.append_answer(other, begun.id, "wish", {"value": "yes"}) == 1
    with pytest.raises(Locked) as refusal:
        kept.begin(other, family.assessment())
    assert refusal.value.code == "keys-renewed"
    with pytest.raises(Locked):
        read_household(other, family.household.id)
    with pytest.raises(Locked):
        purge.purge_assessment(other, begun.id, REASON)
    fresh = opened().unlock(PASSPHRASE)
    assert kept.read_answers(fresh, begun.id) == {"wish": {"value": "yes"}}
    assert read_household(fresh, family.household.id)[0] == family.household


def purge_some(say: Callable[[str], None], folder: Path) -> None:
    """Delete four assessments: say when each begins, and its id when the call has returned."""
    store = Store.open(folder, StoppedClock(), CHEAPEST)
    for _ in range(4):
        keys = store.unlock(PASSPHRASE)
        found = list_summaries(keys)
        say("begun")
        purge.purge_assessment(keys, found[0].id, "why")
        say(found[0].id)


@everything_travels
@pytest.mark.slow
def test_killed_at_any_moment_every_other_key_still_opens(
    folder: Path, opened: Callable[[], Store], store: Store, keys: UnlockedStore, family: Family
) -> None:
    left = {_filled(keys, family, done=number % 2 == 0) for number in range(60)}
    for number in range(12):
        store.close()  # a fork must not carry an open database along
        gone = set(run_and_kill(purge_some, (folder,), number * 0.0015, 1 + number % 3)) - {"begun"}
        store = opened()
        held = store.unlock(PASSPHRASE)
        there = list_summaries(held)
        assert not there.unreadable
        now = {one.id for one in there}
        # The one that was being deleted may be there or not, but never in part.
        assert left - gone - now <= {stub.id for stub in purge.list_tombstones(held)}
        assert len(left - gone - now) <= 1
        assert all(kept.get(held, one).answers for one in now)
        assert read_household(held, family.household.id)[0] == family.household
        assert {entry.id for entry in store.outbox.entries()} == store.outbox.completion_files.ids()
        assert {stub.id for stub in purge.list_tombstones(held)}.isdisjoint(now)
        left = now
    assert 0 < len(left) < 60
