"""Making a release: staged beside the others and renamed in one step, then never touched again.

releases/.unfinished-<version>/   what is being made; a kill leaves it, the next call removes it
releases/<version>/               there whole or not at all, read-only
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.release.contents import Draft, Step, write_contents
from orchestration.release.gate import Gate, QualityGate, require_export, require_passed
from orchestration.release.manifest import FORMAT, ReleaseManifest
from orchestration.release.source import finished_copy, require_month
from orchestration.release.store import folder_of, manifests, versions
from orchestration.release.tombstones import Tombstone, read_tombstones
from orchestration.release.verify import release_problems
from orchestration.release.version import Version
from orchestration.settings import Settings
from orchestration.snapshots.disk import sync, writing
from orchestration.snapshots.store import utc_now

_UNFINISHED = ".unfinished-"


@dataclass(frozen=True)
class Release:
    """A release that is there.

    Attributes:
        folder: where.
        manifest: what it is.
        unchanged: it was there already, made from the same inputs.
    """

    folder: Path
    manifest: ReleaseManifest
    unchanged: bool


def cut_release(
    settings: Settings,
    month: date,
    *,
    home: Settings | None = None,
    as_of: datetime | None = None,
    synthetic_ok: bool = False,
    gate: Gate | None = None,
    clock: Callable[[], datetime] = utc_now,
    step: Step = lambda what: None,
) -> Release:
    """Makes the next release of a month, or finds the one that was made from the same inputs.

    Args:
        settings: of the home that keeps the releases.
        month: its first day.
        home: where the build is, if not there: a home of the past.
        as_of: the moment of the past whose knowledge that build holds.
        synthetic_ok: whether a release of invented data is wanted.
        gate: what decides; the project's own by default. It is asked with the build's home.
        clock: the present.
        step: receives the name of each piece of work when it begins.

    Raises:
        DataRefused: the gate refuses, the build was edited, the data is synthetic, or licences do not go together.
        ConfigurationError: nothing is published, or another process is making a release.
        WarehouseError: the disk is full.
    """
    with releases_lock(settings), writing(settings.root, f"The release of {month:%Y-%m} was not made"):
        copy = finished_copy(home or settings)
        require_month(copy, month)
        if copy.build.synthetic and not synthetic_ok:
            raise DataRefused(
                f"Build {copy.build.build_id} is synthetic, and a release is cited; pass --synthetic-ok to make one of "
                "invented data all the same."
            )
        tombstones = read_tombstones()
        inputs = inputs_sha256(copy.build.fingerprint, tombstones)
        for manifest in manifests(settings):
            if manifest.month == month and manifest.inputs_sha256 == inputs:
                return Release(settings.releases / manifest.version, manifest, unchanged=True)
        step("gate")
        now = clock()
        gate = gate or QualityGate()
        verdict = gate.evaluate(copy.settings, month, now=as_of or now, synthetic_ok=synthetic_ok)
        require_passed(verdict, month)
        existing = versions(settings)
        version = Version.next(existing, month)
        draft = Draft(
            version=version,
            previous=version.before(existing),
            copy=copy,
            tombstones=tombstones,
            verdict=verdict,
            inputs_sha256=inputs,
            as_of=as_of,
            now=now,
        )
        staging = settings.releases / f"{_UNFINISHED}{version}"
        staging.mkdir()
        manifest = write_contents(settings, staging, draft, step)
        step("verify")
        require_export(gate.check_export(copy.settings, verdict, staging))
        problems = list(release_problems(settings, staging))
        if problems:
            raise DataRefused(f"The release was not made, because it does not verify: {'; '.join(problems)}")
        _close(staging)
        staging.rename(folder_of(settings, version))
        sync(settings.releases)
    return Release(folder_of(settings, version), manifest, unchanged=False)


def inputs_sha256(fingerprint: str, tombstones: Sequence[Tombstone]) -> str:
    """Identity of all that a release is made from."""
    identity = (FORMAT, fingerprint, sorted(msgspec.json.encode(each).decode() for each in tombstones))
    return hashlib.sha256(msgspec.json.encode(identity)).hexdigest()


def _close(folder: Path) -> None:
    """Waits until the disk has everything, and takes away the permission to write."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file():
            sync(path)
        path.chmod(0o555 if path.is_dir() else 0o444)
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            sync(path)
    folder.chmod(0o555)


@contextmanager
def releases_lock(settings: Settings) -> Iterator[None]:
    """Held while a release is made or published, by one process at a time; what a killed one left is removed.

    Raises:
        ConfigurationError: another process holds it, or the folder cannot be written.
    """
    try:
        settings.releases.mkdir(parents=True, exist_ok=True)
        lock = FileLock(settings.releases / ".lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise ConfigurationError(
            f"Another process is making or publishing a release in {settings.releases}; wait for it to end."
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{settings.releases} cannot be written ({error.strerror}); set WAREHOUSE_HOME to a folder that can be."
        ) from None
    try:
        for leftover in settings.releases.glob(f"{_UNFINISHED}*"):
            remove_tree(leftover)
        try:
            yield
        finally:
            for leftover in settings.releases.glob(f"{_UNFINISHED}*"):
                remove_tree(leftover)
    finally:
        lock.release()


def remove_tree(folder: Path) -> None:
    """Removes a folder whose own folders may be read-only."""
    for directory, _, _ in os.walk(folder):
        Path(directory).chmod(0o755)
    shutil.rmtree(folder)
