"""Run every measurement. `make bench` prints one run; `make evidence` writes the page of several.

python -m bench
python -m bench --runs 3 --against caa67ec --page docs/evidence/bench.md
"""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

from bench import autosave, cover, engine, happened, listing, unlock
from bench.evidence import write_page


def main() -> None:
    """Print one run, or write the page."""
    asked = argparse.ArgumentParser(prog="python -m bench")
    asked.add_argument("--page", type=Path, help="write this page, from several runs")
    asked.add_argument("--runs", type=int, default=3, help="how many runs")
    asked.add_argument("--against", default="", metavar="REV", help="measure this commit too, in turn")
    given = asked.parse_args()
    if given.page is not None:
        write_page(given.page, given.runs, given.against)
    else:
        run_once()


def run_once() -> None:
    """Take every measurement once and print a row for each."""
    gc.freeze()  # as the app does when it has started
    print(f"{'claim':<62} {'this':>12} {'baseline':>12} {'ratio':>7}")
    for measure in (engine.rows, autosave.rows, listing.rows, unlock.rows, happened.rows, cover.rows):
        for row in measure():
            print(f"{row.claim:<62} {row.this:>12} {row.baseline:>12} {row.ratio:>7.2f}", flush=True)


main()
