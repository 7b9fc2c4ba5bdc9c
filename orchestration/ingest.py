"""Landing: asks connectors for candidates and lands them; the one function that the CLI and Dagster call."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date

from filelock import FileLock, Timeout

from orchestration.errors import ConfigurationError, Unreachable, WarehouseError
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.disk import writing
from orchestration.snapshots.layout import source_folder
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.reader import SnapshotReader
from orchestration.sources.spec import IngestRequest, SourceSpec


def ingest(spec: SourceSpec, request: IngestRequest) -> Iterator[Outcome]:
    """Lands whatever the source's connector gives for the request, one outcome per attempt.

    Raises:
        ConfigurationError: another process is landing this source, or the raw store cannot be written.
        WarehouseError: the disk is full, or the connector cannot go on; the attempt is on record as failed.
    """
    store = request.store
    with only_writer(store, spec.name):
        store.sweep_staging(spec.name)
        candidates = spec.connector(request)
        try:
            yield from _landed(spec, request, candidates)
        finally:
            # What a connector reads ahead is of no use to anybody, however this ended.
            if isinstance(candidates, Generator):
                candidates.close()


def _landed(spec: SourceSpec, request: IngestRequest, candidates: Iterator[Candidate | Failure]) -> Iterator[Outcome]:
    store = request.store
    answers: dict[tuple[str, date], str] = {}
    while True:
        requested_at = request.clock()
        try:
            found = next(candidates, None)
        except Exception as error:
            store.record_failure(spec.name, _failure(spec, request, error), requested_at=requested_at)
            raise
        if found is None:
            return
        if isinstance(found, Failure):
            yield store.record_failure(spec.name, found, requested_at=requested_at)
            continue
        outcome = store.land(
            spec.name,
            found,
            licence=spec.licence,
            citation=spec.citation,
            synthetic=request.synthetic,
            requested_at=requested_at,
            objection=_second_answer(found, answers),
        )
        if outcome.outcome in ("landed", "unchanged"):
            answers.setdefault((found.table, found.snapshot_date), found.location)
        found = None  # what has landed is not held while the next is made
        yield outcome


def _second_answer(found: Candidate, answers: dict[tuple[str, date], str]) -> str | None:
    """Why a different second answer for one table and day, in one call, is refused: it would win by mere order."""
    first = answers.get((found.table, found.snapshot_date))
    return first and (
        f"{found.table} of {found.snapshot_date} is given twice, by {first} and differently by {found.location}; keep "
        "one of them or give it another table or date."
    )


def _failure(spec: SourceSpec, request: IngestRequest, error: Exception) -> Failure:
    """The record of a connector that stopped with an error instead of a verdict."""
    is_expected = isinstance(error, WarehouseError)
    return Failure(
        table=next(iter(request.tables)) if len(request.tables) == 1 else "*",
        outcome="failed",
        reason=str(error) if is_expected else f"{spec.name} stopped on a defect ({type(error).__name__}: {error}).",
        snapshot_date=request.snapshot_date,
        unreachable=isinstance(error, Unreachable),
    )


@contextmanager
def only_writer(store: SnapshotReader, source: str) -> Iterator[None]:
    """One process lands or compacts a source at a time; the system frees the lock when its holder dies.

    Raises:
        ConfigurationError: another process does, or the raw store cannot be written.
    """
    folder = store.root / source_folder(source)
    lock = FileLock(folder / "ingest.lock", timeout=0)
    with writing(store.root, f"{source} was not landed"):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise ConfigurationError(
                f"Another process is landing {source} in {store.root}; wait for it to end and run it again."
            ) from None
    try:
        yield
    finally:
        lock.release()
