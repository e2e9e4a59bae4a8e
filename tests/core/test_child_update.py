"""A child's turn decides the same for the same event, without Flet, disk or key."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.core.child import child_update as flow
from app.core.child.child_update import ChildTurn, WriteLine
from assessments.casework.child_sessions import CHILD_SESSION_KEY, build_child_form, make_start_entry
from assessments.definitions import catalogue
from assessments.definitions.area_settings import AreaRules
from assessments.engine import form as forms
from assessments.engine.answers import Answered, AnswerEntry, NotAnswered
from assessments.engine.scoring import ScoringContext
from tests.core.faults import passing_rows

# Three questions: how it is at home (a choice), and two in words.
HOME, WORDS, UP = "step-home", "step-words", "step-up"
TOP, SAID = Answered("top"), Answered("I like the top")
Signal = flow.ChildSignal
SKIPPED = NotAnswered("child-pass")


def child_form() -> forms.Form:
    adult = {"earshot": Answered("nobody"), "child-ok": Answered("yes")}
    context = ScoringContext(on=date(2026, 3, 2))
    whole = forms.open_form(catalogue.load_tool("child-voice-4-7"), AreaRules(), context, adult)
    part = build_child_form(whole, "steps", lambda options: options)
    assert part is not None
    return part


FORM = child_form()
HELLO = ChildTurn(FORM, "young", "Kestrel")


def at(link_id: str, **answers: AnswerEntry) -> ChildTurn:
    """A turn at this question, with these answers."""
    form = FORM
    for key, entry in answers.items():
        form = forms.update(form, forms.AnswerEntered(key.replace("_", "-"), entry)).form
    return replace(HELLO, form=form, screen="question", current_link_id=link_id)


def look_back(**answers: AnswerEntry) -> ChildTurn:
    return replace(at(UP, **answers), screen="look-back")


def line(plain: Any) -> WriteLine:
    return WriteLine(CHILD_SESSION_KEY, plain)


BEGUN = line(make_start_entry(FORM))
DONE, STOPPED, LEFT = line({"ended": "finished"}), line({"ended": "stopped"}), line({"ended": "left"})
TAPPED = WriteLine(HOME, "top")
TYPED = replace(at(WORDS), letters={WORDS: SAID})
WRITTEN = WriteLine(WORDS, "I like the top")
PASSED = WriteLine(HOME, {"not_answered": "child-pass"})

Row = tuple[str, ChildTurn, flow.ChildEvent, ChildTurn, tuple[WriteLine, ...]]
ROWS: list[Row] = [
    ("a turn begins at the first question", HELLO, Signal.SESSION_STARTED, at(HOME), (BEGUN,)),
    ("a tap is an answer", at(HOME), flow.AnswerTapped(HOME, TOP), at(HOME, step_home=TOP), (TAPPED,)),
    ("the same tap writes nothing", at(HOME, step_home=TOP), flow.AnswerTapped(HOME, TOP),
     at(HOME, step_home=TOP), ()),
    ("an answer is taken back", at(HOME, step_home=TOP), flow.AnswerTapped(HOME, None), at(HOME),
     (WriteLine(HOME, None),)),
    ("a tap replaces the letters of its question", TYPED, flow.AnswerTapped(WORDS, None), at(WORDS), ()),
    ("a tap keeps the letters of another", TYPED, flow.AnswerTapped(HOME, TOP),
     at(WORDS, step_words=SAID, step_home=TOP), (WRITTEN, TAPPED)),
    ("letters wait", at(WORDS), flow.LettersTyped(WORDS, SAID), TYPED, ()),
    ("letters are written at rest", TYPED, Signal.TYPING_RESTED, at(WORDS, step_words=SAID), (WRITTEN,)),
    ("no letters, no line", at(WORDS), Signal.TYPING_RESTED, at(WORDS), ()),
    ("skipping is an answer", at(HOME), flow.QuestionSkipped("child-pass"), at(WORDS, step_home=SKIPPED),
     (PASSED,)),
    ("skipping drops what was half typed", TYPED, flow.QuestionSkipped("not-applicable"), at(UP), ()),
    ("skipping the welcome stops", HELLO, flow.QuestionSkipped("child-pass"), replace(HELLO, screen="end"),
     (BEGUN, STOPPED)),
    ("skipping the look back finishes", look_back(), flow.QuestionSkipped("child-pass"),
     replace(look_back(), screen="end"), (DONE,)),
    ("next", at(HOME), Signal.NEXT_PRESSED, at(WORDS), ()),
    ("next takes the letters along", TYPED, Signal.NEXT_PRESSED, at(UP, step_words=SAID), (WRITTEN,)),
    ("after the last comes the look back", at(UP), Signal.NEXT_PRESSED, look_back(), ()),
    ("a changed answer leads to the look back", replace(at(HOME), is_changing=True), Signal.NEXT_PRESSED,
     replace(at(HOME), screen="look-back"), ()),
    ("back", at(WORDS), Signal.BACK_PRESSED, at(HOME), ()),
    ("from the first question nowhere", at(HOME), Signal.BACK_PRESSED, at(HOME), ()),
    ("back from the look back", look_back(), Signal.BACK_PRESSED, at(UP), ()),
    ("back from a change", replace(at(HOME), is_changing=True), Signal.BACK_PRESSED,
     replace(at(HOME), screen="look-back"), ()),
    ("one question again", look_back(), flow.QuestionReopened(HOME), replace(at(HOME), is_changing=True), ()),
    ("a child stops", TYPED, Signal.STOP_TAPPED, replace(at(WORDS, step_words=SAID), screen="end"),
     (WRITTEN, STOPPED)),
    ("a child finishes", look_back(), flow.SessionEnded("finished"), replace(look_back(), screen="end"),
     (DONE,)),
    ("a child who did not begin was asked", HELLO, flow.SessionEnded("stopped"),
     replace(HELLO, screen="end"), (BEGUN, STOPPED)),
    ("again after answers", replace(look_back(step_home=TOP), screen="end"), Signal.SESSION_RESUMED,
     look_back(step_home=TOP), (BEGUN,)),
    ("again after nothing", replace(HELLO, screen="end"), Signal.SESSION_RESUMED, HELLO, ()),
    ("a lock writes what stands", TYPED, Signal.PAGE_TAKEN, at(WORDS, step_words=SAID), (WRITTEN, LEFT)),
    ("a lock of the quiet page writes nothing", replace(HELLO, screen="end"), Signal.PAGE_TAKEN,
     replace(HELLO, screen="end"), ()),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_flow_decides(row: Row) -> None:
    _, turn, event, expected, lines = row
    assert flow.update(turn, event) == (expected, lines)


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("_apply_letters", lambda turn: (replace(turn, letters={}), ())),
        ("_without_letters", lambda turn, link_id: turn),
        ("_next", lambda turn: turn),
        ("_start_line", lambda turn: STOPPED),
    ],
)
def test_a_planted_fault_is_found(fault: str, broken: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, fault, broken)
    assert passing_rows(ROWS, flow.update) < len(ROWS)
