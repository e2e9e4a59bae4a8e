"""The entry point that a Flet build looks for."""

import flet as ft

from app.logs import keep_quiet
from app.messages import assets_folder
from app.runtime import Runtime, data_folder
from app.shell import make_open_page

if __name__ == "__main__":
    keep_quiet()
    ft.run(
        make_open_page(lambda: Runtime.open(data_folder())),
        host="127.0.0.1",
        assets_dir=str(assets_folder()),
        no_cdn=True,
    )
