"""A child's answer in words, as the child gave it.

The child's own words stay untouched; options show by their texts and people by the names that the child
gave them. No meaning is read into any of it.

    format_child_answer(item, Answered(("happy", "sad")))      # "Happy, Sad"
"""

from __future__ import annotations

from collections.abc import Mapping

from app.features.child.bound_question import answer_value
from app.kit.messages import say
from assessments.definitions.definition import Item, walk_items
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import AnswerEntry, NotAnswered, PlacedPerson, VerbatimLine

_SKIPPED_CODES = {"asked-unknown": "child.unsure", "child-pass": "child.not-now"}


def format_child_answer(item: Item, entry: AnswerEntry | None) -> str:
    """Format one entry as text; "" when there is none."""
    if isinstance(entry, NotAnswered):
        code = _SKIPPED_CODES.get(entry.state)
        return say(code) if code else dict(item.state_words).get(entry.state, "")
    value = answer_value(entry)
    if value is None:
        return ""
    if not isinstance(value, tuple):
        return _part(item, value)
    parts = [_part(item, part) for part in value]
    return ("\n" if any(not isinstance(part, str) for part in value) else ", ").join(parts)


def _part(item: Item, part: object) -> str:
    match part:
        case VerbatimLine():
            return say("said.words", words=part.words)
        case Drawing():
            return say("draw.mine" if part.visible_marks else "draw.empty")
        case PlacedPerson():
            return say("said.place", place=_option(item, part.place), who=part.who)
        case Mapping():
            inner = [format_child_answer(own, part.get(own.link_id)) for own in walk_items(item.items)]
            return say("child.row", row=inner[0], rest=", ".join(words for words in inner[1:] if words))
        case int() if item.maximum:
            return say("label.ladder-step", n=part, of=item.maximum)
    return _option(item, str(part))


def _option(item: Item, code: str) -> str:
    option = item.option(code)
    return option.text if option is not None else code
