"""`wren packs`: an organisation's licensed wording on this device. It changes words, never logic."""

from __future__ import annotations

from pathlib import Path

import typer

from app.cli.output import plainly, show, stop
from app.cli.tools import Json
from app.cli.visits import opened
from app.kit.messages import say
from assessments.definitions import catalogue
from assessments.definitions.text_packs import PackRefused, apply
from assessments.errors import BadInstrument

cli = typer.Typer(no_args_is_help=True, help="Licensed wording: add and list packs.")


@cli.command("add")
def add(file: Path) -> None:
    """Put an organisation's licensed words in the place of ours, where they fit."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        stop(say("cli.cannot-read", file=file))
    with opened() as runtime:
        try:
            pack = runtime.add_pack(text)
        except BadInstrument as bad:
            for fault in bad.data.get("faults", ()):
                typer.echo(f"{file}:{fault.line}: {fault.sentence}", err=True)
            stop(say("error.bad-pack"))
        except PackRefused as refused:
            stop(why(refused))
    typer.echo(say("cli.pack-added", tool=pack.tool, holder=pack.holder, expires=pack.expires))


@cli.command("list")
def list_packs(as_json: Json = False) -> None:
    """Say which packs are here, and why one is not used."""
    rows = []
    with opened() as runtime, plainly():
        for pack in runtime.packs():
            reason = ""
            try:
                apply(pack, catalogue.load(pack.tool), on=runtime.clock.now().date())
            except PackRefused as refused:
                reason = why(refused)
            rows.append(
                {
                    "id": pack.id,
                    "tool": pack.tool,
                    "holder": pack.holder,
                    "expires": pack.expires.isoformat() if pack.expires else None,
                    "used": not reason,
                    "reason": reason or None,
                }
            )
    show(rows, as_json, [f"{row['tool']}: {row['holder']}. {row['reason'] or 'In use.'}" for row in rows])


def why(refused: PackRefused) -> str:
    """The sentence for a pack that is not used."""
    return say(f"pack.{refused.code}", keys=", ".join(refused.data.get("keys", ())))
