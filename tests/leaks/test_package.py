"""What the packed app asks of the system and is called, read from what it is built with."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from app.kit.theme import APP_NAME

ROOT = Path(__file__).parent.parent.parent
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FLET = BUILD["tool"]["flet"]
TELLING = ("abus", "violen", "child", "safeguard", "protect", "risk", "victim", "police", "famil", "domestic")


def test_the_system_makes_no_copy_and_nothing_goes_in_clear() -> None:
    asked = FLET["android"]["manifest_application"]
    assert asked == {"allowBackup": "false", "fullBackupContent": "false", "usesCleartextTraffic": "false"}


def test_no_permission_is_asked_for() -> None:
    asked = json.dumps(FLET).lower()
    assert [
        word for word in ("permission", "location", "contacts", "camera", "microphone") if word in asked
    ] == []


@pytest.mark.parametrize(
    "name", [FLET["product"], FLET["company"], FLET["org"], BUILD["project"]["name"], APP_NAME]
)
def test_no_name_says_what_it_is_for(name: str) -> None:
    assert [word for word in TELLING if word in name.lower()] == []


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_name_on_the_screen_is_the_same_neutral_one(language: str) -> None:
    words: dict[str, Any] = json.loads((ROOT / f"assets/strings/{language}.json").read_text("utf-8"))
    assert words["app.name"] == APP_NAME
