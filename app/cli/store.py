"""`wren store`: list, purge and salvage the records in the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.device import author_from_env, open_runtime, passphrase_from_env
from app.cli.output import AsJson, exit_with, print_error, print_result
from app.kit.messages import say
from assessments.errors import StoreFault

if TYPE_CHECKING:
    from assessments.store.rows.unlocked_store import UnlockedStore

cli = typer.Typer(no_args_is_help=True, help="What this device keeps.")

_TYPED = 4


@contextmanager
def _unlocked_keys() -> Iterator[UnlockedStore]:
    with (
        open_runtime() as runtime,
        closing(runtime.store.unlock(passphrase_from_env(), author_from_env())) as keys,
    ):
        yield keys


@cli.command()
def purge(
    record_id: str,
    reason: Annotated[str, typer.Option(help="Why: kept sealed, beside when and by whom.")],
    household: Annotated[
        bool, typer.Option("--household", help="ID is a household: everyone and everything in it.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Delete one assessment, or one household, for good; refused while anything of it is on this
    device only."""
    from assessments.store.purge import purge_assessment, purge_household

    with _unlocked_keys() as keys:
        typed = typer.prompt(say("cli.purge-confirm", n=_TYPED), err=True)
        if typed.strip() != record_id[:_TYPED]:
            exit_with(say("cli.purge-not-confirmed"))
        delete = purge_household if household else purge_assessment
        try:
            stubs = delete(keys, record_id, reason)
        except StoreFault as refusal:
            for kind, n in refusal.data.get("unsent", {}).items():
                print_error(say(f"cli.purge-only-here.{kind}", n=n))
            raise
    print_result(list(map(asdict, stubs)), as_json, [say("cli.purged", n=len(stubs))])


@cli.command()
def purged(as_json: AsJson = False) -> None:
    """List what was deleted for good: when, by which alias, and why."""
    from assessments.store.purge import list_tombstones as list_purged

    with _unlocked_keys() as keys:
        stubs = list_purged(keys)
    lines = [f"{one.id}  {one.kind}  {one.at.isoformat()}  {one.author}  {one.reason}" for one in stubs]
    print_result(list(map(asdict, stubs)), as_json, lines or [say("cli.purged-none")])


@cli.command()
def salvage(as_json: AsJson = False) -> None:
    """Bring back what is whole from a damaged store. Close Wren first. The damaged files are kept."""
    from app.core.runtime import Runtime, data_folder
    from app.features.start.view import describe_salvage

    salvaged = Runtime.salvage(data_folder())
    plain = {
        "rows": dict(salvaged.rows),
        "copies": salvaged.completion_count,
        "damaged_pages": salvaged.damaged_pages,
        "aside": str(salvaged.quarantine),
    }
    print_result(plain, as_json, list(describe_salvage(salvaged)))
