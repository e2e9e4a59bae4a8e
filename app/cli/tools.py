"""`wren tools`: list, show and check the tools there are, and answer one without a screen."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from app.cli.output import (
    AsJson,
    exit_with,
    print_faults,
    print_result,
    read_json,
    read_text,
    write_output,
)
from app.kit.messages import say
from assessments.casework.records import parse_role
from assessments.definitions import catalogue, definition
from assessments.definitions.area_settings import is_area_file, read_area
from assessments.definitions.suggest import COMMUNICATION_NEEDS, suggest
from assessments.definitions.toml_document import FileFault
from assessments.definitions.tool_file import read_tool
from assessments.engine import form as forms
from assessments.engine.scoring import HistoryStatus, Judgement, ScoringContext
from assessments.errors import WrenError

cli = typer.Typer(no_args_is_help=True, help="The tools there are: list, show, check, answer.")


@cli.command("list")
def list_tools(as_json: AsJson = False) -> None:
    """List every tool, for whom it is and how long it takes."""
    tools = [catalogue.load_tool(tool) for tool in catalogue.list_tool_ids()]
    shown = "id", "version", "title", "kind", "subject", "roles", "age_from", "age_below", "minutes", "hash"
    rows = [{name: getattr(tool, name) or None for name in shown} for tool in tools]
    lines = [
        f"{tool.id:<20} {tool.version:<8} {tool.minutes[0]:>2}-{tool.minutes[1]:<3} min  {tool.title}"
        for tool in tools
    ]
    print_result(rows, as_json, lines)


@cli.command("suggest")
def suggest_tools(
    role: Annotated[str, typer.Option(help="HV, MW, FCA or police, or the role in full.")],
    born: Annotated[str, typer.Option(help="The date of birth, or unknown, or unborn.")] = "unknown",
    on: Annotated[str, typer.Option(help="The day of the contact; today if not given.")] = "",
    needs: Annotated[str, typer.Option(help="Ways of communicating, such as non-verbal,aac.")] = "",
    adult: Annotated[
        bool, typer.Option("--adult", help="An adult whose date of birth is not known.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say which tools fit a person on a day, with the reasons."""
    who = parse_role(role) or exit_with(f"{role} is not a role. Roles are {', '.join(definition.ROLES)}.")
    day = _date(on or date.today().isoformat(), "--on")  # noqa: DTZ011 - a visit has a local day
    wanted = [need.strip().lower() for need in needs.replace(" ", ",").split(",") if need.strip()]
    unknown = sorted(set(wanted) - set(COMMUNICATION_NEEDS))
    if unknown:
        exit_with(
            f"--needs: {', '.join(unknown)}: not known here. Known are {', '.join(COMMUNICATION_NEEDS)}."
        )
    found = suggest(
        born=None if born in ("unknown", "unborn") else _date(born, "--born"),
        on=day,
        role=who,
        needs=wanted,
        adult=adult,
        unborn=born == "unborn",
    )
    rows = [
        {
            "tool": one.tool,
            "title": one.title,
            "fits": one.fits,
            "reasons": [say(f"suggest.{reason}") for reason in one.reasons],
            "codes": one.reasons,
        }
        for one in found
    ]
    print_result(
        rows, as_json, [f"{row['fits']:<6} {row['tool']:<28} {' '.join(row['reasons'])}" for row in rows]
    )


@cli.command("linked")
def list_linked(as_json: AsJson = False) -> None:
    """List the tools of others that Wren points to and never holds."""
    found = catalogue.load_linked_tools()
    print_result(
        [{name: getattr(one, name) for name in one.__slots__} for one in found],
        as_json,
        [f"{one.name}. {one.ages}. {one.training} {one.licence} {one.where}" for one in found],
    )


@cli.command("show")
def show_tool(tool_id: str, as_json: AsJson = False) -> None:
    """Show one tool whole: its purpose, its questions, its rules and their sources."""
    tool = load_tool(tool_id)
    print_result(_plain(tool), as_json, _tool_lines(tool))


