"""Dagster's definitions as a code server loads them, on a home that the command line has filled for one day."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from orchestration.ingest import ingest
from orchestration.plan import plan_ingest
from orchestration.settings import Settings
from orchestration.warehouse.build import build
from tests.fakes.replay import DAYS, write_replay


@dataclass(frozen=True)
class Orchestrated:
    """A home, the replay that its sources file names, and the definitions."""

    settings: Settings
    replay: Path
    definitions: dg.Definitions


@pytest.fixture(scope="session")
def orchestrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orchestrated]:
    """Settings are read when the definitions load, so the environment comes first."""
    folder = tmp_path_factory.mktemp("orchestrated")
    sources = write_replay(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("WAREHOUSE_HOME", str(folder / "home"))
        monkeypatch.setenv("WAREHOUSE_SOURCES", str(sources))
        monkeypatch.setenv("DAGSTER_HOME", str(folder))
        monkeypatch.setenv("DO_NOT_TRACK", "1")
        from orchestration.definitions import defs

        yield Orchestrated(Settings(), folder, defs())
    assert "WAREHOUSE_SOURCES" not in os.environ


@pytest.fixture(scope="session")
def built(orchestrated: Orchestrated) -> Orchestrated:
    """The first day of the replay, landed and built as the command line does it."""
    settings = orchestrated.settings
    for planned in plan_ingest(settings, sources_file=settings.sources, snapshot_date=DAYS[0]):
        assert {outcome.outcome for outcome in ingest(planned.spec, planned.request)} == {"landed"}
    assert not build(settings).unchanged
    return orchestrated
