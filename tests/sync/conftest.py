"""A whole service for each test that asks, on a fresh database of the worker's PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.service.main import Service, create_app
from sync.service.settings import ServiceSettings
from tests.fakes import StoppedClock
from tests.sync.world import World


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def world(database_url: str, tmp_path: Path, clock: StoppedClock) -> Iterator[World]:
    settings = ServiceSettings(tmp_path / "service", database_url)
    app = create_app(settings, clock)
    service: Service = app.state.service
    yield World(app, service, clock, settings)
    service.close()
