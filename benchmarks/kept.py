"""Finished jobs: one file each, written whole, so that a killed run goes on where it was."""

from pathlib import Path

import msgspec

from benchmarks.job import Result
from orchestration.snapshots.disk import replace_durably


class Kept:
    """The results of one run.

    Args:
        folder: of the run; another size or other code has another one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "jobs"

    def result(self, job: str) -> Result | None:
        """What a job came to, or why it failed; None when it was not run to its end."""
        try:
            return msgspec.json.decode(self._path(job).read_bytes(), type=Result)
        except (OSError, msgspec.MsgspecError):
            return None

    def is_done(self, job: str) -> bool:
        """Whether a job has figures; one that failed is tried again."""
        found = self.result(job)
        return found is not None and found.failed is None

    def keep(self, result: Result) -> None:
        """Keeps a result."""
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_durably(self._path(result.job), msgspec.json.encode(result))

    def _path(self, job: str) -> Path:
        return self._folder / f"{job}.json"
