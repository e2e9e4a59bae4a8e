"""Answers an imported tool to its end, question after question, as a person would."""

from __future__ import annotations

from datetime import date
from typing import Any

from assessments.definitions.area_settings import AreaRules
from assessments.definitions.definition import Instrument, Item
from assessments.engine import form as forms
from assessments.engine.answers import from_plain
from assessments.engine.enablement import find_visible_in_row
from assessments.engine.scoring import ScoringContext


def plain_for(item: Item, form: forms.Form) -> Any:
    """An answer to one question; the first option, the lowest number, one row."""
    match item.type:
        case "choice":
            return item.options[0].code
        case "choices":
            return [item.options[0].code]
        case "integer" | "decimal":
            low = item.minimum if item.minimum is not None else 0
            return low if item.maximum is None else min(low, item.maximum)
        case "date":
            return "2026-03-05"
        case "time":
            return "10:30:00"
        case "words":
            return "So it was."
        case "people":
            return [{"who": "Nain", "place": item.options[0].code}]
        case "drawing":
            return {"tall": 660, "steps": [{"sticker": "sun", "at": [500, 90, 40]}]}
        case "group":
            return [row_for(item, form)]
        case _:
            return "Words"[: item.max_length]


def row_for(group: Item, form: forms.Form) -> dict[str, Any]:
    inner = {item.link_id: item for item in _below(group)}
    row: dict[str, Any] = {}
    while True:
        read = {link_id: from_plain(inner[link_id], plain) for link_id, plain in row.items()}
        shown = find_visible_in_row(group, read, form.entries, form.visible)
        left = [i for i in shown if i not in row and inner[i].type not in ("group", "display")]
        if not left:
            return row
        row[left[0]] = plain_for(inner[left[0]], form)


def _below(item: Item) -> list[Item]:
    return [part for inner in item.items for part in (inner, *_below(inner))]


def answered_to_the_end(tool: Instrument) -> forms.Form:
    """A form of the tool with every question shown answered, finished."""
    form = forms.open_form(tool, AreaRules(), ScoringContext(date(2026, 3, 5)))
    assert form.entries == {}, "something was filled in beforehand"
    while True:
        left = [
            item
            for item in tool.walk()
            if item.link_id in form.visible
            and item.link_id not in form.entries
            and (item.type not in ("group", "display") or item.repeats)
        ]
        if not left:
            break
        entry = from_plain(left[0], plain_for(left[0], form))
        form = forms.update(form, forms.AnswerEntered(left[0].link_id, entry)).form
    form = forms.update(form, forms.CompletionRequested()).form
    assert form.status == "completed", (form.missing, form.findings)
    return form
