"""One released month for all tests that look at a release, and copies of it for those that spoil it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from orchestration.release.assemble import Release
from tests.release.toy_release import ToyRelease, writable

JULY = date(2026, 7, 1)


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> ToyRelease:
    """A home with July landed and built."""
    toy = ToyRelease.make(tmp_path_factory.mktemp("toy"))
    toy.land_month(JULY)
    toy.build()
    return toy


@pytest.fixture(scope="session")
def released(toy: ToyRelease) -> Release:
    """The first release of July; nobody changes it."""
    return toy.cut(JULY)


@pytest.fixture
def spoiled(released: Release, tmp_path: Path) -> Path:
    """A copy of the release that a test may spoil."""
    return writable(Path(shutil.copytree(released.folder, tmp_path / released.folder.name)))


@pytest.fixture
def own_toy(toy: ToyRelease, released: Release, tmp_path: Path) -> ToyRelease:
    """A copy of the whole home, built and released, for tests that change it."""
    shutil.copytree(toy.settings.root.parent, tmp_path / "own", symlinks=True)
    writable(tmp_path / "own" / "home" / "releases")
    return ToyRelease(toy.settings.__class__(home=tmp_path / "own" / "home"), tmp_path / "own" / "dbt")
