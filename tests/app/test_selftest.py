"""A device that looks at itself finds what is wrong with it, says so plainly, and remembers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.core.device import selftest
from app.core.device.selftest import check_device, check_once_per_version, describe_line, read_last_result
from app.core.runtime import Runtime
from app.kit.messages import say
from assessments.crypto import kdf, sealing, vectors
from assessments.crypto.vectors import run_vectors  # as it is: see ciphers_tried_once
from assessments.definitions import catalogue
from tests.app.test_screens_around import PASSPHRASE, press, runtime, set_up, unlocked
from tests.fakes import StoppedClock

__all__ = ["runtime"]  # a fixture

PUBLISHED = json.loads((Path(__file__).parents[1] / "vectors" / "sealing.json").read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


def looked_at(runtime: Runtime) -> list[str]:
    """The codes that should be looked at; every line has its sentence."""
    report = check_device(runtime.store, runtime.clock)
    assert all(describe_line(line) for line in report.lines)
    return [line.code for line in report.lines if not line.ok]


def test_a_device_carries_the_published_vectors() -> None:
    assert {name: getattr(vectors, name).hex() for name in vectors._CHECKS} == {
        name: PUBLISHED[name]["hex"] for name in PUBLISHED if name != "about"
    }


def test_the_version_is_that_of_the_package() -> None:
    project = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{selftest.VERSION}"\n' in project


def test_a_healthy_device_has_nothing_to_look_at(runtime: Runtime) -> None:
    assert looked_at(runtime) == []
    report = check_device(runtime.store, runtime.clock).to_plain()
    codes = [line["code"] for line in report["lines"]]
    assert codes == [
        "vectors",
        "kdf",
        "native",
        "pages",
        "settings",
        "keystore-file",
        "room",
        "tools",
        "versions",
    ]
    assert report["ok"]


@pytest.mark.parametrize(
    ("part", "planted", "failed"),
    [
        ("portable._LABEL", b"c2sp.org/chunked-encryption@v2+AEAD_AES_256_GCM\x00", {"V1", "V4"}),
        ("sealing.COBBLESTONE_256", 2, {"V4"}),
        ("portable._HPKE_SUITE", b"HPKE\x00\x20\x00\x01\x00\x01", {"V7"}),
        ("sealing.sign", lambda private, message: bytes(64), {"V9"}),
        ("vectors.derive_kek", lambda *_: bytearray(32), {"V5", "V6"}),
        ("sealing.length_prefix", lambda *parts: b"", {"V2"}),
    ],
)
def test_a_cipher_that_works_otherwise_is_noticed(
    monkeypatch: pytest.MonkeyPatch, part: str, planted: Any, failed: set[str]
) -> None:
    for name in ("Cobblestone256Decryptor", "_HPKE"):
        monkeypatch.setattr(sealing, name, None)  # the portable ciphers are what can be changed here
    monkeypatch.setattr(f"assessments.crypto.{part}", planted)
    assert failed <= set(run_vectors().failed)


def test_a_record_context_that_changed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "_RECORD", b"another")
    assert set(run_vectors().failed) == {"V3", "V4"}


def test_a_device_without_argon2id_takes_the_other_and_is_well(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kdf, "Argon2id", None)
    monkeypatch.setattr(vectors, "run_vectors", run_vectors)
    assert looked_at(runtime) == []
    assert run_vectors().absent == ("V5",)
    line = check_device(runtime.store, runtime.clock).lines[1]
    assert line.found["name"] == "scrypt"


def test_settings_that_slipped_are_named(runtime: Runtime) -> None:
    runtime.store._database._driver.execute("PRAGMA secure_delete=OFF")
    runtime.store._database._driver.execute("PRAGMA synchronous=NORMAL")
    assert looked_at(runtime) == ["settings"]
    line = check_device(runtime.store, runtime.clock).lines[4]
    assert "secure_delete" in describe_line(line)
    assert "synchronous" in describe_line(line)


def _key_is_gone(folder: Path) -> None:
    (folder / "device.key").unlink()


def _key_does_not_answer(folder: Path) -> None:
    _key_is_gone(folder)
    (folder / "device.key").mkdir()


@pytest.mark.parametrize(("harm", "state"), [(_key_is_gone, "absent"), (_key_does_not_answer, "error")])
def test_a_key_that_is_gone_is_told_from_one_that_does_not_answer(
    runtime: Runtime, folder: Path, harm: Callable[[Path], None], state: str
) -> None:
    harm(folder)
    assert looked_at(runtime) == ["keystore-file"]
    assert state in describe_line(check_device(runtime.store, runtime.clock).lines[5])


def test_damaged_pages_are_noticed(runtime: Runtime, folder: Path) -> None:
    set_up(runtime)
    for number in range(300):
        runtime.store.settings.put(f"n{number}", "x" * 400)
    runtime.store._database.checkpoint(truncate=True)
    file = folder / "wren.db"
    pages = file.stat().st_size // 4096
    with file.open("r+b") as raw:
        raw.seek((pages - 2) * 4096)
        raw.write(b"\xff" * 4096)
    assert "pages" in looked_at(runtime)


def test_little_room_is_noticed(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "MIN_FREE_BYTES", 1 << 60)
    assert looked_at(runtime) == ["room"]


def test_a_tool_that_does_not_open_is_noticed(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    there = catalogue.list_tool_ids()
    monkeypatch.setattr(catalogue, "list_tool_ids", lambda: (*there, "no-such-tool"))
    assert looked_at(runtime) == ["tools"]


def test_the_result_is_kept_once_for_each_version(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = StoppedClock()
    assert read_last_result(runtime.store) is None
    check_once_per_version(runtime.store, clock)
    first = read_last_result(runtime.store)
    assert first == {"version": selftest.VERSION, "at": "2026-03-04T09:30:00Z", "ok": True, "look": []}
    clock.move(days=1)
    check_once_per_version(runtime.store, clock)
    assert read_last_result(runtime.store) == first
    monkeypatch.setattr(selftest, "VERSION", "9.9.9")
    check_once_per_version(runtime.store, clock)
    assert read_last_result(runtime.store) == {**first, "version": "9.9.9", "at": "2026-03-05T09:30:00Z"}


def test_a_report_tells_nothing_of_anybody(runtime: Runtime, folder: Path) -> None:
    set_up(runtime)
    said = json.dumps(check_device(runtime.store, runtime.clock).to_plain())
    for word in (runtime.store.device.device_id, "hv1", PASSPHRASE, "training", str(folder)):
        assert word not in said


# Said on the screen and on the command line


async def test_the_page_shows_each_line_and_begins_with_what_needs_help(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(runtime)
    async with unlocked(runtime) as app:
        await press(app, say("selftest.title"), then=say("selftest.all"))
        assert app.sees(say("selftest.pages"))
        assert read_last_result(runtime.store) is not None
        monkeypatch.setattr(selftest, "MIN_FREE_BYTES", 1 << 60)
        await app.press(say("action.back"))
        await press(app, say("selftest.title"), then=say("selftest.some", n=1))
        texts = app.texts()
        assert texts.index(say("selftest.look")) < texts.index(say("selftest.ok"))


def test_the_command_ends_with_1_when_something_needs_a_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WREN_HOME", str(folder))
    done = CliRunner().invoke(cli, ["selftest", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["ok"]) == (0, True)
    monkeypatch.setattr(selftest, "MIN_FREE_BYTES", 1 << 60)
    done = CliRunner().invoke(cli, ["selftest", "--json"])
    assert (done.exit_code, json.loads(done.stdout)["ok"]) == (1, False)
    assert say("selftest.look") in CliRunner().invoke(cli, ["selftest"]).stdout
