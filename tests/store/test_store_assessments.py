"""An assessment is begun, answered line by line, and completed once."""

from __future__ import annotations

from typing import Any

import pytest

from assessments.casework.records import Assessment
from assessments.crypto.sealing import digest
from assessments.errors import NotFound, StoreFault
from assessments.store import UnlockedStore, people
from assessments.store import assessments as kept
from assessments.store.completion import complete
from assessments.store.rows.summaries import list_summaries
from tests.fakes import StoppedClock
from tests.store.made_up import PASSPHRASE, Family, finished, make_family, new_id, with_escrow

WORDS = "Mae'n swnllyd · Boję się · مجھے ڈر لگتا ہے · 😟"


@pytest.fixture
def begun(keys: UnlockedStore, family: Family) -> Assessment:
    people.save_household(keys, family.household, family.persons)
    assessment = family.assessment()
    kept.begin(keys, assessment)
    return assessment


def test_an_answer_comes_back_character_for_character(keys: UnlockedStore, begun: Assessment) -> None:
    assert kept.append_answer(keys, begun.id, "wish", {"value": WORDS}) == 1
    assert kept.read_answers(keys, begun.id) == {"wish": {"value": WORDS}}


def test_the_last_line_of_an_item_wins_and_none_takes_it_back(keys: UnlockedStore, begun: Assessment) -> None:
    kept.append_answer(keys, begun.id, "a", 1)
    kept.append_answer(keys, begun.id, "b", [2, {"c": None}])
    kept.append_answer(keys, begun.id, "a", 3)
    kept.append_answer(keys, begun.id, "b", None)
    assert kept.read_answers(keys, begun.id) == {"a": 3}
    kept.append_answer(keys, begun.id, "b", False)
    assert kept.read_answers(keys, begun.id) == {"a": 3, "b": False}


def test_history_keeps_every_line_with_its_time(
    keys: UnlockedStore, begun: Assessment, clock: StoppedClock
) -> None:
    kept.append_answer(keys, begun.id, "a", 1)
    clock.move(seconds=5)
    kept.append_answer(keys, begun.id, "a", None)
    lines = kept.read_answer_log(keys, begun.id)
    assert [(line.sequence, line.link_id, line.entry) for line in lines] == [(1, "a", 1), (2, "a", None)]
    assert (lines[1].at - lines[0].at).total_seconds() == 5
    assert repr(lines) == "[<LogLine 1>, <LogLine 2>]"


def test_answers_given_at_the_start_become_the_first_lines(keys: UnlockedStore, family: Family) -> None:
    people.save_household(keys, family.household)
    assessment = family.assessment(answers={"a": 1, "b": 2})
    kept.begin(keys, assessment)
    assert kept.append_answer(keys, assessment.id, "c", 3) == 3
    assert kept.read_answers(keys, assessment.id) == {"a": 1, "b": 2, "c": 3}


def test_a_second_childs_answers_start_empty(keys: UnlockedStore, family: Family, begun: Assessment) -> None:
    kept.append_answer(keys, begun.id, "wish", {"value": "mine"})
    other = family.assessment(subject_id=family.persons[1].id)
    kept.begin(keys, other)
    assert kept.read_answers(keys, other.id) == {}


def test_an_assessment_in_progress_is_read_with_its_answers(keys: UnlockedStore, begun: Assessment) -> None:
    kept.append_answer(keys, begun.id, "a", {"value": "yes"})
    found = kept.get(keys, begun.id)
    assert found == begun.model_copy(update={"answers": {"a": {"value": "yes"}}})


def test_where_the_person_left_off_is_kept(keys: UnlockedStore, begun: Assessment) -> None:
    assert kept.read_item_drafts(keys, begun.id) is None
    kept.save_item_drafts(keys, begun.id, {"page": 3, "typing": {"wish": "I wis"}})
    kept.save_item_drafts(keys, begun.id, {"page": 4, "typing": {"wish": WORDS}})
    assert kept.read_item_drafts(keys, begun.id) == {"page": 4, "typing": {"wish": WORDS}}


def test_completing_files_the_record_and_queues_it(
    keys: UnlockedStore, begun: Assessment, clock: StoppedClock
) -> None:
    kept.append_answer(keys, begun.id, "a", {"value": WORDS})
    done = finished(begun, {"a": {"value": WORDS}})
    entry = complete(keys, done, b"sealed to the service", "svc-1")
    assert (entry.id, entry.state, entry.service_kid) == (begun.id, "waiting", "svc-1")
    assert (entry.digest, entry.queued_at) == (digest(b"sealed to the service"), clock.now())
    assert kept.get(keys, begun.id) == done
    assert keys.outbox.envelope(begun.id) == b"sealed to the service"
    assert keys.outbox.completion_files.read(begun.id).envelope == b"sealed to the service"
    assert len(kept.read_answer_log(keys, begun.id)) == 1


