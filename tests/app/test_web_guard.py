"""Who may talk to the app in the browser, over real sockets: this page, and nobody else."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator

import flet as ft
import httpx
import pytest
import websockets

from app.cli import web_server
from tests.app.browser import Served

SECRET = "Ada Fernwright"


def open_page(page: ft.Page) -> None:
    page.add(ft.Text(SECRET))


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served(open_page) as served:
        yield served


def port(served: Served) -> int:
    return int(served.url.rsplit(":", 1)[1])


def test_the_page_itself_is_served_with_its_headers(served: Served) -> None:
    answer = httpx.get(served.url)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers
    assert "<title>Wren</title>" in answer.text
    assert '<html lang="en-GB">' in answer.text


def test_the_policy_lets_nothing_in_or_out_but_this_origin(served: Served) -> None:
    policy = httpx.get(served.url).headers["content-security-policy"]
    rules = dict(part.split(" ", 1) for part in policy.split("; "))
    assert rules["default-src"] == "'self'"
    assert "unsafe-inline" not in rules["script-src"]
    assert rules["script-src"].count("'sha256-") == 3
    assert rules["object-src"] == "'none'"
    assert rules["frame-ancestors"] == "'none'"
    hosts = re.findall(r"[a-z]+://[^ ;]+", policy)
    assert set(hosts) == {f"ws://127.0.0.1:{port(served)}", f"ws://localhost:{port(served)}"}
    assert "https:" not in policy
    assert " *" not in policy


def test_the_client_finds_its_fonts_and_icon_here(served: Served) -> None:
    for path in ("/fonts/Nunito.ttf", "/fonts/NotoSansArabic.ttf", "/fonts/NotoEmoji.ttf", "/favicon.png"):
        answer = httpx.get(served.url + path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "no-store"
        assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    ],
    ids=str,
)
def test_a_stranger_is_refused_without_a_word(served: Served, headers: dict[str, str]) -> None:
    answer = httpx.get(served.url, headers=headers)
    assert answer.status_code == 403
    assert answer.content == b""
    assert "access-control-allow-origin" not in answer.headers


def test_a_second_origin_beside_the_right_one_is_refused(served: Served) -> None:
    headers = [("Origin", served.url), ("Origin", "https://evil.example")]
    assert httpx.get(served.url, headers=headers).status_code == 403


def test_a_link_followed_from_elsewhere_opens_the_page(served: Served) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert httpx.get(served.url, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/upload", "/docs", "/redoc", "/openapi.json", "/oauth_callback?state=1"])
def test_what_flet_adds_beside_the_app_is_closed(served: Served, path: str) -> None:
    assert httpx.get(served.url + path).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_but_reading_is_answered(served: Served, method: str) -> None:
    assert httpx.request(method, served.url + "/upload").status_code == 403
    assert httpx.request(method, served.url + "/").status_code == 403


async def test_a_foreign_page_cannot_open_a_session(served: Served) -> None:
    address = served.url.replace("http", "ws") + "/ws"
    for origin in ("https://evil.example", "null", None, f"http://evil.example:{port(served)}"):
        with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
            await websockets.connect(address, origin=origin)
        assert refused.value.response.status_code == 403
    async with websockets.connect(address, origin=served.url) as own:
        assert own.state.name == "OPEN"


async def test_a_name_pointed_here_later_cannot_open_a_session(served: Served) -> None:
    address = served.url.replace("http", "ws") + "/ws"
    with pytest.raises(websockets.exceptions.InvalidStatus) as refused:
        await websockets.connect(
            f"ws://evil.example:{port(served)}/ws",
            origin=f"http://evil.example:{port(served)}",
            host="127.0.0.1",
            port=port(served),
        )
    assert refused.value.response.status_code == 403
    assert address


async def test_only_this_machine_can_connect(served: Served) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        await web_server.serve(open_page, socket.create_server(("0.0.0.0", 0)))
    own = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in own - {"127.0.0.1"}:
        with pytest.raises(OSError):
            socket.create_connection((address, port(served)), timeout=2).close()


async def test_it_stops_when_told_and_frees_its_port() -> None:
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(web_server.serve(open_page, on_ready=ready.set_result, stop=stop))
    url = await asyncio.wait_for(ready, 10)
    async with httpx.AsyncClient() as reader:
        assert (await reader.get(url)).status_code == 200
    stop.set()
    await asyncio.wait_for(serving, 10)
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", int(url.rsplit(":", 1)[1])))
