"""Answers of the perpetrator-pattern tool, sorted by the part of the pattern statement they belong to.

Unanswered questions are left out. Names are as somebody typed them and are not matched to people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from assessments.casework.records import COMPLETED_STATUSES, Assessment
from assessments.definitions.definition import Instrument, Item
from assessments.engine.answers import CHILD_WORD_ORIGINS, Answered, VerbatimLine, from_plain
from assessments.errors import BadAnswer

CONDUCT_TOOL_ID = "perpetrator-pattern"

StatementPart = Literal["acts", "children", "safety", "days", "gaps"]
# A question in the tool's own words, and what was answered.
QuestionAnswer = tuple[str, str]

_ACT_ITEMS = ("acts", "often", "last", "level", "since", "evidence", "effect-adult")
_CHILD_ITEMS = ("child-lives-with", "child-effect", "child-used", "child-words")
_HOUSEHOLD_ITEMS = ("home-who", "home-children", "home-known", "home-told")
_SAFETY_ITEMS = ("keeps-safe", "care-effect")
_DATE_ITEMS = (
    ("control-began",),
    ("rising",),
    ("trigger",),
    ("separation", "separation-when"),
    ("release-on",),
)


@dataclass(frozen=True, slots=True, repr=False)
class ConductAnswer:
    """Questions with their answers; `link_id` is the first of them. `tactic` is the code of a tactic (T1 ...)
    and `whom` those it is done to; `child` is the name in a child's row."""

    part: StatementPart
    link_id: str
    question_answers: tuple[QuestionAnswer, ...]
    tactic: str = ""
    whom: tuple[str, ...] = ()
    child: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class ConductExtract:
    """One completed assessment with the tool: whom it is about, the day, and its answers."""

    assessment_id: str
    household_id: str
    subject_id: str
    on: date
    tool: str
    amends: str
    answers: tuple[ConductAnswer, ...]


def extract_conduct(tool: Instrument, assessment: Assessment) -> ConductExtract | None:
    """What a completed assessment holds; None for any other tool."""
    if tool.id != CONDUCT_TOOL_ID or assessment.status not in COMPLETED_STATUSES:
        return None
    return ConductExtract(
        assessment_id=assessment.id,
        household_id=assessment.household_id,
        subject_id=assessment.subject_id,
        on=assessment.context.on,
        tool=tool.title,
        amends=assessment.amends or "",
        answers=tuple(_read_answers(tool, assessment.answers)),
    )


def _read_answers(tool: Instrument, answers: Mapping[str, Any]) -> Iterator[ConductAnswer]:
    found = _ConductAnswers(tool, answers)
    yield from found.read_answer("acts", "pattern-sentence")
    # Tactics are the items with acts of their own, numbered in the order of the tool.
    families = [item for item in tool.walk() if f"{item.link_id}.acts" in tool.index]
    for number, family in enumerate(families, start=1):
        name, tactic = family.link_id, f"T{number}"
        if answers.get(name) != "yes":
            continue
        whom = found.read_options(f"{name}.whom")
        acts = found.read_questions(*(f"{name}.{suffix}" for suffix in _ACT_ITEMS))
        yield ConductAnswer("acts", name, acts, tactic=tactic, whom=whom)
        if effect := found.read_questions(f"{name}.effect-children"):
            yield ConductAnswer("children", f"{name}.effect-children", effect, tactic=tactic, whom=whom)
    judged = [words for _, words in found.read_questions("coercive-control", "coercive-control-because")]
    if judged:
        question = tool.index["coercive-control"].text
        yield ConductAnswer("acts", "coercive-control", ((question, ": ".join(judged)),))
    for row in found.read_rows("homes"):
        if asked := row.read_questions(*_HOUSEHOLD_ITEMS):
            yield ConductAnswer("acts", "homes", asked)
    for row in found.read_rows("children"):
        if asked := row.read_questions(*_CHILD_ITEMS):
            child = next((words for _, words in row.read_questions("child-who")), "")
            yield ConductAnswer("children", "child-effect", asked, child=child)
    for name in _SAFETY_ITEMS:
        yield from found.read_answer("safety", name)
    for names in _DATE_ITEMS:
        yield from found.read_answer("days", *names)


@dataclass(frozen=True, slots=True, repr=False)
class _ConductAnswers:
    """The answers of a tool, or of one row of it, in words."""

    tool: Instrument
    plain: Mapping[str, Any]

    def read_answer(self, part: StatementPart, *names: str) -> Iterator[ConductAnswer]:
        if asked := self.read_questions(*names):
            yield ConductAnswer(part, names[0], asked)

    def read_questions(self, *names: str) -> tuple[QuestionAnswer, ...]:
        """Each of these questions that has an answer, with it."""
        known = [name for name in names if name in self.tool.index]
        return tuple(
            (self.tool.index[name].text, words) for name in known if (words := self._answer_text(name))
        )

    def read_options(self, name: str) -> tuple[str, ...]:
        """What was chosen, in the tool's words, within a sentence."""
        item = self.tool.index[name]
        chosen = [item.option(code) for code in self._answer_value(item) or ()]
        return tuple(one.text[:1].lower() + one.text[1:] for one in chosen if one is not None)

    def read_rows(self, name: str) -> Iterator[_ConductAnswers]:
        given = self.plain.get(name)
        for row in given if isinstance(given, list | tuple) else ():
            yield _ConductAnswers(self.tool, row)

    def _answer_text(self, name: str) -> str:
        item = self.tool.index[name]
        value = self._answer_value(item)
        if value is None:
            return ""
        match item.type:
            case "choice" | "choices":
                chosen = [item.option(code) for code in ((value,) if isinstance(value, str) else value)]
                return "; ".join(one.text for one in chosen if one is not None)
            case "words":
                own = (line for line in value if isinstance(line, VerbatimLine))
                return " ".join(f"“{line.words}”" for line in own if line.origin in CHILD_WORD_ORIGINS)
        return str(value).strip()

    def _answer_value(self, item: Item) -> Any:
        """The value that was given, or None."""
        if item.link_id not in self.plain:
            return None
        try:
            entry = from_plain(item, self.plain[item.link_id])
        except BadAnswer:  # left to the record, which shows it as it stands
            return None
        return entry.value if isinstance(entry, Answered) else None
