"""Lands the sample through the real connectors, in simulated time: what is missing, and nothing twice."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from time import perf_counter

from filelock import FileLock, Timeout

from orchestration.errors import ConfigurationError
from orchestration.ingest import ingest
from orchestration.sample import artificial_analysis, epoch, hub, lmarena, openrouter, registry
from orchestration.sample.calendar import FIRST_DAY, LAST_DAY
from orchestration.sample.feeds import CITATION, LICENCE, SampleSnapshot
from orchestration.sample.tables import fingerprint
from orchestration.settings import Settings
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.disk import writing
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.sources.registry import source
from orchestration.sources.spec import Connector, IngestRequest, Progress

Feed = Callable[[int], Iterable[SampleSnapshot]]

#: The sources that the sample stands in for; a further source is one more feed.
FEEDS: dict[str, Feed] = {
    feed.SOURCE: feed.snapshots for feed in (registry, hub, openrouter, artificial_analysis, lmarena, epoch)
}

#: Where the native files lie until they have landed; under the raw store, so that nothing is left elsewhere.
_STAGING = Path(".staging") / "sample"
_AHEAD = 4


def land_sample(
    settings: Settings,
    *,
    scale: int = 1,
    since: date = FIRST_DAY,
    until: date = LAST_DAY,
    report: Callable[[Progress], None] = lambda progress: None,
) -> Iterator[Outcome]:
    """Generates the sample and lands what of it has not landed yet, oldest first.

    The same call gives the same store, byte for byte, in any folder, also when earlier calls were killed or ended at
    another day. Nothing is fetched at the real time: a snapshot's manifest says the hour that the sample simulates.

    Args:
        settings: where the raw store is.
        scale: how many times every model is there; above 1 for load tests.
        since: first day of the snapshots.
        until: last day of the snapshots.
        report: receives progress in snapshots.

    Yields:
        One outcome per attempt; some attempts of the sample are refused or fail, as real ones do.

    Raises:
        ConfigurationError: the store holds real data or another sample, or another process is landing.
    """
    if scale < 1:
        raise ConfigurationError(f"The sample's scale is {scale}; it must be at least 1.")
    with writing(settings.raw, "The sample was not landed"), _only_lander(settings) as staging:
        store = SnapshotStore(settings.raw)
        _refuse_other_data(store, scale)
        missing = list(_missing(store, scale, since, until))
        started = perf_counter()
        with _made_ahead(missing, staging) as folders:
            for number, (snapshot, folder) in enumerate(zip(missing, folders, strict=True), start=1):
                yield from _land(settings, snapshot, folder, scale)
                shutil.rmtree(folder)
                report(Progress("sample snapshots", number, len(missing), perf_counter() - started))


def _missing(store: SnapshotStore, scale: int, since: date, until: date) -> Iterator[SampleSnapshot]:
    """The attempts that are not on record, in the order of their simulated time."""
    on_record = {
        (outcome.source, outcome.table_name, outcome.snapshot_date, outcome.attempted_at)
        for name in FEEDS
        for outcome in store.outcomes(name)
    }
    planned = [snapshot for feed in FEEDS.values() for snapshot in feed(scale)]
    for snapshot in sorted(planned, key=lambda one: (one.fetched_at, one.source, one.table)):
        identity = (snapshot.source, snapshot.table, snapshot.snapshot_date, snapshot.fetched_at)
        if since <= snapshot.snapshot_date <= until and identity not in on_record:
            yield snapshot


def _land(settings: Settings, snapshot: SampleSnapshot, folder: Path, scale: int) -> Iterator[Outcome]:
    """Lets the source's own connector read the files and lands what it makes of them."""

    def clock() -> datetime:
        return snapshot.fetched_at

    entry = {
        "location": str(folder / snapshot.pattern),
        "snapshot_date": snapshot.snapshot_date,
        "source_revision": fingerprint(scale),
        "licence": LICENCE,
        "citation": CITATION,
        **snapshot.settings,
    }
    spec = source(snapshot.source)
    request = IngestRequest(
        settings=settings,
        store=SnapshotStore(settings.raw, clock),
        entries=(entry,),
        tables=frozenset({snapshot.table}),
        synthetic=True,
        clock=clock,
    )
    yield from ingest(replace(spec, connector=_placeless(spec.connector, folder, snapshot)), request)


def _placeless(connector: Connector, folder: Path, snapshot: SampleSnapshot) -> Connector:
    """The connector, with ``sample:`` in place of the folder in which the files happen to lie."""
    place = f"sample:{snapshot.source}/{snapshot.table}/{snapshot.snapshot_date}"

    def elsewhere(text: str) -> str:
        return text.replace(str(folder), place)

    def renamed(request: IngestRequest) -> Iterator[Candidate | Failure]:
        for found in connector(request):
            received = tuple(replace(file, location=elsewhere(file.location)) for file in found.received)
            if isinstance(found, Failure):
                yield replace(found, reason=elsewhere(found.reason), received=received)
            else:
                yield replace(found, location=elsewhere(found.location), received=received)

    return renamed


@contextmanager
def _made_ahead(missing: list[SampleSnapshot], staging: Path) -> Iterator[Iterator[Path]]:
    """Folders with the native files of each snapshot; a thread makes the next ones while one is landed."""
    with ThreadPoolExecutor(max_workers=1) as makers:

        def folders() -> Iterator[Path]:
            waiting: list[Future[Path]] = []
            for number, snapshot in enumerate(missing):
                waiting.append(makers.submit(_write, snapshot, staging / str(number)))
                if len(waiting) > _AHEAD:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()

        try:
            yield folders()
        finally:
            makers.shutdown(cancel_futures=True)


def _write(snapshot: SampleSnapshot, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, data in snapshot.files().items():
        (folder / name).write_bytes(data)
    return folder


def _refuse_other_data(store: SnapshotStore, scale: int) -> None:
    remedy = f"set WAREHOUSE_HOME to another folder, or remove {store.root.parent}"
    for manifest in store.manifests():
        what = f"{manifest.source}/{manifest.table} of {manifest.snapshot_date}"
        if not manifest.synthetic:
            raise ConfigurationError(
                f"{store.root} holds real data ({what}); the synthetic sample is not mixed with it: {remedy}."
            )
        if manifest.source_revision != fingerprint(scale):
            raise ConfigurationError(
                f"{store.root} holds another sample ({what} is of {manifest.source_revision}, this one is "
                f"{fingerprint(scale)}): {remedy}."
            )


@contextmanager
def _only_lander(settings: Settings) -> Iterator[Path]:
    """The folder for native files, for one process at a time; what a killed one left there is removed."""
    staging = settings.raw / _STAGING
    staging.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(staging.with_suffix(".lock"), timeout=0):
            shutil.rmtree(staging, ignore_errors=True)
            try:
                yield staging
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except Timeout:
        raise ConfigurationError(
            f"Another process is landing the sample in {settings.raw}; wait for it to end and run it again."
        ) from None
