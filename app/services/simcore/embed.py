"""Run a service in this process, on a real loopback socket of its own: faults such as time-outs stay real."""

from __future__ import annotations

import threading
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

POLL = 0.05  # seconds until a stop is noticed


class _Quiet(WSGIRequestHandler):
    """No line for each request: paths of a control plane name worlds."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing."""


class Embedded:
    """A WSGI application on an ephemeral port of 127.0.0.1, served by daemon threads."""

    def __init__(self, app: Any, name: str, port: int = 0) -> None:
        self._app = app
        self._name = name
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Begin to listen; returns the base URL, without a slash at its end."""
        if self._server is None:
            self._server = make_server("127.0.0.1", self._port, self._app, threaded=True, request_handler=_Quiet)
            self._server.daemon_threads = True  # type: ignore[attr-defined]
            serve = self._server.serve_forever
            self._thread = threading.Thread(target=serve, args=(POLL,), name=self._name, daemon=True)
            self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Stop listening; may be called twice."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(timeout=5)
            self._server = self._thread = None

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()
