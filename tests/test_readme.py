"""What the README shows can be typed as it stands: its shell blocks are run in a clean folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.running import free_port

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVICE_BLOCK, DEVICE_BLOCK = re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str], str]]:
    """A clean folder with the examples, an environment, and the block with the address of a real service."""
    folder, port = tmp_path / "clone", free_port()
    shutil.copytree(ROOT / "examples", folder / "examples")
    home = tmp_path / "home"
    home.mkdir()
    commands = tmp_path / "bin"
    commands.mkdir()
    command = commands / "wren"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m app.cli "$@"\n')
    command.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WREN_")},
        "PATH": f"{commands}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
    }
    block = SERVICE_BLOCK.replace("wren serve", f"exec wren serve --port {port}")
    service = subprocess.Popen(["bash", "-ec", block], cwd=folder, env=environment)
    try:
        for _ in range(600):
            try:
                urlopen(f"http://127.0.0.1:{port}/v1/health", timeout=2).read()
                break
            except OSError:
                assert service.poll() is None
                time.sleep(0.1)
        yield folder, environment, DEVICE_BLOCK.replace("8765", str(port))
    finally:
        service.terminate()
        service.wait(30)


def test_the_blocks_run_as_they_stand_and_leave_nothing_in_the_clone(
    place: tuple[Path, dict[str, str], str],
) -> None:
    folder, environment, block = place
    before = sorted(folder.rglob("*"))
    done = subprocess.run(
        ["bash", "-ec", block], cwd=folder, env=environment, capture_output=True, text=True, check=False,
        timeout=250,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 sent, 0 waiting" in done.stdout
    assert re.search(r"opened +risk-24", done.stdout), done.stdout[-500:]
    assert sorted(folder.rglob("*")) == before


def test_every_command_of_the_readme_exists() -> None:
    """Commands in the running text as well."""
    from typer.main import get_command

    from app.cli import cli

    found = set(re.findall(r"`?wren ((?:[a-z]+ )?[a-z]+)", README))
    commands = get_command(cli).commands
    assert {words.split()[0] for words in found} <= set(commands)


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)|src=\"([^\"]+)\"", README)
    assert [link for pair in links for link in pair if link and not (ROOT / link).exists()] == []
