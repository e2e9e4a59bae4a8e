"""Every label and every format in the source is on the reviewer's page, and nothing there is made up."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "crypto-review.md").read_text("utf-8")
ON_PAGE = set(re.findall(r"`([^`]+)`", PAGE))
# What makes a context, and which of its constant arguments are labels.
VERBS = {
    "length_prefix", "_personal_context", "row_context", "record_context", "_context",
    "seal_with_device_key", "open_with_device_key", "_seal_note", "_open_note",
}  # fmt: skip
SOURCES = [path for room in ("assessments", "sync") for path in (ROOT / room).rglob("*.py")]
# Published examples, and parts of other people's formats.
NOT_LABELS = {"d-1", "hv1", "a-1", "dash-2", "agency-7", "assessment/v1"}


def labels(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for word in node.args if called in VERBS else ():
                if isinstance(word, ast.Constant) and isinstance(word.value, str | bytes):
                    found = word.value.decode() if isinstance(word.value, bytes) else word.value
                    if re.fullmatch(r"[a-z][a-z0-9_.-]*", found) and found not in NOT_LABELS:
                        yield found


def formats(source: str) -> set[str]:
    return set(re.findall(r'b"((?:CK|WE)[A-Z]{1,2}\d)"', source))


def test_every_label_is_on_the_page() -> None:
    found = {label for path in SOURCES for label in labels(path.read_text("utf-8"))}
    assert len(found) >= 25
    assert found - ON_PAGE == set()


def test_every_format_is_on_the_page() -> None:
    found = {name for path in SOURCES for name in formats(path.read_text("utf-8"))}
    assert len(found) >= 9
    assert found - ON_PAGE == set()


def test_every_format_on_the_page_is_in_the_source() -> None:
    found = {name for path in SOURCES for name in formats(path.read_text("utf-8"))}
    assert {name for name in ON_PAGE if re.fullmatch(r"[A-Z]{3}\d", name)} - found == set()


def test_a_new_label_would_be_seen() -> None:
    assert list(labels('sealing.length_prefix("ck1", "brand-new", device)')) == ["ck1", "brand-new"]
    assert "brand-new" not in ON_PAGE
    assert formats('MAGIC = b"CKZ1"') == {"CKZ1"}


def test_every_file_that_the_page_names_exists() -> None:
    for name in re.findall(r"\(\.\./([^)]+)\)", PAGE) + re.findall(r"`((?:tests|docs)/[^`]+)`", PAGE):
        assert (ROOT / name).exists(), name
