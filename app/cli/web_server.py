"""The web server that shows Wren in a browser on the same machine, and to nobody else.

It is given the function that opens a page, and depends on no screen.

1. The socket is bound to 127.0.0.1 and nothing else; another address is refused before it opens.
   (Flet's own `ft.run` listens on every interface unless told not to.)
2. Every request and every WebSocket passes `Guard` before Flet sees it:
   - `Host` must be this address and port, so that a name which is pointed at 127.0.0.1 later
     (DNS rebinding) reaches nothing.
   - `Origin`, where there is one, must be this address and port. A browser always sends it with a
     WebSocket, so there it must be present. Flet checks neither, and would open a session for any
     web page that asks.
   - Only GET and HEAD, and none of the routes that Flet adds beside the app: no sign-in
     callback, no upload, no API pages.
   A refusal is 403 with no body.
3. Answers carry headers so that nothing leaves the machine and little stays on it:
   - Content-Security-Policy `default-src 'self'`: the client compiled into Flet asks a CDN for one
     script as it starts, and other parts would ask for fonts; the browser now refuses. Scripts
     within the page are allowed by their hash, found when the page is sent, not by
     'unsafe-inline'. Styles keep 'unsafe-inline', because the drawing engine writes them.
   - `Cache-Control: no-store`, no referrer, no framing, no sniffing, no camera or location, and
     Flet's `Access-Control-Allow-Origin: *` taken away.
4. Uploads are off, the assets folder is absolute, no access log is written, and settings that Flet
   would take from the environment (an upload folder, a CDN) are dropped.
5. A page that is reloaded gets its session back for `FLET_SESSION_TIMEOUT_S`: locking it when the tab goes
   away is the app's part, in `page.on_disconnect`. Each tab is a session of its own.
"""

import asyncio
import base64
import gc
import hashlib
import ipaddress
import os
import re
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import flet as ft
import flet_web.fastapi as flet_fastapi  # type: ignore[import-untyped]  # it ships no types
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.cli.processes import bind_loopback
from app.kit.messages import assets_folder, say
from app.kit.theme import APP_NAME

OpenPage = Callable[[ft.Page], Any]

FLET_SESSION_TIMEOUT_S = 60

# Flet would let each of these override what is decided here.
_FLET_ENVIRONMENT = (
    "FLET_UPLOAD_DIR",
    "FLET_WEB_NO_CDN",
    "FLET_WEB_PATH",
    "FLET_SESSION_TIMEOUT",
    "FLET_WEBSOCKET_HANDLER_ENDPOINT",
    "FLET_OAUTH_CALLBACK_HANDLER_ENDPOINT",
    "FLET_UPLOAD_HANDLER_ENDPOINT",
)
_CLOSED_PATHS = ("/oauth_callback", "/upload", "/docs", "/redoc", "/openapi.json")

