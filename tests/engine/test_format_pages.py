"""The guides to tool and area files list the keys that the readers ask for."""

from __future__ import annotations

import pytest

from assessments.definitions import tool_file
from assessments.definitions.definition import APPEARANCES, ROLES
from tools.file_keys import Key, KeyUse, area_keys, tool_keys
from tools.format_pages import AREA, TOOL, key_tables, pages


def test_the_guides_are_up_to_date() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, "run python -m tools.format_pages"


def test_a_new_key_of_the_reader_is_found_and_needs_a_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    class Newer(tool_file._ToolReader):
        def _check_head(self, head: tool_file.TomlTable, instrument: tool_file.d.Instrument) -> None:
            super()._check_head(head, instrument)
            head.text("colour", required=True)

    monkeypatch.setattr(tool_file, "_ToolReader", Newer)
    keys = tool_keys()
    assert keys[Key("instrument", "colour")] == KeyUse(["text"], required=True)
    with pytest.raises(ValueError, match="colour"):
        key_tables(keys, TOOL)


def test_a_meaning_without_a_key_is_refused() -> None:
    keys = area_keys()
    del keys[Key("area", "date")]
    with pytest.raises(ValueError, match="date"):
        key_tables(keys, AREA)


def test_values_come_from_the_reader() -> None:
    keys = tool_keys()
    assert keys[Key("instrument", "roles")].values == ROLES
    assert keys[Key("group.item", "appearance")].values == tuple(name for name in APPEARANCES if name)
    assert keys[Key("group.item", "options")].kinds == ["list of tables", "text"]
