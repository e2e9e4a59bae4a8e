"""`wren selftest`: checks of this device. Needs no passphrase and shows nothing of any person."""

from __future__ import annotations

import typer

from app.cli.device import open_runtime
from app.cli.output import AsJson, print_result
from app.kit.messages import say

cli = typer.Typer()


@cli.command()
def selftest(as_json: AsJson = False) -> None:
    """Check ciphers, keys, settings, free space and tools. Exit status 1 when something needs a look."""
    from app.core.device.selftest import check_device, describe_line

    with open_runtime() as runtime:
        report = check_device(runtime.store, runtime.clock)
    marks = {True: say("selftest.ok"), False: say("selftest.look")}
    lines = [f"{marks[line.ok]}: {describe_line(line)}" for line in report.lines]
    print_result(report.to_plain(), as_json, lines)
    if not report.ok:
        raise typer.Exit(1)
