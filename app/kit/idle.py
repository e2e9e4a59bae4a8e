"""The idle timer of a page.

Reads two clocks, one monotonic and one that goes on while the device sleeps; the longer idle time counts. A
lid that was shut for an hour locks at once, and a clock that is set back keeps nothing open.
"""

import contextlib
import time
from collections.abc import Callable

import flet as ft

# Where an area says nothing. Areas set it from 30 to 180.
LOCK_AFTER_S = 60
WARN_BEFORE_S = 10


class IdleTimer:
    """The idle time of one page, kept as the page's `data`. `after_s` is the longest allowed, in seconds."""

    def __init__(
        self, after_s: float, clocks: tuple[Callable[[], float], ...] = (time.monotonic, time.time)
    ) -> None:
        self.after_s, self._clocks = after_s, clocks
        self.reset()

    def reset(self) -> None:
        """Note that somebody touched the page."""
        self._reset_at = tuple(clock() for clock in self._clocks)

    def remaining_s(self) -> float:
        """Seconds until the page should lock; 0 or less when it should be locked by now."""
        silence = (clock() - at for clock, at in zip(self._clocks, self._reset_at, strict=True))
        return self.after_s - max(silence)

    @property
    def is_expired(self) -> bool:
        """Whether the page should be locked by now."""
        return self.remaining_s() <= 0

    @property
    def is_near_expiry(self) -> bool:
        """Whether it is time to warn that the page will lock."""
        return self.remaining_s() <= WARN_BEFORE_S


def reset_idle_timer() -> None:
    """Somebody tapped, typed or scrolled on the page of this context."""
    with contextlib.suppress(RuntimeError):  # the page is gone: nobody is there
        idle = ft.context.page.data
        if isinstance(idle, IdleTimer):
            idle.reset()
