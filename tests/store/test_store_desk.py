"""Where a person left off is kept for that person alone, and only the latest of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assessments.errors import Damaged, Locked
from assessments.store import Store, UnlockedStore
from assessments.store.rows.resume_state import read_resume_state, save_resume_state
from tests.store.made_up import PASSPHRASE

PLACE = {
    "trail": [["today", ""]],
    "offset": 12.5,
    "begun": {"add-household": {"name": "Quillfeather-Brandt"}},
}


def test_nothing_was_noted_at_first(keys: UnlockedStore) -> None:
    assert read_resume_state(keys) == {}


def test_the_latest_place_comes_back_after_a_restart(
    keys: UnlockedStore, opened: Callable[[], Store]
) -> None:
    save_resume_state(keys, {"trail": []})
    save_resume_state(keys, PLACE)
    again = opened().unlock(PASSPHRASE)
    assert read_resume_state(again) == PLACE
    again.close()


def test_closed_keys_neither_keep_nor_read_a_place(keys: UnlockedStore) -> None:
    save_resume_state(keys, PLACE)
    keys.close()
    for use in (lambda: save_resume_state(keys, PLACE), lambda: read_resume_state(keys)):
        with pytest.raises(Locked):
            use()


@pytest.mark.parametrize("change", ["SET rev = rev + 1", "SET body = zeroblob(length(body))"])
def test_a_changed_row_does_not_open(keys: UnlockedStore, change: str) -> None:
    save_resume_state(keys, PLACE)
    with keys.database.write() as driver:
        driver.execute(f"UPDATE desk_place {change}")
    with pytest.raises(Damaged):
        read_resume_state(keys)


def test_an_older_row_put_back_under_the_newer_number_does_not_open(keys: UnlockedStore) -> None:
    save_resume_state(keys, PLACE)
    ((older,),) = keys.database.rows("SELECT body FROM desk_place")
    save_resume_state(keys, {})
    with keys.database.write() as driver:
        driver.execute("UPDATE desk_place SET body = ?", (older,))
    with pytest.raises(Damaged):
        read_resume_state(keys)


def test_no_typed_word_lies_on_the_disk_in_clear(keys: UnlockedStore) -> None:
    save_resume_state(keys, PLACE)
    folder = keys.database.path.parent
    assert not any(b"Quillfeather" in file.read_bytes() for file in folder.rglob("*") if file.is_file())
