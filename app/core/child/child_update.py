"""What a child's page does after an event: a pure `update(turn, event) -> (turn, lines to be added)`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal

from app.core.flow import Message
from app.core.plain import Json
from assessments.casework.child_sessions import (
    CHILD_SESSION_KEY,
    AgeBand,
    ChildSessionEnd,
    make_end_entry,
    make_start_entry,
)
from assessments.definitions.definition import AnswerOption, AnswerState, Item
from assessments.engine import form as forms
from assessments.engine.answers import Answered, AnswerEntry, NotAnswered, to_plain

ChildScreen = Literal["hello", "question", "look-back", "end"]


@dataclass(eq=False, repr=False)
class ChildPage:
    """What a page in a child's hands shows. `chosen_name` is what the child wants to be called, or ""."""

    form: forms.Form
    band: AgeBand
    chosen_name: str = ""
    screen: ChildScreen = "hello"
    current_link_id: str = ""
    is_changing: bool = False

    @property
    def questions(self) -> tuple[Item, ...]:
        """The questions of this turn. The two texts that rename a ladder stand on the ladder's own page."""
        section = self.form.instrument.items[0]
        ends = {end for item in section.items for end in item.ends}
        seen = frozenset(self.form.visible)
        return tuple(item for item in section.items if item.link_id in seen and item.link_id not in ends)

    @property
    def question(self) -> Item:
        """The one on the screen; the first where that one is not asked any more."""
        questions = self.questions
        return next((item for item in questions if item.link_id == self.current_link_id), questions[0])


@dataclass(repr=False)
class ChildTurn(ChildPage):
    """A page with the letters that are not part of an answer yet, by question."""

    letters: Mapping[str, AnswerEntry | None] = field(default_factory=dict)


class ChildSignal(Enum):
    """An event without data."""

    SESSION_STARTED = "the child was told who reads it, and begins"
    TYPING_RESTED = "no letter came for a while, or the page closes"
    NEXT_PRESSED = "on to the next question, or to the look back"
    BACK_PRESSED = "to the question before; from the first one nowhere"
    STOP_TAPPED = "the child stops"
    SESSION_RESUMED = "from the quiet page back to the questions"
    PAGE_TAKEN = "the page is locked or gone"


class AnswerTapped(Message):
    """An answer by tap; None takes it back."""

    link_id: str
    entry: AnswerEntry | None


class LettersTyped(Message):
    """Letters arrived in a field."""

    link_id: str
    entry: AnswerEntry | None


class QuestionSkipped(Message):
    """The child said "I don't know" or "Not now"."""

    state: AnswerState


class QuestionReopened(Message):
    """One question again, from the look back."""

    link_id: str


class SessionEnded(Message):
    """The questions are over."""

    how: ChildSessionEnd


ChildEvent = ChildSignal | AnswerTapped | LettersTyped | QuestionSkipped | QuestionReopened | SessionEnded


class WriteLine(Message):
    """Add one line to the assessment; None takes an answer back."""

    link_id: str
    plain: Json


ChildStep = tuple[ChildTurn, tuple[WriteLine, ...]]
NO_LINES: tuple[WriteLine, ...] = ()


