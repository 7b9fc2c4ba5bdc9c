"""``epoch``: the Epoch Capabilities Index and the benchmarks of Epoch's hub, one CSV each.

All files of a day make one snapshot. The file name is the metric; each file has a score column of its own.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from orchestration.errors import DataRefused
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import Document, DocumentEntry, Feed, Rows, documented, each
from orchestration.sources.locations import parse_entries
from orchestration.sources.received_records import ReceivedRecord, Row, rows_of
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec

NAME = "epoch"

#: Score columns, most telling first: the first that a file has is its score.
SCORE_COLUMNS = (
    "ECI Score",
    "mean_score",
    "Percent correct",
    "Global average",
    "Arena Score",
    "Time horizon",
    "Accuracy",
    "EM",
    "Score",
)
#: Conditions of a run, which are always part of its category.
_CONDITIONS = ("Shots", "Edit format", "LiveBench Version")
#: What tells several runs of one model under the same conditions apart, most telling first; part of the category only
#: where it is needed.
_RUN = ("Name", "Source", "Source link (site from table)", "Started at", "id")
#: Columns with a standard error.
_DEVIATIONS = ("stderr", "Accuracy Standard Error")
_INTERVAL = re.compile(r"=?\+(?P<above>[\d.]+)/-(?P<below>[\d.]+)")
#: An id of a row of the hub's table, which says nothing; another one is that of the model or its run at the origin.
_ROW_ID = re.compile(r"rec[A-Za-z0-9]{14}")
_METRIC = re.compile(r"[a-z0-9_]+")


def read_benchmark(document: Document) -> Iterable[Rows]:
    """Scores and descriptions of one CSV.

    Raises:
        DataRefused: the file's name is no metric, or no column is known to hold the score.
    """
    records, location = document.records, document.file.location
    metric = PurePosixPath(document.file.name).name.split(".")[0].removesuffix("_external")
    if not _METRIC.fullmatch(metric):
        raise DataRefused(f"The name of {location} is not that of a benchmark; give it small letters and underscores.")
    columns = list(records[0]) if isinstance(records[0], dict) else []
    column = next((name for name in SCORE_COLUMNS if name in columns), None)
    if column is None:
        raise DataRefused(
            f"{location} has no column that is known to hold a score (it has: {', '.join(columns)}); add it to "
            "SCORE_COLUMNS."
        )
    # The index lists models that have no score yet; in all files a score may be missing.
    scored = [found for found in records if not isinstance(found, dict) or found.get(column) not in (None, "")]
    categories = _categories(scored)

    def evaluation(found: ReceivedRecord) -> Row:
        score = found.number(column, required=True)
        low, high = _interval(found, score or 0.0)
        return {
            "metric": metric,
            "category": categories[_identity(found)],
            "source_model_name": _name(found),
            "score": score,
            "score_low": low,
            "score_high": high,
            "votes": found.whole_number("Votes"),
        }

    yield Rows("evaluations", RecordKind.EVALUATIONS, document.day, rows_of(scored, evaluation))
    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(records, _model))


def _model(found: ReceivedRecord) -> Row:
    access = found.text("Model accessibility")
    return {
        "source_model_name": _name(found),
        "display_name": found.text("Display name") or found.text("Name") or found.text("Model name"),
        "organization_name": found.text("Organization"),
        "country": found.text("Country"),
        "license": access,
        "is_open_weights": None if access is None else access.startswith("Open weights"),
        "release_date": found.day("Release date"),
    }


def _name(found: ReceivedRecord) -> str | None:
    """Model version, or the plain name where there is none."""
    names = (found.text("Model version"), found.text("Name"), found.text("Model name"), _told(found, "id"))
    return next(filter(None, names), None)


def _told(found: ReceivedRecord, column: str) -> str | None:
    """What a column says of a run."""
    value = found.text(column)
    return None if column == "id" and value and _ROW_ID.fullmatch(value) else value


def _interval(found: ReceivedRecord, score: float) -> tuple[float | None, float | None]:
    """The interval of 95 per cent as the file gives it, or that of a normal distribution around the score."""
    low, high = found.number("CI_low"), found.number("CI_high")
    if low is not None or high is not None:
        return low, high
    if (match := _INTERVAL.fullmatch(found.text("Score 95% CI") or "")) is not None:
        return score - float(match["below"]), score + float(match["above"])
    deviation = next((value for name in _DEVIATIONS if (value := found.number(name)) is not None), None)
    return (None, None) if deviation is None else (score - 1.96 * deviation, score + 1.96 * deviation)


_Identity = tuple[str | None, ...]


def _identity(found: ReceivedRecord) -> _Identity:
    return _name(found), *(_told(found, name) for name in (*_CONDITIONS, *_RUN))


def _categories(records: list[Any]) -> dict[_Identity, str]:
    """The category of each record: its conditions, and as much of the run as no other record has, too."""
    same: dict[_Identity, list[tuple[_Identity, ReceivedRecord]]] = defaultdict(list)
    for record in records:
        try:
            found = ReceivedRecord(record)
            identity = _identity(found)
        except ValueError:  # becomes a rejected record
            continue
        same[identity[: 1 + len(_CONDITIONS)]].append((identity, found))
    categories = {}
    for group in same.values():
        telling = _telling(found for _, found in group)
        for identity, found in group:
            said = [f"{name}: {value}" for name in (*_CONDITIONS, *telling) if (value := _told(found, name))]
            categories[identity] = "; ".join(said) or "overall"
    return categories


def _telling(group: Iterable[ReceivedRecord]) -> list[str]:
    """The first columns that are needed to tell the records of a group apart; one that does not help is left out."""
    records, parts = list(group), 1
    needed: list[str] = []
    for name in _RUN:
        if parts == len(records):
            break
        found = len({tuple(_told(record, column) for column in (*needed, name)) for record in records})
        if found > parts:
            needed.append(name)
            parts = found
    return needed


def read_benchmarks(documents: list[Document]) -> Iterable[Rows | DataRefused]:
    """All CSVs of a day. Several describe the same model: of each property the first that is known counts."""
    for part in each(read_benchmark)(documents):
        if isinstance(part, DataRefused) or part.kind is not RecordKind.SOURCE_MODELS:
            yield part
            continue
        models: dict[str, Row] = {}
        nameless = []
        for row in part.rows:
            name = row.get("source_model_name")
            if name is None:
                nameless.append(row)
                continue
            known = models.setdefault(name, {})
            known.update({field: value for field, value in row.items() if known.get(field) is None})
        yield replace(part, rows=[*models.values(), *nameless])


FEEDS = {"benchmarks": Feed(("evaluations", "models"), read_benchmarks, is_together=True)}


class EpochEntry(DocumentEntry):
    """Stored CSVs of the hub."""

    feed: str = "benchmarks"

    @classmethod
    def feeds(cls) -> Mapping[str, Feed]:
        """The feeds of the source, by name."""
        return FEEDS


def benchmarked(request: IngestRequest) -> Iterator[Candidate | Failure]:
    """Candidates of the entries' files, which are fetched from Epoch's hub by hand or by URL.

    Raises:
        ConfigurationError: an entry is wrong; nothing has been read by then.
    """
    for entry in parse_entries(EpochEntry, NAME, request.entries):
        yield from documented(request, NAME, entry)


SPEC = SourceSpec(
    name=NAME,
    title="Epoch AI: capabilities index and benchmarks",
    live_location=None,
    licence="CC-BY-4.0",
    citation="Epoch AI, AI Benchmarking Hub (epoch.ai/benchmarks), CC BY 4.0",
    max_age=None,
    tables=(
        TableSpec("evaluations", RecordKind.EVALUATIONS, "One score per model and benchmark.", live=False),
        TableSpec("models", RecordKind.SOURCE_MODELS, "Models, their organisations and access.", live=False),
    ),
    connector=benchmarked,
)
