"""Wren's screens without a browser: a real Flet session whose other end is this file.

Everything but the painting is real: the session, the components, the diff, the handlers. What would
be sent is packed for the wire, so a value that cannot be sent fails the test; a handler or a drawing
that breaks fails it too, unless the test says `calm_expected=True`.

    async with Headless(open_page) as app:
        await app.press("Continue")
        await app.type("First name", "Ada")
        assert app.sees("There is a problem")

It stands on Flet internals (`flet.messaging.session`): flet is pinned, and this file is what to
look at when it moves.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import flet as ft
import msgpack
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page, context
from flet.controls.value_types import Prop
from flet.messaging.connection import Connection
from flet.messaging.protocol import (
    InvokeMethodRequestBody,
    Message,
    MessageAction,
    RegisterClientResponseBody,
    SessionCrashedBody,
    configure_encode_object_for_msgpack,
)
from flet.messaging.session import Session
from flet.pubsub.pubsub_hub import PubSubHub

from app.core.write_queue import _save_after_debounce

_pack_object = configure_encode_object_for_msgpack(BaseControl)
Node = tuple[BaseControl, tuple[BaseControl, ...]]


class _Wire(Connection):
    """The transport: packs each message and keeps the ones that matter to a test."""

    def __init__(self, methods: dict[str, Callable[[Any], Any]]) -> None:
        super().__init__()
        self.page_url = "http://127.0.0.1"
        self.loop = asyncio.get_running_loop()
        self.executor = ThreadPoolExecutor(max_workers=2)
        self.pubsubhub = PubSubHub(loop=self.loop, executor=self.executor)
        self.session: Session | None = None
        self.methods = methods
        self.called: list[tuple[str, Any]] = []
        self.crashes: list[str] = []
        self.sent = 0

    def send_message(self, message: Message) -> None:
        # Packing also takes the snapshots that the next diff is made against.
        msgpack.packb([message.action, message.body], default=_pack_object)
        self.sent += 1
        if isinstance(message.body, SessionCrashedBody):
            self.crashes.append(message.body.message)
        if isinstance(message.body, InvokeMethodRequestBody):
            self.called.append((message.body.name, message.body.args))
            self.loop.call_soon(self._answer, message.body)

    def _answer(self, asked: InvokeMethodRequestBody) -> None:
        assert self.session is not None
        answer = self.methods.get(asked.name)
        value = answer(asked.args) if answer else None
        self.session.handle_invoke_method_results(asked.control_id, asked.call_id, value, None)

    def dispose(self) -> None:
        self.executor.shutdown(wait=False)


class _Listening(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Headless:
    """One person's page. `methods` answers calls to the device: `{"get": lambda args: "value"}`."""

    def __init__(
        self,
        open_page: Callable[[ft.Page], Any],
        *,
        width: int = 390,
        height: int = 844,
        route: str = "/",
        methods: dict[str, Callable[[Any], Any]] | None = None,
        calm_expected: bool = False,
    ) -> None:
        self._open_page = open_page
        self._props = {
            "route": route,
            "width": width,
            "height": height,
            "platform": "android",
            "web": False,
            "pwa": False,
            "debug": False,
            "wasm": False,
            "test": False,
            "multi_views": False,
            "media": {},
        }
        self._methods = methods or {}
        self._calm_expected = calm_expected
        self._listening = _Listening()

    async def __aenter__(self) -> Headless:
        logging.getLogger("wren.app").addHandler(self._listening)
        self.wire = _Wire(self._methods)
        self.session = Session(self.wire)
        self.wire.session = self.session
        self.page = self.session.page
        _context_page.set(self.page)
        self.session.apply_page_patch({k: v for k, v in self._props.items() if hasattr(self.page, k)})
        patch = self.session.get_page_patch()
        self.wire.send_message(
            Message(
                MessageAction.REGISTER_CLIENT,
                RegisterClientResponseBody(session_id=self.session.id, page_patch=patch, error=""),
            )
        )
        context.reset_auto_update()
        opened = self._open_page(self.page)
        if inspect.isawaitable(opened):
            await opened
        await self.session.after_event(self.page)
        await self.settle()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        logging.getLogger("wren.app").removeHandler(self._listening)
        await self.settle()
        self.session.close()
        self.wire.dispose()
        if kind is None:
            assert not self.wire.crashes, self.wire.crashes
            if not self._calm_expected:
                # How long a handler took says as much of the machine as of the app.
                said = [line for line in self._listening.lines if not line.startswith("slow-handler")]
                assert not said, said

    def abandon(self) -> None:
        """The process behind this page is gone: nothing of it runs or is told any more."""
        logging.getLogger("wren.app").removeHandler(self._listening)
        self.page.on_close = self.page.on_disconnect = None
        self.session.close()
        self.wire.dispose()

    @property
    def log(self) -> list[str]:
        """Warnings and errors that the app logged, in order."""
        return self._listening.lines

    async def settle(self, quiet_s: float = 0.03, limit_s: float = 5.0) -> None:
        """Wait until nothing has been sent for a moment."""
        waited = 0.0
        while waited < limit_s:
            before = self.wire.sent
            await asyncio.sleep(quiet_s)
            waited += quiet_s
            if self.wire.sent == before:
                return

    async def wait_for_autosave(self) -> None:
        """Wait until every debounced save under way has run, however slow the machine is."""
        saves = [
            task for task in asyncio.all_tasks() if task.get_coro().__name__ == _save_after_debounce.__name__
        ]
        await asyncio.gather(*saves, return_exceptions=True)
        await self.settle()

    # What is there

    def nodes(self) -> list[Node]:
        """Every visible control of the top view and the open dialogs, with what it is inside of."""
        dialogs = [dialog for dialog in self.page._dialogs.controls if dialog.open]
        return _walk([self._top(), dialogs])

    def _top(self) -> ft.View:
        views = [view for view, _ in _walk(self.page.views) if isinstance(view, ft.View)]
        return views[-1]

    def controls(self, kind: type[BaseControl]) -> list[BaseControl]:
        return [control for control, _ in self.nodes() if isinstance(control, kind)]

    def texts(self) -> list[str]:
        """Every text on the page, in order, with what stands in the fields."""
        found: list[str] = []
        for control, _ in self.nodes():
            if isinstance(control, ft.Text | ft.TextField) and control.value:
                found.append(control.value)
        return found

    def sees(self, words: str) -> bool:
        """Whether these words stand somewhere on the page, as part of one text."""
        return any(words in text for text in self.texts())

    def names(self) -> list[str]:
        """The names of everything that can be tapped or typed into, in order."""
        return [_name(node) for node in self.nodes() if _is_live(node[0])]

    def chosen(self) -> list[str]:
        """The names of every option that is chosen."""
        return [
            control.label or ""
            for control, _ in self.nodes()
            if isinstance(control, ft.Semantics) and (control.checked or control.selected)
        ]

    def field(self, label: str) -> ft.TextField:
        found = [n[0] for n in self.nodes() if isinstance(n[0], ft.TextField) and _name(n) == label]
        assert len(found) == 1, f"{len(found)} fields called {label!r}; there are {self.names()}"
        field = found[0]
        assert isinstance(field, ft.TextField)
        return field

    # What a person does

    async def press(self, name: str, *, nth: int = 0) -> None:
        """Tap the thing with this name."""
        found = [
            control
            for control, inside in self.nodes()
            if getattr(control, "on_click", None) is not None and _name((control, inside)) == name
        ]
        assert len(found) > nth, f"nothing called {name!r}; there are {self.names()}"
        await self.session.dispatch_event(found[nth]._i, "click", None)
        await self.settle()
        self._check()

    async def type(self, label: str, text: str) -> None:
        """Type into the field with this label, letter by letter, as a client sends it."""
        for end in range(1, len(text) + 1):
            field = self.field(label)
            self.session.apply_patch(field._i, {"value": text[:end]})
            await self.session.dispatch_event(field._i, "change", text[:end])
        await self.settle()
        self._check()

    async def submit(self, label: str) -> None:
        """Press Enter in the field with this label."""
        await self.session.dispatch_event(self.field(label)._i, "submit", None)
        await self.settle()
        self._check()

    async def scroll(self, pixels: float) -> None:
        """Move the page so far down, as a client tells it."""
        where = {
            "event_type": "update", "pixels": pixels, "min_scroll_extent": 0.0, "max_scroll_extent": 9000.0,
            "viewport_dimension": 800.0, "scroll_delta": pixels, "direction": None, "overscroll": None,
            "velocity": None,
        }  # fmt: skip
        await self.send("scroll", where)

    async def send(self, event: str, data: Any) -> None:
        """An event on the first thing of the page that listens for it."""
        found = [control for control, _ in self.nodes() if getattr(control, f"on_{event}", None) is not None]
        assert found, f"nothing listens for {event}"
        await self.session.dispatch_event(found[0]._i, event, data)
        await self.settle()
        self._check()

    async def go_back(self) -> None:
        """The system's own back."""
        await self.session.dispatch_event(self._top()._i, "confirm_pop", None)
        await self.settle()
        self._check()

    async def leave(self) -> None:
        """The tab is closed or reloaded."""
        await self.session.disconnect(60)

    def _check(self) -> None:
        assert not self.wire.crashes, self.wire.crashes