@cli.command("check")
def check_tools(path: Annotated[Path | None, typer.Argument()] = None, as_json: AsJson = False) -> None:
    """Check a tool file, a folder of them, or all that Wren ships. Names each fault with its line."""
    checked = _files(path)
    if not checked:
        exit_with(f"There is no .toml file in {path}.")
    found = [(name, fault) for name, file in checked for fault in _faults_in(file)]
    rows = [{"file": name, "line": fault.line, "sentence": fault.sentence} for name, fault in found]
    count = len({name for name, _ in found})
    summary = f"{len(checked)} checked, {f'{count} with faults' if found else 'all good'}."
    print_result(
        {"checked": [name for name, _ in checked], "faults": rows},
        as_json,
        [*(f"{name}:{fault.line}: {fault.sentence}" for name, fault in found), summary],
    )
    if found:
        raise typer.Exit(1)


def _files(path: Path | None) -> list[tuple[str, Traversable]]:
    """The files to check, each with the name to call it by."""
    if path is None:
        shipped = files("assessments")
        return [
            (f"{folder}/{file.name}", file)
            for folder in ("instruments", "areas")
            for file in sorted(shipped.joinpath(folder).iterdir(), key=lambda file: file.name)
            if file.name.endswith(".toml")
        ]
    found = sorted(path.rglob("*.toml")) if path.is_dir() else [path]
    return [(str(file), file) for file in found]


def _faults_in(file: Traversable) -> tuple[FileFault, ...]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return (FileFault(1, "The file cannot be read. Check its name."),)
    except UnicodeDecodeError:
        return (FileFault(1, "The file is not UTF-8 text."),)
    return read_area(text)[1] if is_area_file(text) else catalogue.check_tool(text)


@cli.command("export")
def export_tool(
    tool_id: str,
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    form: Annotated[str, typer.Option("--format", help="xlsform, for ODK and Kobo.")] = "xlsform",
) -> None:
    """Write a tool in a form that other systems run."""
    from assessments.xlsform import export_xlsform, list_left_out

    if form != "xlsform":
        exit_with(f"{form} is not a form that Wren writes. Use xlsform, or wren fhir export.")
    tool = load_tool(tool_id)
    write_output(out, export_xlsform(tool))
    for line in list_left_out(tool):
        typer.echo(line)


@cli.command("answer")
def answer_tool(
    tool_id: str,
    file: Path,
    area: Annotated[str, typer.Option(help="Whose thresholds to use.")] = "default",
    as_json: AsJson = False,
) -> None:
    """Fill a tool from a JSON file, without a screen, and say what it comes to.

    The file holds {"answers": {link_id: value or {"not_answered": state, "reason": …}},
    "context": {"on": date, "events": [dates], "last_marac_referral": date or null,
    "judgement": {"grade", "reason"} or null, "history": "seen", "none" or "not-available"}}. For exact
    words a bare text means: the child said
    this when asked this question.
    """
    given = read_json(file)
    tool = load_tool(tool_id)
    rules = catalogue.load_area(area).rules_for(tool.id)
    context = read_context(given.get("context") or {})
    answers = given.get("answers") or {}
    if not isinstance(answers, Mapping):
        exit_with("answers must be an object of link_id and value.")
    try:
        entries = forms.read_entries(tool, answers)
    except WrenError as error:
        exit_with(describe_answer_fault(error))
    outcome = forms.form_to_plain(forms.open_form(tool, rules, context, entries))
    print_result(
        {"tool": tool.id, "version": tool.version, "area": area, **outcome}, as_json, _outcome_lines(outcome)
    )


def load_tool(name: str) -> definition.Instrument:
    """The tool with this id, or in this file. A fault ends the command with its sentence."""
    if not name.endswith(".toml"):
        return catalogue.load_tool(name)
    tool, faults = read_tool(read_text(Path(name)))
    if tool is None:
        print_faults(name, faults)
        exit_with(say("error.bad-instrument"))
    return tool


def describe_answer_fault(error: WrenError) -> str:
    """The sentence for an entry that cannot be read: names the item, never the value."""
    items = error.data.get("link_ids") or [error.data.get("link_id", "")]
    names = ", ".join(f'"{item}"' for item in items)
    match error.code:
        case "unknown-item":
            return f"{names}: no such item in this tool. `wren tools show` lists them."
        case "bad-state":
            return f"{names}: not_answered must be one of {', '.join(definition.ABSENT_STATES)}."
        case "no-origin":
            return f"{names}: each line of words needs an origin, such as child-said."
        case "bad-date" | "bad-time":
            return f"{names}: write the {error.code[4:]} as in 2026-03-05 or 14:30."
        case "takes-no-answer":
            return f"{names}: this is a heading or a text, it takes no answer."
        case _:
            return f"{names}: the value has the wrong shape for an item of type {error.data.get('type', '')}."


