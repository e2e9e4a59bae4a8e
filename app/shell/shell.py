"""The function that a server or `ft.run` calls for each page.

serve_app(make_open_page(runtime))          # in the browser
ft.run(make_open_page(open_packed))         # packed: the store opens behind the first frame
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import flet as ft

from app.core.device.account_recovery import AccountRecovery
from app.core.runtime import Runtime, SalvageReport
from app.kit import theme
from app.shell.lifecycle import PageLifecycle
from app.shell.process import AppProcess


def make_open_page(
    runtime: Runtime | Callable[[], Runtime],
    open_recovery: Callable[[], AccountRecovery] | None = None,
    salvage: Callable[[], SalvageReport] | None = None,
) -> Callable[[ft.Page], Awaitable[None]]:
    """Make the function that opens a page. Functions given to it are called on a thread, within the page.

    `open_recovery` opens account recovery where the store's key is absent; `salvage` brings back what is
    whole in a damaged store.
    """
    process = AppProcess(runtime, open_recovery, salvage)

    async def open_page(page: ft.Page) -> None:
        theme.apply_theme(page)
        life = PageLifecycle(page, process)
        life.render()
        await life.open()

    return open_page
