"""Nothing that was typed lies in clear in any file, in any of the usual disguises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from assessments.crypto import sealing
from assessments.ports import Outcome
from assessments.store import Store, people
from assessments.store import assessments as kept
from assessments.store.completion import complete
from tests.fakes import StoppedClock
from tests.leaks.scan import leaks
from tests.store.made_up import PASSPHRASE, Family, finished

PLANTED = [
    "Quillfeather",
    "Otisette",
    "Marrowby",
    "Zażółć-Ffwrdd",
    "cupboard-under-the-stairs",
    "half-typed-secret-words",
    "ردائے سبز",
    "home visit",
    "child-voice-7-11",
    "substances-mental-health",
    "plum-coloured-band",
    "no-connection-reason",
    "2017-05-01",
    "2026-03-04",
    "2026-03-04T09:31",
    PASSPHRASE,
    "services.example",
]


def test_a_full_visit_leaves_no_word_in_clear(
    folder: Path, opened: Callable[[], Store], family: Family, clock: StoppedClock
) -> None:
    store = opened()
    store.settings.put("service-url", "https://services.example")
    keys = store.set_up(PASSPHRASE, "agency-7", "hv-1")
    people.save_household(keys, family.household, family.persons, family.relationships)
    people.save_record(keys, family.contact)
    _, service_public = sealing.make_receive_key()
    for number in range(3):
        begun = family.assessment()
        kept.begin(keys, begun)
        said: dict[str, object] = {}
        for link_id in ("substances-mental-health", "wish"):
            said[link_id] = {"value": "cupboard-under-the-stairs ردائے سبز", "detail": "x" * number * 3000}
            kept.append_answer(keys, begun.id, link_id, said[link_id])
        kept.save_item_drafts(keys, begun.id, {"typing": {"wish": "half-typed-secret-words"}})
        if number < 2:
            done = finished(begun, said)
            envelope = sealing.hpke_seal(service_public, done.model_dump_json().encode(), b"info")
            complete(keys, done, envelope, "svc-1")
    first, second = keys.outbox.entries()
    keys.outbox.record_outcomes([Outcome(first.id, "stored", receipt=b"signed")], clock.now())
    # When to try next is in clear, so that a locked phone can send; here it is another day.
    keys.outbox.postpone([second.id], "no-connection-reason", clock.now() + timedelta(days=1))
    names = {path.name for path in folder.iterdir()}
    assert {"wren.db", "wren.db-wal", "wren.db-shm", "outbox"} <= names
    assert leaks([folder], PLANTED) == []
    keys.close()
    store.close()
    assert leaks([folder], PLANTED) == []
