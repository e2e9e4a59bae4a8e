"""Every format on disk and on its way, opened or refused for exactly the reason in its vector.

`vectors/outcomes.json` is what every later Wren must still read and still refuse.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from assessments.crypto import recovery, sealing
from assessments.errors import WrenError
from assessments.store import completion_files
from assessments.store.access.practitioner import open_wrap
from tests.vectors.make_outcomes import FILE, fixed_randomness, made

VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["vectors"]


def raw(vector: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(vector[name])


VERBS: dict[str, Callable[[dict[str, Any]], bytes | str]] = {
    "open": lambda v: sealing.open_sealed(raw(v, "key"), raw(v, "sealed"), raw(v, "context")),
    "open-record": lambda v: sealing.open_record(
        raw(v, "key"), v["kid"], raw(v, "sealed"), raw(v, "context")
    ),
    "open-from": lambda v: sealing.hpke_open(raw(v, "key"), raw(v, "sealed"), raw(v, "context")),
    "open-wrap": lambda v: bytes(
        open_wrap(raw(v, "wrap"), v["words"], raw(v, "secret"), v["device"], v["author"])
    ),
    "read-request": lambda v: recovery.read_recovery_request(raw(v, "request")).code,
    "approve": lambda v: recovery.make_grant(
        raw(v, "key"), recovery.read_recovery_request(raw(v, "request")), v["side"]
    ),
    "join": lambda v: bytes(
        recovery.combine_grants(
            raw(v, "one_off"),
            recovery.read_recovery_request(raw(v, "request")),
            [bytes.fromhex(grant) for grant in v["grants"]],
        )
    ),
    "read-copy": lambda v: completion_files.unpack_completion(raw(v, "copy")).entry_id,
}


@pytest.fixture(params=["library", "portable"])
def ciphers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open every vector with the library's own ciphers, and with the portable ones."""
    if request.param == "portable":
        for name in ("Cobblestone256Decryptor", "_HPKE"):
            monkeypatch.setattr(sealing, name, None)


@pytest.mark.usefixtures("ciphers")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['verb']}: {vector['what']}")
def test_has_the_one_outcome(vector: dict[str, Any]) -> None:
    if vector["outcome"] != "ok":
        with pytest.raises(WrenError) as refusal:
            VERBS[vector["verb"]](vector)
        assert refusal.value.code == vector["outcome"]
        return
    found = VERBS[vector["verb"]](vector)
    if "plain_sha256" in vector:
        assert isinstance(found, bytes)
        assert sealing.digest(found).hex() == vector["plain_sha256"]
    if "code" in vector:
        assert found == vector["code"]


def test_each_format_has_a_vector_for_every_outcome() -> None:
    outcomes: dict[str, set[str]] = {}
    for vector in VECTORS:
        outcomes.setdefault(vector["verb"], set()).add(vector["outcome"])
    assert set(outcomes) == set(VERBS)
    assert all("ok" in found and "damaged" in found for found in outcomes.values())
    assert len(VECTORS) >= 55


def test_the_same_vectors_are_made_again() -> None:
    with fixed_randomness():
        assert made() == VECTORS
