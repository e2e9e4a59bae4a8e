"""A real store in a temporary folder for each test, and one made-up household to put in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assessments.store import Store, UnlockedStore, purge
from tests.fakes import StoppedClock
from tests.store.made_up import CHEAPEST, PASSPHRASE, Family, make_family


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def opened(folder: Path, clock: StoppedClock) -> Iterator[Callable[[], Store]]:
    """Open the store, as often as wanted; all are closed at the end."""
    stores: list[Store] = []

    def open_store() -> Store:
        stores.append(Store.open(folder, clock, CHEAPEST))
        return stores[-1]

    yield open_store
    for one in stores:
        one.close()


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    return opened()


@pytest.fixture
def keys(store: Store) -> Iterator[UnlockedStore]:
    held = store.set_up(PASSPHRASE, "agency-7", "hv-1")
    yield held
    held.close()


@pytest.fixture
def family() -> Family:
    return make_family()


@pytest.fixture
def all_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is on this device only, as once every kind of record travels."""
    for name in ("count_unsent", "count_unsent_of_assessment"):
        monkeypatch.setattr(purge, name, lambda *_: {})
