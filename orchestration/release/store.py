"""The folder of releases of one home: which are there, and their manifests."""

from collections.abc import Iterator
from pathlib import Path

from orchestration.errors import ConfigurationError
from orchestration.release.manifest import ReleaseManifest, read_manifest
from orchestration.release.version import Version
from orchestration.settings import Settings


def versions(settings: Settings) -> list[Version]:
    """Versions of the releases that are there, in order."""
    if not settings.releases.is_dir():
        return []
    return sorted(filter(None, (Version.parse(path.name) for path in settings.releases.iterdir() if path.is_dir())))


def manifests(settings: Settings) -> Iterator[ReleaseManifest]:
    """Manifests of the releases that are there, in order of their versions; raises like ``read_manifest``."""
    for version in versions(settings):
        yield read_manifest(folder_of(settings, version))


def folder_of(settings: Settings, version: Version) -> Path:
    """The folder of a version, whether or not it is there."""
    return settings.releases / str(version)


def find(settings: Settings, name: str) -> Path:
    """The folder of a release that a person names by version or path.

    Raises:
        ConfigurationError: there is none.
    """
    version = Version.parse(name)
    folder = folder_of(settings, version) if version else Path(name)
    if folder.is_dir():
        return folder
    known = ", ".join(map(str, versions(settings))) or "none"
    raise ConfigurationError(f"There is no release {name}; known versions: {known} (or give the path of a release).")
