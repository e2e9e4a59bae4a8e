"""`wren packs`: an organisation's licensed wording on this device. It changes words, never logic."""

from pathlib import Path

import typer

from app.cli.device import open_runtime
from app.cli.output import AsJson, exit_with, print_faults, print_result, read_text
from app.kit.messages import say
from assessments.definitions import catalogue
from assessments.definitions.text_packs import PackRefused, apply_pack
from assessments.errors import BadInstrument

cli = typer.Typer(no_args_is_help=True, help="Licensed wording: add and list packs.")


@cli.command("add")
def add(file: Path) -> None:
    """Put an organisation's licensed words in the place of ours, where they fit."""
    text = read_text(file)
    with open_runtime() as runtime:
        try:
            pack = runtime.add_pack(text)
        except BadInstrument as bad:
            print_faults(file, bad.data.get("faults", ()))
            exit_with(say("error.bad-pack"))
        except PackRefused as refused:
            exit_with(explain_refusal(refused))
    typer.echo(say("cli.pack-added", tool=pack.tool, holder=pack.holder, expires=pack.expires))


@cli.command("list")
def list_packs(as_json: AsJson = False) -> None:
    """Say which packs are here, and why one is not used."""
    rows = []
    with open_runtime() as runtime:
        for pack in runtime.packs():
            reason = ""
            try:
                apply_pack(pack, catalogue.load_tool(pack.tool), on=runtime.clock.now().date())
            except PackRefused as refused:
                reason = explain_refusal(refused)
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
    print_result(
        rows, as_json, [f"{row['tool']}: {row['holder']}. {row['reason'] or 'In use.'}" for row in rows]
    )


def explain_refusal(refused: PackRefused) -> str:
    """The sentence for a pack that is not used."""
    return say(f"pack.{refused.code}", keys=", ".join(refused.data.get("keys", ())))
