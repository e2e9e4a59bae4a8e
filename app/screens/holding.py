"""A form that is no assessment: what stands on it is held until it is saved.

Typing changes the form at once and draws nothing; a choice draws the page again. Locking, going back
and a dropped phone lose none of it. This room knows plain values by name, and no field's meaning.

    form = use_form(actions, f"born-{person.id}", {"day": "", "name": person.name})
    text_field(..., value=form["day"], on_change=form.setter("day"))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.screens.page import use_drawn, use_kept
from app.state import Actions


class Form:
    """What stands on the page now. Values are plain JSON. It never shows itself."""

    def __init__(self, actions: Actions, here: str, first: Mapping[str, Any]) -> None:
        self._actions, self._here, self._first = actions, here, dict(first)
        begun = actions.begun(here)
        # A field that this version does not have any more is left out.
        self.now: dict[str, Any] = {name: (begun or first).get(name, first[name]) for name in first}
        self.draw: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        return "<Form>"

    def __getitem__(self, name: str) -> Any:
        return self.now[name]

    def words(self, name: str) -> str:
        """What was typed, without the spaces around it."""
        return str(self.now[name] or "").strip()

    def put(self, name: str, value: Any) -> None:
        """Letters arrived."""
        self.now[name] = value
        self._actions.hold_begun(self._here, None if self.now == self._first else dict(self.now))

    def choose(self, name: str, value: Any) -> None:
        """A choice was made: the page may show other fields now."""
        self.put(name, list(value) if isinstance(value, tuple) else value)
        self.draw()

    def setter(self, name: str) -> Callable[[str], None]:
        return lambda words: self.put(name, words)

    def chooser(self, name: str) -> Callable[[Any], None]:
        return lambda value: self.choose(name, value)

    def saved(self) -> None:
        """It is kept elsewhere now."""
        self._actions.hold_begun(self._here, None)


def use_form(actions: Actions, here: str, first: Mapping[str, Any]) -> Form:
    """The form of this page; `here` names what it is about, by id."""
    empty: Form | None = None
    kept = use_kept(empty)
    turn, draw = use_drawn(0)
    if kept.now is None:
        kept.now = Form(actions, here, first)
    kept.now.draw = lambda: draw(turn + 1)
    return kept.now
