"""One question on a page: its heading, what guides the practitioner, and the control for the item's type.

What the child sees or hears is large; what is for the practitioner alone stands in a strip of its own.
Options and the ways of not answering are rows, or pictures, of the same size.
"""

import flet as ft

from app.features.assess.items.bound_item import BoundItem
from app.features.assess.items.drafts import DrawingDraft, ItemDraft
from app.features.assess.items.exact_words import exact_words_control, lacks_origin
from app.features.assess.items.not_answered import (
    not_answered_choices,
    not_answered_code,
    not_answered_entry,
    not_answered_rows,
    reason_rows,
    with_not_answered,
)
from app.features.assess.items.people_map import people_map_control
from app.features.assess.items.repeating_group import repeating_group_control
from app.features.assess.items.typed_fields import typed_control
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.keyed import beside, keyed_component, panel, row, stack, with_placeholders
from app.kit.controls.text import heading, optional_label, quiet, text
from app.kit.drawing.drawing_pad import drawing_pad
from app.kit.forms.choices import Choice, checkbox_rows, ladder, radio_rows
from app.kit.forms.problems import problem_line
from app.kit.hooks import use_state
from app.kit.messages import say
from assessments.definitions.definition import Item
from assessments.definitions.drawing import Drawing
from assessments.engine.answers import Answered, AnswerEntry

# What a child reads is larger than body text, and not heavier.
_CHILD_TEXT = 23


def question_control(bound: BoundItem, *, lead: bool = False) -> ft.Control:
    """Draw an item whole. `lead`: the page's h1 is its text already, and its prompt stands above."""
    item = bound.item
    if item.type == "display":
        return _display(item, lead=lead)
    if item.type == "group":
        return repeating_group_control(bound, question_control) if item.repeats else heading(item.text)
    labels_itself = _has_own_label(item)
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
            return _choice_control(bound)
        case "choices":
            return _choices_control(bound)
        case "words":
            return exact_words_control(bound)
        case "people":
            return people_map_control(bound)
        case "drawing":
            return _drawing_control(bound)
        case "integer" if _is_ladder(item):
            return _ladder_control(bound)
    hint = "" if lead or item.for_child else item.prompt
    return typed_control(bound, _label(item), show_label=not lead, hint=hint)


def _has_own_label(item: Item) -> bool:
    """Tell whether the control is a field, which carries the question as its label."""
    return item.type in ("text", "date", "time", "integer", "decimal") and not _is_ladder(item)


def _shows_own_problem(bound: BoundItem) -> bool:
    """Tell whether the control shows the problem in its own place: at the field, or at the origin."""
    item = bound.item
    return _has_own_label(item) or item.type == "people" or lacks_origin(bound.draft)


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
    shown = with_placeholders(row(link), text(words) if is_open else None)
    return ft.Column(tight=True, spacing=4, controls=shown)


def _drawing_control(bound: BoundItem) -> ft.Control:
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


def _choice_control(bound: BoundItem) -> ft.Control:
    """Draw the options, of which one can be chosen, or one of the ways of not answering."""
    value = bound.entry.value if isinstance(bound.entry, Answered) else None

    async def choose(code: str | None) -> None:
        entry = None if code is None else not_answered_entry(code) or Answered(code)
        await bound.set_answer(entry, None)

    return radio_rows(
        [*_options(bound, (value,)), *not_answered_choices(bound.item)],
        chosen=str(value) if value is not None else not_answered_code(bound),
        on_choose=choose,
    )


def _choices_control(bound: BoundItem) -> ft.Control:
    """Draw the options, of which any can be chosen, or one of the ways of not answering."""
    value = bound.entry.value if isinstance(bound.entry, Answered) else ()
    chosen = tuple(str(code) for code in value) if isinstance(value, tuple) else ()

    async def choose(codes: tuple[str, ...]) -> None:
        await bound.set_answer(Answered(codes) if codes else None, None)

    rows = checkbox_rows(_options(bound, chosen), chosen=chosen, on_choose=choose)
    return stack(rows, not_answered_rows(bound))


def _ladder_control(bound: BoundItem) -> ft.Control:
    """Draw a ladder with words at both ends, or one of the ways of not answering."""
    value = bound.entry.value if isinstance(bound.entry, Answered) else None

    async def choose(step: int | None) -> None:
        await bound.set_answer(None if step is None else Answered(step), None)

    item = bound.item
    return stack(
        ladder(
            low=item.minimum or 0,
            high=item.maximum or 0,
            chosen=value if isinstance(value, int) else None,
            on_choose=choose,
            low_text=item.low_text,
            high_text=item.high_text,
        ),
        not_answered_rows(bound),
    )


def _is_ladder(item: Item) -> bool:
    """Tell whether a number is chosen on a ladder: it has both ends, and words for them."""
    return None not in (item.minimum, item.maximum) and bool(item.low_text and item.high_text)


def _options(bound: BoundItem, chosen: tuple[object, ...]) -> list[Choice]:
    """Return the options as choices; a retired one only while it is chosen."""
    return [
        Choice(option.code, option.text, option.hint, exclusive=option.alone, picture=option.picture)
        for option in bound.item.options
        if not option.retired or option.code in chosen
    ]
