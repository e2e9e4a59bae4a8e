"""The disk is really full: a small file system, from too small for anything to just enough.

Where a file system may be mounted (as root on Linux) it is a `tmpfs` of so many pages, made larger
when the disk is to be mended. Elsewhere SQLite is given a largest number of pages, which does not
limit the log nor the second copies: the row in the table says which of the two it was.

    run(1_000)          # every size from nothing to enough: fewer than that
"""

from __future__ import annotations

import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assessments.store import database
from tests.faults.going_on import Scene, swallow_errors
from tests.faults.run import Run, tell
from tests.faults.visit import Visit, cheap_words

MUTANT = "an error swallowed"
PAGE = 4096
PLENTY = 1 << 28


@cheap_words()
def run(cases: int, seed: int = 1) -> Run:
    """A first start and a visit on a disk of every size, or `cases` of them."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as place, _small_disk(Path(place)) as (how, room):
        scenes = [Scene("a first start", Path(place), seed), Scene("a visit", Path(place), seed, begun=True)]
        planned = [(scene, pages) for scene in scenes for pages in range(1, room.pages)]
        chance = random.Random(seed)
        planned = chance.sample(planned, min(cases, len(planned)))
        bad = 0
        for scene, pages in planned:
            why = room.play(scene, pages)
            if why:
                bad += 1
                tell("full disk", seed, f"{scene.name}, {pages} pages free, {how}", why)
        caught = any(room.play(scenes[1], pages, mutant=True) for pages in range(1, room.pages, 3))
    return Run(f"full disk ({how})", len(planned), bad, MUTANT, caught, time.monotonic() - start)


class Mounted:
    """Room on a file system of its own."""

    pages = 330  # what a visit comes to need on top of what is there

    def play(self, scene: Scene, pages: int, *, mutant: bool = False) -> str | None:
        def spoil() -> None:
            if mutant:
                swallow_errors(commits_only=True)
            held = sum(-(-path.stat().st_size // PAGE) + 1 for path in scene.folder.rglob("*"))
            _mount(scene.folder, (held + pages) * PAGE, again=True)

        found = scene.play(spoil, lambda _: _mount(scene.folder, PLENTY, again=True))
        _mount(scene.folder, PLENTY, again=True)
        return found


class Limited:
    """Room in SQLite's own file only, for where nothing may be mounted."""

    pages = 50

    def play(self, scene: Scene, pages: int, *, mutant: bool = False) -> str | None:
        real = database._configure
        limit = [0]

        def limited(connection: database.sqlite3.Connection) -> None:
            real(connection)
            connection.execute(f"PRAGMA max_page_count = {limit[0]}").fetchone()

        def spoil() -> None:
            if mutant:
                swallow_errors(commits_only=False)
            path = scene.folder / "wren.db"
            limit[0] = pages + (path.stat().st_size // PAGE if path.exists() else 0)
            database._configure = limited

        def mend(visit: Visit) -> None:
            limit[0] = PLENTY
            if visit.is_open:
                visit.store._database._driver.execute(f"PRAGMA max_page_count = {PLENTY}").fetchone()

        return scene.play(spoil, mend)


@contextmanager
def _small_disk(place: Path) -> Iterator[tuple[str, Mounted | Limited]]:
    folder = Scene.folder_in(place)
    folder.mkdir()
    if not _mount(folder, PLENTY):
        yield "page limit", Limited()
        return
    try:
        yield "tmpfs", Mounted()
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _mount(folder: Path, size: int, *, again: bool = False) -> bool:
    options = f"size={size}" + (",remount" if again else "")
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
