"""The service, put together: database, keys, opener, paths and the border that nothing gets past.

    serve(8765, Path("data"))                   # with its own PostgreSQL under data/, on 127.0.0.1
    app = create_app(Settings(Path("data")))    # for a test, or another ASGI server

Logs carry the type of a fault and nothing of a request; there is no access log.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assessments.ports import Clock
from sync.errors import Malformed
from sync.service import problems
from sync.service.auth import Gate
from sync.service.database import Database, DatabaseAway
from sync.service.problems import Refused, problem_for
from sync.service.recovery.keys import load_or_make_service_key, public_half
from sync.service.routes import Desk, routes
from sync.service.service_keys import load_or_make
from sync.service.settings import Settings
from sync.service.vault import Opener

_log = logging.getLogger("wren.service")


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Service:
    """Everything that runs. Close it to stop what it started."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.database = Database.open(settings)
        try:
            self.secrets = load_or_make(settings.keys_file)
            # Only the public half: what runs all day never holds the key that opens an escrow.
            recovery = public_half(load_or_make_service_key(settings.recovery_key_file))
        except BaseException:
            self.database.close()
            raise
        self.opener = Opener(self.database, self.secrets, clock)
        self.endpoints = Desk(
            self.database,
            self.secrets,
            Gate(self.secrets, clock),
            self.opener,
            clock,
            recovery,
            settings.training_key_file,
        )
        self.opener.start()

    def close(self) -> None:
        """Again is harmless."""
        self.opener.stop()
        self.database.close()


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """The ASGI application; `app.state.service` is the Service, already running."""
    service = Service(settings, clock or SystemClock())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        routes=list(routes(service.endpoints)),
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            Refused: _refused,
            Malformed: _malformed,
            DatabaseAway: _away,
            HTTPException: _http,
            RequestValidationError: _malformed,
            ClientDisconnect: _malformed,
        },
    )
    app.add_middleware(Border)
    app.state.service = service
    return app


def serve(port: int, data: Path, database_url: str | None = None, host: str = "127.0.0.1") -> None:
    """Run until interrupted."""
    app = create_app(Settings(data, database_url))
    try:
        uvicorn.run(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=False,
            limit_concurrency=256,
        )
    finally:
        app.state.service.close()


class Border:
    """Outermost: whatever was not foreseen becomes one calm Problem, and its type one line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        # The last border: a traceback may quote what was sent, so it goes neither out nor into a log.
        except Exception as fault:  # noqa: BLE001, RUF100 - see above
            _log.error("fault %s", type(fault).__name__)  # noqa: TRY400, RUF100 - a traceback is what must not be logged
            if scope["type"] == "http" and not started:
                await problems.FAULT.response()(scope, receive, send)


async def _refused(_request: Request, refusal: Exception) -> Response:
    if isinstance(refusal, Refused):
        return refusal.problem.response(**refusal.extensions)
    return problems.FAULT.response()


async def _malformed(_request: Request, refusal: Exception) -> Response:
    return problem_for(refusal.code if isinstance(refusal, Malformed) else "").response()


async def _away(_request: Request, _fault: Exception) -> Response:
    _log.warning("database-away")
    return problems.AWAY.response()


async def _http(_request: Request, refusal: Exception) -> Response:
    status = refusal.status_code if isinstance(refusal, HTTPException) else 500
    found = {404: problems.NO_SUCH_PATH, 405: problems.WRONG_METHOD}
    return found.get(status, problems.MALFORMED if status < 500 else problems.FAULT).response()
