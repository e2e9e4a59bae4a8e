"""The entry point that a Flet build looks for."""

import gc

import flet as ft

from app.core.device.account_recovery import AccountRecovery
from app.core.device.keystore import system_keystore
from app.core.runtime import Runtime, data_folder
from app.kit.logs import redact_logs
from app.kit.messages import assets_folder
from app.shell.lifecycle import make_open_page
from assessments.ports import SystemClock


def open_packed() -> Runtime:
    """Open this device's data, with the key store of its system where it has one."""
    folder = data_folder()
    return Runtime.open(folder, system_keystore(folder))


def open_packed_recovery() -> AccountRecovery:
    """Open what is left of it where the key is gone."""
    folder = data_folder()
    return AccountRecovery.open(folder, SystemClock(), system_keystore(folder))


if __name__ == "__main__":
    redact_logs()
    gc.freeze()  # what starting leaves lives to the end, and need not be looked through again
    ft.run(
        make_open_page(open_packed, open_packed_recovery, lambda: Runtime.salvage(data_folder())),
        host="127.0.0.1",
        assets_dir=str(assets_folder()),
        no_cdn=True,
    )
