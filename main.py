"""The entry point that a Flet build looks for."""

import gc

import flet as ft

from app.core.device.account_recovery import Regaining
from app.core.device.keystore import system_keystore
from app.core.runtime import Runtime, SystemClock, data_folder
from app.kit.logs import keep_quiet
from app.kit.messages import assets_folder
from app.shell.shell import make_open_page


def open_packed() -> Runtime:
    """Open this device's data, with the key store of its system where it has one."""
    folder = data_folder()
    return Runtime.open(folder, system_keystore(folder))


def regain_packed() -> Regaining:
    """Open what is left of it where the key is gone."""
    folder = data_folder()
    return Regaining.open(folder, SystemClock(), system_keystore(folder))


if __name__ == "__main__":
    keep_quiet()
    gc.freeze()  # what starting leaves lives to the end, and need not be looked through again
    ft.run(
        make_open_page(open_packed, regain_packed, lambda: Runtime.salvage(data_folder())),
        host="127.0.0.1",
        assets_dir=str(assets_folder()),
        no_cdn=True,
    )
