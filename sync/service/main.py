"""Composition root of the service: database, keys, opener, paths and the outermost error handler.

Logs carry the type of a fault and nothing of a request; there is no access log.
"""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assessments.ports import Clock, SystemClock
from sync.errors import Malformed
from sync.service import problems
from sync.service.auth import RequestAuthenticator
from sync.service.database import DatabaseUnavailable, ServiceDatabase
from sync.service.problems import RequestRefused, problem_for
from sync.service.recovery.keys import derive_recovery_key, load_or_create_recovery_key
from sync.service.routes import ServiceEndpoints, make_routes
from sync.service.service_keys import load_or_create_secrets
from sync.service.settings import ServiceSettings
from sync.service.vault import SubmissionOpener

_log = logging.getLogger("wren.service")


class Service:
    """The running service."""

    def __init__(self, settings: ServiceSettings, clock: Clock) -> None:
        self.database = ServiceDatabase.open(settings)
        try:
            self.secrets = load_or_create_secrets(settings.keys_file)
            # Only the public half: what runs all day never holds the key that opens an escrow.
            recovery = derive_recovery_key(load_or_create_recovery_key(settings.recovery_key_file))
        except BaseException:
            self.database.close()
            raise
        self.opener = SubmissionOpener(self.database, self.secrets, clock)
        parts = (self.database, self.secrets, RequestAuthenticator(self.secrets, clock), self.opener, clock)
        self.endpoints = ServiceEndpoints(*parts, recovery, settings.training_key_file)
        self.opener.start()

    def close(self) -> None:
        """Stop everything. Repeated calls do nothing."""
        self.opener.stop()
        self.database.close()


def create_app(settings: ServiceSettings, clock: Clock | None = None) -> FastAPI:
    """The ASGI application; `app.state.service` is the Service, already running."""
    service = Service(settings, clock or SystemClock())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        routes=list(make_routes(service.endpoints)),
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            RequestRefused: _on_refused,
            Malformed: _on_malformed,
            DatabaseUnavailable: _on_database_unavailable,
            HTTPException: _on_http_exception,
            RequestValidationError: _on_malformed,
            ClientDisconnect: _on_malformed,
        },
    )
    app.add_middleware(ErrorBoundaryMiddleware)
    app.state.service = service
    return app


def serve(listener: socket.socket, data: Path, database_url: str | None = None) -> None:
    """Run on a socket that is bound already, until interrupted. Closes the socket."""
    with listener:
        app = create_app(ServiceSettings(data, database_url))
        config = uvicorn.Config(
            app,
            access_log=False,
            log_level="warning",
            server_header=False,
            date_header=False,
            limit_concurrency=256,
        )
        try:
            with suppress(KeyboardInterrupt):  # uvicorn raises it again when it has ended in order
                uvicorn.Server(config).run(sockets=[listener])
        finally:
            app.state.service.close()


class ErrorBoundaryMiddleware:
    """Outermost: an unexpected error becomes Problem 5000, and its type one line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        # A traceback may quote what was sent, so it goes neither out nor into a log.
        except Exception as fault:  # noqa: BLE001, RUF100 - see above
            _log.error("fault %s", type(fault).__name__)  # noqa: TRY400, RUF100 - a traceback is what must not be logged
            if scope["type"] == "http" and not started:
                await problems.FAULT.response()(scope, receive, send)


async def _on_refused(_request: Request, refusal: Exception) -> Response:
    if isinstance(refusal, RequestRefused):
        return refusal.problem.response(**refusal.extensions)
    return problems.FAULT.response()


async def _on_malformed(_request: Request, refusal: Exception) -> Response:
    return problem_for(refusal.code if isinstance(refusal, Malformed) else "").response()


async def _on_database_unavailable(_request: Request, _fault: Exception) -> Response:
    _log.warning("database-away")
    return problems.AWAY.response()


async def _on_http_exception(_request: Request, refusal: Exception) -> Response:
    status = refusal.status_code if isinstance(refusal, HTTPException) else 500
    found = {404: problems.NO_SUCH_PATH, 405: problems.WRONG_METHOD}
    return found.get(status, problems.MALFORMED if status < 500 else problems.FAULT).response()
