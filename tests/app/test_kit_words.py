"""The words on the screen: all there, plain, and none of the banned ones."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from app.kit import messages
from app.kit.controls.lists import _STATUS_LOOKS
from app.kit.controls.status import SyncStatus
from app.kit.messages import has_message, message_catalogue, say, say_error
from assessments import errors

APP = Path(messages.__file__).parents[1]
BANNED = re.compile(
    r"\b(please|sorry|valid|invalid|oops|forbidden|illegal|required field|error code|abuse|violence)\b", re.I
)


LONGEST = 25

Catalogue = dict[str, str | dict[str, str]]


def sentences(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Each code with each of its forms."""
    found = []
    for code, sentence in catalogue.items():
        forms = sentence.values() if isinstance(sentence, dict) else [sentence]
        found += [(code, form) for form in forms]
    return found


def unfit(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Sentences with a banned word, an asterisk or space around them, and empty ones."""
    return [
        (code, sentence)
        for code, sentence in sentences(catalogue)
        if BANNED.search(sentence) or "*" in sentence or not sentence == sentence.strip() != ""
    ]


def too_long(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Texts with a sentence of more words than `LONGEST`."""
    return [
        (code, sentence)
        for code, sentence in sentences(catalogue)
        if any(len(part.split()) > LONGEST for part in re.split(r"[.?!]", sentence))
    ]


def test_no_sentence_has_a_banned_word_or_an_asterisk() -> None:
    assert len(sentences(message_catalogue())) > 1000
    assert unfit(message_catalogue()) == []


def test_sentences_are_short() -> None:
    assert too_long(message_catalogue()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "Please enter a name",
        "That is an Invalid date",
        "Name *",
        "",
        " ",
        "Back ",
        {"one": "{n}", "other": "*"},
    ],
)
def test_a_planted_sentence_that_is_unfit_is_found(planted: str | dict[str, str]) -> None:
    assert [code for code, _ in unfit({**message_catalogue(), "action.planted": planted})] == [
        "action.planted"
    ]


def test_a_word_that_only_holds_a_banned_one_is_fit() -> None:
    assert unfit({"planted": "A validated tool"}) == []


def test_a_planted_sentence_that_is_too_long_is_found() -> None:
    for at, planted in enumerate(
        ("word " * LONGEST, "word " * (LONGEST + 1), "Short. " + "word " * 26 + "? End.")
    ):
        assert bool(too_long({"planted": planted})) == bool(at), planted
    assert too_long({"planted": {"one": "Short.", "other": "word " * 26}})


def test_every_code_said_in_the_app_exists_and_gets_its_values() -> None:
    said = 0
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) in ("say", "messages.say")):
                continue
            code = node.args[0]
            if isinstance(code, ast.Constant):
                said += 1
                assert has_message(code.value), f"{path.name}:{node.lineno} says {code.value}"
                given = {keyword.arg for keyword in node.keywords}
                if None not in given:
                    assert wanted(code.value) <= given, f"{path.name}:{node.lineno}"
            elif isinstance(code, ast.JoinedStr):
                first = code.values[0]
                start = first.value if isinstance(first, ast.Constant) else ""
                assert any(known.startswith(start) for known in message_catalogue()), (
                    f"{path.name}:{node.lineno}"
                )
    assert said > 15


def wanted(code: str) -> set[str]:
    sentence = message_catalogue()[code]
    forms = sentence.values() if isinstance(sentence, dict) else [sentence]
    names = {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}
    return names | ({"n"} if isinstance(sentence, dict) else set())


def test_every_status_of_a_task_and_every_state_of_sending_has_words() -> None:
    assert all(has_message(f"task.{status}") for status in _STATUS_LOOKS)
    assert len(_STATUS_LOOKS) == 6
    assert SyncStatus("offline", n=3).words() == "Offline, 3 waiting"
    assert SyncStatus("offline").words() == "Offline"
    assert SyncStatus("sending", n=1, of=3).words() == "Sending 1 of 3"
    assert SyncStatus("waiting", n=1).words() == "1 waiting"
    assert SyncStatus("help", n=2).words() == "2 need your help"
    assert SyncStatus("sent").words() == "All sent"
    assert SyncStatus("unknown").words() == "Cannot check right now"


def test_the_save_states_are_the_tested_sentences() -> None:
    phone = say("device.phone")
    assert say("save.at", device=phone, at="14:02") == "Saved on this phone at 14:02"
    assert (
        say("sync.offline-long", device=phone)
        == "Offline. Your work is safe on this phone and will send when you are back online."
    )
    assert say("outbox.waiting", n=3) == "3 records waiting to send"
    assert say("outbox.waiting", n=1) == "1 record waiting to send"
    assert say("outbox.waiting", n=0) == "Nothing waiting to send"
    assert say("sync.partly", sent=2, n=1) == "2 sent. 1 needs your help"
    assert say("sync.sent-at", when="today", at="14:10") == "All sent. Last sent today 14:10"


def test_every_error_that_is_raised_on_purpose_has_a_sentence() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.WrenError) and kind is not errors.WrenError
    ]
    assert len(kinds) >= 12
    for kind in kinds:
        assert has_message(f"error.{kind.code}"), kind.code


def test_an_unknown_error_gets_the_general_sentence_and_nothing_of_its_own() -> None:
    assert say_error(RuntimeError("Ada said")) == say("error.unknown")
    assert say_error(errors.WrenError("never-heard-of")) == say("error.unknown")
    assert say_error(errors.DiskFull()) == say("error.disk-full")


def test_an_error_with_a_code_of_its_own_falls_back_to_its_family() -> None:
    assert say_error(errors.Damaged("page-seven")) == say("error.damaged")
    assert say_error(errors.StoreFault("already-completed")) == say("error.already-completed")
    assert say_error(errors.TooManyAttempts("never-named")) == say("error.too-many-tries")


def test_a_missing_word_or_value_is_noticed() -> None:
    with pytest.raises(LookupError):
        say("no.such.code")
    with pytest.raises(LookupError):
        say("save.at", device="phone")
