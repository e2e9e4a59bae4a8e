"""Asking for a day, and how sure it is.

This room knows three taps for the days that are asked for most, and one field for the others. It reads a
day and guesses none: a field that cannot be read stays as it is. On the form the day is three plain
values: "when" (today, yesterday or other), "day" as typed, and "precision".

    day_field(form, problems)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, get_args

import flet as ft

from app.features.shared.draft_form import DraftForm
from app.features.shared.parse_typed import parse_day
from app.kit.controls.keyed import keyed
from app.kit.controls.text import heading, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import problem_line
from app.kit.messages import say
from assessments.casework.casework_records import Precision

EMPTY_DAY_FIELDS = {"when": "", "day": "", "precision": "exact"}


def day_from_form(told: Mapping[str, Any], today: date) -> date | None:
    """The day, or None while there is none."""
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    return days.get(told["when"]) or (parse_day(told["day"]) if told["when"] == "other" else None)


def precision_from_form(told: Mapping[str, Any]) -> str:
    """How sure the day is; today and yesterday are."""
    return str(told["precision"]) if told["when"] == "other" else "exact"


def validate_day_field(told: Mapping[str, Any], today: date, *, ahead: bool) -> dict[str, str]:
    """What is wanting. `ahead` says that the day may lie ahead."""
    day = day_from_form(told, today)
    if not told["when"]:
        return {"when": say("event.problem.when")}
    if day is None:
        return {"day": say("event.problem.day")}
    return {"day": say("event.problem.ahead")} if day > today and not ahead else {}


def day_field(form: DraftForm, problems: Mapping[str, str]) -> ft.Control:
    """The question, the field for another day, and how sure it is."""
    days = [Choice(code, say(f"event.{code}")) for code in ("today", "yesterday")]
    parts: list[ft.Control] = [
        heading(say("event.when")),
        *([problem_line(problems["when"])] if "when" in problems else []),
        radio_rows(
            [*days, Choice("other", say("event.other-day"))],
            chosen=form["when"] or None,
            on_choose=lambda code: form.choose("when", code or ""),
            clear=False,
        ),
    ]
    if form["when"] == "other":
        parts += [
            keyed(
                "day",
                text_field(
                    say("event.day"),
                    value=form["day"],
                    on_change=form.setter("day"),
                    hint=say("event.day-hint"),
                    problem=problems.get("day", ""),
                    width=220,
                    key="day",
                ),
            ),
            text(say("event.sure"), strong=True),
            radio_rows(
                [Choice(code, say(f"precision.{code}")) for code in get_args(Precision)],
                chosen=form["precision"],
                on_choose=lambda code: form.choose("precision", code or form["precision"]),
                clear=False,
            ),
        ]
    return keyed(
        "when",
        ft.Column(
            tight=True,
            spacing=10,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=parts,
        ),
    )
