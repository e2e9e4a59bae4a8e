"""A visit with something planted in every field leaves no planted word in any file: during it, and after."""

from __future__ import annotations

import base64
import gzip
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.runtime import Runtime
from assessments.definitions import catalogue
from tests.app.test_screens_around import open_runtime
from tests.leaks.planted import (
    ACCENTS,
    BORN,
    MARK,
    PASSPHRASE,
    WORDS,
    Planter,
    begin,
    fill_every_tool,
    finish,
)
from tests.leaks.scan import disguises, files, leaks
from tests.store.made_up import list_households

# Which tool was used is sealed too, and so is what was chosen in one: ids too long to be an accident.
TOLD = [
    *(tool for tool in catalogue.list_tool_ids() if len(tool) > 8),
    *{option.code for item in catalogue.load_tool("child-voice-7-11").walk() for option in item.options
      if len(option.code) > 11},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def runtime(folder: Path) -> Iterator[Runtime]:
    opened = open_runtime(folder)
    yield opened
    opened.close()


def _seen(folder: Path) -> list[tuple[str, str, str]]:
    """What the whole folder gives away; which tool was used is allowed in the licensed wording of one."""
    unlicensed = [path for path in files([folder]) if path.parent.name != "packs"]
    return leaks([folder], WORDS) + leaks(unlicensed, TOLD)


@pytest.mark.slow
def test_no_word_of_a_visit_lies_in_clear(folder: Path, runtime: Runtime, tmp_path: Path) -> None:
    texts = Planter()
    desk = begin(runtime, texts)
    works = fill_every_tool(desk, texts)
    # Cut here: what is on the disk at this moment is what a thief of the running device has.
    torn = tmp_path / "torn"
    shutil.copytree(folder, torn)
    assert {"wren.db", "wren.db-wal", "wren.db-shm", "device.key"} <= {path.name for path in files([torn])}
    assert _seen(torn) == []
    states = finish(runtime, desk, works, texts)
    assert {"completed", "stopped", "in-progress"} <= set(states)
    assert any(path.suffix == ".sealed" for path in files([folder]))
    assert _seen(folder) == []
    desk.close()
    runtime.close()
    assert _seen(folder) == []
    # Nothing is lost by being sealed: it opens again, planted words and all.
    again = open_runtime(folder)
    page = again.unlock(PASSPHRASE).households()[0]
    again.close()
    assert MARK in page.household.name
    assert all(MARK in person.name and ACCENTS in person.name for person in page.persons)


@pytest.mark.parametrize("kept", [f"last: {MARK} 7", base64.b64encode(f"x{MARK} 7".encode()).decode(), BORN])
def test_a_setting_kept_in_clear_is_seen(folder: Path, runtime: Runtime, kept: str) -> None:
    assert _seen(folder) == []
    with sqlite3.connect(folder / "wren.db") as raw:
        raw.execute("INSERT INTO setting (name, body) VALUES ('last', ?)", (kept,))
    raw.close()
    assert {name for name, _, _ in _seen(folder)} & {"wren.db", "wren.db-wal"}


def test_every_disguise_is_seen_through(tmp_path: Path) -> None:
    for word in (MARK, ACCENTS):
        for number, (_, coded) in enumerate(disguises(f"{word} and more")):
            file = tmp_path / f"{number}.bin"
            file.write_bytes(b"..." + coded + b"...")
            assert leaks([file], [word]), coded
    for pack in (zlib.compress, gzip.compress, lambda raw: b"head" + zlib.compress(raw, 1) + b"tail"):
        file.write_bytes(pack(f"she said {MARK}".encode("utf-16-le")))
        assert leaks([file], [MARK])
    file.write_bytes(f"she said {MARK.upper()}".encode())
    assert leaks([file], [MARK])
    file.write_bytes(b"she said nothing")
    assert leaks([file], [MARK]) == []


def test_no_private_key_lies_on_the_disk(folder: Path, runtime: Runtime) -> None:
    begin(runtime, Planter()).close()
    keys = runtime.store.unlock(PASSPHRASE)
    page = list_households(keys)
    assert page
    ring = keys.keys
    private = [ring._udk, ring._sign, ring._epoch, *ring._content_keys.values()]
    assert len(private) > 4
    written = b"".join(path.read_bytes() for path in files([folder]))
    for key in private:
        forms = (bytes(key), key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key)[:40])
        assert not any(form in written for form in forms)
    # The look is sharp enough: what opens without words is in its file, for its owner only.
    assert (folder / "device.key").read_bytes() in written
    keys.close()