def read_context(given: Any) -> ScoringContext:
    """Read the context of a result. A fault ends the command with a sentence."""
    if not isinstance(given, Mapping):
        exit_with("context must be an object.")
    on = _date(given.get("on") or date.today().isoformat(), "on")  # noqa: DTZ011 - a visit has a local day
    events = given.get("events") or []
    last, judged = given.get("last_marac_referral"), given.get("judgement")
    if not isinstance(events, list):
        exit_with("events must be a list of dates.")
    judgement = None
    if judged is not None:
        if not isinstance(judged, Mapping) or not isinstance(judged.get("grade"), str):
            exit_with('judgement must be an object with "grade" and "reason".')
        judgement = Judgement(judged["grade"], str(judged.get("reason") or ""))
    history: HistoryStatus | Literal[""] = given.get("history") or ""
    if history not in ("", *get_args(HistoryStatus)):
        exit_with(f"history must be one of {', '.join(get_args(HistoryStatus))}.")
    return ScoringContext(
        on=on,
        history=history,
        events=tuple(sorted(_date(event, "events") for event in events)),
        last_marac_referral=None if last is None else _date(last, "last_marac_referral"),
        judgement=judgement,
    )


def _date(value: Any, name: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        exit_with(f"{name}: write each date as in 2026-03-05.")


def _plain(value: Any) -> Any:
    """A definition as JSON, empty parts left out."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {name: part for name, part in parts.items() if part not in ("", [], None, {}, False)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _tool_lines(tool: definition.Instrument) -> list[str]:
    ages = f"{tool.age_from or 'birth'} up to {tool.age_below or 'any age'}"
    lines = [
        f"{tool.title} ({tool.id} {tool.version})",
        tool.purpose,
        f"For: {', '.join(tool.roles)}. About: {tool.subject}. Age: {ages}. "
        f"Minutes: {tool.minutes[0]}-{tool.minutes[1]}.",
        f"Training: {tool.training}",
        f"Licence: {tool.licence}",
        f"What the result means: {tool.means}",
        f"What it does not mean: {tool.does_not_mean}",
        *(f"Not for: {reason}" for reason in tool.not_for),
        "",
    ]
    for item, depth in _with_depth(tool.items):
        needed = " (needed)" if item.required else ""
        lines.append(f"{'  ' * depth}{item.link_id} [{item.type}]{needed}: {item.text}")
        lines += [f"{'  ' * depth}  - {option.code}: {option.text}" for option in item.options]
    lines += ["", *(f"{s.id}{' (unverified)' if s.unverified else ''}: {s.text}" for s in tool.sources)]
    return lines


def _with_depth(items: tuple[definition.Item, ...], depth: int = 0) -> list[tuple[definition.Item, int]]:
    found = []
    for item in items:
        found.append((item, depth))
        found += _with_depth(item.items, depth + 1)
    return found


def _outcome_lines(outcome: dict[str, Any]) -> list[str]:
    lines = [f"Status: {outcome['status']}"]
    lines += [
        f"{scale['id']}: {scale['value']} of {scale['of']} "
        f"({scale['answered']} answered, {scale['unknown']} not known, {scale['not_asked']} not asked)"
        for scale in outcome["scales"]
    ]
    if outcome["grade"]["value"]:
        lines.append(f"Grade: {outcome['grade']['value']}. Floor: {outcome['grade']['floor']}.")
        if outcome["grade"]["provisional"]:
            lines.append(f"  {say('grade.provisional')}")
    lines += [f"  {reason}" for reason in outcome["grade"]["reasons"]]
    for route in outcome["routes"]:
        lines.append(
            f"{'met    ' if route['met'] else 'not met'} {route['id']}: {' '.join(route['reasons'])}"
        )
    lines += [f"{f['severity']}: {f['code']} {f['link_id']}" for f in outcome["findings"]]
    if outcome["missing"]:
        lines.append(f"Not reached yet: {', '.join(outcome['missing'])}")
    return lines
