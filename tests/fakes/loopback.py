"""Running a fake's server for as long as a test needs it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any


class ServiceServer(ThreadingHTTPServer):
    """The server of one fake on a free port of the loopback interface.

    Attributes:
        service: the fake, for its handlers.
        turn: which they take, so that the fake answers one after another.
    """

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], service: Any) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.service = service
        self.turn = threading.Lock()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


@contextmanager
def running(server: HTTPServer) -> Iterator[str]:
    """Host and port of the server, which ends with the context."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
