"""The folder of a report: the page, and pictures of its figures beside it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.report.figures import FIGURES
from orchestration.report.page import GENERATOR, render
from orchestration.report.pictures import picture
from orchestration.report.published import Published
from orchestration.settings import Settings
from orchestration.snapshots.disk import sync, write_durably, writing

_UNFINISHED = ".unfinished-"
_REPLACED = ".replaced-"


@dataclass(frozen=True)
class ReportResult:
    """What was written.

    Attributes:
        page: the HTML file.
        bytes: its size.
        pictures: how many pictures lie beside it.
        absent: why, for each figure that has no data, by its title.
        notice: what a reader must know before using a figure; None for measurements.
    """

    page: Path
    bytes: int
    pictures: int
    absent: dict[str, str]
    notice: str | None


def write_report(settings: Settings, database: Path, target: Path) -> ReportResult:
    """Writes the report of one published copy to a folder, whole or not at all.

    The same copy gives the same bytes. An older report in the folder is replaced in one step.

    Args:
        settings: limits of the engine.
        database: the published copy, or a release's database, with the schemas marts and ops.
        target: the folder; it must not hold anything but an older report.

    Raises:
        ConfigurationError: the copy lacks what is read, or the folder holds something else.
        WarehouseError: the disk is full.
    """
    _refuse_foreign(target)
    published = Published(settings, database)
    figures = [make(published) for make in FIGURES]
    page = render(published, figures).encode()
    with writing(target, "the report was not written"), _staged(target) as folder:
        write_durably(folder / "index.html", page)
        (folder / "figures").mkdir()
        drawn = [figure for figure in figures if figure.panels]
        for figure in drawn:
            svg, png = picture(published, figure)
            write_durably(folder / "figures" / f"{figure.name}.svg", svg.encode())
            write_durably(folder / "figures" / f"{figure.name}.png", png)
        sync(folder / "figures")
    return ReportResult(
        page=target / "index.html",
        bytes=len(page),
        pictures=2 * len(drawn),
        absent={figure.title: figure.absent for figure in figures if figure.absent},
        notice=published.build.notice,
    )


def _refuse_foreign(target: Path) -> None:
    """Nothing is replaced but an empty folder or a report.

    Raises:
        ConfigurationError: the folder holds something else.
    """
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    page = target / "index.html"
    is_report = page.is_file() and GENERATOR.encode() in page.read_bytes()[:4096]
    if not is_report or {path.name for path in target.iterdir()} - {"index.html", "figures"}:
        raise ConfigurationError(f"{target} holds something that is not a report; name an empty or a new folder.")


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """A folder beside the target that takes its place when the work is done."""
    unfinished, replaced = (target.with_name(f"{mark}{target.name}") for mark in (_UNFINISHED, _REPLACED))
    for leftover in (unfinished, replaced):
        shutil.rmtree(leftover, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        sync(unfinished)
        if target.exists():
            target.rename(replaced)
        unfinished.rename(target)
        sync(target.parent)
    finally:
        for leftover in (unfinished, replaced):
            shutil.rmtree(leftover, ignore_errors=True)
