"""One real PostgreSQL for the whole run, and a fresh database in it for each test that asks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from sync.service.embedded_postgres import EmbeddedPostgres
from sync.service.main import Service, create_app
from sync.service.settings import ServiceSettings
from tests.fakes import StoppedClock
from tests.sync.world import World


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder outside pytest's own: each pytest that starts closes that one to other users, and a PostgreSQL
    that was started by root runs as another user and would lose its files."""
    folder = Path(tempfile.mkdtemp(prefix="wren-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(open_folder: Path) -> Iterator[str]:
    server = EmbeddedPostgres(open_folder / "data")
    yield server.url
    server.close()


@pytest.fixture
def database_url(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    name = f"wren_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
