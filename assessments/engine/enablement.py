"""Enablement: which items are shown, given the answers so far.

An item is shown when its own rule and all items around it allow it. An answer to an item that is
not shown does not exist for any rule. Items are evaluated in an order in which rules look back only;
a tool whose rules run in a circle has no such order and is refused when it is read.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import lru_cache
from typing import cast

from assessments.definitions.definition import (
    Condition,
    Instrument,
    Item,
    When,
    list_items_with_parent,
    sort_by_dependency,
)
from assessments.engine.answers import Answered, AnswerEntry, Answers, is_empty, state_of

_ORDER_OPERATORS = {">": float.__gt__, "<": float.__lt__, ">=": float.__ge__, "<=": float.__le__}


def find_visible_items(instrument: Instrument, answers: Answers) -> tuple[str, ...]:
    """link_ids of the items shown, in the order of the tool. Items inside rows are not listed."""
    visible: set[str] = set()
    answers = {
        link_id: entry for link_id, entry in answers.items() if _is_offered(instrument, link_id, entry)
    }
    for item, parent in _evaluation_order(instrument):
        if parent and parent not in visible:
            continue
        if when_holds(item.enable_when, answers, visible):
            visible.add(item.link_id)
    return tuple(link_id for link_id in _file_order(instrument) if link_id in visible)


def _is_offered(instrument: Instrument, link_id: str, entry: AnswerEntry) -> bool:
    """Whether all chosen codes are offered: an unknown code shows nothing."""
    item = instrument.index.get(link_id)
    if item is None or item.type not in ("choice", "choices") or not isinstance(entry, Answered):
        return True
    codes = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    return all(item.option(str(code)) is not None for code in codes)


def find_visible_in_row(
    group: Item, row: Answers, answers: Answers, visible: Iterable[str]
) -> tuple[str, ...]:
    """link_ids shown inside one row of a repeating group; rules see the row first, then the form."""
    seen = set(visible)
    together = {**answers, **row}
    found: list[str] = []
    pending = [(item, "") for item in group.items]
    while pending:
        item, parent = pending.pop(0)
        if (not parent or parent in seen) and when_holds(item.enable_when, together, seen):
            seen.add(item.link_id)
            found.append(item.link_id)
            pending[0:0] = [(inner, item.link_id) for inner in item.items]
    return tuple(found)


def when_holds(when: When, answers: Answers, visible: Iterable[str]) -> bool:
    """Whether a rule holds; an empty rule always does."""
    seen = visible if isinstance(visible, set | frozenset) else frozenset(visible)
    return all(condition_holds(condition, answers, seen) for condition in when.all) and (
        not when.any or any(condition_holds(condition, answers, seen) for condition in when.any)
    )


def condition_holds(condition: Condition, answers: Answers, visible: set[str] | frozenset[str]) -> bool:
    """Whether one condition holds for what is shown and answered."""
    entry = answers.get(condition.item) if condition.item in visible else None
    if entry is not None and is_empty(entry):
        entry = None
    if condition.op == "exists":
        return isinstance(entry, Answered) is condition.value
    if condition.op == "state":
        return state_of(entry) == condition.value
    if not isinstance(entry, Answered):
        return False
    given = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    return any(_compare(value, condition) for value in given)


def _compare(value: object, condition: Condition) -> bool:
    wanted = condition.value
    if condition.op in ("=", "!="):
        return (value == wanted) is (condition.op == "=")
    left, right = _comparable(value), _comparable(wanted)
    return left is not None and right is not None and _ORDER_OPERATORS[condition.op](left, right)


def _comparable(value: object) -> float | None:
    """Numbers as they are, dates as their ordinal, all else without order."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    with suppress(TypeError, ValueError):
        return float(date.fromisoformat(cast("str", value)).toordinal())
    return None


@lru_cache(maxsize=64)
def _evaluation_order(instrument: Instrument) -> list[tuple[Item, str]]:
    """Items with their parents in an order in which rules look back only; cached per tool."""
    return sort_by_dependency(instrument.items)[0]


@lru_cache(maxsize=64)
def _file_order(instrument: Instrument) -> tuple[str, ...]:
    return tuple(item.link_id for item, _ in list_items_with_parent(instrument.items))
