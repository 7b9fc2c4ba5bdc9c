"""``openrouter``: tokens per day and model, the list of models with Hub ids, prices.

Live, the rankings come from the Data API where a key is set (``OPENROUTER_API_KEY``), else from the newest export that
anyone may fetch; both serve days of the past, so a snapshot's date says as of when. Stored copies are read by feed.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from orchestration.errors import DataRefused, Unreachable
from orchestration.settings import Settings
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import DocumentEntry, Feed, document_candidates, documented
from orchestration.sources.locations import LocatedFile, download, parse_entries, without_credentials
from orchestration.sources.openrouter_feeds import FEEDS
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec

NAME = "openrouter"
ENDPOINT = "https://openrouter.ai"
KEY_VARIABLE = "OPENROUTER_API_KEY"
#: First day that the Data API serves, and the longest window that it answers.
FIRST_DAY = date(2025, 1, 1)
LONGEST_WINDOW_DAYS = 366
#: Later fetches ask for what may have been restated: the days that an export holds, and a margin.
RESTATED_DAYS = 35
#: An export appears during the day: the newest one may be that of yesterday.
EXPORTS_TRIED = 3
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


class OpenRouterEntry(DocumentEntry):
    """Stored documents of OpenRouter."""

    feed: str = "rankings_daily"

    @classmethod
    def feeds(cls) -> Mapping[str, Feed]:
        """The feeds of the source, by name."""
        return FEEDS


def ranked(request: IngestRequest) -> Iterator[Candidate | Failure]:
    """Candidates of the entries' files, or of what OpenRouter gives out today.

    Raises:
        ConfigurationError: an entry is wrong; nothing has been read by then.
    """
    entries = parse_entries(OpenRouterEntry, NAME, request.entries)
    for entry in entries:
        yield from documented(request, NAME, entry)
    if not entries:
        with tempfile.TemporaryDirectory(prefix="warehouse-") as folder:
            yield from _live(request, Path(folder))


def _live(request: IngestRequest, folder: Path) -> Iterator[Candidate | Failure]:
    today = request.clock().date()
    feeds = (("rankings_daily", _rankings), ("models", _models))
    for feed, fetch in feeds:
        tables = set(FEEDS[feed].tables)
        if request.tables and not tables & request.tables:
            continue
        table = FEEDS[feed].tables[0]
        if request.snapshot_date not in (None, today):
            reason = (
                f"{NAME}/{table} is given out as of {today} only, not as of {request.snapshot_date}; name a stored "
                "copy in a sources file."
            )
            yield Failure(table, "failed", reason, snapshot_date=request.snapshot_date)
            continue
        try:
            file, as_of = fetch(request, folder, today)
        except Unreachable as error:
            yield Failure(table, "failed", str(error), snapshot_date=today, unreachable=True)
        except _BadExportError as error:
            yield Failure(table, "refused", str(error), snapshot_date=today, received=error.received)
        else:
            entry = OpenRouterEntry(location=file.location, snapshot_date=as_of, feed=feed)
            yield from document_candidates(request, NAME, entry, [file])


class _BadExportError(DataRefused):
    """An export that is not what its manifest says."""

    def __init__(self, reason: str, received: tuple[ReceivedFile, ...]) -> None:
        super().__init__(reason)
        self.received = received


def _models(request: IngestRequest, folder: Path, today: date) -> tuple[LocatedFile, date]:
    url = f"{_endpoint()}/api/v1/models"
    return _fetched(url, folder / "models.json", request.settings), today


def _rankings(request: IngestRequest, folder: Path, today: date) -> tuple[LocatedFile, date]:
    """The daily rankings as one document: of the Data API with a key, else of the newest export."""
    if key := os.environ.get(KEY_VARIABLE):
        return _from_api(request, folder, today, key)
    return _from_export(request.settings, folder, today)


def _from_api(request: IngestRequest, folder: Path, today: date, key: str) -> tuple[LocatedFile, date]:
    """All windows that are asked for, in one document of the API's own shape."""
    known = request.store.newest(NAME, "rankings_daily", before=today)
    first = FIRST_DAY if known is None else known.snapshot_date - timedelta(days=RESTATED_DAYS)
    url = f"{_endpoint()}/api/v1/datasets/rankings-daily"
    rows: list[Any] = []
    for start, end in windows(max(first, FIRST_DAY), today, LONGEST_WINDOW_DAYS):
        asked = f"{url}?start_date={start}&end_date={end}"
        answer = folder / f"{start}.json"
        download(asked, answer, request.settings, {"authorization": f"Bearer {key}"})
        try:
            found = msgspec.json.decode(answer.read_bytes())["data"]
        except (msgspec.DecodeError, KeyError, TypeError):
            received = (ReceivedFile(answer, url, answer.name),)
            raise _BadExportError(
                f"{url} gave no rows under data for {start} to {end}; try again later.", received
            ) from None
        rows.extend(found)
    whole = folder / "rankings_daily.json"
    whole.write_bytes(msgspec.json.encode({"data": rows, "meta": {"as_of": today.isoformat()}}))
    return LocatedFile(whole, url), today


