"""Results of completed tools about one child: own words and choices, observations, seen alone, grade.

Words have an origin and items for the child are marked: so the tool says which answers are the child's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from assessments.casework.records import COMPLETED_STATUSES, Assessment
from assessments.definitions.definition import Instrument, Item
from assessments.engine.answers import CHILD_WORD_ORIGINS, Answered, VerbatimLine, from_plain
from assessments.errors import WrenError

# words: said or typed by the child. shown: chosen, placed or counted by the child. seen: written by an
# adult. alone: the child was seen alone, all or part of the time. risk: the grade of a risk tool.
ExtractPart = Literal["words", "shown", "seen", "alone", "risk"]

# A single choice is left out: "Is it OK to talk?" is one, and a yes to it is not yet the child's voice.
_SHOWN_ITEM_TYPES = ("choices", "people", "integer")
# The one question that every talk with a child has under the same name.
_SEEN_ALONE = "seen-alone"


@dataclass(frozen=True, slots=True, repr=False)
class LadderStep:
    """The step of a ladder that a child chose, and the labels of both ends: the child's own if given."""

    number: int
    lowest: int
    highest: int
    low: str
    high: str


@dataclass(frozen=True, slots=True, repr=False)
class ResultExtract:
    """One thing out of a completed tool. `text` is "" for what was shown: the record has its pictures. `step`
    is the chosen step of a ladder; `jar` what a child put into a jar, as (size, name)."""

    assessment_id: str
    contact_id: str
    child_id: str
    part: ExtractPart
    prompt: str
    text: str
    step: LadderStep | None = None
    jar: tuple[tuple[str, str], ...] = ()


def extract_results(instrument: Instrument, assessment: Assessment) -> tuple[ResultExtract, ...]:
    """Everything about the child, in the order of the tool. Unreadable answers are left out."""
    if assessment.status not in COMPLETED_STATUSES:
        return ()
    about = (assessment.id, assessment.contact_id, assessment.subject_id)
    if instrument.kind == "risk":
        grade = ((assessment.result or {}).get("grade") or {}).get("value")
        return (ResultExtract(*about, "risk", instrument.title, dict(instrument.grades).get(str(grade), "")),)
    alone = instrument.kind == "child-voice" and assessment.answers.get(_SEEN_ALONE) in ("yes", "part")
    own = (
        ResultExtract(*about, part, prompt, text, **_ladder_or_jar(instrument, item, assessment.answers))
        for item in instrument.walk()
        if item.link_id in assessment.answers
        for part, prompt, text in _extract_parts(item, assessment.answers[item.link_id])
    )
    return (*own, *((ResultExtract(*about, "alone", "", ""),) if alone else ()))


def _ladder_or_jar(instrument: Instrument, item: Item, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The step, of a ladder with words at both ends; what is in it, of a jar; else nothing."""
    plain = answers[item.link_id]
    if item.appearance == "jar":
        texts = {option.code: option.text for option in item.options}
        return {"jar": tuple((texts.get(one["place"], one["place"]), one["who"]) for one in plain)}
    if item.minimum is None or item.maximum is None or not (item.low_text and item.high_text):
        return {}
    named = [_child_label(instrument, end, answers) for end in item.ends] or ["", ""]
    low, high = (own or given for own, given in zip(named, (item.low_text, item.high_text), strict=True))
    return {"step": LadderStep(plain, item.minimum, item.maximum, low, high)}


def _child_label(instrument: Instrument, end: str, answers: Mapping[str, Any]) -> str:
    """What the child called this end, or ""."""
    if end not in answers:
        return ""
    return next((text for _, _, text in _extract_parts(instrument.index[end], answers[end])), "").strip()


def _extract_parts(item: Item, plain: Any) -> Iterator[tuple[ExtractPart, str, str]]:
    try:
        entry = from_plain(item, plain)
    except WrenError:
        return
    if not isinstance(entry, Answered):
        return
    value = entry.value
    if item.type == "words" and isinstance(value, tuple):
        for line in value:
            if isinstance(line, VerbatimLine) and line.words.strip():
                own = line.origin in CHILD_WORD_ORIGINS
                yield "words" if own else "seen", line.prompt or item.text, line.words
    elif item.type == "text" and isinstance(value, str) and value.strip():
        yield "words" if item.for_child else "seen", item.text, value
    elif item.type in _SHOWN_ITEM_TYPES and item.for_child:
        yield "shown", item.text, ""
