"""The map of the rooms is enforced, and the enforcement bites: planted faults are caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("app", "assessments", "sync"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_the_rooms_as_they_are_keep_every_contract() -> None:
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("file", "planted", "contract"),
    [
        ("assessments/engine/scoring.py", "import sqlmodel", "rules are pure"),
        ("assessments/engine/answers.py", "import assessments.engine.form", "no import circles"),
        ("assessments/store/rows/sealed_rows.py", "import assessments.store.people", "inside the store"),
        ("assessments/casework/records.py", "import cryptography", "only assessments.crypto"),
        ("assessments/definitions/catalogue.py", "import app.cli", "app, then sync, then assessments"),
        ("sync/device/exchange.py", "import sync.service", "device and service never import"),
        ("sync/service/main.py", "import assessments.store", "the service never imports"),
        ("app/kit/controls/fault_boundary.py", "import assessments.store", "pages reach storage"),
        ("app/features/today/view.py", "import app.features.people.view", "features never import"),
        ("app/features/child/page.py", "import app.core.controller", "a child's pages"),
        ("app/core/runtime.py", "import assessments.fhir.export", "what is not for the phone"),
        ("assessments/utils.py", "", "inside assessments"),
    ],
)
def test_a_planted_import_is_caught(copy: Path, file: str, planted: str, contract: str) -> None:
    path = copy / file
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(f"{kept}\n{planted}\n", encoding="utf-8")
    found = lint(copy)
    assert found.returncode != 0, "the planted fault was not seen"
    broken = [line for line in found.stdout.splitlines() if "BROKEN" in line]
    assert any(contract in line for line in broken), found.stdout
