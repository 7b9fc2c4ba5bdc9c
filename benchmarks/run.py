"""A run: what is missing of it is done, everything is kept, and the results are written."""

import shutil
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import typer

from benchmarks.job import Figure, Job, Result
from benchmarks.jobs import all_jobs
from benchmarks.kept import Kept
from benchmarks.machine import Machine, describe
from benchmarks.measure import WorkFailed, fresh, work
from benchmarks.plan import Plan
from benchmarks.plot import picture
from benchmarks.table import NOTICE, document
from orchestration.errors import ConfigurationError
from orchestration.snapshots.disk import replace_durably


class Report(msgspec.Struct, frozen=True):
    """Everything that a run found, as ``results.json`` holds it."""

    notice: str
    scale: float
    models: int
    days: int
    runs: int
    machine: Machine
    results: tuple[Result, ...]


def run(plan: Plan, wanted: Collection[str] = ()) -> list[Result]:
    """Runs the wanted jobs and what they need, unless they are done.

    Args:
        plan: the run.
        wanted: names of jobs; none: all.

    Returns:
        What every job of the plan came to, as far as it was run, now or before.

    Raises:
        ConfigurationError: there is no such job, or the disk has no room for the data.
    """
    jobs = all_jobs(plan)
    kept = Kept(plan.results)
    _remove_what_other_code_made(plan)
    missing = [job for job in chosen(jobs, wanted) if not kept.is_done(job.name)]
    if missing:
        _say(f"{plan.models:,} models, {plan.days} days in {plan.work}")
        try:
            fresh(work("benchmarks.home:make_data", plan))
        except WorkFailed as error:
            raise ConfigurationError(f"The generated days could not be made: {error}") from None
    for job in missing:
        _say(f"{job.name}: {job.measures}")
        kept.keep(_result(plan, job))
    return [found for job in jobs if (found := kept.result(job.name)) is not None]


def chosen(jobs: Sequence[Job], wanted: Collection[str]) -> list[Job]:
    """The wanted jobs and what they need, in their order; all of them when none is named.

    Raises:
        ConfigurationError: there is no such job.
    """
    by_name = {job.name: job for job in jobs}
    unknown = sorted(set(wanted) - by_name.keys())
    if unknown:
        raise ConfigurationError(f"There is no job {unknown[0]!r}; the jobs of this run: {', '.join(by_name)}.")
    names = set(wanted) or set(by_name)
    names |= {needed for name in names for needed in by_name[name].needs}
    return [job for job in jobs if job.name in names]


def measured(plan: Plan, job: str) -> list[Figure]:
    """The figures of one job; called in a process of its own, so that what it leaves in memory is gone with it."""
    plan.results.mkdir(parents=True, exist_ok=True)
    return next(each for each in all_jobs(plan) if each.name == job).run(plan)


def write(plan: Plan, results: Sequence[Result], folder: Path) -> str:
    """Writes ``results.json``, ``results.md`` and ``results.svg``, and returns the table."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = describe(plan.work)
    text = document(plan, machine, results)
    report = Report(NOTICE, plan.scale, plan.models, plan.days, plan.runs, machine, tuple(results))
    figures = [figure for result in results for figure in result.figures]
    replace_durably(folder / "results.json", msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    replace_durably(folder / "results.svg", picture(plan, figures).encode())
    replace_durably(folder / "results.md", text.encode())
    return text


def _result(plan: Plan, job: Job) -> Result:
    start = time.perf_counter()
    figures: tuple[Figure, ...] = ()
    failed = None
    try:
        figures = tuple(fresh(work("benchmarks.run:measured", plan, job.name)).value)
    except WorkFailed as error:
        failed = str(error)
        _say(f"{job.name} failed: {failed}")
    return Result(job.name, job.measures, round(time.perf_counter() - start, 1), figures, failed)


def _remove_what_other_code_made(plan: Plan) -> None:
    """Data and homes of a size that a run with these options cannot use."""
    folder = plan.work / plan.name
    for path in folder.iterdir() if folder.is_dir() else ():
        if path not in {plan.data, plan.results}:
            _say(f"removing {path.name}, which other code or another number of runs has made")
            shutil.rmtree(path)


def _say(text: str) -> None:
    typer.echo(text, err=True)
