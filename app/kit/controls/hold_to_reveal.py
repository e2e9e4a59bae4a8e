"""Text that is hidden until somebody holds it down, and hides itself again.

What is hidden is not on the page at all: not for a screen reader, not in what is sent to the display. Where
holding is not possible (a keyboard, a switch, a screen reader) two deliberate taps do the same.
"""

import asyncio

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import guarded
from app.kit.controls.keyed import beside, column, keyed_component
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet, text
from app.kit.hooks import use_ref, use_state
from app.kit.messages import say

# How long the words stay (UK practice for a shared device: long enough to read out, no longer).
REVEALED_S = 10.0
_NO_TASK: asyncio.Task[None] | None = None


@keyed_component
def hold_to_reveal(instead: str, words: str) -> ft.Control:
    """The words behind "hold to show". `instead` says what is hidden, never where."""
    state, show = use_state("hidden")
    going = use_ref(_NO_TASK)

    def stop() -> None:
        if going.current is not None:
            going.current.cancel()
            going.current = None

    def watch() -> None:
        stop()
        if state != "hidden":
            going.current = asyncio.create_task(hide())

    async def hide() -> None:
        await asyncio.sleep(REVEALED_S)
        show("hidden")

    ft.use_effect(watch, [state], stop)

    def tapped() -> None:
        show({"hidden": "asked", "asked": "shown"}.get(state, "hidden"))

    if state == "shown":
        looks: ft.Control = column(text(words), quiet(say("held.shown", n=int(REVEALED_S))), spacing=4)
        name = f"{words}. {say('held.hide')}"
    else:
        hint = say("held.hold" if state == "hidden" else "held.again")
        name = f"{instead}. {hint}"
        mark = ft.Icon(ft.Icons.VISIBILITY_OFF_OUTLINED, size=24, color=ft.Colors.ON_SURFACE_VARIANT)
        looks = beside(mark, text(instead, strong=True), quiet(hint), gap=14, top=False)
    return ft.GestureDetector(
        # The box inside is what a screen reader meets; the detector adds holding for a finger.
        exclude_from_semantics=True,
        on_long_press=guarded(lambda: show("shown")),
        content=tappable(
            name,
            looks,
            tapped,
            bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
            border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE_VARIANT),
            identifier="held",
        ),
    )
