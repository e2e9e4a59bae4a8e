"""The self-test of this device: versions, ciphers, settings, keys, space and tools.

Needs no passphrase and holds nothing of a person, so a report may be handed on. The last result is kept in
the settings.
"""

import json
import platform
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from typing import TypedDict

from app import VERSION
from app.core.plain import Json
from app.kit.messages import say
from assessments.casework.ids import format_utc
from assessments.crypto import sealing, vectors
from assessments.crypto.kdf import ARGON2ID, SCRYPT, best_kdf
from assessments.definitions import catalogue
from assessments.errors import StoreFault, WrenError
from assessments.ports import Clock
from assessments.store import Store

MIN_FREE_BYTES = 200 * 1000 * 1000
_RESULT_SETTING = "selftest"
_KDF_NAMES = {ARGON2ID.id: "Argon2id", SCRYPT.id: "scrypt"}


@dataclass(frozen=True, slots=True, repr=False)
class SelfTestLine:
    """One thing that was looked at. `found` fills the sentence; it holds nothing of a person."""

    code: str
    ok: bool
    found: dict[str, str | int]


@dataclass(frozen=True, slots=True, repr=False)
class SelfTestReport:
    """All that was looked at, in the order in which it is shown."""

    lines: tuple[SelfTestLine, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(line.ok for line in self.lines)

    def to_plain(self) -> dict[str, Json]:
        """The report as JSON."""
        return {
            "ok": self.ok,
            "version": VERSION,
            "lines": [{"code": line.code, "ok": line.ok, **line.found} for line in self.lines],
        }


class LastResult(TypedDict):
    """The result of the last self-test, and the codes of the lines to look at."""

    version: str
    at: str
    ok: bool
    look: list[str]


def check_device(store: Store, clock: Clock) -> SelfTestReport:
    """Look at everything and keep the result. Blocking: it runs the KDFs and reads every page."""
    report = SelfTestReport((*_check_ciphers(), *_check_store(store), _check_tools(), _list_versions()))
    kept: LastResult = {
        "version": VERSION,
        "at": format_utc(clock.now()),
        "ok": report.ok,
        "look": [line.code for line in report.lines if not line.ok],
    }
    with suppress(StoreFault):  # looking must work where nothing can be written
        store.settings.put(_RESULT_SETTING, json.dumps(kept))
    return report


def describe_line(line: SelfTestLine) -> str:
    """What to tell a person about a line."""
    return say(f"selftest.{line.code}" if line.ok else f"selftest.{line.code}.look", **line.found)


def read_last_result(store: Store) -> LastResult | None:
    """The result that was kept last."""
    found: LastResult | None = json.loads(store.settings.get(_RESULT_SETTING) or "null")
    return found


def check_once_per_version(store: Store, clock: Clock) -> None:
    """Look once at each new version of Wren on this device. What cannot be kept now is tried again."""
    with suppress(StoreFault):  # closed meanwhile, or damaged: whoever unlocks hears of that
        last = read_last_result(store)
        if last is None or last["version"] != VERSION:
            check_device(store, clock)


def _check_ciphers() -> tuple[SelfTestLine, ...]:
    outcome, kdf = vectors.run_vectors(), best_kdf().id
    native = ", ".join(sealing.list_native_ciphers()) or "-"
    measured: dict[str, str | int] = {"name": _KDF_NAMES[kdf], "ms": outcome.kdf_ms.get(kdf, 0)}
    return (
        SelfTestLine("vectors", not outcome.failed, {"failed": ", ".join(outcome.failed)}),
        SelfTestLine("kdf", kdf in outcome.kdf_ms, measured),
        SelfTestLine("native", True, {"names": native}),
    )


def _check_store(store: Store) -> tuple[SelfTestLine, ...]:
    wrong = store.wrong_pragmas()
    kind, state, free = store.keystore_kind, store.keystore_state(), store.free_bytes()
    return (
        SelfTestLine("pages", store.passes_integrity_check() and not store.unreadable_completions, {}),
        SelfTestLine("settings", not wrong, {"wrong": ", ".join(wrong)}),
        SelfTestLine(f"keystore-{kind}", state == "present", {"state": state}),
        SelfTestLine("room", free >= MIN_FREE_BYTES, {"mb": free // 1_000_000}),
    )


def _check_tools() -> SelfTestLine:
    """Read every tool that is here; `mark` is the same on two devices that ask the same words."""
    hashes, broken = [], 0
    for tool in catalogue.list_tool_ids():
        try:
            hashes.append(catalogue.load_tool(tool).hash)
        except WrenError:
            broken += 1
    mark = sealing.digest("".join(hashes).encode()).hex()[:8]
    return SelfTestLine("tools", not broken, {"n": len(hashes), "broken": broken, "mark": mark})


def _list_versions() -> SelfTestLine:
    library = sealing.library_versions()
    found: dict[str, str | int] = {
        "wren": VERSION,
        "python": platform.python_version(),
        "flet": _version_of("flet"),
        "cryptography": library[0],
        "openssl": library[1],
        "sqlite": sqlite3.sqlite_version,
    }
    return SelfTestLine("versions", True, found)


def _version_of(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # a packed app may leave out what says so
        return "-"
