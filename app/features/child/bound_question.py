"""One question of a child's session: its entry, the ways to answer it, and the answer in words.

The activities see a session through this alone. A tap is saved at once, typing when it rests. The child's own
words stay untouched, and no meaning is read into any of it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from app.core.child.child_session import ChildSession
from app.core.child.child_update import stop_option
from app.kit.forms.choices import Choice
from app.kit.messages import say
from assessments.casework.child_sessions import AgeBand
from assessments.definitions.definition import Item, walk_items
from assessments.definitions.drawing import Drawing
from assessments.engine import answers
from assessments.engine.answers import Answered, AnswerEntry, AnswerValue, NotAnswered, VerbatimLine


@dataclass(frozen=True, slots=True, repr=False)
class BoundQuestion:
    """One question. `key` is unique on the page and holds ids only; `entry` is that of the last drawing."""

    item: Item
    key: str
    band: AgeBand
    entry: AnswerEntry | None
    set_answer: Callable[[AnswerEntry | None], Awaitable[None]]
    set_answer_debounced: Callable[[AnswerEntry | None], None]
    # The entry at this moment, with typing that is not saved yet.
    current_entry: Callable[[], AnswerEntry | None]

    @property
    def value(self) -> AnswerValue | None:
        """What was given, or None."""
        return answer_value(self.entry)


def bind_question(session: ChildSession, item: Item) -> BoundQuestion:
    """Bind a question on a page of its own."""
    link_id = item.link_id
    return BoundQuestion(
        item=item,
        key=link_id,
        band=session.state.band,
        entry=session.current_entry(link_id),
        set_answer=lambda entry: session.set_answer(link_id, entry),
        set_answer_debounced=lambda entry: session.queue_input(link_id, entry),
        current_entry=lambda: session.current_entry(link_id),
    )


def answer_value(entry: AnswerEntry | None) -> AnswerValue | None:
    """Return the value of an answer; None where there is none."""
    return None if entry is None or isinstance(entry, NotAnswered) else entry.value


def chosen_codes(entry: AnswerEntry | None) -> tuple[str, ...]:
    """Return the codes that were chosen, one or several."""
    value = answer_value(entry)
    if isinstance(value, tuple):
        return tuple(str(code) for code in value)
    return () if value is None else (str(value),)


def choices_for(item: Item) -> list[Choice]:
    """Return the options of a question as the kit draws them, in the order that they have for this child. One
    that stops is left out: the page has its own Stop, and should have one only."""
    stop = stop_option(item)
    return [
        Choice(option.code, option.text, exclusive=option.alone, picture=option.picture)
        for option in item.options
        if option is not stop
    ]


def make_answer(value: AnswerValue | None) -> AnswerEntry | None:
    """Make an answer of a value; None for None, an empty text or an empty list."""
    return Answered(value) if value is not None and value not in ("", ()) else None


def text_of_entry(entry: AnswerEntry | None) -> str:
    """Return the words of an entry; "" for none."""
    value = answer_value(entry)
    if isinstance(value, tuple):
        return "\n".join(part.words for part in value if isinstance(part, VerbatimLine))
    return "" if value is None else str(value)


def entry_from_text(item: Item, words: str) -> AnswerEntry | None:
    """Make the entry of some words, letter for letter; None for blank ones. Until the adult marks who typed,
    they count as typed by the child."""
    if not words.strip():
        return None
    return Answered((VerbatimLine(words, "child-typed", item.text),) if item.type == "words" else words)


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
        case answers.PlacedPerson():
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
