"""The analysts' questions on the published copy, cold and warm; pandas and polars on Parquet files of the same tables.

Cold is a fresh process whose files are not in the page cache; warm is the median of the same question asked again.
"""

import shutil
from pathlib import Path

from benchmarks.job import Figure, Job, figure_of, value_of
from benchmarks.jobs.warehouse import DAY_JOB, published
from benchmarks.measure import Found, WorkFailed, fresh, work
from benchmarks.plan import Plan
from benchmarks.questions import QUESTIONS, Question


def jobs(plan: Plan) -> tuple[Job, ...]:
    """The job of this module."""
    return (Job("questions", "analysts' questions on the published copy, cold and warm", run, (DAY_JOB,)),)


def run(plan: Plan) -> list[Figure]:
    """Asks every question in every way."""
    copy, folder = published(plan), plan.results / "exported"
    fresh(work("benchmarks.ways_duckdb:export", copy, folder))
    model = fresh(work("benchmarks.ways_duckdb:most_downloaded", copy)).value
    has_basis = fresh(work("benchmarks.ways_duckdb:has_basis", copy)).value
    asked = [question for question in QUESTIONS if has_basis or not question.reads_basis]
    figures = [figure for question in asked for figure in _figures(question, copy, folder, model)]
    shutil.rmtree(folder)
    return figures


def _figures(question: Question, copy: Path, folder: Path, model: str) -> list[Figure]:
    parameters = {"model": model} if "$model" in question.sql else {}
    found = {"ours": _asked("benchmarks.ways_duckdb:ask", [copy], copy, question.sql, parameters)}
    if question.elsewhere is not None:
        function, *settings = question.elsewhere
        arguments = [model if setting == "$model" else setting for setting in settings]
        for way in ("pandas", "polars"):
            files = sorted(folder.iterdir())
            found[way] = _asked(f"benchmarks.ways_{way}:{function}", files, folder, *arguments)
    cold, warm = (
        {way: value_of(one, lambda each, at=at: each.value[at]) for way, one in found.items()} for at in (0, 1)
    )
    return [
        figure_of(f"{question.asks}: warm", "s", warm, target=question.warm),
        figure_of(f"{question.asks}: cold", "s", cold, target=question.cold),
    ]


def _asked(function: str, files: list[Path], *arguments: object) -> Found:
    try:
        return fresh(work("benchmarks.measure:cold_and_warm", function, files, arguments))
    except WorkFailed as error:
        return str(error)
