"""The seam to the report page: drawn from the release's own database."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from orchestration.settings import Settings


def write_report_page(settings: Settings, database: Path, target: Path) -> bool:
    """Writes the page into a folder; False where this installation cannot draw one."""
    try:
        module = import_module("orchestration.report.write")
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("orchestration.report"):
            return False
        raise
    cast(Callable[[Settings, Path, Path], Any], module.write_report)(settings, database, target)
    return True
