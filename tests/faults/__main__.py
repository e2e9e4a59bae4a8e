"""Break the save path in every way, in full, and write down what was seen. `make faults`."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from pathlib import Path

from tests.faults import disk
from tests.faults.run import Run

# A harness and its full number of cases; where a harness has fewer to give, it plays them all.
HARNESSES = {
    "power_cut": 10_000,
    "kills": 1_000,
    "refusals": 10_000,
    "completing": 2_000,
    "full_disk": 300,
    "migration_cuts": 2_000,
    "clocks": 500,
    "corruption": 5_000,
}
EVIDENCE = Path(__file__).parents[2] / "docs" / "evidence" / "faults.md"
METHOD = Path(__file__).with_name("method.md")
HEAD = ("fault", "cases", "bad", "mutant", "caught", "seconds")


def _run(name: str) -> Run:
    found: Run = import_module(f"tests.faults.{name}").run(HARNESSES[name])
    return found


def _cells(run: Run) -> tuple[str, ...]:
    caught = "yes" if run.mutant_caught else "NO"
    return (run.fault, f"{run.cases:,}", str(run.bad), run.mutant, caught, f"{run.seconds:.0f}")


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> int:
    if not disk.compiler_here():
        print("The harnesses need Linux and gcc.", file=sys.stderr)
        return 2
    table = [_row(HEAD), _row(("---",) * len(HEAD))]
    print("\n".join(table), flush=True)
    runs = []
    with ProcessPoolExecutor(max_workers=2) as pool:
        for run in pool.map(_run, HARNESSES):
            runs.append(run)
            table.append(_row(_cells(run)))
            print(table[-1], flush=True)
    EVIDENCE.parent.mkdir(parents=True, exist_ok=True)
    EVIDENCE.write_text(METHOD.read_text().replace("(the table)", "\n".join(table)))
    return 0 if all(run.bad == 0 and run.mutant_caught for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
