"""Typed components and hooks over Flet's untyped ones: a reference, a state, a flow, a memo."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

import flet as ft

T = TypeVar("T")
P = ParamSpec("P")
State = TypeVar("State")
Event = TypeVar("Event")
Effect = TypeVar("Effect")
Dispatch = Callable[[Event], Awaitable[None]]


@dataclass(slots=True, repr=False)
class ValueRef(Generic[T]):
    """A value kept from drawing to drawing; changing it draws nothing."""

    current: T


class _Hooks(Protocol):
    def use_ref(self, first: Callable[[], T]) -> ValueRef[T]: ...
    def use_state(self, first: T) -> tuple[T, Callable[[T], None]]: ...
    def memo(self, component: Callable[P, T]) -> Callable[P, T]: ...
    def component(self, render: Callable[P, T]) -> Callable[P, T]: ...


_flet: Any = ft
_hooks: _Hooks = _flet


def component(render: Callable[P, T]) -> Callable[P, T]:
    """Make a component of `render`. Flet takes a `key=` that it is called with; `render` never gets one."""
    return _hooks.component(render)


def use_ref(first: T) -> ValueRef[T]:
    """Keep a value between drawings, for what is typed."""
    return _hooks.use_ref(lambda: ValueRef(first)).current


def use_state(first: T) -> tuple[T, Callable[[T], None]]:
    """Keep a value with the function that changes it; a change draws the component again."""
    return _hooks.use_state(first)


def memo(component: Callable[P, T]) -> Callable[P, T]:
    """Draw this component again only where what it is given, or what it observes, has changed."""
    return _hooks.memo(component)


def use_flow(
    first: State,
    update: Callable[[State, Event], tuple[State, tuple[Effect, ...]]],
    run: Callable[[Effect, Dispatch[Event]], Awaitable[None]],
) -> tuple[State, Dispatch[Event]]:
    """Keep a flow's state with the function that dispatches an event to it.

    `run` carries out one effect at a time, in order, and may dispatch what came of it.
    """
    state, show = use_state(first)
    latest = use_ref(first)

    async def dispatch(event: Event) -> None:
        latest.current, effects = update(latest.current, event)
        show(latest.current)
        for effect in effects:
            await run(effect, dispatch)

    return state, dispatch
