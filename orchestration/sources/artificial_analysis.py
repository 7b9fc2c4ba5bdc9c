"""``artificial_analysis``: scores and descriptions of models, from its API (with a key) or dated dumps of its page.

All shapes feed two tables: one row per model and metric, and one row per model with what leads to its Hub repository.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from orchestration.errors import ConfigurationError, DataRefused, Unreachable
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.snapshots.records import RecordKind
from orchestration.sources.api_keys import key_in
from orchestration.sources.documents import (
    Document,
    DocumentEntry,
    Feed,
    Rows,
    document_candidates,
    documented,
    each,
)
from orchestration.sources.locations import LocatedFile, download, parse_entries
from orchestration.sources.received_records import ReceivedRecord, Row, rows_of
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec

NAME = "artificial_analysis"
ENDPOINT = "https://artificialanalysis.ai"
KEY_VARIABLE = "ARTIFICIAL_ANALYSIS_API_KEY"
#: Pages hold 200 models; more pages than this are no list of models.
MOST_PAGES = 100
#: An answer with less than half of the records of the one before it was cut.
LEAST_SHARE = 0.5
#: A score that the provider guessed from other models' is no measurement; its flag has the metric's name and this end.
_ESTIMATED = "_is_estimated"
#: Metrics that the stated version of the index belongs to.
_INDEX = "artificial_analysis_"


def read_models(document: Document) -> Iterable[Rows]:
    """Models of any shape: ``{meta, models: [...]}`` of a dump or ``{..., data: [...]}`` of the API.

    Raises:
        DataRefused: the document has neither shape, has no models, or not as many as it says.
    """
    location = document.file.location
    if not isinstance(document.content, dict):
        raise DataRefused(f"{location} holds no list of models; look at the file.")
    content = document.content
    found = content["models"] if "models" in content else content.get("data")
    if not isinstance(found, list) or not found:
        raise DataRefused(f"{location} holds no list of models; look at the file.")
    try:
        whole = ReceivedRecord(content)
        meta = whole.part("meta")
        fetched, promised = meta.day("fetched_at"), meta.whole_number("model_count")
        version = content.get("intelligence_index_version")
        version = str(version) if isinstance(version, int | float) else whole.text("intelligence_index_version")
    except ValueError as error:
        raise DataRefused(f"{location}: {error}; look at the file.") from None
    if promised is not None and promised != len(found):
        raise DataRefused(f"{location} says that it has {promised} models and has {len(found)}; fetch it again.")
    day = document.snapshot_date or fetched or document.day
    yield Rows("models", RecordKind.SOURCE_MODELS, day, rows_of(found, _model))
    yield Rows("evaluations", RecordKind.EVALUATIONS, day, rows_of(_scores(found, version), _evaluation))


def _model(found: ReceivedRecord) -> Row:
    weights, capabilities = found.part("open_weights"), found.part("capabilities")
    creator = found.part("creator" if found.part("creator").text("slug") else "model_creator")
    return {
        "source_model_name": found.text("slug"),
        "display_name": found.text("name"),
        "organization_name": creator.text("slug"),
        "country": creator.text("country"),
        "hub_model_id": weights.text("huggingface_url"),
        "openrouter_id": weights.text("openrouter_api_id"),
        "license": weights.text("license_name"),
        "is_open_weights": weights.flag("is_open_weights"),
        "release_date": found.day("release_date"),
        "total_parameters": capabilities.billions("total_parameters"),
        "active_parameters": capabilities.billions("active_parameters"),
    }


def _scores(found: list[Any], version: str | None) -> Iterator[Row]:
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
                "index_version": version if metric.startswith(_INDEX) else None,
            }


def _evaluation(found: ReceivedRecord) -> Row:
    return {
        "metric": found.text("metric"),
        "category": found.text("category"),
        "source_model_name": found.text("slug"),
        "score": found.number("score", required=True),
        "index_version": found.text("index_version"),
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
        ConfigurationError: an entry or the key is wrong; nothing has been read by then.
    """
    entries = parse_entries(ArtificialAnalysisEntry, NAME, request.entries)
    for entry in entries:
        yield from documented(request, NAME, entry)
    if not entries:
        key = key_in(KEY_VARIABLE)
        if key is None:
            raise ConfigurationError(f"{NAME} needs a key: set {KEY_VARIABLE}, or name stored dumps in a sources file.")
        with tempfile.TemporaryDirectory(prefix="warehouse-") as folder:
            yield from _live(request, Path(folder), key)


def _live(request: IngestRequest, folder: Path, key: str) -> Iterator[Candidate | Failure]:
    today = request.clock().date()
    table = next(iter(sorted(request.tables)), "evaluations")
    if request.snapshot_date not in (None, today):
        reason = f"{NAME} can be had for {today} only, not for {request.snapshot_date}; name a stored copy."
        yield Failure(table, "failed", reason, snapshot_date=request.snapshot_date)
        return
    files: list[LocatedFile] = []
    try:
        for file in _pages(request, folder, key):
            files.append(file)
    except Unreachable as error:
        yield Failure(table, "failed", str(error), snapshot_date=today, unreachable=True)
    except _BadPageError as error:
        received = tuple(ReceivedFile(file.path, file.location, file.name) for file in (*files, error.file))
        yield Failure(table, "refused", str(error), snapshot_date=today, received=received)
    else:
        entry = ArtificialAnalysisEntry(location=files[0].location, snapshot_date=today, minimum_rows_share=LEAST_SHARE)
        yield from document_candidates(request, NAME, entry, files)


class _BadPageError(DataRefused):
    """A page that does not go on where the one before it ended."""

    def __init__(self, reason: str, file: LocatedFile) -> None:
        super().__init__(reason)
        self.file = file


class _Pagination(msgspec.Struct):
    page: int
    has_more: bool


class _Page(msgspec.Struct):
    data: list[object]
    pagination: _Pagination
    intelligence_index_version: str | float | None = None


def _pages(request: IngestRequest, folder: Path, key: str) -> Iterator[LocatedFile]:
    """All pages of the list of models, of one version of the index.

    Raises:
        Unreachable: a page could not be had.
        _BadPageError: a page is no page, not the one asked for, or of another version.
    """
    url = f"{os.environ.get('ARTIFICIAL_ANALYSIS_ENDPOINT', ENDPOINT).rstrip('/')}/api/v2/language/models/free"
    version = None
    for number in range(1, MOST_PAGES + 1):
        file = LocatedFile(folder / f"models-{number:03d}.json", url)
        download(f"{url}?page={number}", file.path, request.settings, {"x-api-key": key})
        try:
            page = msgspec.json.decode(file.path.read_bytes(), type=_Page)
        except (msgspec.DecodeError, RecursionError) as error:
            raise _BadPageError(
                f"{url}, page {number}, is no page of models ({error}); try again later.", file
            ) from None
        if page.pagination.page != number or not page.data:
            raise _BadPageError(
                f"{url} answered for page {number} with another or an empty one; try again later.", file
            )
        if number > 1 and page.intelligence_index_version != version:
            raise _BadPageError(f"{url} changed the version of its index while it was read; fetch it again.", file)
        version = page.intelligence_index_version
        yield file
        if not page.pagination.has_more:
            return
    raise _BadPageError(f"{url} has more than {MOST_PAGES} pages; look at the answer.", file)


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
    key_variable=KEY_VARIABLE,
)
