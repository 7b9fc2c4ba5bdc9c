"""Artificial Analysis on loopback: the list of models, page by page, for whoever has the key."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.hub import Asked, Fault


def api_model(slug: str, index: float | None = 42.5, **fields: Any) -> dict[str, Any]:
    """A model as the API lists it."""
    return {
        "id": f"id-{slug}",
        "name": slug.upper(),
        "slug": slug,
        "release_date": "2026-05-01",
        "model_creator": {"id": "1", "name": "Alibaba", "slug": "alibaba"},
        "evaluations": {"artificial_analysis_intelligence_index": index, "gpqa": 0.5},
    } | fields


@dataclass
class FakeArtificialAnalysis:
    """The models and what went on.

    Attributes:
        models: what it lists, in this order.
        version: version of the index, by page; the last one holds for all further pages.
        key: the key without which it refuses.
        page_size: models per page.
        faults: what goes wrong, see :class:`tests.fakes.hub.Fault`.
        asked: every request.
    """

    models: list[dict[str, Any]]
    versions: list[str] = field(default_factory=lambda: ["4.1"])
    key: str = "aa-right"
    page_size: int = 2
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answer(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of a proper answer."""
        if asked.api_key != self.key:
            return 401, b'{"error":"Invalid API key"}', {}
        if asked.path != "/api/v2/language/models/free":
            return 410, b'{"error":"Gone"}', {}
        number = int(asked.query["page"][0])
        start = (number - 1) * self.page_size
        body = {
            "tier": "free",
            "intelligence_index_version": self.versions[min(number, len(self.versions)) - 1],
            "pagination": {"page": number, "has_more": start + self.page_size < len(self.models)},
            "data": self.models[start : start + self.page_size],
        }
        return 200, json.dumps(body).encode(), {}
