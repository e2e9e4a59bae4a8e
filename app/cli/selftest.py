"""`wren selftest`: what this device shows of itself. Needs no passphrase and tells nothing of anybody."""

from __future__ import annotations

import typer

from app.cli.output import show
from app.cli.tools import Json
from app.cli.visits import opened


def add_to(root: typer.Typer) -> None:
    """Give the command line this command."""
    root.command("selftest")(selftest)


def selftest(as_json: Json = False) -> None:
    """Look at ciphers, keys, settings, room and tools. Ends with status 1 when something needs a look."""
    from app.core.device.selftest import check_device, words_of
    from app.kit.messages import say

    with opened() as runtime:
        report = check_device(runtime.store, runtime.clock)
    marks = {True: say("selftest.ok"), False: say("selftest.look")}
    show(report.to_plain(), as_json, [f"{marks[line.ok]}: {words_of(line)}" for line in report.lines])
    if not report.ok:
        raise typer.Exit(1)
