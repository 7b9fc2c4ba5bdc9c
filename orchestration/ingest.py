"""Landing: asks connectors for candidates and lands them; the one function that the CLI and Dagster call."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.snapshots.candidate import Failure
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.spec import IngestRequest, SourceSpec


def ingest(spec: SourceSpec, request: IngestRequest) -> Iterator[Outcome]:
    """Lands whatever the source's connector gives for the request, one outcome per attempt.

    Raises:
        ConfigurationError: another process is landing this source.
        DataRefused: the raw store cannot be written.
    """
    store = request.store
    with _only_writer(store, spec.name):
        store.sweep_staging()
        requested_at = request.clock()
        for found in spec.connector(request):
            if isinstance(found, Failure):
                yield store.record_failure(spec.name, found, requested_at=requested_at)
            else:
                yield store.land(
                    spec.name,
                    found,
                    licence=spec.licence,
                    citation=spec.citation,
                    synthetic=request.synthetic,
                    requested_at=requested_at,
                )
            requested_at = request.clock()


@contextmanager
def _only_writer(store: SnapshotStore, source: str) -> Iterator[None]:
    """One process lands a source at a time; the system frees the lock when its holder dies."""
    folder = store.root / source
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "ingest.lock", timeout=0):
            yield
    except Timeout:
        raise ConfigurationError(
            f"Another process is landing {source} in {store.root}; wait for it to end and run it again."
        ) from None
    except PermissionError as error:
        raise DataRefused(
            f"{store.root} cannot be written ({error.strerror}); set WAREHOUSE_HOME to a folder that can be."
        ) from None
