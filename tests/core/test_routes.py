"""The registry of screens: every name draws a page, and every name used in the code is in it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from app.core.routes import ROUTES
from app.core.state import TODAY_SCREEN, Screen, read_trail
from app.shell.lifecycle import CHILD_ROUTE, load_page

APP = Path(__file__).resolve().parents[2] / "app"


@pytest.mark.parametrize("route", [*ROUTES.values(), CHILD_ROUTE])
def test_every_route_loads_its_page(route: str) -> None:
    assert callable(load_page(route))


def named_screens(source: str) -> set[str]:
    """The constant names given to `open_screen` and `Screen`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    return {
        name.value
        for call in calls
        if isinstance(name := call.args[0], ast.Constant) and isinstance(name.value, str)
        if getattr(call.func, "attr", getattr(call.func, "id", "")) in ("open_screen", "Screen")
    }


def test_every_screen_that_is_opened_has_a_route() -> None:
    opened = {name for file in APP.rglob("*.py") for name in named_screens(file.read_text("utf-8"))}
    assert len(opened) > 20
    assert opened <= ROUTES.keys()


def test_a_name_that_has_no_route_is_found() -> None:
    assert named_screens('actions.open_screen("no-such-page", id)') == {"no-such-page"}


def test_a_stored_trail_with_an_unknown_screen_opens_the_first_page() -> None:
    assert read_trail([["household", "h"], ["person", "p"]]) == (
        Screen("household", "h"),
        Screen("person", "p"),
    )
    assert read_trail([["household", "h"], ["of-a-newer-version", ""]]) == (TODAY_SCREEN,)
