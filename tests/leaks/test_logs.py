"""What is printed and logged, with every library at its loudest and every fault planted: codes and places."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.leaks.planted import ACCENTS, MARK, WORDS
from tests.leaks.scan import leaks

ROOT = Path(__file__).parent.parent.parent
# A line of a log, a line of the way through the code, and the error at its end.
LINES = (
    r"wren\.\w+ [A-Z]+ [a-z-]+( [\w<>.=:-]+)*( held the loop for [\d.]+ s)?",
    r"[\w.]+ [A-Z]+ quiet at=[\w.<> ]+:\d+( type=\w+ raised=[\w.<>]+:\d+)?",
    r"  File .*, line \d+, in .*",
    r"    .*",
    r"\w+( [\w -]+)?",
)


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip


@pytest.mark.parametrize("how", ["", "--loud"])
def test_a_process_in_which_all_goes_wrong_says_codes_only(tmp_path: Path, how: str) -> None:
    written = tmp_path / "console.log"
    done = python("-m", "tests.leaks.noisy", str(tmp_path / "home"), *filter(None, [how]))
    written.write_text(done.stdout + done.stderr, encoding="utf-8")
    assert done.returncode == 1, "it ends with the last fault"
    if how:
        # Without keeping quiet the same process tells everything: the test can fail.
        assert {word for _, word, _ in leaks([written], [MARK, ACCENTS])} == {MARK, ACCENTS}
        return
    assert leaks([written], WORDS) == []
    odd = [line for line in written.read_text("utf-8").splitlines()
           if not any(re.fullmatch(line_is, line) for line_is in LINES)]  # fmt: skip
    assert odd == []
    assert "wren.app ERROR calm code=unknown type=KeyError at=noisy.py" in done.stdout
    assert "type=ValidationError" in done.stdout


def test_a_fault_on_the_command_line_is_told_by_its_place(tmp_path: Path) -> None:
    planted = (
        "import app.cli\n"
        "@app.cli.cli.command('boom')\n"
        "def boom() -> None:\n"
        f"    said = '{MARK}'\n"
        "    raise KeyError(said.lower())\n"
        "app.cli.main()\n"
    )
    (tmp_path / "boom.py").write_text(planted, encoding="utf-8")
    done = python(str(tmp_path / "boom.py"), "boom")
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("KeyError")
    assert "boom.py" in done.stderr
    assert MARK.lower() not in (done.stdout + done.stderr).lower()


def test_a_packed_app_empties_what_earlier_runs_printed(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    console.write_text(f"she said {MARK}", encoding="utf-8")
    done = python("-c", "from app.kit.logs import redact_logs; redact_logs()", FLET_APP_CONSOLE=str(console))
    assert (done.returncode, done.stderr) == (0, "")
    assert console.read_bytes() == b""
    away = python(
        "-c",
        "from app.kit.logs import redact_logs; redact_logs()",
        FLET_APP_CONSOLE=str(tmp_path / "no" / "log"),
    )
    assert (away.returncode, away.stderr) == (0, "")


@pytest.mark.parametrize("entry", ["main.py", "app/cli/__init__.py"])
def test_keeping_quiet_comes_first_in_every_process(entry: str) -> None:
    tree = ast.parse((ROOT / entry).read_text("utf-8"))
    bodies = [node.body for node in tree.body if isinstance(node, ast.If)]
    bodies += [node.body for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"]
    (body,) = bodies
    first = next(
        line for line in body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
    )
    assert ast.unparse(first) == "redact_logs()"
