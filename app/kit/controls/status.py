"""Status marks: saved, waiting, sent, offline.

"Saved" is for after the commit and "Sent" for after the service's receipt: the caller decides. Text that
changes is a live region without a fixed label: a screen reader never announces an old state.
"""

from dataclasses import dataclass
from typing import Literal

import flet as ft

from app.kit import theme
from app.kit.controls.fault_boundary import Handler
from app.kit.controls.keyed import centred, column, panel, row
from app.kit.controls.tappable import tappable
from app.kit.messages import say

DeviceKind = Literal["phone", "computer"]
SaveState = Literal["nothing", "saving", "saved", "failed"]
SyncState = Literal["offline", "waiting", "sending", "sent", "help", "unknown"]
Tone = Literal["calm", "moving", "help"]

_TONES = {
    "calm": (ft.Colors.SURFACE_CONTAINER_HIGHEST, ft.Colors.ON_SURFACE),
    "moving": (ft.Colors.TERTIARY_CONTAINER, ft.Colors.ON_TERTIARY_CONTAINER),
    "help": (ft.Colors.TERTIARY_FIXED, ft.Colors.ON_TERTIARY_FIXED),
}
_SAVE_LOOKS = {
    "nothing": (ft.Icons.CIRCLE_OUTLINED, ft.Colors.ON_SURFACE_VARIANT),
    "saving": (ft.Icons.MORE_HORIZ, ft.Colors.ON_SURFACE_VARIANT),
    "saved": (ft.Icons.CHECK_CIRCLE, ft.Colors.PRIMARY),
    "failed": (ft.Icons.INFO_OUTLINE, ft.Colors.ERROR),
}
_SYNC_LOOKS: dict[SyncState, tuple[Tone, ft.IconData]] = {
    "offline": ("calm", ft.Icons.CLOUD_OFF_OUTLINED),
    "waiting": ("calm", ft.Icons.SCHEDULE),
    "sending": ("moving", ft.Icons.SYNC),
    "sent": ("calm", ft.Icons.CLOUD_DONE_OUTLINED),
    "help": ("help", ft.Icons.INFO_OUTLINE),
    "unknown": ("calm", ft.Icons.HELP_OUTLINE),
}


@dataclass(frozen=True, slots=True, repr=False)
class SyncStatus:
    """How sending stands. `n` waits, is being sent, or needs help; `of` is how many are on the way."""

    state: SyncState
    n: int = 0
    of: int = 0

    def words(self) -> str:
        """The short sentence for the pill."""
        code = "offline-waiting" if self.state == "offline" else self.state
        return say(f"sync.{code}", n=self.n, of=self.of)


def save_indicator(state: SaveState, *, at: str = "", device: DeviceKind = "phone") -> ft.Control:
    """ "Saved on this phone at 14:02". `at` is the time of the commit in local hours and minutes."""
    code = "save.at" if state == "saved" else f"save.{state}"
    icon, colour = _SAVE_LOOKS[state]
    said = ft.Text(say(code, device=say(f"device.{device}"), at=at), theme_style=theme.QUIET)
    return row(ft.Icon(icon, size=20, color=colour), _live(said), spacing=8)


def sync_pill(sync: SyncStatus, on_tap: Handler) -> ft.Control:
    """How sending stands, in a few words; tapping it opens the list of what waits."""
    tone, icon = _SYNC_LOOKS[sync.state]
    ground, ink = _TONES[tone]
    words = sync.words()
    mark, said = ft.Icon(icon, size=20, color=ink), ft.Text(words, theme_style=theme.MARK, color=ink)
    # The name is the words themselves and is drawn anew with them: it cannot go stale.
    pill = tappable(
        words,
        row(mark, said, spacing=8, tight=True),
        on_tap,
        bgcolor=ground,
        radius=theme.TOUCH_TARGET / 2,
        padding=(16, 10),
        min_height=theme.TOUCH_TARGET,
        fill=False,
    )
    return ft.Semantics(live_region=True, content=pill)


def lock_warning() -> ft.Container:
    """A word before the page locks, over the page and above its bottom bar. Any tap will do, also here."""
    words = say("lock.soon")
    ground, ink = _TONES["help"]
    mark = ft.Icon(ft.Icons.LOCK_CLOCK_OUTLINED, size=22, color=ink)
    band = tappable(
        words,
        row(mark, ft.Text(words, theme_style=theme.MARK, color=ink), tight=True),
        lambda: None,
        bgcolor=ground,
        radius=theme.TOUCH_TARGET / 2,
        padding=(20, 10),
        fill=False,
    )
    return ft.Container(
        left=theme.GUTTER,
        right=theme.GUTTER,
        bottom=92,
        visible=False,
        content=centred(ft.Semantics(live_region=True, content=band)),
    )


def banner(
    words: str, *, tone: Tone = "calm", icon: ft.IconData | None = None, action: ft.Control | None = None
) -> ft.Control:
    """A sentence about the whole page, with at most one thing to do about it."""
    ground, ink = _TONES[tone]
    shown = icon or (ft.Icons.SYNC if tone == "moving" else ft.Icons.INFO_OUTLINE)
    said = _live(ft.Text(words, theme_style=theme.BODY, color=ink))
    return panel(
        column(row(ft.Icon(shown, size=24, color=ink), said, spacing=12, top=True), action, spacing=8),
        ground,
        padding=(16, 14),
        radius=theme.FIELD_RADIUS,
    )


def _live(words: ft.Text) -> ft.Control:
    """Words that are read out when they change, in the width that is left."""
    return ft.Semantics(live_region=True, container=True, expand=True, content=words)
