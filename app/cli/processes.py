"""Ports and end signals of the commands that run until they are ended: serve, app, demo."""

import os
import signal
import socket
import threading
from types import FrameType

from assessments.errors import WrenError

LOOPBACK = "127.0.0.1"


def bind_loopback(port: int, option: str) -> socket.socket:
    """Listen on 127.0.0.1; port 0 takes a free one. Raises WrenError("port-taken") naming `option`."""
    try:
        return socket.create_server((LOOPBACK, port))
    except (OSError, OverflowError) as fault:
        raise WrenError("port-taken", port=port, option=option) from fault


def port_of(listener: socket.socket) -> int:
    """The number of the port that a socket is bound to."""
    return int(listener.getsockname()[1])


def end_in_order_on_signals() -> None:
    """Treat SIGTERM, and SIGHUP unless it is ignored (nohup), like Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _hang_up)


def _hang_up(_number: int, _frame: FrameType | None) -> None:
    # Whatever handles SIGTERM at that moment: a running server has its own handler.
    signal.raise_signal(signal.SIGTERM)


def end_with_parent() -> None:
    """End in order when standard input closes: the process that started this one is gone, even if killed."""

    def wait() -> None:
        while os.read(0, 1):  # not sys.stdin, whose lock would outlive this thread at the end
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
