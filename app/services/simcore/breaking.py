"""How a call breaks for real: it waits, its connection is dropped, or its answer ends in the middle."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress

from flask import Response, after_this_request, request

_SOCKETS = ("werkzeug.socket", "gunicorn.socket")


def pause(seconds: float) -> None:
    """Real time."""
    time.sleep(seconds)


def _socket() -> socket.socket | None:
    return next((request.environ[name] for name in _SOCKETS if request.environ.get(name)), None)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        # Closing then sends a reset instead of an orderly end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def drop() -> None:
    """End the connection without an answer. Raises `ConnectionResetError` where there is no socket: a test without a server sees that."""
    connection = _socket()
    if connection is not None:
        _end(connection)
    raise ConnectionResetError("dropped by a fault")


def truncate() -> None:
    """Let the answer of this call announce its whole length and end after half of it."""

    @after_this_request
    def cut(response: Response) -> Response:
        whole = response.get_data()
        response.set_data(whole[: len(whole) // 2])
        response.headers["Content-Length"] = str(len(whole))
        response.headers["Connection"] = "close"
        if (connection := _socket()) is not None:
            response.call_on_close(lambda: _shut(connection))
        return response


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
