"""OpenRouter on loopback: the Data API with a key, the dated exports without, and the list of models.

It speaks as its documentation says: windows of at most 366 days that end with the last whole day, tokens as text,
exports of the thirty days before their date with a manifest that gives their sha256.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.fakes.hub import Asked, Fault

FIRST_DAY = date(2025, 1, 1)
DATA_API = "/api/v1/datasets/rankings-daily"
EXPORTS = "/api/v1/datasets/exports/rankings-daily/"
_DAY = timedelta(days=1)


def tokens_of(day: date) -> dict[str, int]:
    """What the fake counts on a day: two models and all others together."""
    number = day.toordinal()
    return {"qwen/qwen3-235b": 7 * number, "openai/gpt-5-2025-08-07": 5 * number, "other": 3 * number}


def api_model(slug: str, **fields: Any) -> dict[str, Any]:
    """A model as the list has it."""
    return {
        "id": slug,
        "canonical_slug": f"{slug}-20250807",
        "hugging_face_id": "",
        "name": slug.title(),
        "created": 1_754_524_800,
        "pricing": {"prompt": "0.000001", "completion": "0.000004"},
    } | fields


@dataclass
class FakeOpenRouter:
    """What OpenRouter knows, and what went on.

    Attributes:
        today: the day of its clock.
        key: the key that the Data API takes.
        models: the list of models.
        exports: dates of the exports that are there.
        sums: date of an export -> the sha256 that its manifest gives instead of the right one.
        faults: what goes wrong, see :class:`tests.fakes.hub.Fault`.
        asked: every request.
    """

    today: date
    key: str = "sk-or-right"
    models: list[dict[str, Any]] = field(default_factory=lambda: [api_model("openai/gpt-5"), api_model("a/b")])
    exports: set[date] = field(default_factory=set)
    sums: dict[date, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    @property
    def windows(self) -> list[tuple[str, str]]:
        """The windows that the Data API was asked for."""
        asked = [one.query for one in self.asked if one.path == DATA_API]
        return [(query["start_date"][0], query["end_date"][0]) for query in asked]

    @property
    def files(self) -> list[str]:
        """The files of exports that were asked for."""
        return [one.path.removeprefix(EXPORTS) for one in self.asked if one.path.startswith(EXPORTS)]

    def answer(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of a proper answer."""
        if asked.path == "/api/v1/models":
            return 200, json.dumps({"data": self.models}).encode(), {}
        if asked.path == DATA_API:
            return self._window(asked)
        name = asked.path.removeprefix(EXPORTS)
        day = date.fromisoformat(name.split(".")[0])
        if day not in self.exports:
            return 404, b'{"error":{"message":"Export not found","code":404}}', {}
        content = export_csv(day)
        if name.endswith(".csv"):
            return 200, content, {"Content-Type": "text/csv"}
        promised = self.sums.get(day, hashlib.sha256(content).hexdigest())
        files = {"csv": {"url": f"{self.url}{EXPORTS}{day}.csv", "bytes": len(content), "sha256": promised}}
        return 200, json.dumps({"dataset": "rankings-daily", "snapshot_date": str(day), "files": files}).encode(), {}

    def _window(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        if asked.authorization != f"Bearer {self.key}":
            return 401, b'{"error":{"code":401,"message":"No auth credentials found"}}', {}
        start, end = (date.fromisoformat(asked.query[name][0]) for name in ("start_date", "end_date"))
        end = min(end, self.today - _DAY)
        if end < start or (end - start).days >= 366:
            return 400, b'{"error":{"code":400,"message":"Invalid window"}}', {}
        days = [start + number * _DAY for number in range((end - start).days + 1)]
        rows = [
            {"date": str(day), "model_permaslug": slug, "total_tokens": str(tokens)}
            for day in days
            for slug, tokens in tokens_of(day).items()
        ]
        meta = {"as_of": f"{self.today}T02:00:00Z", "start_date": str(start), "end_date": str(end), "version": "v1"}
        return 200, json.dumps({"data": rows, "meta": meta}).encode(), {}


def export_csv(day: date) -> bytes:
    """The export of a day, as it is given out."""
    lines = ["date,model_permaslug,rank,total_tokens,share_of_daily_tokens"]
    for number in range(30, 0, -1):
        counted = day - number * _DAY
        for rank, (slug, tokens) in enumerate(tokens_of(counted).items(), start=1):
            lines.append(f"{counted},{slug},{'' if slug == 'other' else rank},{tokens},0.5")
    return ("\r\n".join(lines) + "\r\n").encode()
