"""Publishing a release: upload, read everything back, and only then tell readers of it.

An interrupted upload goes on where it was; a version that is finished is never replaced; what was published is on
record in ``releases/publications.jsonl``.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec

from orchestration.errors import ConfigurationError, DataRefused, Unreachable
from orchestration.release.file_target import FileTarget
from orchestration.release.layout import SUMS
from orchestration.release.manifest import read_manifest
from orchestration.release.sums import decode_sums, encode_sums
from orchestration.release.target import Target
from orchestration.release.verify import release_problems
from orchestration.release.version import Version
from orchestration.settings import Settings
from orchestration.snapshots.disk import replace_durably, writing
from orchestration.snapshots.store import utc_now

#: Times that what came back wrong is sent anew.
_REPAIRS = 1
_LEDGER = "publications.jsonl"


class Publication(msgspec.Struct, frozen=True):
    """One version at one place; ``sums_sha256`` is of its ``SHA256SUMS``."""

    version: str
    target: str
    revision: str
    sums_sha256: str
    published_at: datetime


def target_of(url: str) -> Target:
    """The place that a person names.

    Raises:
        ConfigurationError: it is not one.
    """
    if "://" not in url:
        raise ConfigurationError(
            f"{url!r} is no place to publish to; write local, hf://datasets/ORGANISATION/NAME, s3://BUCKET/FOLDER or "
            "file:///FOLDER."
        )
    if url.startswith("hf://"):
        # 0.3 s that other commands do not need.
        from orchestration.release.hub_target import HubTarget  # noqa: PLC0415

        return HubTarget(url)
    return FileTarget(url)


def publish_release(
    settings: Settings,
    folder: Path,
    target: Target,
    *,
    clock: Callable[[], datetime] = utc_now,
    step: Callable[[str], None] = lambda what: None,
) -> Publication:
    """Publishes one release; a second call changes nothing. The caller holds the lock on the releases.

    Raises:
        DataRefused: the release here is damaged, or the version is there with other content.
        Unreachable: the place could not be reached, or does not give back what was sent.
    """
    version = Version.parse(read_manifest(folder).version)
    if version is None or (problems := list(release_problems(settings, folder))):
        raise DataRefused(f"{folder} is damaged and is not published: {'; '.join(problems)}")
    sums = (folder / SUMS).read_bytes()
    step("look")
    there = target.finished_sums(version)
    if there is not None and there != sums:
        raise DataRefused(
            f"{target.name} has another {version} already, and a version is never replaced; restore the folder of "
            "releases that it came from, or publish to another place."
        )
    step("upload")
    revision = target.revision_of(version) if there is not None else target.upload(version, folder, ())
    step("read back")
    wrong = list(_wrong(target, revision, sums))
    for _ in range(_REPAIRS):
        if wrong:
            revision = target.upload(version, folder, wrong)
            wrong = list(_wrong(target, revision, sums))
    if wrong:
        raise Unreachable(
            f"{target.name} does not give back what was sent ({', '.join(wrong[:5])}), so {version} is not announced; "
            "run it again, or look at the place."
        )
    step("announce")
    target.finish(version, revision, sums)
    publication = Publication(str(version), target.name, revision, hashlib.sha256(sums).hexdigest(), clock())
    return _recorded(settings, publication)


def publications(settings: Settings) -> list[Publication]:
    """What has been published, oldest first; a line that a kill cut off is not a record."""
    with suppress(FileNotFoundError):
        lines = (settings.releases / _LEDGER).read_bytes().split(b"\n")
        return list(filter(None, map(_decoded, lines)))
    return []


def is_published(settings: Settings, version: Version, target: Target) -> bool:
    """Whether a version is on record as published at a place."""
    return any((each.version, each.target) == (str(version), target.name) for each in publications(settings))


def fetch_release(target: Target, revision: str, folder: Path) -> None:
    """Fetches all files of a revision into an empty folder, also those that its sums do not name.

    Raises:
        DataRefused: it has a file that lies outside the folder.
        Unreachable: a file could not be read.
    """
    names = sorted({*target.files(revision), SUMS})
    decode_sums(encode_sums(dict.fromkeys(names, "0" * 64)), target.name)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as handle:
            for chunk in target.read(revision, name):
                handle.write(chunk)


def _wrong(target: Target, revision: str, sums: bytes) -> Iterator[str]:
    """Files that are missing there, are others than were sent, or do not belong there."""
    expected = decode_sums(sums, SUMS)
    there = target.files(revision)
    yield from sorted(there ^ expected.keys())
    for path in sorted(there & expected.keys()):
        digest = hashlib.sha256()
        for chunk in target.read(revision, path):
            digest.update(chunk)
        if digest.hexdigest() != expected[path]:
            yield path


def _recorded(settings: Settings, publication: Publication) -> Publication:
    known = publications(settings)
    for each in known:
        if (each.version, each.target, each.sums_sha256) == (
            publication.version,
            publication.target,
            publication.sums_sha256,
        ):
            return each
    path = settings.releases / _LEDGER
    lines = b"".join(msgspec.json.encode(each) + b"\n" for each in [*known, publication])
    with writing(settings.root, "The publication was not recorded"):
        replace_durably(path, lines)
    return publication


def _decoded(line: bytes) -> Publication | None:
    try:
        return msgspec.json.decode(line, type=Publication)
    except msgspec.MsgspecError:
        return None
