"""Typed hooks of a component: a value that draws again when it changes, and one that does not.

Flet's own hooks lose the type of what they hold; every component uses these two instead. Both keep
their value for as long as the component stands, and `first` counts for its first drawing only.

    is_open, show = use_state(False)
    typed = use_ref("")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import flet as ft

T = TypeVar("T")


@dataclass(slots=True)
class ValueRef(Generic[T]):
    """A value that is kept from drawing to drawing; changing it draws nothing."""

    current: T

    def __repr__(self) -> str:
        return "<ValueRef>"


def use_ref(first: T) -> ValueRef[T]:
    """Keep a value, such as what is being typed, from drawing to drawing."""
    ref = ft.use_ref(ValueRef(first)).current
    assert ref is not None  # Flet's type allows it; the value above is what it starts with
    return ref


def use_state(first: T) -> tuple[T, Callable[[T], None]]:
    """Keep a value and give it with its setter; setting another value draws the component again."""
    return ft.use_state(first)
