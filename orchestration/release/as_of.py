"""Homes for builds of the past: the raw store as it was, made of links, so that nothing fetched later can be read.

build/<name>/raw/...             links to the chosen snapshots, their received bytes and refused records
build/<name>/build, published    as in any home; the current copy of the real home is not touched
build/<name>/quality, releases   links to the real ones, and to the history, which gives back compacted snapshots
"""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from orchestration.history.layout import HISTORY
from orchestration.months import month_after
from orchestration.settings import Settings
from orchestration.snapshots.layout import LEDGER_NAME, RECEIVED, REFUSED, source_folder, table_folder
from orchestration.snapshots.ledger import append_outcome, read_outcomes
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader

_SHARED = ("quality", "releases")


def known_by(settings: Settings, month: date) -> datetime:
    """The moment whose knowledge a month's release holds: the end of the month, and the delay."""
    return datetime.combine(month_after(month) + timedelta(days=settings.release_delay_days), datetime.min.time(), UTC)


def past_home(
    settings: Settings, name: str, *, is_wanted: Callable[[Manifest], bool], attempts_until: datetime | None
) -> Settings:
    """Settings of a home that sees only some of the raw store; what an earlier call built there is kept.

    Args:
        settings: of the real home.
        name: folder of the new one under ``build/``.
        is_wanted: which snapshots it sees.
        attempts_until: up to when it knows of attempts that landed nothing; None for none at all.
    """
    home = settings.root / "build" / name
    raw = home / "raw"
    # Links only: nothing of the real store goes with them.
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir(parents=True)
    reader = SnapshotReader(settings.raw)
    for source in reader.sources():
        for table in reader.tables(source):
            _link(settings.raw / table_folder(source, table) / REFUSED, raw / table_folder(source, table) / REFUSED)
        for outcome in read_outcomes(settings.raw / source_folder(source) / LEDGER_NAME):
            if attempts_until is not None and outcome.attempted_at <= attempts_until:
                append_outcome(raw / source_folder(source) / LEDGER_NAME, outcome)
    _link(settings.raw / RECEIVED, raw / RECEIVED)
    for manifest in reader.manifests():
        if is_wanted(manifest):
            _link(settings.raw / manifest.folder, raw / manifest.folder)
    _link(settings.root / HISTORY, home / HISTORY)
    for shared in _SHARED:
        (settings.root / shared).mkdir(exist_ok=True)
        _link(settings.root / shared, home / shared)
    return Settings(**{**settings.model_dump(), "home": home})


def remove_home(past: Settings) -> None:
    """Removes such a home; what it links to stays."""
    shutil.rmtree(past.root, ignore_errors=True)


def _link(target: Path, link: Path) -> None:
    """Links to a folder, if it is there."""
    if not target.exists() or link.is_symlink():
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
