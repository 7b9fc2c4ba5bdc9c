"""``artificial_analysis``: scores and descriptions of models, from its API (with a key) or dated dumps of its page.

Both shapes feed two tables: one row per model and metric, and one row per model with what leads to its Hub repository.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from orchestration.errors import DataRefused, Unreachable
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import (
    Document,
    DocumentEntry,
    Feed,
    Row,
    Rows,
    billions,
    day_of,
    document_candidates,
    documented,
    each,
    number,
    rows_of,
    text,
)
from orchestration.sources.locations import LocatedFile, download, parse_entries
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec

NAME = "artificial_analysis"
ENDPOINT = "https://artificialanalysis.ai"
KEY_VARIABLE = "ARTIFICIAL_ANALYSIS_API_KEY"
#: A score that the provider guessed from other models' is no measurement; its flag has the metric's name and this end.
_ESTIMATED = "_is_estimated"


def read_models(document: Document) -> Iterable[Rows]:
    """Models of either shape: ``{meta, models: [...]}`` of a dump or ``{status, data: [...]}`` of the API.

    Raises:
        DataRefused: the document has neither shape.
    """
    content = document.content
    found = (content.get("models") or content.get("data")) if isinstance(content, dict) else None
    if not isinstance(found, list):
        raise DataRefused(f"{document.file.location} holds no list of models; look at the file.")
    day = document.snapshot_date or day_of((content.get("meta") or {}).get("fetched_at")) or document.day
    yield Rows("models", RecordKind.SOURCE_MODELS, day, rows_of(found, _model))
    yield Rows("evaluations", RecordKind.EVALUATIONS, day, rows_of(_scores(found), _evaluation))


def _model(found: Any) -> Row:
    weights, capabilities = found.get("open_weights") or {}, found.get("capabilities") or {}
    creator = found.get("creator") or found.get("model_creator") or {}
    return {
        "source_model_name": text(found["slug"]),
        "display_name": text(found.get("name")),
        "organization_name": text(creator.get("slug")),
        "country": text(creator.get("country")),
        "hub_model_id": text(weights.get("huggingface_url")),
        "openrouter_id": text(weights.get("openrouter_api_id")),
        "license": text(weights.get("license_name")),
        "is_open_weights": weights.get("is_open_weights"),
        "release_date": day_of(found.get("release_date")),
        "total_parameters": billions(capabilities.get("total_parameters")),
        "active_parameters": billions(capabilities.get("active_parameters")),
    }


def _scores(found: list[Any]) -> Iterator[Row]:
    """One record per model and metric that has a score, as received; estimates say so in their category."""
    for model in found:
        scores = model.get("evaluations") if isinstance(model, dict) else None
        if not isinstance(scores, dict):
            continue
        for metric, score in scores.items():
            if score is None or metric.endswith(_ESTIMATED):
                continue
            is_estimated = scores.get(metric + _ESTIMATED) is True
            yield {
                "slug": model.get("slug"),
                "metric": metric,
                "category": "estimated" if is_estimated else "overall",
                "score": score,
            }


def _evaluation(found: Any) -> Row:
    return {
        "metric": text(found["metric"]),
        "category": found["category"],
        "source_model_name": text(found["slug"]),
        "score": number(found["score"]),
    }


FEEDS = {"models": Feed(("models", "evaluations"), each(read_models))}


class ArtificialAnalysisEntry(DocumentEntry):
    """Stored answers or dumps."""

    feed: str = "models"

    @classmethod
    def feeds(cls) -> Mapping[str, Feed]:
        """The feeds of the source, by name."""
        return FEEDS


def analysed(request: IngestRequest) -> Iterator[Candidate | Failure]:
    """Candidates of the entries' files, or of today's answer of the API.

    Raises:
        ConfigurationError: an entry is wrong; nothing has been read by then.
    """
    entries = parse_entries(ArtificialAnalysisEntry, NAME, request.entries)
    for entry in entries:
        yield from documented(request, NAME, entry)
    if not entries:
        with tempfile.TemporaryDirectory(prefix="warehouse-") as folder:
            yield from _live(request, Path(folder))


def _live(request: IngestRequest, folder: Path) -> Iterator[Candidate | Failure]:
    today = request.clock().date()
    table = next(iter(sorted(request.tables)), "evaluations")
    url = f"{os.environ.get('ARTIFICIAL_ANALYSIS_ENDPOINT', ENDPOINT).rstrip('/')}/api/v2/data/llms/models"
    key = os.environ.get(KEY_VARIABLE)
    reason = None
    if request.snapshot_date not in (None, today):
        reason = f"{NAME} can be had for {today} only, not for {request.snapshot_date}; name a stored copy."
    elif not key:
        reason = f"{NAME} needs a key: set {KEY_VARIABLE}, or name stored dumps in a sources file."
    if reason is not None or key is None:
        yield Failure(table, "failed", reason or "", snapshot_date=request.snapshot_date or today)
        return
    file = LocatedFile(folder / "models.json", url)
    try:
        download(url, file.path, request.settings, {"x-api-key": key})
    except Unreachable as error:
        yield Failure(table, "failed", str(error), snapshot_date=today, unreachable=True)
        return
    yield from document_candidates(request, NAME, ArtificialAnalysisEntry(location=url, snapshot_date=today), [file])


SPEC = SourceSpec(
    name=NAME,
    title="Artificial Analysis: intelligence index and other scores",
    live_location=f"{ENDPOINT}/leaderboards/models",
    licence="Artificial Analysis terms, attribution required",
    citation="Artificial Analysis (artificialanalysis.ai)",
    max_age=timedelta(days=7),
    tables=(
        TableSpec("models", RecordKind.SOURCE_MODELS, "Models, their creators and Hub repositories.", live=True),
        TableSpec("evaluations", RecordKind.EVALUATIONS, "One score per model and metric.", live=True),
    ),
    connector=analysed,
)
