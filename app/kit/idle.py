"""How long nobody has touched a page.

This room knows two clocks: one that never jumps, and one that goes on while the device sleeps. The
longer silence counts, so a lid that was shut for an hour locks at once, and a clock that is set back
keeps nothing open. It does not know what locking is. Each page has its own, as the page's `data`.

    idle = IdleTimer(after_s=60)
    reset_idle_timer()               # from a handler: on the page of this context
    idle.left_s()           # 60.0
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import flet as ft

# Where an area says nothing. Areas set it from 30 to 180.
LOCK_AFTER_S = 60
WARN_BEFORE_S = 10


class IdleTimer:
    """The silence on one page. `after_s` is the longest allowed, in seconds."""

    def __init__(
        self, after_s: float, clocks: tuple[Callable[[], float], ...] = (time.monotonic, time.time)
    ) -> None:
        self.after_s, self._clocks = after_s, clocks
        self.reset()

    def reset(self) -> None:
        """Somebody is here."""
        self._reset_at = tuple(clock() for clock in self._clocks)

    def remaining_s(self) -> float:
        """Seconds until the page should lock; 0 or less when it should be locked by now."""
        silence = (clock() - at for clock, at in zip(self._clocks, self._reset_at, strict=True))
        return self.after_s - max(silence)

    @property
    def is_expired(self) -> bool:
        return self.remaining_s() <= 0

    @property
    def is_near_expiry(self) -> bool:
        """Time for a word before it locks."""
        return self.remaining_s() <= WARN_BEFORE_S


def reset_idle_timer() -> None:
    """Somebody tapped, typed or scrolled on the page of this context."""
    with contextlib.suppress(RuntimeError):  # the page is gone: nobody is there
        idle = ft.context.page.data
        if isinstance(idle, IdleTimer):
            idle.reset()
