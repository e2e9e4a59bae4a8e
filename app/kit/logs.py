"""Redaction of everything that a running process writes about itself: only codes and places in code remain.

Flet logs controls with their values at DEBUG, asyncio logs the text of a lost exception, and a warning may
quote a value.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from assessments.errors import WrenError

_OWN_LOGGER = "wren"
_CONSOLE = "FLET_APP_CONSOLE"


def redact_logs() -> None:
    """From now on this process writes no words but those of Wren's own events. Call it first."""
    logging.setLogRecordFactory(_redacted_record)
    logging.captureWarnings(capture=True)
    # A log call with the wrong number of values would be printed with the values.
    logging.raiseExceptions = False
    sys.excepthook = print_redacted_fault
    sys.unraisablehook = threading.excepthook = _print_hooked
    _truncate_console_file()


def _print_hooked(fault: sys.UnraisableHookArgs | threading.ExceptHookArgs) -> None:
    print_redacted_fault(fault.exc_type, fault.exc_value, fault.exc_traceback)


def print_redacted_fault(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None = None
) -> None:
    """Write an error's way through the code, its type and its code on standard error: not its words."""
    code = f" {error.code}" if isinstance(error, WrenError) else ""
    if isinstance(error, OSError) and error.errno:
        code = f" {os.strerror(error.errno)}"  # the system's own words, without the file's name
    with suppress(OSError, ValueError):  # standard error may be closed: there is nobody to tell
        sys.stderr.write("".join([*traceback.format_tb(trace), f"{kind.__name__}{code}\n"]))


def error_location(error: BaseException) -> str:
    """Where in the code an error was raised, as `file.py:12`."""
    trace = error.__traceback__
    if trace is None:
        return "?"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _redacted_record(
    name: str | None,
    level: int,
    path: str,
    line: int,
    message: object,
    arguments: tuple[object, ...] | Mapping[str, object] | None,
    fault: object = None,
    *_: object,
) -> logging.LogRecord:
    """A record that keeps what Wren says in codes, and of all others only who spoke and where."""
    if (name or "").partition(".")[0] != _OWN_LOGGER:
        message, arguments = f"quiet at={Path(path).name}:{line}", ()
        error = fault[1] if isinstance(fault, tuple) else None
        if error is not None:
            message = f"{message} type={type(error).__name__} raised={error_location(error)}"
    return logging.LogRecord(name or "", level, path, line, message, arguments, None)


def _truncate_console_file() -> None:
    """Empty the file in which a packed app keeps what was printed in earlier runs."""
    console = os.environ.get(_CONSOLE)
    if console:
        with suppress(OSError):  # not there yet, or not ours to change: there is nothing to empty
            os.truncate(console, 0)
