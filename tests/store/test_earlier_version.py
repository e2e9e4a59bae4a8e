"""A folder that an earlier version left opens, shows what it held, and is completed and sent by this one."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assessments.casework.casework_records import to_plain
from assessments.crypto.sealing import digest
from assessments.ports import Outcome
from assessments.store import Store, UnlockedStore, assessments, people
from assessments.store.attachments import attachments
from assessments.store.completion import complete
from assessments.store.rows.resume_state import read_resume_state
from assessments.store.rows.summaries import list_summaries
from sync.envelope import ServiceKey, Statement, open_submission, seal_submission
from tests.fakes import StoppedClock
from tests.store.made_up import finished

EARLIER = Path(__file__).with_name("earlier_version.zip")
Facts = dict[str, Any]


@pytest.fixture
def facts(folder: Path) -> Facts:
    """Unpack the folder. What it holds."""
    folder.mkdir(mode=0o700)
    with zipfile.ZipFile(EARLIER) as packed:
        packed.extractall(folder)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    held: Facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    (folder / "facts.json").unlink()
    return held


@pytest.fixture
def earlier(facts: Facts, store: Store) -> Iterator[UnlockedStore]:
    unlocked = store.unlock(facts["passphrase"])
    yield unlocked
    unlocked.close()


def test_nothing_is_missing_and_nothing_is_unreadable(
    facts: Facts, store: Store, earlier: UnlockedStore
) -> None:
    assert store.unreadable_completions == 0
    assert earlier.losses == ()
    assert (earlier.agency, earlier.author) == ("agency-7", "hv-1")
    assert earlier.sign_public.hex() == facts["sign_public"]
    assert store.settings.get("language") == facts["settings"]["language"]
    assert store.escrow("hv-1") is not None


def test_its_household_is_shown_with_everyone_and_everything_in_it(
    facts: Facts, earlier: UnlockedStore
) -> None:
    (found,) = people.list_household_records(earlier)
    shown = [one.model_dump(mode="json") for one in (found.household, *found.persons)]
    assert shown == [facts["household"], *facts["persons"]]
    assert (len(found.relationships), len(found.contacts)) == (1, 1)
    assert [to_plain(one)["record"]["id"] for one in found.facts] == [one["id"] for one in facts["facts"]]
    for record, kept in zip(found.facts, facts["facts"], strict=True):
        assert record.model_dump(mode="json") == kept
    (before,) = people.read_revisions(earlier, found.household.id)
    assert before.record.id == facts["persons"][1]["id"]


def test_its_assessments_are_shown_with_their_answers(facts: Facts, earlier: UnlockedStore) -> None:
    done, under_way = facts["completed"], facts["under_way"]
    assert {one.id: one.status for one in list_summaries(earlier)} == {
        done: "completed",
        under_way: "in-progress",
    }
    assert assessments.get(earlier, done).answers == facts["answers"][done]
    assert assessments.get(earlier, under_way).answers == facts["answers"][under_way]
    assert assessments.read_item_drafts(earlier, under_way) == facts["drafts"]
    assert read_resume_state(earlier) == facts["resume_state"]
    assert attachments.read_attachment(earlier, facts["attachment"]) == b"[1, 2]"


def test_what_waits_in_its_outbox_is_sent_as_it_was_sealed(
    facts: Facts, store: Store, clock: StoppedClock
) -> None:
    """Locked: no passphrase is needed."""
    (entry,) = store.outbox.due(clock.now())
    envelope = store.outbox.envelope(entry.id)
    assert digest(envelope).hex() == facts["envelope_sha256"]
    opened = open_submission(
        envelope, entry.id, {facts["service_kid"]: bytes.fromhex(facts["service_private"])}
    )
    assert opened.payload == b'{"payload": "as completed"}'
    assert (opened.statement.author, opened.statement.author_seq) == ("hv-1", 1)
    store.outbox.record_outcomes([Outcome(entry.id, "stored", receipt=b"signed")], clock.now())
    assert [one.state for one in store.outbox.entries()] == ["sent"]


def test_what_was_in_progress_goes_on_and_is_completed(
    facts: Facts, store: Store, earlier: UnlockedStore, clock: StoppedClock, folder: Path
) -> None:
    under_way = facts["under_way"]
    assert assessments.append_answer(earlier, under_way, "q5", {"value": "and on"}) == 6
    answers = assessments.read_answers(earlier, under_way)
    assert answers == {**facts["answers"][under_way], "q5": {"value": "and on"}}
    with store.completing(earlier) as author_seq:
        assert author_seq == 2
        statement = Statement(under_way, "hv-1", store.device.device_id, author_seq, clock.now())
        service = ServiceKey(facts["service_kid"], store.device.receive_public)
        envelope = seal_submission(b"{}", statement, earlier.sign, service)
        complete(
            earlier, finished(assessments.get(earlier, under_way), answers), envelope, facts["service_kid"]
        )
    assert [entry.state for entry in store.outbox.entries()] == ["waiting", "waiting"]
    earlier.close()
    store.close()
    again = Store.open(folder, clock)
    unlocked = again.unlock(facts["passphrase"])
    assert unlocked.losses == ()
    assert assessments.get(unlocked, under_way).answers == answers
    unlocked.close()
    again.close()