def _from_export(settings: Settings, folder: Path, today: date) -> tuple[LocatedFile, date]:
    """The newest dated export, once its bytes are those that its manifest promises."""
    base = f"{_endpoint()}/api/v1/datasets/exports/rankings-daily"
    problem = None
    for days in range(EXPORTS_TRIED):
        day = today - timedelta(days=days)
        try:
            manifest = _fetched(f"{base}/{day}.manifest.json", folder / f"{day}.manifest.json", settings)
            export = _fetched(f"{base}/{day}.json", folder / f"{day}.json", settings)
        except Unreachable as error:
            problem = problem or error
            continue
        promised = _promised_sha256(manifest.path.read_bytes(), export.name)
        found = hashlib.sha256(export.path.read_bytes()).hexdigest()
        if promised != found:
            received = tuple(ReceivedFile(file.path, file.location, file.name) for file in (manifest, export))
            raise _BadExportError(
                f"{export.location} has sha256 {found[:12]}…, its manifest says {(promised or 'nothing')[:12]}…; "
                "fetch it again later.",
                received,
            )
        return export, day
    raise Unreachable(f"No export of the last {EXPORTS_TRIED} days could be had without {KEY_VARIABLE}: {problem}")


def _promised_sha256(manifest: bytes, name: str) -> str | None:
    """The checksum that a manifest gives for a file, wherever in it the file is described."""
    suffix = name.rpartition(".")[2]

    def search(value: Any) -> str | None:
        if isinstance(value, list):
            return next((found for item in value if (found := search(item))), None)
        if not isinstance(value, dict):
            return None
        digest = value.get("sha256")
        names = [text for key, text in value.items() if isinstance(text, str) and key != "sha256"]
        if isinstance(digest, str) and any(text == suffix or text.endswith(name) for text in names):
            return digest if _SHA256.match(digest) else None
        if isinstance(digest, dict):
            named = digest.get(name) or digest.get(suffix)
            return named if isinstance(named, str) and _SHA256.match(named) else None
        if isinstance(value.get(suffix), dict) and isinstance(value[suffix].get("sha256"), str):
            return str(value[suffix]["sha256"])
        return next((found for item in value.values() if (found := search(item))), None)

    try:
        return search(msgspec.json.decode(manifest))
    except msgspec.DecodeError:
        return None


def _fetched(url: str, target: Path, settings: Settings) -> LocatedFile:
    download(url, target, settings)
    return LocatedFile(target, without_credentials(url))


def _endpoint() -> str:
    """Where OpenRouter is; tests and mirrors set ``OPENROUTER_ENDPOINT``."""
    return os.environ.get("OPENROUTER_ENDPOINT", ENDPOINT).rstrip("/")


def windows(first: date, last: date, longest: int) -> list[tuple[date, date]]:
    """Date windows without gap or overlap, oldest first, each of at most so many days."""
    starts = range(first.toordinal(), last.toordinal() + 1, longest)
    return [(date.fromordinal(start), date.fromordinal(min(start + longest - 1, last.toordinal()))) for start in starts]


SPEC = SourceSpec(
    name=NAME,
    title="OpenRouter: tokens per day, models, prices",
    live_location=f"{ENDPOINT}/rankings",
    licence="CC-BY-4.0",
    citation="Source: OpenRouter (openrouter.ai/rankings), as of the snapshot's date. Licensed under CC BY 4.0.",
    max_age=timedelta(days=3),
    tables=(
        TableSpec(
            "rankings_daily",
            RecordKind.INFERENCE_TOKENS,
            "Tokens per day of the 50 most used models, and of all others together.",
            live=True,
        ),
        TableSpec("models", RecordKind.SOURCE_MODELS, "Models with their Hub ids, where they are known.", live=True),
        TableSpec("model_prices", RecordKind.MODEL_PRICES, "Prices per prompt and completion token.", live=True),
        TableSpec(
            "blended_prices", RecordKind.MODEL_PRICES, "Stored blended prices per day.", live=False, by_default=False
        ),
        TableSpec(
            "weekly_top_models",
            RecordKind.INFERENCE_TOKENS,
            "Stored weekly tokens of the nine or ten most used models.",
            live=False,
            by_default=False,
        ),
        TableSpec(
            "rankings_page",
            RecordKind.INFERENCE_TOKENS,
            "Stored scrapes of the rankings page: weekly tokens of its models.",
            live=False,
            by_default=False,
        ),
    ),
    connector=ranked,
)