def update(turn: ChildTurn, event: ChildEvent) -> ChildStep:
    """Decide what follows from an event."""
    match event:
        case ChildSignal.SESSION_STARTED:
            first = turn.questions[0].link_id
            return replace(turn, current_link_id=first, screen="question"), (_start_line(turn),)
        case AnswerTapped(link_id, entry):
            # What was tapped replaces the letters of the same question.
            turn, letters = _apply_letters(_without_letters(turn, link_id))
            turn, answer = _change(turn, link_id, entry)
            return turn, (*letters, *answer)
        case LettersTyped(link_id, entry):
            return replace(turn, letters={**turn.letters, link_id: entry}), ()
        case ChildSignal.TYPING_RESTED:
            return _apply_letters(turn)
        case QuestionSkipped() if turn.screen != "question":
            # Before the first question only Start is a yes; after the last there is nothing to skip.
            return _end(turn, "stopped" if turn.screen == "hello" else "finished")
        case QuestionSkipped(state):
            item = turn.question
            turn, skipped = _without_letters(turn, item.link_id), NO_LINES
            if state in item.states:
                turn, skipped = _change(turn, item.link_id, NotAnswered(state))
            return _after(skipped, update(turn, ChildSignal.NEXT_PRESSED))
        case ChildSignal.NEXT_PRESSED:
            turn, letters = _apply_letters(turn)
            return _next(turn), letters
        case ChildSignal.BACK_PRESSED:
            turn, letters = _apply_letters(turn)
            return _back(turn), letters
        case QuestionReopened(link_id):
            return replace(turn, current_link_id=link_id, is_changing=True, screen="question"), ()
        case ChildSignal.STOP_TAPPED:
            return _stop(turn)
        case SessionEnded(how):
            return _end(turn, how)
        case ChildSignal.SESSION_RESUMED if turn.form.entries:
            return replace(turn, is_changing=False, screen="look-back"), (_start_line(turn),)
        case ChildSignal.SESSION_RESUMED:
            return replace(turn, is_changing=False, screen="hello"), ()
        case ChildSignal.PAGE_TAKEN:
            turn, letters = _apply_letters(turn)
            left = (_end_line("left"),) if turn.screen in ("question", "look-back") else ()
            return turn, (*letters, *left)


def stop_option(item: Item) -> AnswerOption | None:
    """The option of a question that means "stop now", not "something should stop"."""
    return item.option("stop") if item.type == "choice" else None


def _start_line(turn: ChildTurn) -> WriteLine:
    return WriteLine(CHILD_SESSION_KEY, make_start_entry(turn.form))


def _end_line(how: ChildSessionEnd) -> WriteLine:
    return WriteLine(CHILD_SESSION_KEY, make_end_entry(how))


def _after(lines: tuple[WriteLine, ...], step: ChildStep) -> ChildStep:
    turn, more = step
    return turn, (*lines, *more)


def _without_letters(turn: ChildTurn, link_id: str) -> ChildTurn:
    return replace(turn, letters={key: entry for key, entry in turn.letters.items() if key != link_id})


def _change(turn: ChildTurn, link_id: str, entry: AnswerEntry | None) -> ChildStep:
    if entry == turn.form.entries.get(link_id):
        return turn, ()
    event = forms.AnswerCleared(link_id) if entry is None else forms.AnswerEntered(link_id, entry)
    changed = replace(turn, form=forms.update(turn.form, event).form)
    return changed, (WriteLine(link_id, None if entry is None else to_plain(entry)),)


def _apply_letters(turn: ChildTurn) -> ChildStep:
    """Make answers of the letters, in the order of the fields."""
    letters, lines = turn.letters, NO_LINES
    turn = replace(turn, letters={})
    for link_id, entry in letters.items():
        turn, line = _change(turn, link_id, entry)
        lines += line
    return turn, lines


def _next(turn: ChildTurn) -> ChildTurn:
    ids = [item.link_id for item in turn.questions]
    after = ids.index(turn.question.link_id) + 1
    if turn.is_changing or after == len(ids):
        return replace(turn, screen="look-back", is_changing=False)
    return replace(turn, current_link_id=ids[after])


def _back(turn: ChildTurn) -> ChildTurn:
    ids = [item.link_id for item in turn.questions]
    if turn.screen == "look-back":
        return replace(turn, current_link_id=ids[-1], screen="question")
    if turn.is_changing:
        return replace(turn, screen="look-back", is_changing=False)
    return replace(turn, current_link_id=ids[max(ids.index(turn.question.link_id) - 1, 0)])


def _stop(turn: ChildTurn) -> ChildStep:
    item, answer = turn.question, NO_LINES
    stop = stop_option(item)
    if turn.screen == "question" and stop is not None:
        turn, answer = _change(turn, item.link_id, Answered(stop.code))
    return _after(answer, _end(turn, "stopped"))


def _end(turn: ChildTurn, how: ChildSessionEnd) -> ChildStep:
    turn, letters = _apply_letters(turn)
    # That a child was asked and did not begin is a turn too.
    began = (_start_line(turn),) if turn.screen == "hello" else ()
    return replace(turn, screen="end"), (*letters, *began, _end_line(how))
