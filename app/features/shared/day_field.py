"""The field that asks for a day and how sure it is: two taps for the usual days, and a field for others."""

from typing import TypeVar, get_args

import flet as ft

from app.features.shared.day_draft import DayDraft
from app.features.shared.draft_form import DraftForm
from app.kit.controls.keyed import keyed, stack
from app.kit.controls.text import heading, text
from app.kit.forms.choices import Choice, radio_rows
from app.kit.forms.problems import problem_line
from app.kit.messages import say
from assessments.casework.casework_records import Precision

D = TypeVar("D", bound=DayDraft)


def day_field(form: DraftForm[D]) -> ft.Control:
    """Draw the question, the field for another day, and how sure it is."""
    days = [Choice(code, say(f"event.{code}")) for code in ("today", "yesterday")]
    parts: list[ft.Control] = [
        heading(say("event.when")),
        *([problem_line(form.problems["when"])] if "when" in form.problems else []),
        radio_rows(
            [*days, Choice("other", say("event.other-day"))],
            chosen=form.value.when or None,
            on_choose=form.chooser("when"),
            clear=False,
        ),
    ]
    if form.value.when == "other":
        parts += [
            form.text_field("day", say("event.day"), hint=say("event.day-hint"), width=220),
            text(say("event.sure"), strong=True),
            radio_rows(
                [Choice(code, say(f"precision.{code}")) for code in get_args(Precision)],
                chosen=form.value.precision,
                on_choose=lambda code: form.change(draw=True, precision=code or form.value.precision),
                clear=False,
            ),
        ]
    return keyed("when", stack(*parts, spacing=10))
