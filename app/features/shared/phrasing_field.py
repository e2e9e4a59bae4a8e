"""A field for the practitioner's own words, with a quiet line below it about a phrase that may mislead.

The phrases are those of `assessments.casework.phrasing_check`, shown one at a time once typing rests. The
field stops nobody, changes no word by itself, and is not for what somebody else said.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from functools import partial

import flet as ft

from app.core.cases.case_service import run_blocking
from app.kit import theme
from app.kit.controls.buttons import quiet_button
from app.kit.controls.fault_boundary import log_error
from app.kit.controls.keyed import keyed_component, row, stack
from app.kit.controls.tappable import tappable
from app.kit.controls.text import quiet
from app.kit.forms.fields import text_field
from app.kit.hooks import use_ref, use_state
from app.kit.messages import say
from assessments.casework.phrasing_check import KeptPhrases, PhraseHit, find_phrases, replace_phrase

# Long enough not to interrupt a sentence; short enough to be about what was just written.
DEBOUNCE_S = 0.8

_NOTHING: tuple[PhraseHit, ...] = ()
_NO_TASK: asyncio.Task[None] | None = None


def phrasing_checked_field(
    label: str,
    *,
    value: str,
    on_change: Callable[[str], object],
    kept: Callable[[], Collection[str]],
    on_keep: Callable[[str], Awaitable[object]],
    key: str,
    lines: int = 3,
    hint: str = "",
    problem: str = "",
    show_label: bool = True,
) -> ft.Control:
    """Draw a text field that points out phrases; those whose codes are `kept` stay unmarked."""
    field = partial(text_field, label, lines=lines, hint=hint, problem=problem, show_label=show_label)
    return _phrasing_checked_field(f"{key}.worded", field, key, value, on_change, kept, on_keep)


@keyed_component
def _phrasing_checked_field(
    field: Callable[..., ft.Control],
    field_key: str,
    value: str,
    on_change: Callable[[str], object],
    kept: Callable[[], Collection[str]],
    on_keep: Callable[[str], Awaitable[object]],
) -> ft.Control:
    typed = use_ref(value)
    # A field keeps its own letters: one whose letters were changed here is a new one.
    version, set_version = use_state(0)
    hits, show = use_state(_NOTHING)
    pending_check = use_ref(_NO_TASK)

    async def look() -> None:
        text = typed.current
        found = await run_blocking(find_phrases, text)
        if text == typed.current:
            show(tuple(hit for hit in found if hit.code not in kept()))

    async def look_at_rest() -> None:
        await asyncio.sleep(DEBOUNCE_S)
        try:
            await look()
        except Exception as error:  # nothing else catches what a task raises, and a remark must cost nothing
            log_error(error)

    def change(text: str) -> None:
        typed.current = text
        on_change(text)
        stop()
        pending_check.current = asyncio.create_task(look_at_rest())

    def stop() -> None:
        if pending_check.current is not None:
            pending_check.current.cancel()

    async def use(hit: PhraseHit, phrase: str, words: str) -> None:
        # The text may have changed since the phrase was found.
        if typed.current[hit.start : hit.end] == phrase:
            typed.current = replace_phrase(typed.current, hit, words)
            on_change(typed.current)
            set_version(version + 1)
        await look()

    async def keep(hit: PhraseHit) -> None:
        await on_keep(hit.code)
        await look()

    ft.use_effect(look, [], stop)
    hit = hits[0] if hits else None
    phrase = typed.current[hit.start : hit.end] if hit is not None else ""
    return stack(
        field(value=typed.current, on_change=change, key=f"{field_key}.{version}"),
        _phrase_hint(hit, phrase, len(hits) - 1, use=use, keep=keep) if hit is not None and phrase else None,
    )


def kept_phrases_note(kept: KeptPhrases) -> ft.Control | None:
    """Say how many phrases the writer kept as they were; None without any."""
    count = sum(len(codes) for _, codes in kept)
    return quiet(say("language.kept", n=count)) if count else None


def _phrase_hint(
    hit: PhraseHit,
    phrase: str,
    rest: int,
    *,
    use: Callable[[PhraseHit, str, str], Awaitable[None]],
    keep: Callable[[PhraseHit], Awaitable[None]],
) -> ft.Control:
    """Draw one phrase: why it is pointed out, what could stand in its place, and that it may stay."""
    said = " ".join(phrase.split())
    why = quiet(say(f"language.why.{hit.why}", phrase=said))
    sentence = ft.Semantics(live_region=True, container=True, expand=True, content=why)
    icon = ft.Icon(ft.Icons.EDIT_NOTE, size=22, color=ft.Colors.ON_SURFACE_VARIANT)
    name = say("language.keep-name", phrase=said)
    keeping = quiet_button(say("language.keep"), lambda: keep(hit), name=name)
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
        border_radius=theme.FIELD_RADIUS,
        padding=ft.Padding.only(left=14, right=10, top=12, bottom=4),
        content=stack(
            row(icon, sentence, top=True),
            quiet(say("language.instead")),
            *(_alternative(words, partial(use, hit, phrase, words)) for words in hit.instead),
            row(keeping, quiet(say("language.more", n=rest)) if rest > 0 else None, wrap=True),
        ),
    )


def _alternative(words: str, on_tap: Callable[[], Awaitable[None]]) -> ft.Control:
    shown = words or say("language.take-out")
    return tappable(
        say("language.use", words=words) if words else shown,
        ft.Text(shown, theme_style=theme.BODY, color=ft.Colors.PRIMARY),
        on_tap,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        border=ft.Border.all(theme.PLAIN_BORDER, ft.Colors.OUTLINE_VARIANT),
        padding=(14, 8),
        min_height=theme.TOUCH_TARGET,
    )
