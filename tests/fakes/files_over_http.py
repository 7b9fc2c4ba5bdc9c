"""A loopback server of plain files, which can be told to answer with an error first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.fakes.loopback import running


@dataclass
class FileServer:
    """Files by path, and the answers that come before them.

    Attributes:
        files: path (with its leading slash) -> content.
        statuses: path -> statuses that it answers with first, one per request; then the file, or 404.
        requested: paths in the order of the requests.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)
    requested: list[str] = field(default_factory=list)


@contextmanager
def file_server() -> Iterator[FileServer]:
    """Serves on a free port of the loopback interface for as long as the context lasts."""
    state = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            state.requested.append(self.path)
            waiting = state.statuses.get(path)
            status = waiting.pop(0) if waiting else 200 if path in state.files else 404
            content = state.files.get(path, b"") if status == 200 else b"<html>sorry</html>"
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Tests stay quiet."""

    with running(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        state.url = f"http://{address}"
        yield state
