"""Nothing that carries what a person said prints it: every class, every error, found by itself.

Each dataclass and model of the three rooms is filled by its types with planted values, whatever it
is for, and asked to print itself in every way that a log, a debugger or a template would use.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import traceback
import types
import typing
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import app
import assessments
import sync
from app.kit.logs import print_redacted_fault
from assessments.casework.records import Household, Person
from assessments.errors import Damaged, WrenError
from sync.service.problems import FAULT, RequestRefused

WORD = "Plumquartz"
NUMBER = 7_340_123
DAY = date(1987, 3, 17)
MOMENT = datetime(1987, 3, 17, 4, 5, 6, tzinfo=UTC)
SHOWN = (WORD, str(NUMBER), "1987-03-17", "1987, 3, 17")

# A random id, the name of a published tool or of one of its questions: these say nothing of a person.
IMPERSONAL_FIELDS = {
    "id",
    "target",
    "key",
    "sequence",
    "link_id",
    "tool",
    "instrument",
    "version",
    "kid",
    "phase",
    "status",
    "code",
}
# What a tool, a theme or a translation between formats is made of: published words, no person's.
IMPERSONAL_ROOMS = (
    "app.kit.theme",
    "assessments.definitions.tool_lint",
    "assessments.definitions.definition",
    "assessments.fhir",
    "assessments.definitions.area_settings",
    "assessments.definitions.catalogue",
    "assessments.definitions.toml_document",
    "assessments.store.migrations",
    "assessments.definitions.suggest",
    "assessments.definitions.tool_file",
    "assessments.definitions.tool_rules",
    "assessments.definitions.tool_writer",
    "assessments.definitions.text_packs",
    "sync.service.problems",
    "sync.service.settings",
)
# Rooms among those above where a person's answers pass after all.
PERSONAL_AFTER_ALL = ("assessments.fhir.response", "assessments.fhir.results")


def _modules() -> Iterator[types.ModuleType]:
    for room in (app, assessments, sync):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def _classes() -> list[type]:
    found: dict[str, type] = {}
    for module in _modules():
        for one in vars(module).values():
            if inspect.isclass(one) and one.__module__ == module.__name__:
                found[f"{module.__name__}.{one.__name__}"] = one
    return list(found.values())


def _holds(kind: type) -> bool:
    """Whether it is a class with named fields, of any of the three makes."""
    return dataclasses.is_dataclass(kind) or issubclass(kind, BaseModel) or hasattr(kind, "_fields")


CLASSES = _classes()
CARRIERS = [
    one
    for one in CLASSES
    if _holds(one)
    and (one.__module__.startswith(PERSONAL_AFTER_ALL) or not one.__module__.startswith(IMPERSONAL_ROOMS))
]
ERRORS = [one for one in CLASSES if issubclass(one, WrenError)]


def _filled(kind: type, depth: int = 0) -> Any:
    """An instance whose every field holds something planted; nothing of the class's own is run."""
    hints = typing.get_type_hints(kind, localns={"Callable": Callable, "Iterator": Iterator})
    if issubclass(kind, BaseModel):
        given = {name: _value(name, hints.get(name, str), depth) for name in kind.model_fields}
        return kind.model_construct(**given)
    if hasattr(kind, "_fields"):
        return tuple.__new__(kind, [_value(name, hints[name], depth) for name in kind._fields])
    made = object.__new__(kind)
    for one in dataclasses.fields(kind):  # type: ignore[arg-type]  # a dataclass, as chosen above
        object.__setattr__(made, one.name, _value(one.name, hints[one.name], depth))
    return made