def test_the_half_typed_words_are_gone_after_completing(keys: UnlockedStore, begun: Assessment) -> None:
    kept.save_item_drafts(keys, begun.id, {"typing": "half"})
    complete(keys, finished(begun, {}), b"envelope", "svc-1")
    assert kept.read_item_drafts(keys, begun.id) is None


def test_a_completed_assessment_never_changes(keys: UnlockedStore, begun: Assessment) -> None:
    done = finished(begun, {"a": 1})
    complete(keys, done, b"first", "svc-1")
    for call in (
        lambda: complete(keys, done, b"second", "svc-1"),
        lambda: kept.append_answer(keys, begun.id, "a", 2),
        lambda: kept.save_item_drafts(keys, begun.id, {}),
        lambda: kept.stop(keys, begun.id),
    ):
        with pytest.raises(StoreFault) as refusal:
            call()
        assert refusal.value.code == "already-completed"
    assert kept.get(keys, begun.id) == done
    assert keys.outbox.envelope(begun.id) == b"first"
    assert keys.outbox.completion_files.read(begun.id).envelope == b"first"
    assert len(keys.outbox.entries()) == 1


def test_an_unfinished_record_is_not_completed(keys: UnlockedStore, begun: Assessment) -> None:
    with pytest.raises(StoreFault):
        complete(keys, begun, b"envelope", "svc-1")
    assert keys.outbox.entries() == []
    assert kept.append_answer(keys, begun.id, "a", 1) == 1


