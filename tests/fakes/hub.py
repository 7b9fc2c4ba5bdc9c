"""A Hub on loopback: lists models page by page, and misbehaves as scripted.

It speaks what the connector asks for: ``GET /api/models`` with ``author``, ``filter``, ``limit``, ``expand`` and
``cursor`` (in ``Link: rel="next"``), and ``GET /api/models/<id>``. Every request is written down.
"""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from tests.fakes.loopback import ServiceServer, running

Model = dict[str, Any]
Service = TypeVar("Service", bound=Any)


def hub_model(model_id: str, number: int = 1, **fields: Any) -> Model:
    """A model as the Hub lists it, with plausible fields."""
    return {
        "_id": f"{number:024x}",
        "id": model_id,
        "modelId": model_id,
        "author": model_id.split("/", maxsplit=1)[0],
        "sha": f"{number:040x}",
        "createdAt": "2025-06-01T10:20:30.000Z",
        "lastModified": "2025-07-01T10:20:30.000Z",
        "private": False,
        "disabled": False,
        "gated": False,
        "downloads": 10 * number,
        "downloadsAllTime": 100 * number,
        "likes": number,
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "safetensors": {"parameters": {"BF16": 1_000_000 * number}, "total": 1_000_000 * number},
        "tags": ["transformers", "license:apache-2.0", "region:us"],
    } | fields


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    query: dict[str, list[str]]
    authorization: str | None
    api_key: str | None = None

    @property
    def cursor(self) -> str | None:
        """The cursor, if any."""
        return self.query.get("cursor", [None])[0]

    def is_about(self, text: str) -> bool:
        """Whether the path or a condition names this text."""
        return text in self.path or any(text in value for values in self.query.values() for value in values)


@dataclass
class Fault:
    """Something that happens instead of, or to, an answer.

    Attributes:
        answer: writes the answer; gets the handler and the right body.
        about: only requests that name this text.
        after: how many such requests are answered properly first.
        times: how often it happens; None: for ever.
    """

    answer: Callable[["Handler", bytes], None]
    about: str = ""
    after: int = 0
    times: int | None = 1


def status(code: int, body: bytes = b"{}", **headers: str) -> Callable[["Handler", bytes], None]:
    """An answer with this status; header names are written with underscores."""

    def answer(handler: "Handler", _right: bytes) -> None:
        handler.reply(code, body, {name.replace("_", "-"): value for name, value in headers.items()})

    return answer


def ok(body: bytes, content_type: str = "application/json") -> Callable[["Handler", bytes], None]:
    """An answer that claims to be right but has this body."""

    def answer(handler: "Handler", _right: bytes) -> None:
        handler.reply(200, body, {"Content-Type": content_type})

    return answer


def html_page(handler: "Handler", _right: bytes) -> None:
    """A page for people, as a proxy may send."""
    handler.reply(200, b"<!doctype html><title>Sorry</title>", {"Content-Type": "text/html"})


