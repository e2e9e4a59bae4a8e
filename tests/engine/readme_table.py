"""Tables of the tools' README, made from the tool files and `linked.toml`.

Each table stands between two HTML comments.

    python -m tests.engine.readme_table    # writes both tables into assessments/instruments/README.md
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from assessments.definitions import catalogue
from assessments.definitions.ages import AGE_PATTERN
from assessments.definitions.definition import Instrument

README = Path(__file__).parents[2] / "assessments" / "instruments" / "README.md"
ABOUT = {"adult": "an adult", "child": "a child", "either": "an adult or a child"}
_PARTS = {"years": 0, "months": 1, "days": 2}


def tables() -> dict[str, str]:
    """Each table by the name that its comments bear."""
    return {"tools": _tools(), "linked": _linked()}


def with_tables(text: str) -> str:
    """The README with its tables as they should be. Raises ValueError when a comment is missing."""
    for name, table in tables().items():
        start, end = f"<!-- {name}: made by tests.engine.readme_table -->", f"<!-- {name}: end -->"
        before, opened, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not (opened and closed):
            raise ValueError(name)
        text = f"{before}{start}\n{table}\n{end}{after}"
    return text


def _tools() -> str:
    head = ("id", "title", "for", "about", "ages", "minutes", "questions", "licence", "awaiting review by")
    return _table(head, [_tool(catalogue.load_tool(tool)) for tool in catalogue.list_tool_ids()])


def _tool(tool: Instrument) -> tuple[str, ...]:
    return (
        f"`{tool.id}`",
        tool.title,
        ", ".join(role.replace("-", " ") for role in tool.roles),
        "an unborn child" if tool.age_below == "P0D" else ABOUT[tool.subject],
        ages(tool),
        f"{tool.minutes[0]}-{tool.minutes[1]}",
        str(questions(tool)),
        licence(tool.licence),
        reviewer(files("assessments").joinpath("instruments", f"{tool.id}.toml").read_text(encoding="utf-8")),
    )


def _linked() -> str:
    head = ("id", "name", "ages", "shape", "training", "licence", "where", "something unverified")
    rows = [
        (
            f"`{tool.id}`",
            tool.name,
            tool.ages,
            tool.shape,
            tool.training,
            tool.licence,
            f"<{tool.where}>",
            "yes" if tool.unverified else "no",
        )
        for tool in catalogue.load_linked_tools()
    ]
    return _table(head, rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def ages(tool: Instrument) -> str:
    """Whole years or months, both ends included: "7 to 10 years". "any" without a limit."""
    if tool.age_below == "P0D":
        return "before birth"
    if not tool.age_below:
        return "any"
    below, unit = _number(tool.age_below)
    start, start_unit = _number(tool.age_from)
    if start and start_unit != unit:
        return f"{start} {start_unit} to {below - 1} {unit}"
    return f"{start} to {below - 1} {unit}"


def _number(age: str) -> tuple[int, str]:
    found = AGE_PATTERN.match(age)
    for unit, part in _PARTS.items():
        if found and found.groups()[part]:
            return int(found.groups()[part]), unit
    return 0, ""


def questions(tool: Instrument) -> int:
    """How many are asked when every part is open, follow-ups not counted."""
    return sum(item.type not in ("display", "group") for section in tool.items for item in section.items)


def licence(words: str) -> str:
    """The stance in short: whose wording, and what is not used."""
    first, *rest = re.split(r"(?<=\.)\s+", words)
    short = "Original." if "original to Wren" in first else first
    without = next(
        (sentence for sentence in rest if re.match(r"(No|It uses nothing|Nothing) ", sentence)), ""
    )
    return f"{short} {without}".strip()


def reviewer(text: str) -> str:
    """Who is to check a tool, from the comment at the head of its file; "no one" when none is named."""
    head = " ".join(line.removeprefix("#").strip() for line in _comment_lines(text))
    found = re.search(r"[Aa]waiting review by ([^.:;]+)", head)
    return found.group(1).strip().rstrip(",") if found else "no one"


def _comment_lines(text: str) -> list[str]:
    lines = text.splitlines()
    end = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return lines[:end]


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
