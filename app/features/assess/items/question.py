"""One question on a page: its heading, what guides the practitioner, its control.

The item's type decides the control. What the child sees or hears is large; what is for the practitioner
alone stands in a strip of its own, never as the child's question.
"""

from __future__ import annotations

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.drafts import DrawingDraft, ItemDraft
from app.features.assess.items.exact_words import exact_words_control, lacks_origin
from app.features.assess.items.not_answered import reason_rows, with_not_answered
from app.features.assess.items.options import choice_control, choices_control, is_ladder, ladder_control
from app.features.assess.items.people_map import people_map_control
from app.features.assess.items.repeating_group import repeating_group_control
from app.features.assess.items.typed_fields import typed_control
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.keyed import beside, keyed_component, panel, row, stack, with_placeholders
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.drawing.drawing_pad import drawing_pad
from app.kit.forms.problems import problem_line
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import Answered, AnswerEntry

# What a child reads is larger than body text, and not heavier.
_CHILD_TEXT = 23

_FIELDS = ("text", "date", "time")


def question_control(bound: BoundItem, *, lead: bool = False) -> ft.Control:
    """Draw an item whole. `lead`: the page's h1 is its text already, and its prompt stands above."""
    item = bound.item
    if item.type == "display":
        return _display(item, lead=lead)
    if item.type == "group":
        return repeating_group_control(bound, question_control) if item.repeats else heading(item.text)
    labels_itself = _has_own_label(bound)
    prompt = "" if lead else item.prompt
    return stack(
        None if lead or (labels_itself and not bound.not_answered) else heading(_label(item), level=2),
        practitioner_note(prompt) if prompt and item.for_child else None,
        quiet(prompt) if prompt and not item.for_child and not labels_itself else None,
        _help_disclosure(f"{bound.key}.help", item.help) if item.help else None,
        problem_line(bound.problem) if bound.problem and not _shows_own_problem(bound) else None,
        _control(bound, lead=lead),
        reason_rows(bound),
        spacing=theme.QUESTION_GAP,
    )


def practitioner_note(*prompts: str) -> ft.Control:
    """Draw words for the practitioner alone."""
    return panel(
        beside(
            ft.Icon(ft.Icons.LIGHTBULB_OUTLINE, size=22, color=ft.Colors.ON_SURFACE_VARIANT),
            ft.Text(say("label.for-you"), theme_style=theme.MARK),
            *(quiet(prompt) for prompt in prompts if prompt),
            gap=12,
            spacing=4,
        ),
        ft.Colors.SURFACE_CONTAINER_HIGH,
        padding=(16, 12),
        radius=theme.FIELD_RADIUS,
    )


def _control(bound: BoundItem, *, lead: bool) -> ft.Control:
    item = bound.item
    match item.type:
        case "choice":
            return choice_control(bound)
        case "choices":
            return choices_control(bound)
        case "words":
            return exact_words_control(bound)
        case "people":
            return people_map_control(bound)
        case "drawing":
            return drawing_control(bound)
        case "integer" if is_ladder(bound):
            return ladder_control(bound)
    hint = "" if lead or item.for_child else item.prompt
    return typed_control(bound, _label(item), show_label=not lead, hint=hint)


def _has_own_label(bound: BoundItem) -> bool:
    """Tell whether the control is a field, which carries the question as its label."""
    return bound.item.type in _FIELDS or (bound.item.type in ("integer", "decimal") and not is_ladder(bound))


def _shows_own_problem(bound: BoundItem) -> bool:
    """Tell whether the control shows the problem in its own place: at the field, or at the origin."""
    item = bound.item
    return (
        _has_own_label(bound) or item.type == "people" or (item.type == "words" and lacks_origin(bound.draft))
    )


def _label(item: Item) -> str:
    """Return the question. A child is not shown what may be left out: everything may."""
    return item.text if item.required or item.for_child else optional_label(item.text)


def _display(item: Item, *, lead: bool) -> ft.Control:
    words = ft.Text(item.text, theme_style=theme.BODY)
    said = panel(
        ft.Text(item.text, theme_style=theme.BODY, size=_CHILD_TEXT, color=ft.Colors.ON_SECONDARY_CONTAINER),
        ft.Colors.SECONDARY_CONTAINER,
        padding=(20, 20),
    )
    return stack(
        practitioner_note(item.prompt) if item.prompt and not lead else None,
        said if item.for_child else words,
        spacing=theme.QUESTION_GAP,
    )


@keyed_component
def _help_disclosure(words: str) -> ft.Control:
    """Show more about a question, closed until it is asked for."""
    is_open, show = use_state(False)
    link = quiet_button(
        say("help.close") if is_open else say("help.open"),
        lambda: show(not is_open),
        icon=ft.Icons.EXPAND_LESS if is_open else ft.Icons.EXPAND_MORE,
    )
    return ft.Column(
        tight=True,
        spacing=4,
        controls=with_placeholders(row(link), text(words) if is_open else None),
    )


def drawing_control(bound: BoundItem) -> ft.Control:
    """Draw the pad of one question."""

    async def changed(drawing: Drawing) -> None:
        await bound.set_answer(Answered(drawing), None)

    def to_draft() -> DrawingDraft | None:
        drawing = _drawing_in(bound.current_entry())
        return DrawingDraft(drawing) if drawing else None

    pad = drawing_pad(f"{bound.key}.paper", _drawing_in(bound.entry), changed)
    return with_not_answered(bound, pad, to_draft=to_draft, from_draft=_from_draft)


def _drawing_in(entry: AnswerEntry | None) -> Drawing | None:
    value = entry.value if isinstance(entry, Answered) else None
    return value if isinstance(value, Drawing) else None


def _from_draft(draft: ItemDraft | None) -> tuple[AnswerEntry | None, None]:
    return (Answered(draft.drawing) if isinstance(draft, DrawingDraft) else None), None