def _walk(value: Any) -> list[Node]:
    """Every visible control in this one, itself first, with what it is inside of."""
    found: list[Node] = []
    _add_nodes(value, (), found)
    return found


def _add_nodes(value: Any, inside: tuple[BaseControl, ...], found: list[Node]) -> None:
    if isinstance(value, list | tuple):
        for item in value:
            _add_nodes(item, inside, found)
    elif isinstance(value, BaseControl) and getattr(value, "visible", True) is not False:
        found.append((value, inside))
        inside = (*inside, value)
        # Flet keeps only what differs from the default: of a hundred fields, a handful.
        held = value._values
        for name, is_sparse in _fields_of(type(value)):
            if not is_sparse or name in held:
                _add_nodes(getattr(value, name, None), inside, found)


@cache
def _fields_of(kind: type[BaseControl]) -> list[tuple[str, bool]]:
    """The fields that can hold controls, in order, and whether each is kept only when set."""
    return [
        (field.name, isinstance(inspect.getattr_static(kind, field.name, None), Prop))
        for field in dataclasses.fields(kind)
        if (field.name == "_b" or not field.name.startswith("_")) and not field.metadata.get("skip")
    ]


def _is_live(control: BaseControl) -> bool:
    return isinstance(control, ft.TextField) or getattr(control, "on_click", None) is not None


def _name(node: Node) -> str:
    control, inside = node
    for outer in reversed(inside):
        if isinstance(outer, ft.Semantics) and outer.label:
            return outer.label
        if isinstance(outer, ft.MergeSemantics):
            break
    label = getattr(control, "label", None) or getattr(control, "tooltip", None)
    if isinstance(label, str):
        return label
    return " ".join(c.value for c, _ in _walk(control) if isinstance(c, ft.Text) and c.value)
