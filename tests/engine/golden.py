"""Frozen results: what named sets of answers come to in each area, and where that expectation is from.

Each case of `tests/golden/<tool>.json` is scored and compared with its frozen result. Nothing is written:
a result that should change is changed by hand, with its source. Sentences are not compared.

    python -m tests.engine.golden    # prints each difference, or that there is none
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assessments.definitions import catalogue
from assessments.engine import form as forms
from assessments.engine.scoring import Judgement, ScoringContext

FOLDER = Path(__file__).parent.parent / "golden"


@dataclass(frozen=True)
class Case:
    """One set of answers in one area. `rest` is what every other counted question is answered."""

    tool: str
    version: str
    name: str
    area: str
    answers: dict[str, Any]
    rest: str
    context: dict[str, Any]
    frozen: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.tool}: {self.name}, {self.area}"

    def result(self) -> dict[str, Any]:
        """What the engine says now."""
        tool = catalogue.load_tool(self.tool, self.version)
        counted = dict.fromkeys(tool.scales[0].items, self.rest) if self.rest else {}
        entries = forms.read_entries(tool, {**counted, **self.answers})
        rules = catalogue.load_area(self.area).rules_for(self.tool)
        outcome = forms.form_to_plain(forms.open_form(tool, rules, self._context(), entries))
        return {
            "scales": outcome["scales"],
            "band": outcome["band"],
            "routes": {route["id"]: route["met"] for route in outcome["routes"]},
            "grade": {name: outcome["grade"][name] for name in ("value", "floor")},
        }

    def _context(self) -> ScoringContext:
        given = self.context
        judged, last = given.get("judgement"), given.get("last_marac_referral")
        return ScoringContext(
            on=date.fromisoformat(given.get("on", "2026-03-31")),
            events=tuple(date.fromisoformat(day) for day in given.get("events", ())),
            last_marac_referral=date.fromisoformat(last) if last else None,
            judgement=Judgement(judged["grade"], judged["reason"]) if judged else None,
        )


def files() -> Iterator[dict[str, Any]]:
    for path in sorted(FOLDER.glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def cases() -> list[Case]:
    """Every case in every area that it names a result for."""
    return [
        Case(
            tool=file["tool"],
            version=file["version"],
            name=case["name"],
            area=area,
            answers=case["answers"],
            rest=case.get("rest", ""),
            context=case.get("context", {}),
            frozen=frozen,
        )
        for file in files()
        for case in file["cases"]
        for area, frozen in case["results"].items()
    ]


def differences(was: Any, now: Any, where: str = "") -> list[str]:
    """One line for each value that is another, with the way to it."""
    if isinstance(was, dict) and isinstance(now, dict):
        keys = list(dict.fromkeys([*was, *now]))
        return [
            line
            for key in keys
            for line in differences(
                was.get(key, "nothing"), now.get(key, "nothing"), f"{where} {key}".strip()
            )
        ]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [
            line
            for number, (left, right) in enumerate(zip(was, now, strict=True), 1)
            for line in differences(left, right, f"{where} {number}")
        ]
    return [] if was == now else [f"{where}: frozen {was}, now {now}"]


def main() -> int:
    every = cases()
    found = [(case, line) for case in every for line in differences(case.frozen, case.result())]
    for case, line in found:
        print(f"{case}: {line}")
    print(f"{len(found)} differences in {len(every)} results")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
