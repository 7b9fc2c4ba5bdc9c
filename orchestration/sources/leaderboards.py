"""Further leaderboards, read from stored copies: the Open LLM Leaderboard, LiveBench and aider."""

import re
from collections.abc import Iterable, Iterator, Mapping
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
    billions,
    day_of,
    documented,
    each,
    number,
    rows_of,
    text,
)
from orchestration.sources.locations import parse_entries
from orchestration.sources.spec import Connector, IngestRequest, SourceSpec, TableSpec

#: Columns of the Open LLM Leaderboard's dump -> metric.
OPEN_LLM_METRICS = {
    "Average ⬆️": "average",
    "IFEval": "ifeval",
    "BBH": "bbh",
    "MATH Lvl 5": "math_level_5",
    "GPQA": "gpqa",
    "MUSR": "musr",
    "MMLU-PRO": "mmlu_pro",
}

_MONTH = re.compile(r"^\d{4}-\d{2}$")


def read_open_llm(document: Document) -> Iterable[Rows]:
    """The final dump: one row per evaluation. A model was evaluated in several precisions, so ``eval_name`` names it.

    Raises:
        DataRefused: it is no dump of the leaderboard.
    """
    records = document.content
    if not records or "eval_name" not in records[0]:
        raise DataRefused(f"{document.file.location} has no column eval_name; it is no dump of the leaderboard.")

    def evaluation(found: Any) -> Row:
        return {
            "metric": found["metric"],
            "category": "overall",
            "source_model_name": text(found["eval_name"]),
            "score": number(found["score"]),
            "published_date": day_of(found["submitted"]),
        }

    def model(found: Any) -> Row:
        return {
            "source_model_name": text(found["eval_name"]),
            "canonical_name": text(found["fullname"]),
            "display_name": text(found["fullname"]),
            "organization_name": found["fullname"].partition("/")[0],
            "hub_model_id": text(found["fullname"]),
            "license": text(found["Hub License"]),
            # Everything on this leaderboard was run from its weights.
            "is_open_weights": True,
            "release_date": day_of(found["Upload To Hub Date"]),
            "total_parameters": _positive(billions(found["#Params (B)"])),
        }

    scores = (
        {"eval_name": row["eval_name"], "metric": metric, "score": row[column], "submitted": row["Submission Date"]}
        for row in records
        for column, metric in OPEN_LLM_METRICS.items()
        if row.get(column)
    )
    yield Rows("evaluations", RecordKind.EVALUATIONS, document.day, rows_of(scores, evaluation))
    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(records, model))


def _positive(parameters: int | None) -> int | None:
    """The leaderboard writes -1 for a size that it does not know."""
    return parameters if parameters is not None and parameters > 0 else None


def read_livebench(documents: list[Document]) -> Iterable[Rows]:
    """One release: a table of scores by task, and the categories that the tasks belong to.

    A row's category is ``category: task``; averages are made from these later.

    Raises:
        DataRefused: the release lacks its table or its categories.
    """
    tables = [document for document in documents if isinstance(document.content, list)]
    categories = [document for document in documents if isinstance(document.content, dict)]
    if len(tables) != 1 or len(categories) != 1:
        location = documents[0].file.location
        raise DataRefused(f"The release of {location} needs one table (CSV) and one file of categories (JSON).")
    table, release = tables[0], str(tables[0].day)
    category_of = {task: category for category, tasks in categories[0].content.items() for task in tasks}

    def evaluation(found: Any) -> Row:
        if found["task"] not in category_of:
            raise ValueError(f"the task {found['task']} is in no category")
        return {
            "metric": "livebench",
            "category": f"{category_of[found['task']]}: {found['task']}",
            "source_model_name": text(found["model"]),
            "score": number(found["score"]),
            "index_version": release,
            "published_date": table.day,
        }

    scores = (
        {"model": row["model"], "task": task, "score": score}
        for row in table.content
        for task, score in row.items()
        if task != "model" and score
    )
    yield Rows("evaluations", RecordKind.EVALUATIONS, table.day, rows_of(scores, evaluation))


