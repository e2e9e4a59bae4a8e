"""`wren setup`, `visit`, `send`, `outbox`, `show`, `move`, `selftest`: a device without a screen.

WREN_HOME names the data folder, WREN_PASSPHRASE unlocks it, and WREN_AUTHOR says whose passphrase it is
where several people use this device. A passphrase is never an argument: arguments are seen by everyone
on the machine.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import AsJson, exit_with, fields_of, print_result, read_json
from app.cli.tools import describe_answer_fault
from app.kit.messages import say

if TYPE_CHECKING:
    from app.core.cases.case_service import CaseService
    from app.core.runtime import Runtime


cli = typer.Typer()
selftest_cli = typer.Typer()

_ENTRY_FIELDS = (
    *("id", "sequence", "state", "attempts", "reason"),
    *("size_bytes", "digest", "queued_at", "next_try_at", "sent_at"),
)


@contextmanager
def open_runtime() -> Iterator[Runtime]:
    """The data folder, opened; closed again whatever happens."""
    from app.core.runtime import Runtime, data_folder

    with closing(Runtime.open(data_folder())) as runtime:
        yield runtime


@contextmanager
def unlock_case_service(runtime: Runtime) -> Iterator[CaseService]:
    """The case service of the person whose passphrase is in WREN_PASSPHRASE, closed afterwards."""
    if not runtime.store.is_set_up():
        exit_with(say("cli.not-set-up"))
    with closing(runtime.unlock(passphrase_from_env(), author_from_env())) as service:
        yield service


def passphrase_from_env() -> str:
    """Return WREN_PASSPHRASE, or exit with a sentence."""
    found = os.environ.get("WREN_PASSPHRASE", "")
    if not found:
        exit_with(say("cli.no-passphrase"))
    return found


def author_from_env() -> str | None:
    """The alias of the person at work; None is the first who set up here."""
    return os.environ.get("WREN_AUTHOR") or None


@cli.command()
def setup(
    url: Annotated[str, typer.Option(help="The address of the service.")],
    author: Annotated[str, typer.Option(help="An alias for you: small letters and digits, no name.")] = "hv1",
    as_json: AsJson = False,
) -> None:
    """Introduce this device to a service and keep its key. Training needs no code.

    From then on everything works with the service gone.
    """
    with open_runtime() as runtime:
        passphrase, is_set_up = passphrase_from_env(), runtime.store.is_set_up()
        opened = (
            runtime.unlock(passphrase, author_from_env()) if is_set_up else runtime.set_up(passphrase, author)
        )
        with closing(opened) as service:
            keys = asyncio.run(runtime.introduce(url, service))
            asyncio.run(runtime.upload_escrows())
        device = runtime.store.device.device_id
    print_result(
        {
            "device": device,
            "service": keys.url,
            "agency": keys.agency,
            "kid": keys.kid,
            "recovery_kids": [each.kid for each in keys.recovery_keys or ()],
        },
        as_json,
        [say("cli.introduced", url=keys.url)],
    )


@cli.command()
def visit(file: Path, as_json: AsJson = False) -> None:
    """Play a visit from a JSON file through the same engine, store and outbox as the screens."""
    from app.core.cases.submission import load_sealing_key
    from app.visit_file.importer import BadVisit, import_visit, read_visit_file

    given = read_json(file)
    try:
        plan = read_visit_file(given, describe_answer_fault)
    except BadVisit as bad:
        for fault in bad.data["faults"]:
            typer.echo(fault, err=True)
        exit_with(say("cli.visit-refused"))
    with open_runtime() as runtime, unlock_case_service(runtime) as service:
        load_sealing_key(runtime.store)
        done = import_visit(service, plan)
    lines = [say("cli.visit-kept")]
    for assessment in done["assessments"]:
        missing = f", {len(assessment['missing'])} not reached" if assessment["missing"] else ""
        lines.append(f"{assessment['id']}  {assessment['tool']}: {assessment['status']}{missing}")
    print_result(done, as_json, lines)


@cli.command()
def send(as_json: AsJson = False) -> None:
    """Send what waits, until the outbox is empty or nothing moves. Needs no passphrase."""
    with open_runtime() as runtime:
        summary = asyncio.run(runtime.send())
        url = runtime.service_url()
    words = [say("cli.sent", sent=summary.sent, waiting=summary.waiting, aside=summary.set_aside)]
    if summary.waiting and summary.reason:
        unknown = summary.reason == "unknown-device"
        words.append(say("cli.unknown-device", url=url) if unknown else say("cli.still-waiting"))
    (result,) = fields_of([summary], "sent", "waiting", "set_aside", "reason")
    print_result(result, as_json, words)


@cli.command()
def outbox(as_json: AsJson = False) -> None:
    """List what waits, what was sent and what was set aside. Needs no passphrase."""
    with open_runtime() as runtime:
        entries = runtime.store.outbox.entries()
    lines = [f"{entry.id}  {entry.state:<9}  {entry.reason or ''}".rstrip() for entry in entries]
    print_result(fields_of(entries, *_ENTRY_FIELDS), as_json, lines or [say("cli.outbox-empty")])


@cli.command("show")
def show_assessment(assessment_id: str, as_json: AsJson = False) -> None:
    """Show one assessment as it is kept here: every answer, its result and its state."""
    with open_runtime() as runtime, unlock_case_service(runtime) as service:
        record = service.read_assessment(assessment_id).model_dump(mode="json")
    lines = [f"{record['instrument']} {record['version']}: {record['status']}"]
    lines += [f"  {link_id}: {value}" for link_id, value in record["answers"].items()]
    print_result(record, as_json, lines)


@cli.command("move")
def move_to_version(
    assessment_id: str,
    to: Annotated[str, typer.Option(help="The version; the newest if not given.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Move it, not only show.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what moving a form in progress to another version of its tool would change, and move it.

    Nothing is deleted: moving back with --to gives the same form.
    """
    from assessments.definitions import catalogue
    from assessments.engine.version_move import preview_move

    with open_runtime() as runtime, unlock_case_service(runtime) as service:
        work = service.resume_assessment(assessment_id)
        other = catalogue.load_tool(work.assessment.instrument, to)
        seen = preview_move(work.form.instrument, other, work.form.entries)
        if yes:
            service.move_to_version(work, other.version)
    lines = [f"{seen.before} -> {seen.after}", *(f"new: {link_id}" for link_id in seen.added)]
    lines += [f"gone: {link_id}" for link_id in seen.gone]
    lines += [f"reads now: {one.link_id}: {one.after}" for one in seen.reworded]
    lines += [f"kept aside: {link_id}" for link_id in seen.unread]
    lines += [f"look at: {link_id}" for link_id in seen.to_look_at]
    lines += [] if len(lines) > 1 else [say("cli.move-nothing")]
    print_result({**asdict(seen), "moved": yes}, as_json, lines)


@selftest_cli.command()
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
