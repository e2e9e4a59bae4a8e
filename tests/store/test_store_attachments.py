"""An attachment that was acknowledged is there, whole and sealed; nothing of it ever lies in clear."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assessments.errors import Damaged, NotFound, StoreFault
from assessments.store import Store, UnlockedStore, people
from assessments.store import assessments as kept
from assessments.store.attachments import attachments
from assessments.store.attachments.metadata_stripping import STROKES_MEDIA_TYPE
from assessments.store.completion import complete
from tests.fakes import StoppedClock
from tests.leaks.scan import leaks
from tests.store import pictures
from tests.store.made_up import CHEAPEST, PASSPHRASE, Family, finished
from tests.store.test_store_kill import run_and_kill

MARKER = "cupboard-under-the-stairs"
DRAWING = b'{"note": "' + MARKER.encode() + b'", "lines": [[1, 2]]}'


@pytest.fixture
def begun(keys: UnlockedStore, family: Family) -> str:
    people.save_household(keys, family.household, family.persons)
    assessment = family.assessment()
    kept.begin(keys, assessment)
    return assessment.id


def _files(folder: Path, name: str = attachments.ATTACHMENT_FOLDER) -> list[str]:
    return sorted(path.name for path in (folder / name).iterdir())


def _long(size: int) -> bytes:
    return b"1" + b" " * (size - 1)


def _in_clear(folder: Path, word: str = MARKER) -> list[str]:
    return sorted({Path(place).name for place, _, _ in leaks([folder], [word])})


def test_gives_back_what_was_kept(folder: Path, keys: UnlockedStore, begun: str) -> None:
    made = attachments.save_attachment(keys, begun, DRAWING, STROKES_MEDIA_TYPE, "Her house")
    assert attachments.read_attachment(keys, made.id) == DRAWING
    assert list(attachments.list_attachments(keys, begun)) == [made]
    assert (made.media_type, made.size_bytes, made.caption) == (STROKES_MEDIA_TYPE, len(DRAWING), "Her house")
    assert _files(folder) == [f"{made.id}.bin"]
    assert _in_clear(folder) == []
    assert _in_clear(folder, "Her house") == []


@pytest.mark.parametrize("size", [1, 2**20 - 3, 2**20 - 2, 2**20 - 1, 2**20, 2**21, 3_000_000])
def test_keeps_any_size_in_slices_of_a_mib(folder: Path, keys: UnlockedStore, begun: str, size: int) -> None:
    strokes = _long(size)
    made = attachments.save_attachment(keys, begun, strokes, STROKES_MEDIA_TYPE)
    assert attachments.read_attachment(keys, made.id) == strokes


def test_sizes_on_the_disk_are_rounded(folder: Path, keys: UnlockedStore, begun: str) -> None:
    one, other = (
        attachments.save_attachment(keys, begun, _long(size), STROKES_MEDIA_TYPE)
        for size in (1_100_000, 2_000_000)
    )
    sizes = {(folder / "attachments" / f"{made.id}.bin").stat().st_size for made in (one, other)}
    assert len(sizes) == 1


def test_strips_a_photo_before_it_is_sealed(keys: UnlockedStore, begun: str) -> None:
    made = attachments.save_attachment(keys, begun, pictures.planted_jpeg(), "image/jpeg")
    content = attachments.read_attachment(keys, made.id)
    assert [word for word in pictures.PLANTED if word in content] == []
    assert made.size_bytes == len(content)


def test_takes_the_file_of_a_camera_and_removes_it(folder: Path, keys: UnlockedStore, begun: str) -> None:
    photo = attachments.open_incoming_folder(keys) / "IMG_0001.jpg"
    photo.write_bytes(pictures.planted_jpeg())
    other_name = folder / "seen-by-nobody"
    os.link(photo, other_name)  # the same place on the disk under a second name
    made = attachments.import_captured_file(keys, begun, photo, "image/jpeg")
    assert attachments.read_attachment(keys, made.id).startswith(b"\xff\xd8")
    assert not photo.exists()
    assert set(other_name.read_bytes()) == {0}


def test_leaves_the_file_of_a_camera_when_it_cannot_be_kept(keys: UnlockedStore, begun: str) -> None:
    photo = attachments.open_incoming_folder(keys) / "IMG_0001.jpg"
    photo.write_bytes(b"no picture")
    with pytest.raises(StoreFault):
        attachments.import_captured_file(keys, begun, photo, "image/jpeg")
    assert photo.read_bytes() == b"no picture"


def test_refuses_what_is_too_large_and_keeps_nothing(folder: Path, keys: UnlockedStore, begun: str) -> None:
    attachments.save_attachment(keys, begun, _long(attachments.MAX_ATTACHMENT_BYTES), STROKES_MEDIA_TYPE)
    before = _files(folder)
    with pytest.raises(StoreFault) as refusal:
        attachments.save_attachment(
            keys, begun, _long(attachments.MAX_ATTACHMENT_BYTES + 1), STROKES_MEDIA_TYPE
        )
    assert refusal.value.code == "attachment-too-large"
    assert _files(folder) == before


def test_refuses_when_the_disk_is_nearly_full_but_takes_words(
    folder: Path, keys: UnlockedStore, begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MIN_FREE_BYTES", 1 << 60)
    with pytest.raises(StoreFault) as refusal:
        attachments.save_attachment(keys, begun, DRAWING, STROKES_MEDIA_TYPE)
    assert refusal.value.code == "no-room-for-attachment"
    assert kept.append_answer(keys, begun, "wish", {"value": "yes"}) == 1


def test_adds_nothing_to_what_is_completed(folder: Path, keys: UnlockedStore, begun: str) -> None:
    complete(keys, finished(kept.get(keys, begun), {}), b"envelope", "svc-1")
    with pytest.raises(StoreFault) as refusal:
        attachments.save_attachment(keys, begun, DRAWING, STROKES_MEDIA_TYPE)
    assert refusal.value.code == "already-completed"
    assert _files(folder) == []


def test_a_refused_row_leaves_no_file(folder: Path, keys: UnlockedStore, begun: str) -> None:
    with keys.database.write() as driver:
        driver.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON attachment BEGIN SELECT raise(ABORT, 'no'); END"
        )
    with pytest.raises(StoreFault):
        attachments.save_attachment(keys, begun, DRAWING, STROKES_MEDIA_TYPE)
    assert _files(folder) == []


def test_nobody_adds_to_the_assessment_of_another(keys: UnlockedStore, begun: str) -> None:
    with keys.database.write() as driver:
        driver.execute("UPDATE assessment SET author = 'hv-2'")
    with pytest.raises(NotFound):
        attachments.save_attachment(keys, begun, DRAWING, STROKES_MEDIA_TYPE)


@pytest.mark.parametrize("fault", ["byte", "cut", "swapped", "doubled", "other-file", "gone"])
def test_a_changed_file_is_damaged_and_kept(
    folder: Path, keys: UnlockedStore, begun: str, fault: str
) -> None:
    large = b'"' + bytes(range(48, 58)) * 150_000 + b'"'
    made, other = (
        attachments.save_attachment(keys, begun, content, STROKES_MEDIA_TYPE)
        for content in (large, large[::-1])
    )
    path, second = (folder / "attachments" / f"{one.id}.bin" for one in (made, other))
    raw = path.read_bytes()
    half = 4 + (len(raw) - 4) // 2
    changed = {
        "byte": raw[:2000] + bytes((raw[2000] ^ 1,)) + raw[2001:],
        "cut": raw[:half],
        "swapped": raw[:4] + raw[half:] + raw[4:half],
        "doubled": raw + raw[half:],
        "other-file": second.read_bytes(),
    }
    if fault == "gone":
        path.unlink()
        listed = attachments.list_attachments(keys, begun)
        assert [one.id for one in listed.unreadable] == [made.id]
        assert list(listed) == [other]
    else:
        path.write_bytes(changed[fault])
    with pytest.raises(Damaged):
        attachments.read_attachment(keys, made.id)
    assert attachments.read_attachment(keys, other.id) == large[::-1]


def test_a_file_whose_row_is_lost_is_set_aside_and_comes_back_with_the_row(
    folder: Path, opened: Callable[[], Store], keys: UnlockedStore, begun: str
) -> None:
    made = attachments.save_attachment(keys, begun, DRAWING, STROKES_MEDIA_TYPE)
    with keys.database.write() as driver:
        driver.execute("CREATE TABLE aside AS SELECT * FROM attachment")
        driver.execute("DELETE FROM attachment")
    opened()
    assert (_files(folder), _files(folder, "quarantine")) == ([], [f"{made.id}.bin"])
    with keys.database.write() as driver:
        driver.execute("INSERT INTO attachment SELECT * FROM aside")
    opened()
    assert _files(folder, "quarantine") == []
    assert attachments.read_attachment(keys, made.id) == DRAWING


def test_a_recording_left_in_clear_by_a_cut_is_sealed_and_can_be_adopted(
    folder: Path, opened: Callable[[], Store], keys: UnlockedStore, begun: str
) -> None:
    (attachments.open_incoming_folder(keys) / "drawing.json").write_bytes(DRAWING)
    assert _in_clear(folder) == ["drawing.json"]
    store = opened()
    assert _in_clear(folder) == []
    assert _files(folder, "incoming") == []
    (name,) = attachments.list_interrupted_captures(keys.database)
    made = attachments.attach_interrupted_capture(keys, store.device, name, begun, STROKES_MEDIA_TYPE)
    assert attachments.read_attachment(keys, made.id) == DRAWING
    assert attachments.list_interrupted_captures(keys.database) == []


def import_for_ever(say: Callable[[str], None], folder: Path, assessment_id: str) -> None:
    """Take drawings out of `incoming`, and say each id only when the call has returned."""
    keys = Store.open(folder, StoppedClock(), CHEAPEST).unlock(PASSPHRASE)
    number = 0
    while True:
        number += 1
        drawing = attachments.open_incoming_folder(keys) / f"{number}.json"
        drawing.write_text('{"note": "cupboard-under-the-stairs"}')
        say(attachments.import_captured_file(keys, assessment_id, drawing, STROKES_MEDIA_TYPE).id)


def test_after_a_kill_nothing_lies_in_clear_and_all_that_was_acknowledged_is_there(
    folder: Path, opened: Callable[[], Store], store: Store, keys: UnlockedStore, begun: str
) -> None:
    said: set[str] = set()
    for number in range(12):
        store.close()  # a fork must not carry an open database along
        said |= set(run_and_kill(import_for_ever, (folder, begun), number * 0.004))
        store = opened()
        assert _in_clear(folder) == []
        assert [name for name in _files(folder) if not name.endswith(".bin")] == []
        held = store.unlock(PASSPHRASE)
        there = attachments.list_attachments(held, begun)
        assert said <= {one.id for one in there}
        assert not there.unreadable
        assert all(MARKER.encode() in attachments.read_attachment(held, one.id) for one in there)
        held.close()
    assert len(said) > 12
