"""`wren fhir`: tools and assessments as FHIR R4, and Questionnaires that others wrote as tools."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.cli.output import AsJson, print_result, read_json, write_output
from app.cli.tools import load_tool
from assessments.definitions import catalogue

cli = typer.Typer(no_args_is_help=True, help="FHIR R4 in and out.")

Out = Annotated[Path | None, typer.Option("--out", help="Write to this file instead of the screen.")]


@cli.command("export")
def export(tool_id: str, out: Out = None) -> None:
    """Write a tool as an R4 Questionnaire."""
    from assessments.fhir.export import export_questionnaire

    found = export_questionnaire(load_tool(tool_id))
    _write(json.dumps(found, ensure_ascii=False, indent=2), out)


@cli.command("response")
def response(assessment_id: str, out: Out = None) -> None:
    """Write an assessment of this device as a QuestionnaireResponse, with Observations for its scales."""
    from app.cli.device import open_runtime, unlock_case_service
    from assessments.fhir.results import export_bundle

    with open_runtime() as runtime, unlock_case_service(runtime) as service:
        record, subject = service.read_assessment(assessment_id), service.subject_of(assessment_id)
    found = export_bundle(record, catalogue.load_tool(record.instrument), subject)
    _write(json.dumps(found, ensure_ascii=False, indent=2), out)


@cli.command("import")
def import_(
    file: Path,
    out: Out = None,
    report: Annotated[
        bool, typer.Option("--report", help="Say per linkId what could not be taken over.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read an R4 Questionnaire that others wrote as a tool file, and report all that is left out."""
    from assessments.fhir.importing.importer import import_questionnaire

    given = read_json(file)
    found = import_questionnaire(given)
    if out is not None:
        _write(found.instrument_toml, out)
    if report or as_json:
        print_result(found.report.to_plain(), as_json, found.report.lines())
    elif out is None:
        typer.echo(found.instrument_toml)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text)
    else:
        write_output(out, text if text.endswith("\n") else f"{text}\n")
