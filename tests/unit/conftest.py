"""Unit tests land thousands of small snapshots; waiting for the disk each time would be most of their run."""

import os
from collections.abc import Iterator

import pytest

from orchestration.sample import landing
from orchestration.settings import Settings
from orchestration.snapshots.store import SnapshotStore

#: The sample's feeds of those who serve and rate models.
SERVICES = ("openrouter", "artificial_analysis", "lmarena", "epoch")


@pytest.fixture(autouse=True, scope="session")
def disk_that_does_not_wait() -> None:
    """``os.fsync`` returns at once; the test that needs its order puts its own in place."""
    os.fsync = lambda handle: None


@pytest.fixture(scope="session")
def landed_services(disk_that_does_not_wait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SnapshotStore]:
    """A store with all that the sample has of those who serve and rate models."""
    settings = Settings(home=tmp_path_factory.mktemp("services"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(landing, "FEEDS", {name: landing.FEEDS[name] for name in SERVICES})
        for _ in landing.land_sample(settings):
            pass
    yield SnapshotStore(settings.raw)
