"""The command line of the benchmarks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from benchmarks.plan import FULL_DAYS, Plan
from benchmarks.run import run, write
from orchestration.errors import ConfigurationError, WarehouseError


def main(  # noqa: PLR0917
    scale: Annotated[float, typer.Option(min=0.0001, help="1 is the whole Hub: 3,000,000 models.")] = 1.0,
    days: Annotated[int, typer.Option(min=5, help="Days of the history.")] = FULL_DAYS,
    only: Annotated[list[str] | None, typer.Option(metavar="JOB", help="Only this job and what it needs.")] = None,
    runs: Annotated[int, typer.Option(min=1, help="How often each way is measured; the median counts.")] = 3,
    output: Annotated[Path, typer.Option(help="Where a folder with the results is made.")] = Path("benchmarks/results"),
    work: Annotated[Path, typer.Option(help="Where generated data and finished jobs are kept.")] = Path(".benchmarks"),
) -> None:
    """Measures the warehouse on generated, Hub-shaped data, as ratios against pandas and polars in the same run.

    A run that was killed goes on where it was, when it is started again with the same options and the same code.
    """
    plan = Plan(scale, days, work.absolute(), runs)
    try:
        with _only_run(plan.work):
            results = run(plan, only or ())
            typer.echo(write(plan, results, output / plan.name))
    except WarehouseError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(error.exit_code) from None
    if any(result.failed for result in results):
        raise typer.Exit(1)


@contextmanager
def _only_run(folder: Path) -> Iterator[None]:
    """Two runs at a time would measure each other.

    Raises:
        ConfigurationError: there is one already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=0):
            yield
    except Timeout:
        raise ConfigurationError(f"Another run of the benchmarks works in {folder}; wait for it to end.") from None