def test_completing_is_all_or_nothing(
    keys: UnlockedStore, begun: Assessment, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.append_answer(keys, begun.id, "a", 1)

    def cut(*_: object) -> None:
        raise OSError(5, "input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(keys.outbox, "queue", cut)
        with pytest.raises(StoreFault):
            complete(keys, finished(begun, {"a": 1}), b"envelope", "svc-1")
    assert keys.outbox.entries() == []
    assert keys.outbox.completion_files.ids() == set()
    assert kept.get(keys, begun.id).status == "in-progress"
    complete(keys, finished(begun, {"a": 1}), b"envelope", "svc-1")
    assert kept.get(keys, begun.id).status == "completed"


def test_a_stopped_assessment_keeps_what_was_said(keys: UnlockedStore, begun: Assessment) -> None:
    kept.append_answer(keys, begun.id, "a", 1)
    kept.stop(keys, begun.id)
    found = kept.get(keys, begun.id)
    assert (found.status, found.answers) == ("stopped", {"a": 1})
    with pytest.raises(StoreFault) as refusal:
        kept.append_answer(keys, begun.id, "a", 2)
    assert refusal.value.code == "assessment-stopped"
    assert keys.outbox.entries() == []


def test_a_listing_shows_headings_in_order(keys: UnlockedStore, family: Family, begun: Assessment) -> None:
    other = make_family()
    people.save_household(keys, other.household)
    second, third = family.assessment(instrument="risk-24"), other.assessment()
    for one in (second, third):
        kept.begin(keys, one)
    complete(keys, finished(second, {"a": 1}), b"envelope", "svc-1")
    assert [one.id for one in list_summaries(keys)] == [begun.id, second.id, third.id]
    here = list_summaries(keys, family.household.id)
    assert [(one.instrument, one.status) for one in here] == [
        ("child-voice-7-11", "in-progress"),
        ("risk-24", "completed"),
    ]
    assert here[0].started_at == begun.started_at
    assert here[1].completed_at is not None
    assert here[0].subject_id == family.persons[0].id


def test_a_listing_follows_what_happened_since_the_last(
    keys: UnlockedStore, family: Family, begun: Assessment, opened: Any
) -> None:
    other, third = family.assessment(), family.assessment()
    kept.begin(keys, other)
    assert [one.status for one in list_summaries(keys)] == ["in-progress", "in-progress"]
    kept.stop(keys, begun.id)
    elsewhere = opened().unlock(PASSPHRASE)
    kept.stop(elsewhere, other.id)
    kept.begin(elsewhere, third)
    elsewhere.close()
    listed = list_summaries(keys, family.household.id)
    assert [one.id for one in listed] == [begun.id, other.id, third.id]
    assert [one.status for one in listed] == ["stopped", "stopped", "in-progress"]
    keys.close()
    assert keys.caches.summaries == {}


def test_a_heading_that_no_longer_opens_is_named_and_not_remembered(
    keys: UnlockedStore, begun: Assessment
) -> None:
    assert len(list_summaries(keys)) == 1
    with keys.database.write() as driver:
        driver.execute("UPDATE assessment SET rev = rev + 1")
    found = list_summaries(keys)
    assert list(found) == []
    assert [one.id for one in found.unreadable] == [begun.id]


def test_a_correction_is_a_new_assessment_that_names_the_first(
    keys: UnlockedStore, family: Family, begun: Assessment
) -> None:
    complete(keys, finished(begun, {"a": 1}), b"first", "svc-1")
    correction = family.assessment(amends=begun.id)
    kept.begin(keys, correction)
    done = finished(correction, {"a": 2}).model_copy(update={"status": "amended"})
    complete(keys, done, b"second", "svc-1")
    assert kept.get(keys, begun.id).answers == {"a": 1}
    assert list_summaries(keys)[1].amends == begun.id
    assert [entry.id for entry in keys.outbox.entries()] == [begun.id, correction.id]


def test_lines_do_not_change_places(keys: UnlockedStore, family: Family, begun: Assessment) -> None:
    other = family.assessment()
    kept.begin(keys, other)
    kept.append_answer(keys, begun.id, "a", 1)
    kept.append_answer(keys, begun.id, "a", 2)
    kept.append_answer(keys, other.id, "a", 3)
    # The second line of the same assessment, then the first of another, in the place of the first.
    for taken in ("SELECT min(line) + 1 FROM answer", "SELECT max(line) FROM answer"):
        with keys.database.write() as driver:
            driver.execute(
                f"UPDATE answer SET body = (SELECT body FROM answer WHERE line = ({taken}))"
                " WHERE line = (SELECT min(line) FROM answer)"
            )
        lines = kept.read_answer_log(keys, begun.id)
        assert [(line.sequence, line.entry) for line in lines] == [(2, 2)]
        assert [place for place, _ in lines.lost] == [1]


def test_what_is_not_here_is_not_found(keys: UnlockedStore, family: Family) -> None:
    missing = new_id()
    for call in (
        lambda: kept.get(keys, missing),
        lambda: kept.read_answers(keys, missing),
        lambda: kept.append_answer(keys, missing, "a", 1),
        lambda: kept.save_item_drafts(keys, missing, {}),
        lambda: kept.read_item_drafts(keys, missing),
        lambda: kept.stop(keys, missing),
        lambda: kept.begin(keys, family.assessment()),
        lambda: complete(keys, finished(family.assessment(), {}), b"", "svc-1"),
    ):
        with pytest.raises(NotFound):
            call()


def test_an_assessment_is_begun_once(keys: UnlockedStore, begun: Assessment) -> None:
    with pytest.raises(StoreFault) as refusal:
        kept.begin(keys, begun)
    assert refusal.value.code == "already-begun"


def test_shredding_a_key_leaves_nothing_to_open(keys: UnlockedStore, begun: Assessment, store: Any) -> None:
    kept.append_answer(keys, begun.id, "a", 1)
    with keys.database.write() as driver:
        driver.execute(
            "DELETE FROM content_key WHERE kid = (SELECT kid FROM assessment WHERE id = ?)", (begun.id,)
        )
    keys.close()
    again = store.unlock(PASSPHRASE)
    with pytest.raises(NotFound):
        kept.get(again, begun.id)
    assert [one.code for one in list_summaries(again).unreadable] == ["not-found"]
    again.close()


def test_completions_are_numbered_without_gaps(
    keys: UnlockedStore, family: Family, begun: Assessment, store: Any
) -> None:
    with_escrow(store, keys)
    with pytest.raises(KeyError), store.completing(keys):
        raise KeyError
    numbers = []
    for _ in range(3):
        one = family.assessment()
        kept.begin(keys, one)
        with store.completing(keys) as number:
            complete(keys, finished(one, {}), b"envelope", "svc-1")
            numbers.append(number)
    assert numbers == [1, 2, 3]
    assert [entry.sequence for entry in keys.outbox.entries()] == [1, 2, 3]


def test_a_number_that_another_process_took_is_not_used_twice(
    keys: UnlockedStore, family: Family, begun: Assessment, store: Any, opened: Any
) -> None:
    with_escrow(store, keys)
    elsewhere = opened().unlock(PASSPHRASE)
    other = family.assessment()
    kept.begin(keys, other)
    with store.completing(keys) as number:
        assert number == 1
        complete(elsewhere, finished(other, {}), b"envelope", "svc-1")
        with pytest.raises(StoreFault) as refusal:
            complete(keys, finished(begun, {}), b"envelope", "svc-1")
    assert refusal.value.code == "store-busy"
    assert keys.outbox.completion_files.ids() == {other.id}
    with store.completing(keys) as number:
        assert number == 2
        complete(keys, finished(begun, {}), b"envelope", "svc-1")
    elsewhere.close()


def test_nothing_is_completed_while_nobody_could_let_this_person_in_again(
    keys: UnlockedStore, begun: Assessment, store: Any
) -> None:
    with pytest.raises(StoreFault) as refusal, store.completing(keys):
        complete(keys, finished(begun, {}), b"envelope", "svc-1")
    assert refusal.value.code == "escrow-missing"
    assert keys.outbox.entries() == []
    assert kept.get(keys, begun.id).status == "in-progress"
    with_escrow(store, keys)
    with store.completing(keys):
        complete(keys, finished(begun, {}), b"envelope", "svc-1")
    assert kept.get(keys, begun.id).status == "completed"
