"""Further leaderboards, read from stored copies: the Open LLM Leaderboard, LiveBench and aider."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from orchestration.errors import DataRefused
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import Document, Feed, Rows, each
from orchestration.sources.received_records import ReceivedRecord, Row, rows_of
from orchestration.sources.stored_source import stored_source

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

_BOARD = re.compile(r"[a-z0-9_]+")


def read_open_llm(document: Document) -> Iterable[Rows]:
    """The final dump: one row per evaluation. A model was evaluated in several precisions, so ``eval_name`` names it.

    Raises:
        DataRefused: it is no dump of the leaderboard.
    """
    records = document.records
    if not isinstance(records[0], dict) or "eval_name" not in records[0]:
        raise DataRefused(f"{document.file.location} has no column eval_name; it is no dump of the leaderboard.")
    scores = (
        {
            "eval_name": record.get("eval_name"),
            "metric": metric,
            "score": record[column],
            "submitted": record.get("Submission Date"),
        }
        for record in records
        if isinstance(record, dict)  # what is not is rejected once, among the models
        for column, metric in OPEN_LLM_METRICS.items()
        if record.get(column) not in (None, "")
    )
    yield Rows("evaluations", RecordKind.EVALUATIONS, document.day, rows_of(scores, _open_llm_score))
    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(records, _open_llm_model))


def _open_llm_score(found: ReceivedRecord) -> Row:
    return {
        "metric": found.text("metric"),
        "category": "overall",
        "source_model_name": found.text("eval_name"),
        "score": found.number("score", required=True),
        "published_date": found.day("submitted"),
    }


def _open_llm_model(found: ReceivedRecord) -> Row:
    name = found.text("fullname", required=True) or ""
    parameters = found.billions("#Params (B)")
    return {
        "source_model_name": found.text("eval_name"),
        "canonical_name": name,
        "display_name": name,
        "organization_name": name.partition("/")[0],
        "hub_model_id": name,
        "license": found.text("Hub License"),
        # Everything on this leaderboard was run from its weights.
        "is_open_weights": True,
        "release_date": found.day("Upload To Hub Date"),
        # -1 and 0 stand for a size that the leaderboard does not know.
        "total_parameters": parameters if parameters is not None and parameters > 0 else None,
    }


def read_livebench(documents: list[Document]) -> Iterable[Rows]:
    """One release: a table of scores by task, and the categories that the tasks belong to.

    A row's category is ``category: task``; averages are made from these later.

    Raises:
        DataRefused: the release lacks its table or its categories.
    """
    tables = [document for document in documents if isinstance(document.content, list)]
    categories = [document for document in documents if isinstance(document.content, dict)]
    location = documents[0].file.location
    if len(tables) != 1 or len(categories) != 1:
        raise DataRefused(f"The release of {location} needs one table (CSV) and one file of categories (JSON).")
    table, content = tables[0], categories[0].content
    if not all(isinstance(tasks, list) and all(isinstance(task, str) for task in tasks) for tasks in content.values()):
        raise DataRefused(f"{categories[0].file.location} is no list of tasks by category; look at the file.")
    category_of = {task: category for category, tasks in content.items() for task in tasks}

    def evaluation(found: ReceivedRecord) -> Row:
        task = found.text("task")
        if task not in category_of:
            raise ValueError(f"the task {task} is in no category")
        return {
            "metric": "livebench",
            "category": f"{category_of[task]}: {task}",
            "source_model_name": found.text("model"),
            "score": found.number("score", required=True),
            "index_version": str(table.day),
            "published_date": table.day,
        }

    yield Rows("evaluations", RecordKind.EVALUATIONS, table.day, rows_of(_task_scores(table.records), evaluation))


def _task_scores(records: list[Any]) -> Iterator[Any]:
    """One record per model and task that has a score; what is no record stays what it is."""
    for record in records:
        if not isinstance(record, dict):
            yield record
            continue
        for task, score in record.items():
            if task != "model" and score not in (None, ""):
                yield {"model": record.get("model"), "task": task, "score": score}


def read_aider(document: Document) -> Iterable[Rows]:
    """One board: a list of runs. Several runs of one model differ by edit format; the run's own name tells the rest.

    Raises:
        DataRefused: the document is no list of runs, or the file's name is no board.
    """
    board = PurePosixPath(document.file.name).name.split(".")[0].removesuffix("_leaderboard")
    if not _BOARD.fullmatch(board):
        raise DataRefused(f"The name of {document.file.location} is not that of a board; give it small letters.")
    runs = Counter(_model_and_format(record) for record in document.records)

    def evaluation(found: ReceivedRecord) -> Row:
        model, edit_format, run = found.text("model"), found.text("edit_format"), found.text("dirname")
        is_one_of_several = runs[model, edit_format] > 1
        # The second attempt counts; where there was one only, the first.
        second = found.number("pass_rate_2")
        return {
            "metric": f"aider_{board}",
            "category": f"edit format: {edit_format}" + (f"; run: {run}" if is_one_of_several else ""),
            "source_model_name": model,
            "score": found.number("pass_rate_1", required=True) if second is None else second,
            "published_date": found.day("date"),
        }

    yield Rows("evaluations", RecordKind.EVALUATIONS, document.day, rows_of(document.records, evaluation))


def _model_and_format(record: Any) -> tuple[str | None, str | None]:
    try:
        found = ReceivedRecord(record)
        return found.text("model"), found.text("edit_format")
    except ValueError:  # becomes a rejected record
        return None, None


SPECS = (
    stored_source(
        "open_llm_leaderboard",
        "Open LLM Leaderboard: final scores",
        "no licence stated; factual extract",
        "Hugging Face, Open LLM Leaderboard v2",
        Feed(("evaluations", "models"), each(read_open_llm)),
    ),
    stored_source(
        "livebench",
        "LiveBench: scores by task",
        "no licence stated; factual extract",
        "LiveBench (livebench.ai)",
        Feed(("evaluations",), read_livebench, is_together=True),
    ),
    stored_source(
        "aider",
        "aider: leaderboards of code editing",
        "Apache-2.0",
        "Aider-AI, aider LLM leaderboards",
        Feed(("evaluations",), each(read_aider), is_together=True),
    ),
)
