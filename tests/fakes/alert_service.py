"""A service on loopback that takes alerts as JSON, and can be told to refuse them first."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.fakes.loopback import running


@dataclass
class AlertService:
    """What it took, and how it answers first.

    Attributes:
        address: its apprise URL.
        statuses: statuses that it answers with first, one per request; then 200.
        taken: title and body of each alert that it answered with 200.
        asked: number of requests.
    """

    address: str = ""
    statuses: list[int] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    asked: int = 0

    @property
    def titles(self) -> list[str]:
        """Titles of what it took."""
        return [title for title, _ in self.taken]


@contextmanager
def alert_service(token: str = "secret-token") -> Iterator[AlertService]:
    """Serves on a free port of the loopback interface for as long as the context lasts."""
    state = AlertService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            alert = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked += 1
            status = state.statuses.pop(0) if state.statuses else 200
            if status == 200:
                state.taken.append((alert["title"], alert["message"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Tests stay quiet."""

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        state.address = f"json://{address}/{token}"
        yield state
