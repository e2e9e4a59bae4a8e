"""PostgreSQL for the service: a connection pool, numbered migrations, and the durability check. Without a URL
the service runs its own server (`embedded_postgres`).
"""

import queue
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from typing import Self

import psycopg
from psycopg import Connection

from assessments.errors import StoreFault, UnknownFormat
from sync.service.embedded_postgres import EmbeddedPostgres
from sync.service.settings import ServiceSettings

MAX_CONNECTIONS = 8
POOL_TIMEOUT_S = 20.0
# A statement that fails would be logged with its text and a detail that may quote a value.
_QUIET_LOG_OPTIONS = "-c log_min_error_statement=panic -c log_error_verbosity=terse"
# One number, known to every Wren service, so that two that start at once migrate one after the other.
_MIGRATION_LOCK = 0x5752454E


class DatabaseUnavailable(StoreFault, code="database-away"):
    """The database cannot be reached."""


class ServiceDatabase:
    """A few connections, shared. Close it to stop an embedded server that nobody else uses."""

    def __init__(self, url: str, embedded: EmbeddedPostgres | None = None) -> None:
        self._url = url
        self._embedded = embedded
        self._pool: queue.LifoQueue[Connection | None] = queue.LifoQueue()
        for _ in range(MAX_CONNECTIONS):
            self._pool.put(None)

    @classmethod
    def open(cls, settings: ServiceSettings) -> Self:
        """Reach the database, starting the embedded one when there is no URL, and bring it up to date."""
        if settings.database_url is not None:
            database = cls(settings.database_url)
        else:
            embedded = EmbeddedPostgres(settings.postgresql_folder)
            database = cls(embedded.url, embedded)
        try:
            with database.transaction() as connection:
                _migrate(connection)
        except BaseException:
            database.close()
            raise
        return database

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in a transaction: committed at the end, rolled back by an exception. Raises
        DatabaseUnavailable when the database cannot be reached or goes away meanwhile."""
        try:
            connection = self._pool.get(timeout=POOL_TIMEOUT_S)
        except queue.Empty:
            raise DatabaseUnavailable from None
        try:
            if connection is None or connection.closed:
                options = _QUIET_LOG_OPTIONS if self._embedded else None
                connection = psycopg.connect(self._url, options=options)
            with connection.transaction():
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
            if connection is not None:
                connection.close()
            # The others most likely went the same way: the next request connects afresh.
            self._close_idle()
            raise DatabaseUnavailable from fault
        finally:
            self._pool.put(connection if connection is not None and not connection.closed else None)

    def close(self) -> None:
        """Close all connections, and stop an embedded server that nobody else uses."""
        self._close_idle()
        if self._embedded is not None:
            self._embedded.close()
            self._embedded = None

    def _close_idle(self) -> None:
        idle = []
        with suppress(queue.Empty):
            while True:
                idle.append(self._pool.get_nowait())
        for connection in idle:
            if connection is not None:
                connection.close()
            self._pool.put(None)


def list_migrations() -> list[tuple[int, str, str]]:
    """Number, name and SQL of every migration, in order."""
    found = []
    for file in resources.files("sync.service.migrations").iterdir():
        number, _, rest = file.name.partition("_")
        if file.name.endswith(".sql"):
            found.append((int(number), rest.removesuffix(".sql"), file.read_text("utf-8")))
    return sorted(found)


def _migrate(connection: Connection) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migration"
        " (number integer PRIMARY KEY, name text NOT NULL, run_at timestamptz NOT NULL DEFAULT now())"
    )
    done = {row[0] for row in connection.execute("SELECT number FROM migration")}
    known = list_migrations()
    if done - {number for number, _, _ in known}:
        raise UnknownFormat("newer-service-database")
    for number, name, sql in known:
        if number not in done:
            with connection.transaction():
                connection.execute(sql.encode())
                connection.execute("INSERT INTO migration (number, name) VALUES (%s, %s)", (number, name))
    _check_durability(connection)


def _check_durability(connection: Connection) -> None:
    """Refuse a database that may lose what it acknowledged, since a receipt would then be wrong."""
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
        if row is None or row[0] == "off":
            raise StoreFault("not-durable", setting=name)
