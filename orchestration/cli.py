"""The command line: ``warehouse``. Exit codes: 0 done, 1 refused, 2 wrong call, 3 unreachable, 130 interrupted."""

import atexit
import logging
import os
import sys
import traceback
from typing import Annotated

import typer

from orchestration.commands import (
    build,
    compact,
    demo,
    diff,
    explain,
    gate,
    ingest,
    names,
    release,
    report,
    snapshot,
    sql,
    status,
    ui,
    verify,
)
from orchestration.errors import WarehouseError

app = typer.Typer(
    name="warehouse",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    demo,
    ingest,
    build,
    gate,
    release,
    diff,
    report,
    sql,
    explain,
    names,
    status,
    verify,
    snapshot,
    compact,
    ui,
):
    name = module.__name__.rpartition(".")[2]
    # \b keeps the lines of the examples as they are.
    app.command(name, epilog="\b\nExamples:\n" + "\n".join(f"  {example}" for example in module.EXAMPLES))(
        getattr(module, name)
    )


@app.callback()
def warehouse(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Measures the open language-model ecosystem: raw snapshots, marts, a published copy for analysts.

    Data lies under $WAREHOUSE_HOME (default .warehouse). `warehouse demo` shows all of it in two or three minutes.
    """


def _end_lock_watcher() -> None:
    """Ends the process that multiprocessing starts to watch dbt's locks: by itself it outlives this one by a moment."""
    watching = sys.modules.get("multiprocessing.resource_tracker")
    if watching is not None and watching._resource_tracker._pid is not None:
        watching._resource_tracker._stop()


def main() -> None:
    """Runs the command line; an expected error is one sentence on standard error."""
    if "multiprocessing.util" not in sys.modules:  # only what is registered before it runs after it has cleaned up
        atexit.register(_end_lock_watcher)
    logging.raiseExceptions = False  # a full disk is one sentence, not a traceback for each line of dbt's log
    try:
        app()
    except WarehouseError as error:
        _fail(str(error), error.exit_code)
    except Exception as error:
        _fail(f"{type(error).__name__}: {error}; run `warehouse --debug ...` for the traceback.", 1)
    finally:
        _flush()


def _fail(sentence: str, exit_code: int) -> None:
    if "--debug" in sys.argv[1:2]:
        traceback.print_exc()
    typer.echo(f"Error: {sentence}", err=True)
    sys.exit(exit_code)


def _flush() -> None:
    """Ends quietly when whoever read the output has gone."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
