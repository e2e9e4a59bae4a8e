"""The command: which walks, into which folder, in which sizes and lights."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path

from tests.e2e.running import ROOT
from tools.pictures.camera import VARIANTS

WALKS = ("screens", "child", "incidents", "children_seen", "people", "wording", "instruments")


def main() -> None:
    """Take what is asked for; without a walk named, all of them."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__)
    parser.add_argument("walks", nargs="*", metavar="WALK", help=f"any of {', '.join(WALKS)}")
    parser.add_argument("--folder", type=Path, help="instead of docs/screens and docs/tools")
    parser.add_argument("--variant", action="append", choices=VARIANTS, help="may be given again")
    parser.add_argument("--tool", action="append", default=[], help="for instruments: only this tool")
    asked = parser.parse_args()
    if unknown := set(asked.walks) - set(WALKS):
        parser.error(f"no such walk: {', '.join(sorted(unknown))}")
    for name in asked.walks or WALKS:
        walk = import_module(f"tools.pictures.{name}")
        folder = asked.folder or ROOT / "docs" / ("tools" if name == "instruments" else "screens")
        folder.mkdir(parents=True, exist_ok=True)
        walk.take(folder, asked.tool if name == "instruments" else asked.variant or walk.USUAL)


if __name__ == "__main__":
    main()
