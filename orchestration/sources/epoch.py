"""``epoch``: the Epoch Capabilities Index and the benchmarks of Epoch's hub, one CSV each.

All files of a day make one snapshot. The file name is the metric; each file has a score column of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from orchestration.errors import DataRefused
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import (
    Document,
    DocumentEntry,
    Feed,
    Row,
    Rows,
    day_of,
    documented,
    each,
    number,
    rows_of,
    text,
)
from orchestration.sources.locations import parse_entries
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
#: Conditions of a run without which several rows of one model have the same key.
_CONDITIONS = ("Shots", "Edit format", "LiveBench Version")


def read_benchmark(document: Document) -> Iterable[Rows]:
    """Scores and descriptions of one CSV.

    Raises:
        DataRefused: no column is known to hold the score.
    """
    records = document.content
    metric = PurePosixPath(document.file.name).name.split(".")[0].removesuffix("_external")
    columns = list(records[0]) if records else []
    column = next((name for name in SCORE_COLUMNS if name in columns), None)
    if column is None:
        raise DataRefused(
            f"{document.file.location} has no column that is known to hold a score (it has: {', '.join(columns)}); "
            "add it to SCORE_COLUMNS."
        )

    def evaluation(found: Any) -> Row:
        score, deviation = number(found[column]), number(found.get("stderr"))
        known = score is not None and deviation is not None
        conditions = [f"{name}: {found[name]}" for name in _CONDITIONS if found.get(name)]
        return {
            "metric": metric,
            "category": "; ".join(conditions) or "overall",
            "source_model_name": _name(found),
            "score": score,
            # 95 per cent of a normal distribution.
            "score_low": number(found.get("CI_low")) or (score - 1.96 * deviation if known else None),  # type: ignore[operator]
            "score_high": number(found.get("CI_high")) or (score + 1.96 * deviation if known else None),  # type: ignore[operator]
        }

    def model(found: Any) -> Row:
        access = text(found.get("Model accessibility"))
        return {
            "source_model_name": _name(found),
            "display_name": text(found.get("Display name") or found.get("Name") or found.get("Model name")),
            "organization_name": text(found.get("Organization")),
            "country": text(found.get("Country")),
            "license": access,
            "release_date": day_of(found.get("Release date")),
        }

    scored = [found for found in records if found.get(column)]
    yield Rows("evaluations", RecordKind.EVALUATIONS, document.day, rows_of(scored, evaluation))
    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(records, model))


def _name(found: Any) -> str | None:
    """Model version, or the plain name where there is none."""
    return text(found.get("Model version")) or text(found.get("Name") or found.get("Model name"))


def read_benchmarks(documents: list[Document]) -> Iterable[Rows | DataRefused]:
    """All CSVs of a day. Several describe the same model: of each property the first that is known counts."""
    for part in each(read_benchmark)(documents):
        if isinstance(part, DataRefused) or part.kind is not RecordKind.SOURCE_MODELS:
            yield part
            continue
        models: dict[str | None, Row] = {}
        for row in part.rows:
            known = models.setdefault(row.get("source_model_name"), {})
            known.update({name: value for name, value in row.items() if value is not None and known.get(name) is None})
        yield replace(part, rows=list(models.values()))


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
    max_age=timedelta(days=30),
    tables=(
        TableSpec("evaluations", RecordKind.EVALUATIONS, "One score per model and benchmark.", live=False),
        TableSpec("models", RecordKind.SOURCE_MODELS, "Models, their organisations and access.", live=False),
    ),
    connector=benchmarked,
)
