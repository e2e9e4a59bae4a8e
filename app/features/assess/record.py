"""A record to read: every answer as text, the result, and whether it was sent. Answers that a newer tool
wrote and this one does not know are shown as they were stored.
"""

from collections.abc import Mapping
from datetime import date

import flet as ft

from app.core.controller import AppController, AppState
from app.features.assess.result import meaning_card, stored_result_card
from app.features.shared.page import build_page, guarded_page
from app.features.shared.phrasing_field import kept_phrases_note
from app.features.shared.save_status import unreadable_answers_banner
from app.features.shared.subject_header import subject_of
from app.features.shared.text.answers import (
    StoredResult,
    describe_finding,
    describe_quote_source,
    drawing_of,
    format_answer,
    format_quote,
    read_stored_answer,
)
from app.features.shared.text.days import format_age, format_day_and_time
from app.kit.controls.lists import AnswerListRow, answer_list
from app.kit.controls.status import banner
from app.kit.messages import say
from assessments.casework.records import Assessment
from assessments.definitions import catalogue
from assessments.definitions.definition import Instrument, Item, walk_items
from assessments.engine.answers import VerbatimLine, parts_of
from assessments.errors import NotFound
from assessments.ports import OutboxEntry


@guarded_page
def record_page(model: AppState, actions: AppController) -> ft.View:
    """Draw one record, read-only."""
    found = model.record
    if found is None:
        raise NotFound
    tool = catalogue.load_tool(found.instrument)
    is_done, result = found.completed_at is not None, found.result or {}
    sent = next((entry for entry in model.outbox_entries if entry.id == found.id), None)
    return build_page(
        model,
        actions,
        tool.title,
        [
            banner(_send_status(found, sent, actions.today()), icon=ft.Icons.LOCK_OUTLINED)
            if is_done
            else None,
            unreadable_answers_banner(found, "record"),
            banner(say("record.other-version")) if tool.hash != found.instrument_hash else None,
            *_finding_banners(tool, result),
            stored_result_card(tool, result) if result else None,
            *_sections(tool, found.answers),
            _unknown_answers(tool, found.answers),
            kept_phrases_note(found.context.kept_phrases),
            meaning_card(tool) if is_done else None,
        ],
        caption=say("record.title") if is_done else say("record.in-progress"),
        subtitle=_subject(model, found, actions.today()),
    )


def _subject(model: AppState, found: Assessment, on: date) -> str:
    person = subject_of(model, found)
    return say("label.age", name=person.name, age=format_age(person, on)) if person else ""


def _send_status(found: Assessment, entry: OutboxEntry | None, today: date) -> str:
    when = format_day_and_time(found.completed_at, today) if found.completed_at else ""
    if entry is None:
        return say("record.here", when=when)
    sent = format_day_and_time(entry.sent_at, today) if entry.sent_at else ""
    return say(f"record.{entry.state}", when=when, sent=sent)


def _sections(tool: Instrument, answers: Mapping[str, object]) -> list[ft.Control]:
    """List the answers by section, in the order of the tool; sections without any are left out."""
    shown = []
    for section in tool.items:
        items = [item for item in _items_with_entries(section) if item.link_id in answers]
        if rows := [row for item in items for row in _rows(item, answers[item.link_id])]:
            shown.append(answer_list(section.text if section.type == "group" else "", rows, on_change=None))
    return shown


def _rows(item: Item, plain: object) -> list[AnswerListRow]:
    """Make one row for an answer; for exact words one for each line, with where it came from below it."""
    entry = read_stored_answer(item, plain)
    lines = [
        AnswerListRow(item.text, format_quote(line), item.link_id, describe_quote_source(item, line))
        for line in parts_of(entry, VerbatimLine)
    ]
    words = format_answer(item, entry) if entry is not None else "" if plain is None else str(plain)
    return lines or [AnswerListRow(item.text, words, item.link_id, drawing=drawing_of(entry))]


def _items_with_entries(section: Item) -> list[Item]:
    """List the items of a section that have entries of their own; rows belong to their group's entry."""
    found: list[Item] = []
    for item in [section] if section.repeats or section.type != "group" else section.items:
        found.append(item)
        if not item.repeats:
            found.extend(walk_items(item.items))
    return found


def _unknown_answers(tool: Instrument, answers: Mapping[str, object]) -> ft.Control | None:
    rows = [
        AnswerListRow(name, str(value), name) for name, value in answers.items() if name not in tool.index
    ]
    return answer_list(say("record.more"), rows, on_change=None) if rows else None


def _finding_banners(tool: Instrument, result: StoredResult) -> list[ft.Control]:
    """Draw what had to be done that day, and what the answers called for."""
    icons = {"today": ft.Icons.CALL_OUTLINED}
    return [
        banner(words, tone="help", icon=icons.get(finding["severity"]))
        for finding in result.get("findings", ())
        if (words := describe_finding(tool, finding))
    ]
