"""Every tool is an XLSForm that pyxform accepts, and says the same rules."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from assessments.definitions import catalogue
from assessments.definitions.definition import Instrument
from assessments.fhir.importing.importer import import_questionnaire
from assessments.xlsform import export_xlsform

MADE = sorted((Path(__file__).parent / "made").glob("*.json"))


def converted(tool: Instrument) -> str:
    found = convert(io.BytesIO(export_xlsform(tool)), validate=False, file_type=".xlsx")
    assert not found.warnings
    return str(found.xform)


@pytest.mark.parametrize("tool_id", catalogue.list_tool_ids())
def test_every_tool_is_accepted_with_all_its_questions(tool_id: str) -> None:
    tool = catalogue.load_tool(tool_id)
    xform = converted(tool)
    kept = set(re.findall(r'wren:link_id="([^"]+)"', xform))
    asked = {item.link_id for item in tool.walk() if item.type not in ("group", "words", "people")}
    assert asked <= kept


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_an_imported_form_is_accepted_too(path: Path) -> None:
    converted(import_questionnaire(json.loads(path.read_text(encoding="utf-8"))).instrument)


def test_ways_of_not_answering_and_rules_go_along() -> None:
    xform = converted(catalogue.load_tool("risk-24"))
    assert "state_not-asked" in xform
    assert re.search(
        r"relevant=\"\(selected\(\s*/data/now/injury ,'yes'\)|selected\( /\S+/injury , 'yes'\)", xform
    )
    assert "scale__yes_count" in xform
    assert "flag__" in xform


def test_a_cell_is_never_a_formula() -> None:
    form = {"resourceType": "Questionnaire", "status": "draft", "title": "=1+1"}
    form["item"] = [{"linkId": "q", "type": "string", "text": "=cmd() ${x}"}]  # type: ignore[assignment]  # JSON
    book = load_workbook(io.BytesIO(export_xlsform(import_questionnaire(form).instrument)))
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row if cell.value is not None}
    assert kinds == {"s"}
