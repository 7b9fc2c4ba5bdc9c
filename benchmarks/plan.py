"""What one run is: how large, for how long, and where its parts are kept."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks.hub_history import FIRST_DAY

FULL_MODELS, FULL_DAYS = 3_000_000, 550
#: Days of a full run on which one more day is measured.
_CHECKPOINTS = (30, 180, 365, 550)
#: Days that a full run keeps as raw snapshots, a week; older ones are in the history alone, so that a first build reads
#: changed readings. All days as raw snapshots are a job of their own.
_RETENTION = 7
_PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Plan:
    """One run.

    Attributes:
        scale: 1 is the whole Hub.
        days: how many days the history has.
        work: folder of generated data and of what is finished.
        runs: how often each way is measured; the median counts.
    """

    scale: float
    days: int
    work: Path
    runs: int = 3

    @property
    def models(self) -> int:
        """Models on the last day."""
        return max(round(FULL_MODELS * self.scale), 1000)

    @property
    def is_full(self) -> bool:
        """Whether the run has the size that the targets are set for."""
        return self.models >= FULL_MODELS and self.days >= FULL_DAYS

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """The days (1 is the first) on which one more day is measured: those of a full run, scaled to the length."""
        return tuple(sorted({max(round(day * self.days / FULL_DAYS), 3) for day in _CHECKPOINTS}))

    @property
    def retention(self) -> int:
        """How many of the newest days are there as raw snapshots."""
        return max(round(_RETENTION * self.days / FULL_DAYS), 2)

    @property
    def name(self) -> str:
        """Short name of the size, for folders."""
        return f"{self.scale:g}" if self.days == FULL_DAYS else f"{self.scale:g}-{self.days}-days"

    @property
    def data(self) -> Path:
        """Folder of generated data; other code that makes it, another folder."""
        made_by = (
            "benchmarks/hub_history.py",
            "benchmarks/home.py",
            "orchestration/snapshots",
            "orchestration/history",
        )
        return self.work / self.name / f"data-{code_sha256(made_by)[:12]}"

    @property
    def results(self) -> Path:
        """Folder of finished jobs, and of what they share; other code or number of runs, another folder."""
        measured = ("benchmarks", "orchestration", "dbt_project")
        return self.work / self.name / f"run-{self.runs}x-{code_sha256(measured)[:12]}"


def date_of(day: int) -> date:
    """The date of a day of the history; 1 is the first."""
    return FIRST_DAY + timedelta(day - 1)


def code_sha256(places: Iterable[str], root: Path = _PROJECT) -> str:
    """Identity of the source files in some places of the project."""
    digest = hashlib.sha256()
    for place in places:
        path = root / place
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.suffix in _SOURCES and not _DERIVED & set(file.relative_to(root).parts):
                digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


_SOURCES = {".py", ".sql", ".yml", ".csv", ".md"}
#: Folders that dbt and the benchmarks write into.
_DERIVED = {"target", "logs", "dbt_packages", "results", "__pycache__"}
