"""A form that is no assessment: what stands on it is held until it is saved.

Typing changes the form at once and draws nothing; a choice draws the page again. Locking, going back
and a dropped phone lose none of it. This room knows plain values by name, and no field's meaning.

    form = use_draft_form(actions, f"born-{person.id}", {"day": "", "name": person.name})
    form_text_field(form, "day", say("add.born"), problem=problems.get("day", ""))
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import flet as ft

from app.core.controller import AppController, AppState
from app.features.shared.page import build_page, busy_indicator, use_ref, use_scroll, use_state
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed, with_placeholders
from app.kit.controls.page_frame import scroll_to, scroll_to_key
from app.kit.controls.text import quiet, text
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.messages import say


class DraftForm:
    """What stands on the page now. Values are plain JSON. It never shows itself."""

    def __init__(self, actions: AppController, here: str, first: Mapping[str, Any]) -> None:
        self._actions, self._draft_key, self._initial = actions, here, dict(first)
        begun = actions.screen_draft(here)
        # A field that this version does not have any more is left out.
        self.values: dict[str, Any] = {name: (begun or first).get(name, first[name]) for name in first}
        self.redraw: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return "<DraftForm>"

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def text(self, name: str) -> str:
        """What was typed, without the spaces around it."""
        return str(self.values[name] or "").strip()

    def set_value(self, name: str, value: Any) -> None:
        """Letters arrived."""
        self.values[name] = value
        self._actions.set_screen_draft(
            self._draft_key, None if self.values == self._initial else dict(self.values)
        )

    def choose(self, name: str, value: Any) -> None:
        """A choice was made: the page may show other fields now."""
        self.set_value(name, list(value) if isinstance(value, tuple) else value)
        self.redraw()

    def setter(self, name: str) -> Callable[[str], None]:
        return lambda words: self.set_value(name, words)

    def chooser(self, name: str) -> Callable[[Any], None]:
        return lambda value: self.choose(name, value)

    def clear_draft(self) -> None:
        """It is kept elsewhere now."""
        self._actions.set_screen_draft(self._draft_key, None)


def use_draft_form(actions: AppController, here: str, first: Mapping[str, Any]) -> DraftForm:
    """The form of this page; `here` names what it is about, by id."""
    empty: DraftForm | None = None
    kept = use_ref(empty)
    turn, draw = use_state(0)
    if kept.current is None:
        kept.current = DraftForm(actions, here, first)
    kept.current.redraw = lambda: draw(turn + 1)
    return kept.current


def form_text_field(
    form: DraftForm,
    name: str,
    label: str,
    *,
    hint: str = "",
    problem: str = "",
    lines: int = 1,
    width: int | None = None,
) -> ft.Control:
    """A field to type in."""
    return keyed(
        name,
        text_field(
            label,
            value=form[name],
            on_change=form.setter(name),
            hint=hint,
            problem=problem,
            lines=lines,
            width=width,
            key=name,
        ),
    )


def choice_field(
    form: DraftForm,
    name: str,
    label: str,
    choices: Sequence[Choice],
    *,
    many: bool = False,
    hint: str = "",
    problem: str = "",
    forgets: str = "",
) -> ft.Control:
    """One of several, or any of several, under a label. Nothing is chosen to begin with.

    `forgets` names a field that has no meaning any more when this one changes.
    """

    def choose(value: Any) -> None:
        if forgets:
            form.set_value(forgets, None)
        form.choose(name, value)

    rows = (
        checkbox_rows(choices, chosen=form[name], on_choose=choose)
        if many
        else radio_rows(choices, chosen=form[name], on_choose=choose, clear=False)
    )
    return keyed(
        name,
        ft.Column(
            tight=True,
            spacing=8,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            controls=with_placeholders(
                text(label, strong=True) if label else None,
                quiet(hint) if hint else None,
                problem_line(problem) if problem else None,
                rows,
            ),
        ),
    )


def choice_card(
    form: DraftForm,
    name: str,
    label: str,
    choices: Sequence[Choice],
    wrong: Mapping[str, str],
    *,
    forgets: str = "",
) -> ft.Control:
    """One of several on a block of its own, with what is wrong about it."""
    return card(choice_field(form, name, label, choices, problem=wrong.get(name, ""), forgets=forgets))


def first_missing(form: DraftForm, **words: str) -> dict[str, str]:
    """The first of these fields that has nothing in it, with the sentence that asks for it."""
    return next(({name: said} for name, said in words.items() if not form[name]), {})


def form_page(
    model: AppState,
    actions: AppController,
    form: DraftForm,
    heading: str,
    fields: Callable[[Mapping[str, str]], Sequence[ft.Control | None]],
    *,
    problems: Callable[[], dict[str, str]],
    save: Callable[[], Awaitable[Any]],
    caption: str = "",
) -> ft.View:
    """A page with one form: problems are told on saving, and what is saved leads back."""
    none: dict[str, str] = {}
    shown, show = use_state(none)
    scroll = use_scroll(actions)

    async def save_it() -> None:
        found = problems()
        show(found)
        if found:
            await scroll_to(scroll, 0)
            return
        await save()
        form.clear_draft()
        await actions.go_back()

    return build_page(
        model,
        actions,
        heading,
        fields(shown),
        top=error_summary(list(shown.items()), go_to=lambda at: scroll_to_key(scroll, at)),
        action=busy_indicator(say("save.saving"))
        if model.busy
        else primary_button(say("action.save"), save_it),
        caption=caption,
        scroll=scroll,
    )
