"""Validation of entries: findings with a code, an item and data, without words.

A form is never refused for being unfinished: missing answers are a list of their own.
"""

from typing import Any

from assessments.definitions.definition import Instrument, Item, walk_items
from assessments.engine.answers import (
    NOT_ASKED_REASONS,
    Answered,
    AnswerEntry,
    Answers,
    Finding,
    NotAnswered,
    PlacedPerson,
    VerbatimLine,
    is_empty,
)
from assessments.engine.enablement import find_visible_in_row


def validate_answers(
    instrument: Instrument, answers: Answers, visible: tuple[str, ...]
) -> tuple[Finding, ...]:
    """All findings on the entries of the items shown, in the order of the tool."""
    items = instrument.index
    findings: list[Finding] = []
    for link_id in visible:
        entry = answers.get(link_id)
        if entry is None:
            continue
        item = items[link_id]
        findings += validate_entry(item, entry)
        if item.repeats and isinstance(entry, Answered):
            findings += _check_rows(item, entry, answers, visible)
    return tuple(findings)


def find_missing_answers(
    instrument: Instrument, answers: Answers, visible: tuple[str, ...]
) -> tuple[str, ...]:
    """link_ids of the items shown that need an entry and have none: only these are not reached."""
    items = instrument.index
    return tuple(
        link_id
        for link_id in visible
        if items[link_id].required and (link_id not in answers or is_empty(answers[link_id]))
    )


def validate_entry(item: Item, entry: AnswerEntry) -> list[Finding]:
    """Findings on one entry by itself."""
    if isinstance(entry, NotAnswered):
        return _check_absent(item, entry)
    value = entry.value
    match item.type:
        case "choice" | "choices":
            return _check_codes(item, value if isinstance(value, tuple) else (value,))
        case "text":
            return _too_long(item, str(value))
        case "words":
            lines = [line for line in _parts(value) if isinstance(line, VerbatimLine)]
            return [finding for line in lines for finding in _too_long(item, line.words)]
        case "people":
            places = [part.place for part in _parts(value) if isinstance(part, PlacedPerson)]
            return [Finding("unknown-option", item.link_id) for place in places if item.option(place) is None]
        case "integer" | "decimal":
            return _out_of_range(item, value)
    return []


def _check_codes(item: Item, codes: tuple[Any, ...]) -> list[Finding]:
    options = [item.option(str(code)) for code in codes]
    findings = [Finding("unknown-option", item.link_id) for option in options if option is None]
    if len(codes) > 1 and any(option is not None and option.alone for option in options):
        findings.append(Finding("stands-alone", item.link_id))
    return findings


def _parts(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def _check_absent(item: Item, entry: NotAnswered) -> list[Finding]:
    findings = []
    if entry.state not in item.states:
        findings.append(Finding("state-not-offered", item.link_id, data={"state": entry.state}))
    if entry.state == "not-asked":
        if not entry.reason and not entry.note:
            findings.append(Finding("reason-missing", item.link_id, "warning"))
        elif entry.reason and entry.reason not in NOT_ASKED_REASONS:
            findings.append(Finding("reason-not-listed", item.link_id, "warning"))
    return findings


def _too_long(item: Item, text: str) -> list[Finding]:
    if len(text) <= item.max_length:
        return []
    return [Finding("too-long", item.link_id, data={"max": item.max_length, "length": len(text)})]


def _out_of_range(item: Item, value: object) -> list[Finding]:
    if not isinstance(value, int | float):
        return []
    low, high = item.minimum, item.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        return [Finding("out-of-range", item.link_id, data={"min": low, "max": high})]
    return []


def _check_rows(item: Item, entry: Answered, answers: Answers, visible: tuple[str, ...]) -> list[Finding]:
    findings = []
    known = {inner.link_id: inner for inner in walk_items(item.items)}
    for number, row in enumerate(_parts(entry.value), start=1):
        for link_id in find_visible_in_row(item, row, answers, visible):
            inner = known[link_id]
            if link_id in row:
                found = validate_entry(inner, row[link_id])
                findings += [Finding(f.code, f.link_id, f.severity, {**f.data, "row": number}) for f in found]
            elif inner.required:
                findings.append(Finding("row-unfinished", link_id, data={"row": number}))
    return findings
