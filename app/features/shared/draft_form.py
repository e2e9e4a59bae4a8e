"""The form of a page that is no assessment: a typed draft, held through locking and going back.

Letters change the draft at once and draw nothing; a choice draws the page again. The draft is handed to the
autosave as plain JSON under a key that names what the page is about, by id.

    form = use_draft_form(actions, f"born-{person.id}", BirthDraft(name=person.name))
    form.text_field("day", say("add.born"))
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Generic, TypeVar

import flet as ft

from app.core.cases.record_changes import FormState
from app.core.controller import AppController, AppState
from app.core.drafts import Draft
from app.features.shared.page import build_page, busy_indicator, use_scroll
from app.kit.controls.buttons import primary_button
from app.kit.controls.cards import card
from app.kit.controls.keyed import keyed, stack
from app.kit.controls.text import quiet, text
from app.kit.forms.choices import Choice, checkbox_rows, radio_rows
from app.kit.forms.fields import text_field
from app.kit.forms.problems import error_summary, problem_line
from app.kit.hooks import use_ref, use_state
from app.kit.messages import say
from assessments.casework.records import Household, Person

D = TypeVar("D", bound=Draft)
E = TypeVar("E")


class DraftForm(Generic[D]):
    """What stands on the page now, in `value`, and what is wrong with it, by field, in `problems`.
    `always_held` holds a draft that says nothing new as well."""

    def __init__(self, actions: AppController, draft_key: str, first: D, *, always_held: bool) -> None:
        self.actions, self._draft_key = actions, draft_key
        self._dropped = None if always_held else first
        self._defaults = {each.name: each.default for each in fields(first)}
        self.value: D = type(first).from_plain(actions.autosave.screen_drafts.get(draft_key), first)
        self.redraw: Callable[[], None] = lambda: None
        self.problems: Mapping[str, str] = {}

    def set_value(self, value: D, *, draw: bool = False) -> None:
        """Put another draft on the page, and hold it; `draw` draws the page again."""
        self.value = value
        self.actions.autosave.set_screen_draft(
            self._draft_key, None if value == self._dropped else value.to_plain()
        )
        if draw:
            self.redraw()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Show what is wrong; the page is drawn again where that is something else than before."""
        if problems != self.problems:
            self.problems = problems
            self.redraw()

    def change(self, *, draw: bool = False, **changes: object) -> None:
        """Change some fields of the draft."""
        self.set_value(self.value.updated(**changes), draw=draw)

    def setter(self, name: str) -> Callable[[str], None]:
        """Return what takes the letters of a text field."""
        return lambda words: self.set_value(self.value.updated(**{name: words}))

    def chooser(self, name: str, clears: str = "") -> Callable[[str | tuple[str, ...] | None], None]:
        """Return what takes a choice; None, and the field that it `clears`, become the field's default."""

        def choose(value: str | tuple[str, ...] | None) -> None:
            cleared = {clears: self._defaults[clears]} if clears else {}
            self.change(draw=True, **cleared, **{name: self._defaults[name] if value is None else value})

        return choose

    async def keep_phrase(self, code: str) -> None:
        """Leave a phrase unmarked from now on: of a draft that keeps the codes of such phrases in `kept`."""
        self.change(kept=tuple(sorted({*getattr(self.value, "kept", ()), code})))

    def clear_draft(self) -> None:
        """Forget the draft: it is saved as a record."""
        self.actions.autosave.set_screen_draft(self._draft_key, None)

    def text_field(
        self, name: str, label: str, *, hint: str = "", lines: int = 1, width: int | None = None
    ) -> ft.Control:
        """Draw a field to type in: of the field of the draft with this name, with "_" for "-"."""
        own = name.replace("-", "_")
        field = text_field(
            label,
            value=getattr(self.value, own),
            on_change=self.setter(own),
            hint=hint,
            problem=self.problems.get(name, ""),
            lines=lines,
            width=width,
            key=name,
        )
        return keyed(name, field)

    def choice_field(
        self,
        name: str,
        label: str,
        choices: Sequence[Choice],
        *,
        many: bool = False,
        hint: str = "",
        clears: str = "",
    ) -> ft.Control:
        """Draw one of several, or any of several, under a label. `clears` names a field that has no meaning
        any more when this one changes."""
        chosen, on_choose = getattr(self.value, name), self.chooser(name, clears)
        problem = self.problems.get(name)
        draw = checkbox_rows if many else partial(radio_rows, clear=False)
        shown = stack(
            text(label, strong=True) if label else None,
            quiet(hint) if hint else None,
            problem_line(problem) if problem else None,
            draw(choices, chosen=chosen, on_choose=on_choose),
        )
        return keyed(name, shown)

    def choice_card(
        self, name: str, label: str, choices: Sequence[Choice], *, clears: str = ""
    ) -> ft.Control:
        """Draw one of several on a card of its own."""
        return card(self.choice_field(name, label, choices, clears=clears))


def use_draft_form(
    actions: AppController, draft_key: str, first: D, *, always_held: bool = False
) -> DraftForm[D]:
    """Return the form of this page: the draft that was held under the key, else `first`."""
    empty: DraftForm[D] | None = None
    ref = use_ref(empty)
    turn, draw = use_state(0)
    if ref.current is None:
        ref.current = DraftForm(actions, draft_key, first, always_held=always_held)
    ref.current.redraw = lambda: draw(turn + 1)
    return ref.current


def coded_choices(prefix: str, codes: Iterable[str]) -> list[Choice]:
    """Choices in the words of `<prefix>.<code>`."""
    return [Choice(code, say(f"{prefix}.{code}")) for code in codes]


def named_choices(named: Iterable[Person | Household]) -> list[Choice]:
    """Choices of people, or of households, by their names."""
    return [Choice(one.id, one.name) for one in named]


def save_handler(
    form: DraftForm[D],
    submit: Callable[[], tuple[FormState, tuple[E, ...]]],
    save: Callable[[E], Awaitable[bool | None]],
    scroll_up: Callable[[], Awaitable[None]],
) -> Callable[[], Awaitable[None]]:
    """Return what pressing Save does: show the problems that `submit` finds, or save its effects and go back.
    Without an effect, or where a `save` returns False (it was refused, or went elsewhere), the page stays."""

    async def save_if_valid() -> None:
        state, effects = submit()
        form.show_problems(state.problems)
        if state.problems:
            await scroll_up()
        elif effects and False not in [await save(effect) for effect in effects]:
            form.clear_draft()
            await form.actions.go_back()

    return save_if_valid


def form_page(
    model: AppState,
    form: DraftForm[D],
    heading: str,
    body: Sequence[ft.Control | None],
    *,
    submit: Callable[[], tuple[FormState, tuple[E, ...]]],
    save: Callable[[E], Awaitable[bool | None]],
    save_label: str = "",
    caption: str = "",
    subtitle: str = "",
) -> ft.View:
    """Draw a page with one form, with its problems on top; see `save_handler`."""
    scroll = use_scroll(form.actions)
    handler = save_handler(form, submit, save, lambda: scroll.to_offset(0))
    save_button = primary_button(save_label or say("action.save"), handler)
    return build_page(
        model,
        form.actions,
        heading,
        body,
        top=error_summary(list(form.problems.items()), go_to=scroll.to_key),
        action=busy_indicator(say("save.saving")) if model.busy else save_button,
        caption=caption,
        subtitle=subtitle,
        scroll=scroll,
    )
