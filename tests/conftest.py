"""What every test shares: property-test profiles, markers, one browser and one PostgreSQL per worker.

Markers are set by what a test uses: `browser` by the fixture `chromium`, `service` by a PostgreSQL or by
the folder of the end-to-end tests, `screen` by drawing the app's screens, `slow` by starting processes or by
a fault run, and by hand on what takes longer than ten seconds. `make quick` leaves all four out.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from assessments.crypto import vectors
from sync.service.embedded_postgres import EmbeddedPostgres
from tests.browser_here import why_no_browser

HERE = Path(__file__).parent
# How many examples a property gets, in per cent of what its test asks for: see `examples`.
PROFILES = {"quick": 20, "gate": 100, "deep": 1000}
for _name, _per_cent in PROFILES.items():
    settings.register_profile(
        _name,
        max_examples=_per_cent,
        # A machine under load is no fault of the code.
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=True,
    )
settings.load_profile("gate")

_SERVICE_FIXTURES = {"postgres", "database_url", "world"}
# A fault run or a kill says nothing in a second.
_SLOW_FOLDERS = ("faults",)
_SCREENS = {"tests.app.headless", "tests.app.visiting", "tests.app.handed", "tests.app.test_screens_around"}
_STATE_MACHINE = "run_state_machine_as_test"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the fixtures, folder and processes it uses."""
    for item in items:
        if not isinstance(item, pytest.Function):
            continue
        folder = item.path.relative_to(HERE).parts[0]
        fixtures = set(item.fixturenames)
        if "chromium" in fixtures:
            item.add_marker("browser")
        if folder == "e2e" or fixtures & _SERVICE_FIXTURES:
            item.add_marker("service")
        if any(getattr(used, "__module__", "") in _SCREENS for used in vars(item.module).values()):
            item.add_marker("screen")
        if folder in _SLOW_FOLDERS or hasattr(item.module, "subprocess"):
            item.add_marker("slow")
        if _STATE_MACHINE in item.function.__code__.co_names:
            item.add_marker("hypothesis")
    # The long ones first and side by side: one worker meets most of them, the other takes what is left over.
    items.sort(key=_order)


def _order(item: pytest.Item) -> int:
    kinds = [item.get_closest_marker(name) is None for name in ("service", "browser", "slow")]
    return kinds.index(False) if False in kinds else len(kinds)


def pytest_sessionfinish() -> None:
    """End the browser of this worker, if it had one."""
    from tests.app.browser import WORKER

    WORKER.stop()


_run_vectors_once = cache(vectors.run_vectors)


@pytest.fixture(autouse=True)
def ciphers_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ciphers' self-test runs once in each worker, for it takes a second of a core.

    Every app that opens on a new device runs it. Tests about it call the function that they imported.
    """
    monkeypatch.setattr(vectors, "run_vectors", _run_vectors_once)


@pytest.fixture
def chromium() -> Iterator[None]:
    """The right to open `tests.app.browser.Browser`; skips where no browser can be had."""
    from tests.app.browser import WORKER

    if why := why_no_browser():
        pytest.skip(why)
    WORKER.wanted = True
    yield
    WORKER.wanted = False


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that other accounts may enter, unlike pytest's own: started by root, PostgreSQL runs as one,
    and would otherwise keep its data outside."""
    folder = Path(tempfile.mkdtemp(prefix="wren-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(open_folder: Path) -> Iterator[str]:
    """The URL of this worker's PostgreSQL."""
    server = EmbeddedPostgres(open_folder / "data")
    yield server.url
    server.close()


@pytest.fixture
def database_url(postgres: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database for this test."""
    name = f"wren_{abs(hash(request.node.nodeid))}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
