"""Run every measurement and print one table. `make bench`."""

from __future__ import annotations

import gc

from bench import autosave, cover, engine, happened, listing, unlock


def main() -> None:
    gc.freeze()  # as the app does when it has started
    print(f"{'claim':<62} {'this':>12} {'baseline':>12} {'ratio':>7}")
    for measure in (engine.rows, autosave.rows, listing.rows, unlock.rows, happened.rows, cover.rows):
        for row in measure():
            print(f"{row.claim:<62} {row.this:>12} {row.baseline:>12} {row.ratio:>7.2f}", flush=True)


main()
