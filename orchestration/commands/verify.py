"""``warehouse verify``: whether what is stored is still what its manifests say."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from orchestration.commands.terminal import load_settings, progress, say
from orchestration.errors import ConfigurationError, DataRefused
from orchestration.release.publication import fetch_release, target_of
from orchestration.release.rebuild import rebuild_release
from orchestration.release.store import find
from orchestration.release.verify import is_release, release_problems
from orchestration.release.version import Version
from orchestration.settings import Settings
from orchestration.snapshots.public_text import public_text
from orchestration.snapshots.verify import verify_store
from orchestration.warehouse.dbt import NodeDone
from orchestration.warehouse.results import printable

EXAMPLES = (
    "warehouse verify                                  the raw store",
    "warehouse verify /backup/warehouse/raw",
    "warehouse verify 2026.10.0                        a release, by version or path",
    "warehouse verify hf://datasets/ORGANISATION/NAME@2026.10.0",
    "warehouse verify s3://BUCKET/FOLDER/2026.10.0",
    "warehouse verify --rebuild 2026.10.0              builds it again from raw and compares",
)


def verify(
    path: Annotated[str | None, typer.Argument(metavar="[PATH|URL]", help="Default: $WAREHOUSE_HOME/raw.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build the release anew from raw and compare.")] = False,
) -> None:
    """Checks the raw store or a release against its manifests.

    Every file is read and compared with its checksum; of a release also the columns, the keys, and that its database
    holds what its Parquet files hold. The exit code is 1 if anything differs.
    """
    settings = load_settings()
    if path is None or not _names_release(path):
        if rebuild:
            raise ConfigurationError("--rebuild needs a release: its version, path or URL.")
        root = Path(path) if path else settings.raw
        _conclude(str(root), verify_store(root))
        return
    with _folder(settings, path) as folder:
        _conclude(public_text(path), release_problems(settings, folder))
        if rebuild:
            _rebuild(settings, folder)


def _names_release(path: str) -> bool:
    return "://" in path or Version.parse(path) is not None or is_release(Path(path))


@contextmanager
def _folder(settings: Settings, path: str) -> Iterator[Path]:
    """The release in a folder; one from elsewhere is fetched for as long as the context lasts."""
    if "://" not in path:
        yield find(settings, path)
        return
    separator = "@" if path.startswith("hf://") else "/"
    place, _, revision = path.rstrip("/").rpartition(separator)
    if not place or (separator == "/" and Version.parse(revision) is None):
        raise ConfigurationError(
            f"{public_text(path)} does not say which version; end it with {separator}YYYY.MM.N, as it was published."
        )
    with TemporaryDirectory(prefix="warehouse-verify-") as folder:
        fetch_release(target_of(place), revision, Path(folder))
        yield Path(folder)


def _conclude(what: str, found: Iterator[str]) -> None:
    problems = 0
    for problem in found:
        problems += 1
        say(printable(problem))
    if problems:
        raise DataRefused(f"{what} has {problems} {'problem' if problems == 1 else 'problems'}; they are listed above.")
    say(f"{what} is intact.")


def _rebuild(settings: Settings, folder: Path) -> None:
    with progress() as show:

        def report(done: NodeDone) -> None:
            show("dbt build", done.index, done.total)

        rebuilt = rebuild_release(settings, folder, report=report)
    for table in rebuilt.tables:
        say(f"{'identical' if table.is_identical else 'DIFFERENT'}  {table.name}")
    different = sum(not table.is_identical for table in rebuilt.tables)
    if different:
        why = f" ({'; '.join(rebuilt.differences)})" if rebuilt.differences else ""
        raise DataRefused(
            f"{different} of {len(rebuilt.tables)} tables came out different from the same raw data{why}."
        )
    say(f"All {len(rebuilt.tables)} tables came out the same, byte for byte.")