def _value(name: str, hint: Any, depth: int) -> Any:
    if inspect.isclass(hint) and _holds(hint) and depth < 4:
        return _filled(hint, depth + 1)
    if name in IMPERSONAL_FIELDS or name.endswith("_id"):
        return "0000"
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _value(name, inner[0], depth)
    if origin is typing.Literal:
        return inner[0]
    if origin in (typing.Union, types.UnionType):
        return _value(name, next(one for one in inner if one is not type(None)), depth)
    if origin in (tuple, list, set, frozenset) or (origin and _is_many(origin)):
        return (_value(name, inner[0], depth) if inner else WORD,)
    if origin in (dict, Mapping) or (origin and issubclass(origin, Mapping)):
        return {WORD: _value("", inner[1], depth)}
    plain = {str: WORD, bytes: WORD.encode(), int: NUMBER, float: float(NUMBER), bool: True}
    plain |= {date: DAY, datetime: MOMENT, time: time(4, 5), bytearray: bytearray(WORD.encode())}
    if hint in plain:
        return plain[hint]
    if inspect.isclass(hint) and issubclass(hint, Enum):
        return next(iter(hint))
    return WORD


def _is_many(origin: Any) -> bool:
    return inspect.isclass(origin) and issubclass(origin, Collection) and not issubclass(origin, Mapping)


def _prints(made: Any) -> list[str]:
    """What it shows of what it holds."""
    ways = (repr(made), str(made), f"{made}", "%s" % (made,), repr([made]), str({"it": made}))  # noqa: UP031
    return [mark for mark in SHOWN if any(mark in way for way in ways)]


@pytest.mark.parametrize("kind", CARRIERS, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_what_carries_a_persons_words_prints_none_of_them(kind: type) -> None:
    assert _prints(_filled(kind)) == []


def test_the_walk_finds_the_records_and_a_talkative_class() -> None:
    names = {kind.__name__ for kind in CARRIERS}
    assert {
        *("Household", "Person", "Assessment", "AssessmentSummary", "HouseholdOverview"),
        *("OpenAssessment", "Form", "AppState"),
    } <= names

    @dataclasses.dataclass
    class Talkative:
        name: str
        born: date
        siblings: tuple[str, ...]

    class Quoting(BaseModel):
        said: str

    class Listing(typing.NamedTuple):
        said: str

    assert _prints(_filled(Talkative)) == [WORD, "1987, 3, 17"]
    assert _prints(_filled(Quoting)) == [WORD]
    assert _prints(_filled(Listing)) == [WORD]


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_an_error_says_its_code_and_nothing_of_its_data(kind: type[WrenError]) -> None:
    if kind is RequestRefused:
        said = _said(RequestRefused(FAULT, detail=WORD))
    else:
        said = _said(kind(part=WORD, link_id=WORD, faults=(WORD,)))
    assert not any(WORD in way for way in said)


def test_every_error_of_ours_carries_a_code() -> None:
    others = {one.__name__ for one in CLASSES if issubclass(one, BaseException)} - {
        k.__name__ for k in ERRORS
    }
    # These never leave the room that reads forms from elsewhere, or say nothing at all.
    assert others == {"UnsupportedExpression", "UnresolvedRule", "_LostRace"}


def test_an_error_that_quotes_is_caught() -> None:
    assert any(WORD in way for way in _said(KeyError(WORD)))


def test_a_refused_record_is_not_quoted() -> None:
    for kind, given in ((Household, {"id": "1", "name": WORD * 90}), (Person, {"id": "1", "born": WORD})):
        with pytest.raises(ValidationError) as refusal:
            kind.model_validate(given)
        assert not any(WORD in way for way in (str(refusal.value), repr(refusal.value)))


def test_a_fault_of_ours_is_told_by_its_place_and_not_by_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret = WORD
    for error in (KeyError(secret), Damaged(part=secret), FileNotFoundError(2, secret, secret)):
        try:
            raise error
        except (KeyError, Damaged, OSError) as caught:
            print_redacted_fault(type(caught), caught, caught.__traceback__)
    said = capsys.readouterr().err
    assert WORD not in said
    assert "test_silence.py" in said
    assert "KeyError" in said
    assert "Damaged damaged" in said
    assert "FileNotFoundError No such file or directory" in said


def _said(error: BaseException) -> tuple[str, ...]:
    """All that a log or a screen could show of an error."""
    try:
        raise error
    except type(error) as caught:
        trace = "".join(traceback.format_exception(caught))
        return (str(caught), repr(caught), repr(caught.args), trace)