_FIXED_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_REPLACED = {name for name, _ in _FIXED_HEADERS} | {
    b"access-control-allow-origin",
    b"content-security-policy",
    b"server",
}
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class Guard:
    """ASGI middleware that lets the app's own page through and nothing else."""

    def __init__(self, app: ASGIApp, *, host: str, port: int) -> None:
        self._app = app
        names = {host, "localhost"}
        self._hosts = {f"{name}:{port}" for name in names}
        self._origins = {f"http://{name}:{port}" for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 403."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif not self._is_allowed(scope):
            await _refuse(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, _ignore_disconnect(send))
        else:
            await self._app(scope, receive, _SecureResponse(send, self._origins).send)

    def _is_allowed(self, scope: Scope) -> bool:
        # A header may be sent twice: every value must pass.
        hosts = _values(scope, b"host")
        origins = _values(scope, b"origin")
        own_host = len(hosts) == 1 and hosts[0] in self._hosts
        own_origin = all(origin in self._origins for origin in origins)
        if scope["type"] == "websocket":
            return own_host and own_origin and len(origins) == 1 and scope["path"] == "/ws"
        from_elsewhere = "cross-site" in _values(scope, b"sec-fetch-site")
        follows_link = _values(scope, b"sec-fetch-mode") == ["navigate"]
        return (
            own_host
            and own_origin
            and (not from_elsewhere or follows_link)
            and scope["method"] in ("GET", "HEAD")
            and not scope["path"].startswith(_CLOSED_PATHS)
        )


def web_app(open_page: OpenPage, *, host: str, port: int) -> ASGIApp:
    """The whole app behind its guard, for a server that listens at this host and port."""
    assets = assets_folder()
    for name in _FLET_ENVIRONMENT:
        os.environ.pop(name, None)
    app = flet_fastapi.app(
        open_page,
        assets_dir=str(assets),
        app_name=APP_NAME,
        app_short_name=APP_NAME,
        app_description=say("app.name"),
        no_cdn=True,
        session_timeout_seconds=FLET_SESSION_TIMEOUT_S,
    )
    return Guard(app, host=host, port=port)


async def serve(
    open_page: OpenPage,
    listener: socket.socket | None = None,
    *,
    on_ready: Callable[[str], Any] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until stopped: by `stop`, by a signal, or by cancelling. Without a `listener`, on a free port.

    Closes the `listener`. `on_ready` is called once with the address, when requests are answered.
    """
    with listener or bind_loopback(0, "--port") as listener:
        host, port = listener.getsockname()
        if not ipaddress.IPv4Address(host).is_loopback:
            raise ValueError("Wren is served on this machine only")
        server = uvicorn.Server(
            uvicorn.Config(
                web_app(open_page, host=host, port=port),
                access_log=False,
                log_level="warning",
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=2,
            )
        )
        watching = asyncio.create_task(_watch(server, f"http://{host}:{port}", on_ready, stop))
        try:
            await server.serve(sockets=[listener])
        finally:
            watching.cancel()


def serve_app(
    open_page: OpenPage, listener: socket.socket, *, on_ready: Callable[[str], Any] | None = None
) -> None:
    """Serve until Ctrl-C."""
    # Objects that live until the end are left out of every later garbage collection.
    gc.freeze()
    asyncio.run(serve(open_page, listener, on_ready=on_ready))


async def _watch(
    server: uvicorn.Server,
    address: str,
    on_ready: Callable[[str], Any] | None,
    stop: asyncio.Event | None,
) -> None:
    while not server.started:
        await asyncio.sleep(0.02)
    if on_ready is not None:
        on_ready(address)
    if stop is not None:
        await stop.wait()
        server.should_exit = True


def _ignore_disconnect(send: Send) -> Send:
    """Send to a socket that may be closing; what is sent after that is dropped.

    Flet would stop at the failed send and never call `on_disconnect`, so that the page would not be locked.
    The receiving side reports the end a moment later.
    """

    async def sent(message: Message) -> None:
        with suppress(OSError):
            await send(message)

    return sent


class _SecureResponse:
    """Sends a response with security headers; holds a page back to hash its scripts."""

    def __init__(self, send: Send, origins: Iterable[str]) -> None:
        self._send = send
        self._sockets = " ".join(sorted(origin.replace("http", "ws", 1) for origin in origins))
        self._start: Message | None = None
        self._page = b""

    async def send(self, message: Message) -> None:
        """Pass one ASGI message on, with the headers added."""
        if message["type"] == "http.response.start":
            kept = [(n, v) for n, v in message.get("headers", []) if n.lower() not in _REPLACED]
            message = {**message, "headers": kept}
            if any(n.lower() == b"content-type" and v.startswith(b"text/html") for n, v in kept):
                self._start = message
            else:
                await self._send(self._with_security_headers(message, b""))
        elif self._start is not None:
            self._page += message.get("body", b"")
            if not message.get("more_body", False):
                # A screen reader chooses its voice by this; Flet's page does not say.
                page = self._page.replace(b"<html>", b'<html lang="en-GB">', 1)
                length = (b"content-length", str(len(page)).encode())
                kept = [pair for pair in self._start["headers"] if pair[0].lower() != b"content-length"]
                await self._send(
                    self._with_security_headers({**self._start, "headers": [*kept, length]}, page)
                )
                await self._send({**message, "body": page})
        else:
            await self._send(message)

    def _with_security_headers(self, message: Message, page: bytes) -> Message:
        policy = _policy(_INLINE_SCRIPT.findall(page), self._sockets)
        extra = (*_FIXED_HEADERS, (b"content-security-policy", policy.encode()))
        return {**message, "headers": [*message["headers"], *extra]}


def _policy(scripts: list[bytes], sockets: str) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'wasm-unsafe-eval' blob: {hashes}".strip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self' {sockets} data: blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").lower() for key, value in scope["headers"] if key == name]


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        # Closing before accepting is answered to the browser as 403.
        await send({"type": "websocket.close", "code": 1008})
        return
    await send(
        {
            "type": "http.response.start",
            "status": 403,
            "headers": [(b"content-length", b"0"), *_FIXED_HEADERS],
        }
    )
    await send({"type": "http.response.body", "body": b""})
