"""Whether the files of a history are what its index says."""

from collections.abc import Iterator

from orchestration.errors import DataRefused
from orchestration.history.store import History
from orchestration.snapshots.disk import file_sha256


def history_problems(history: History) -> Iterator[str]:
    """Yields each problem of one history as one sentence; files that a kill left behind are none."""
    try:
        files = history.index().files
    except DataRefused as error:
        yield str(error)
        return
    for file in files:
        path = history.folder / file.name
        if not path.is_file():
            yield f"{path} is missing; restore it."
        elif file_sha256(path) != (file.sha256, file.bytes):
            yield f"{path} is not the file that was written; restore it."
