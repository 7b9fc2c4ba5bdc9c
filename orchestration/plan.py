"""Planning an ingest: from what a person or a schedule asks for to one request per source."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings
from orchestration.snapshots.store import SnapshotStore, utc_now
from orchestration.sources.locations import load_sources_file
from orchestration.sources.registry import SOURCES, source
from orchestration.sources.spec import IngestRequest, Progress, SourceSpec


@dataclass(frozen=True)
class Planned:
    """One source and what is asked of it."""

    spec: SourceSpec
    request: IngestRequest


def plan_ingest(
    settings: Settings,
    *,
    sources: Collection[str] = (),
    sources_file: Path | None = None,
    tables: Collection[str] = (),
    snapshot_date: date | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
) -> list[Planned]:
    """What is to be asked of which source, before anything is asked.

    Args:
        settings: which home.
        sources: names of sources; none means all of the sources file, or all live ones that are not without a key.
        sources_file: where the data lies; None means the live services.
        tables: wanted tables; none means all.
        snapshot_date: the wanted day; None means every day of the files, or today.
        report: receives progress.

    Raises:
        ConfigurationError: an unknown source or table, a source without a location or key, a past day of a live
            service, or a home that holds the synthetic sample.
    """
    store = SnapshotStore(settings.raw)
    _refuse_sample(store)
    entries = load_sources_file(sources_file) if sources_file else {}
    specs = [source(name) for name in dict.fromkeys(sources or entries or _live_sources())]
    for spec in specs:
        if sources_file is None:
            _require_live(spec, tables, snapshot_date)
        elif spec.name not in entries:
            raise ConfigurationError(f"{sources_file} has no entry for {spec.name}; add one or leave the source out.")
    return [
        Planned(
            spec,
            IngestRequest(
                settings=settings,
                store=store,
                entries=entries.get(spec.name, ()),
                tables=frozenset(tables),
                snapshot_date=snapshot_date,
                report=report,
            ),
        )
        for spec in specs
    ]


def _refuse_sample(store: SnapshotStore) -> None:
    """Real data does not share a home with the sample, whose invented counters carry the names of real models."""
    first = next(store.manifests(), None)
    if first is not None and first.synthetic:
        raise ConfigurationError(
            f"{store.root} holds the synthetic sample; set WAREHOUSE_HOME to another folder for real data."
        )


def without_key() -> list[SourceSpec]:
    """Live sources that are not asked, because they need a key and none is set."""
    return [spec for spec in SOURCES.values() if spec.key_variable and not os.environ.get(spec.key_variable)]


def _live_sources() -> list[str]:
    left_out = without_key()
    return [name for name, spec in SOURCES.items() if any(table.live for table in spec.tables) and spec not in left_out]


def _require_live(spec: SourceSpec, tables: Collection[str], snapshot_date: date | None) -> None:
    live = {table.name for table in spec.tables if table.live}
    if not live:
        raise ConfigurationError(f"{spec.name} has no live service; name its files with --sources FILE.")
    if spec in without_key():
        raise ConfigurationError(
            f"{spec.name} answers only with a key; set {spec.key_variable} or name stored files with --sources FILE."
        )
    unknown = sorted(set(tables) - live)
    if unknown:
        raise ConfigurationError(
            f"{spec.name} has no live table {unknown[0]!r}; its live tables: {', '.join(sorted(live))}."
        )
    today = utc_now().date()
    if snapshot_date is not None and snapshot_date != today:
        raise ConfigurationError(
            f"{spec.name} is live and answers only for today ({today} UTC), so {snapshot_date} cannot be asked for; "
            "name files that hold it with --sources FILE."
        )