def read_aider(document: Document) -> Iterable[Rows]:
    """One board: a list of runs. Several runs of one model differ by edit format; the run's own name tells the rest.

    Raises:
        DataRefused: the document is no list of runs.
    """
    runs = document.content
    if not isinstance(runs, list) or not all(isinstance(run, dict) for run in runs):
        raise DataRefused(f"{document.file.location} is no list of runs; look at the file.")
    board = PurePosixPath(document.file.name).name.split(".")[0].removesuffix("_leaderboard")
    names = [(run.get("model"), run.get("edit_format")) for run in runs]

    def evaluation(found: Any) -> Row:
        key = (found["model"], found.get("edit_format"))
        run = f"; run: {found['dirname']}" if names.count(key) > 1 else ""
        # The second attempt counts; where there was one only, the first.
        score = found.get("pass_rate_2", found.get("pass_rate_1"))
        return {
            "metric": f"aider_{board}",
            "category": f"edit format: {found.get('edit_format')}{run}",
            "source_model_name": text(found["model"]),
            "score": number(score),
            "published_date": day_of(found.get("date")),
        }

    yield Rows("evaluations", RecordKind.EVALUATIONS, document.day, rows_of(runs, evaluation))


def read_models_dev(document: Document) -> Iterable[Rows]:
    """The registry of models.dev, one model a line; of a release it sometimes knows the month only, which is no day."""

    def model(found: Any) -> Row:
        released = text(found.get("release_date")) or ""
        weights = (text(weight.get("url")) for weight in found.get("weights") or [])
        return {
            "source_model_name": text(found["id"]),
            "display_name": text(found.get("name")),
            "organization_name": found["id"].partition("/")[0],
            "hub_model_id": next((url for url in weights if url and url.startswith("https://huggingface.co/")), None),
            "family": text(found.get("family")),
            "is_open_weights": found.get("open_weights"),
            "release_date": None if _MONTH.match(released) else day_of(released),
        }

    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(document.content, model))


def _connector(name: str, feed: Feed) -> Connector:
    """A connector for a source with one feed and stored copies only."""

    class Entry(DocumentEntry):
        feed: str = name

        @classmethod
        def feeds(cls) -> Mapping[str, Feed]:
            return {name: feed}

    def stored(request: IngestRequest) -> Iterator[Candidate | Failure]:
        for entry in parse_entries(Entry, name, request.entries):
            yield from documented(request, name, entry)

    return stored


def _spec(name: str, title: str, licence: str, citation: str, feed: Feed) -> SourceSpec:
    descriptions = {
        "evaluations": TableSpec("evaluations", RecordKind.EVALUATIONS, "One score per model and metric.", live=False),
        "models": TableSpec("models", RecordKind.SOURCE_MODELS, "Models and what is known of them.", live=False),
    }
    return SourceSpec(
        name=name,
        title=title,
        live_location=None,
        licence=licence,
        citation=citation,
        max_age=None,
        tables=tuple(descriptions[table] for table in feed.tables),
        connector=_connector(name, feed),
    )


SPECS = (
    _spec(
        "open_llm_leaderboard",
        "Open LLM Leaderboard: final scores",
        "no licence stated; factual extract",
        "Hugging Face, Open LLM Leaderboard v2",
        Feed(("evaluations", "models"), each(read_open_llm)),
    ),
    _spec(
        "livebench",
        "LiveBench: scores by task",
        "no licence stated; factual extract",
        "LiveBench (livebench.ai)",
        Feed(("evaluations",), read_livebench, is_together=True),
    ),
    _spec(
        "aider",
        "aider: leaderboards of code editing",
        "Apache-2.0",
        "Aider-AI, aider LLM leaderboards",
        Feed(("evaluations",), each(read_aider), is_together=True),
    ),
    _spec(
        "models_dev",
        "models.dev: registry of models",
        "MIT",
        "models.dev, an open registry of models",
        Feed(("models",), each(read_models_dev)),
    ),
)