def cut_json(handler: "Handler", right: bytes) -> None:
    """Half of the JSON, with a matching Content-Length: only the JSON shows it."""
    handler.reply(200, right[: len(right) // 2], {"Content-Type": "application/json"})


def cut_body(handler: "Handler", right: bytes) -> None:
    """The connection is closed before all announced bytes are sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(right)))
    handler.end_headers()
    handler.wfile.write(right[: len(right) // 2])
    handler.close_connection = True


def cut_close_delimited(handler: "Handler", right: bytes) -> None:
    """Half of the body with no length announced: its end looks like the end of the answer."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(right[: len(right) // 2])
    handler.close_connection = True


def dropped(handler: "Handler", _right: bytes) -> None:
    """No answer at all."""
    handler.close_connection = True


def slow(seconds: float) -> Callable[["Handler", bytes], None]:
    """The right answer, late."""

    def answer(handler: "Handler", right: bytes) -> None:
        time.sleep(seconds)
        handler.reply(200, right, {})

    return answer


def drip(seconds: float) -> Callable[["Handler", bytes], None]:
    """One byte after another, without end."""

    def answer(handler: "Handler", right: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        for byte in right:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(seconds)

    return answer


@dataclass
class FakeHub:
    """The Hub's models and what went on.

    Attributes:
        models: what it lists, in this order (the Hub goes by creation).
        page_size: models per page, at most; stands in for the Hub's 1,000.
        renamed: old id -> new id; a request for one model is redirected, lists know only the new one.
        faults: what goes wrong; see :class:`Fault`.
        asked: every request.
        between: called with the hub before each answer is made, for what changes while it is read.
        headers: sent with every proper answer, e.g. rate limits.
        token: the token without which everything is refused, if any.
    """

    models: list[Model] = field(default_factory=list)
    page_size: int = 1000
    renamed: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    between: Callable[["FakeHub"], None] = lambda hub: None
    headers: dict[str, str] = field(default_factory=dict)
    token: str | None = None
    cursors_are_valid: bool = True
    url: str = ""

    def pages_asked(self, about: str = "") -> int:
        """How many requests named this text."""
        return sum(asked.is_about(about) for asked in self.asked)

    def answer(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of a proper answer."""
        if self.token is not None and asked.authorization != f"Bearer {self.token}":
            return 401, b'{"error":"Invalid credentials in Authorization header"}', {}
        if asked.path == "/api/models":
            return self._list(asked)
        return self._single(unquote(asked.path.removeprefix("/api/models/")))

    def _single(self, model_id: str) -> tuple[int, bytes, dict[str, str]]:
        if model_id in self.renamed:
            return 307, b"", {"Location": f"{self.url}/api/models/{self.renamed[model_id]}"}
        found = next((model for model in self.models if model["id"] == model_id), None)
        if found is None:
            return 401, b'{"error":"Repository not found"}', {"X-Error-Code": "RepoNotFound"}
        return 200, json.dumps(found).encode(), self.headers

    def _list(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        author, wanted = asked.query.get("author"), asked.query.get("filter", [])
        matching = [
            model
            for model in self.models
            if (author is None or model["author"] in author) and all(tag in model.get("tags", ()) for tag in wanted)
        ]
        start = 0
        if asked.cursor is not None:
            if not self.cursors_are_valid:
                return 400, b'{"error":"Invalid cursor"}', {}
            start = int(base64.b64decode(asked.cursor))
        size = min(self.page_size, int(asked.query.get("limit", ["1000"])[0]))
        page, headers = matching[start : start + size], dict(self.headers)
        if start + size < len(matching):
            cursor = base64.b64encode(str(start + size).encode()).decode()
            query = urlencode({**asked.query, "cursor": [cursor]}, doseq=True)
            headers["Link"] = f'<{self.url}/api/models?{query}>; rel="next"'
        return 200, json.dumps(page, ensure_ascii=False).encode("utf-8", "surrogatepass"), headers


class Handler(BaseHTTPRequestHandler):
    """Answers for the server's service, a :class:`FakeHub` or another with ``answer``, ``asked`` and ``faults``."""

    protocol_version = "HTTP/1.1"
    server: ServiceServer

    def do_GET(self) -> None:
        """Writes the request down, then answers or misbehaves."""
        parts = urlsplit(self.path)
        asked = Asked(
            parts.path, parse_qs(parts.query), self.headers.get("Authorization"), self.headers.get("x-api-key")
        )
        hub = self.server.service
        with self.server.turn:
            if isinstance(hub, FakeHub):
                hub.between(hub)
            hub.asked.append(asked)
            code, body, headers = hub.answer(asked)
            fault = self._fault(hub, asked)
        if fault is None:
            self.reply(code, body, headers)
        else:
            fault.answer(self, body)

    def reply(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        """Writes a whole answer."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Says nothing."""

    def _fault(self, hub: Any, asked: Asked) -> Fault | None:
        for fault in hub.faults:
            if fault.times == 0 or not asked.is_about(fault.about):
                continue
            if fault.after:
                fault.after -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None


@contextmanager
def running_hub(models: list[Model] | None = None, **settings: Any) -> Iterator[FakeHub]:
    """A fake Hub for as long as the context lasts; its address is ``hub.url``."""
    with serving(FakeHub(models or [], **settings)) as hub:
        yield hub


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """Serves a fake on a free port of the loopback interface for as long as the context lasts."""
    with running(ServiceServer(Handler, service)) as address:
        service.url = f"http://{address}"
        yield service
