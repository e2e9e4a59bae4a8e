"""The page of measurements: every run, with its commit and the load of the machine.

Each run is a process of its own, as `make bench` starts it. Another commit is measured from a work tree of
its own, with the same Python and packages, one run of each in turn: so both meet the same machine.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
_ROW = re.compile(r"^(?P<claim>.*\S)\s+(?P<this>\S+ \S+)\s+(?P<base>\S+ \S+)\s+(?P<ratio>\d+\.\d\d)$")
# The most that a ratio should be, by what its claim begins with.
GOALS = {
    "autosave, first visit, p50, against a plain UPSERT": 1.0,
    "autosave, first visit, p99, against a plain UPSERT": 1.0,
    "autosave, bytes written": 0.6,
    "listing 10000, first, against SQLCipher, records whole": 0.15,
    "listing 10000, again, against SQLCipher, records whole": 0.15,
    "listing 10000, unlocking and first": 0.8,
    "cover: ": 1.0,
    "300 events: drawing the chronology": 1.0,
}

Run = dict[str, str]


def write_page(page: Path, runs: int, against: str = "") -> None:
    """Measure and write. `against`: a commit to measure in turn with this one."""
    loads: list[str] = []
    now: list[Run] = []
    before: list[Run] = []
    with _work_tree(against) as other:
        for number in range(runs):
            loads.append(f"{os.getloadavg()[0]:.2f}")
            now.append(_run(ROOT))
            if other is not None:
                before.append(_run(other))
            print(f"run {number + 1} of {runs}: load {loads[-1]} at its beginning", flush=True)
    page.write_text(
        "\n".join([*_head(against, loads), *_table(now, before, against)]) + "\n", encoding="utf-8"
    )


def _run(root: Path) -> Run:
    done = subprocess.run(
        [sys.executable, "-m", "bench"], cwd=root, capture_output=True, text=True, check=True
    )
    found = (_ROW.match(line) for line in done.stdout.splitlines())
    return {row["claim"]: f"{row['ratio']} ({row['this']})" for row in found if row is not None}


@contextmanager
def _work_tree(commit: str) -> Iterator[Path | None]:
    if not commit:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="wren-bench-") as folder:
        there = Path(folder) / "wren"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", there, commit], cwd=ROOT, check=True)
        try:
            yield there
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", there], cwd=ROOT, check=True)


def _head(against: str, loads: list[str]) -> Iterator[str]:
    tree = _git("describe", "--always", "--dirty")
    yield "# What saving, listing and unlocking cost"
    yield ""
    yield (
        "Written by `make evidence`; why the figures are as they are is in "
        "[performance.md](../performance.md). Each figure is a ratio against the baseline that the claim "
        "names, taken in the same run operation by operation in turn, with Wren's own figure behind it. "
        "Times are not comparable between machines."
    )
    yield ""
    yield (
        f"Commit {tree}, {datetime.now(UTC):%d %B %Y}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}. "
        f"Load of the machine at the beginning of each run: {', '.join(loads)}."
    )
    if against:
        yield ""
        yield f"Commit {_git('describe', '--always', against)} was measured in turn, one run of each."
    yield ""


def _table(now: list[Run], before: list[Run], against: str) -> Iterator[str]:
    columns = ["claim", "goal", "every run"]
    if before:
        columns.append(f"every run of {_git('describe', '--always', against)}")
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for claim in now[0]:
        goal = next((f"≤ {most:g}" for words, most in GOALS.items() if claim.startswith(words)), "none set")
        cells = [claim, goal, ", ".join(run.get(claim, "none") for run in now)]
        if before:
            cells.append(", ".join(run.get(claim, "none") for run in before))
        yield f"| {' | '.join(cells)} |"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
