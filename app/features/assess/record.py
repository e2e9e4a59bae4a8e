"""A finished record to read: every answer in words, what it comes to, and whether it was sent.

This room shows and changes nothing. Exact words stand in quotation marks with where they came from.
Answers that a newer tool wrote and this one does not know are shown as they were kept.

    record(model, actions)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import flet as ft

from app.core.controller import Actions, Model
from app.features.assess.result import meaning_card, result_of
from app.features.shared.page import calm_page, page_of
from app.features.shared.phrasing_field import kept_as_written
from app.features.shared.save_status import lost_line
from app.features.shared.text.days import age_words, moment_words
from app.features.shared.text.quotes import (
    finding_words,
    quoted,
    read_drawing,
    read_lines,
    read_words,
    source_words,
)
from app.kit.controls.lists import AnswerRow, answer_list
from app.kit.controls.status import banner
from app.kit.messages import say
from assessments.casework.records import Assessment
from assessments.definitions import catalogue
from assessments.definitions.definition import Instrument, Item
from assessments.engine.answers import walk
from assessments.errors import NotFound
from assessments.ports import Entry


@ft.component
@calm_page
def record(model: Model, actions: Actions) -> ft.View:
    """Show one record, read-only."""
    found = model.record
    if found is None:
        raise NotFound
    tool = catalogue.load(found.instrument)
    is_done, result = found.completed_at is not None, found.result or {}
    sent = next((entry for entry in model.outbox_entries if entry.id == found.id), None)
    return page_of(
        model,
        actions,
        tool.title,
        [
            banner(_standing(found, sent, actions.today()), icon=ft.Icons.LOCK_OUTLINED) if is_done else None,
            lost_line(found, "record"),
            banner(say("record.other-version")) if tool.hash != found.instrument_hash else None,
            *_words(tool, result),
            result_of(tool, result) if result else None,
            *_sections(tool, found.answers),
            _unknown(tool, found.answers),
            kept_as_written(found.context.kept_phrases),
            meaning_card(tool) if is_done else None,
        ],
        caption=say("record.title") if is_done else say("record.in-progress"),
        subtitle=_subject(model, found, actions.today()),
    )


def _subject(model: Model, found: Assessment, on: date) -> str:
    page = model.household_of(found.subject_id)
    person = next((one for one in page.persons if one.id == found.subject_id), None) if page else None
    return say("label.age", name=person.name, age=age_words(person, on)) if person else ""


def _standing(found: Assessment, entry: Entry | None, today: date) -> str:
    when = moment_words(found.completed_at, today) if found.completed_at else ""
    if entry is None:
        return say("record.here", when=when)
    sent = moment_words(entry.sent_at, today) if entry.sent_at else ""
    return say(f"record.{entry.state}", when=when, sent=sent)


def _sections(tool: Instrument, answers: Mapping[str, Any]) -> list[ft.Control]:
    """The answers by section, in the order of the tool; sections without any are left out."""
    shown = []
    for section in tool.items:
        rows = [
            row
            for item in _within(section)
            if item.link_id in answers
            for row in _rows(item, answers[item.link_id])
        ]
        if rows:
            shown.append(answer_list(section.text if section.type == "group" else "", rows, on_change=None))
    return shown


def _rows(item: Item, plain: Any) -> list[AnswerRow]:
    """One row for an answer; for exact words one for each line, with where it came from below it."""
    lines = [
        AnswerRow(item.text, quoted(line), item.link_id, source_words(item, line))
        for line in read_lines(item, plain)
    ]
    words = read_words(item, plain)
    return lines or [AnswerRow(item.text, words, item.link_id, drawing=read_drawing(item, plain))]


def _within(section: Item) -> list[Item]:
    """The items of a section that hold entries of their own; rows are held by their group."""
    found: list[Item] = []
    for item in [section] if section.repeats or section.type != "group" else section.items:
        found.append(item)
        if not item.repeats:
            found.extend(walk(item.items))
    return found


def _unknown(tool: Instrument, answers: Mapping[str, Any]) -> ft.Control | None:
    rows = [AnswerRow(name, str(value), name) for name, value in answers.items() if name not in tool.index]
    return answer_list(say("record.more"), rows, on_change=None) if rows else None


def _words(tool: Instrument, result: Mapping[str, Any]) -> list[ft.Control]:
    """What had to be done that day, and what the answers called for."""
    shown: list[ft.Control] = []
    for finding in result.get("findings", ()):
        words = finding_words(tool, finding)
        if words:
            icon = ft.Icons.CALL_OUTLINED if finding["severity"] == "today" else None
            shown.append(banner(words, tone="help", icon=icon))
    return shown
