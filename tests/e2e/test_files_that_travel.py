"""`wren fhir` and `wren tools export`, as a person runs them, on a real device folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assessments.definitions import catalogue
from tests.e2e.running import ROOT, Machine, open_machine
from tests.test_command_line import a_visit, json_of, wren

pytestmark = pytest.mark.timeout(300)


def test_a_record_leaves_as_fhir_and_a_tool_comes_back(tmp_path: Path) -> None:
    with open_machine(Machine) as machine:
        machine.set_up()
        visit = tmp_path / "visit.json"
        visit.write_text(json.dumps(a_visit()), encoding="utf-8")
        done = machine.wren("visit", str(visit))
        found = subprocess.run(
            [sys.executable, "-m", "app.cli", "fhir", "response", done["assessments"][0]["id"]],
            env=machine.environment, cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    bundle = json.loads(found.stdout)
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert {"QuestionnaireResponse", "Observation"} <= kinds
    assert "Złoty, ŵy, اردو 🙂" in found.stdout


def test_a_tool_goes_out_as_a_questionnaire_and_comes_back_the_same(tmp_path: Path) -> None:
    out, back = tmp_path / "risk.json", tmp_path / "back.toml"
    assert wren("fhir", "export", "risk-24", "--out", str(out)).returncode == 0
    report = json_of(wren("fhir", "import", str(out), "--out", str(back), "--report", "--json"))
    assert isinstance(report, dict)
    assert wren("tools", "check", str(back)).returncode == 0
    assert 'id = "risk-24"' in back.read_text(encoding="utf-8")


def test_what_is_not_a_questionnaire_is_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    file.write_text('{"resourceType": "Patient"}', encoding="utf-8")
    done = wren("fhir", "import", str(file))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


@pytest.mark.parametrize("tool", catalogue.list_tool_ids()[:3])
def test_a_tool_goes_out_as_an_xlsform(tmp_path: Path, tool: str) -> None:
    out = tmp_path / "form.xlsx"
    assert wren("tools", "export", tool, "--format", "xlsform", "--out", str(out)).returncode == 0
    assert out.read_bytes().startswith(b"PK")
