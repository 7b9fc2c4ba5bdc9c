"""What a call asks of which source is settled before anything is asked."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.plan import plan_ingest, without_key
from orchestration.settings import Settings
from orchestration.snapshots.store import SnapshotStore, utc_now
from orchestration.sources.registry import SOURCES
from tests.fakes.candidates import candidate, land

TODAY = utc_now().date()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sources.toml"
    path.write_text('[[hf_archive]]\nlocation = "a.csv"\n[[tracked_models]]\nlocation = "b.csv"\n')
    return path


def names(settings: Settings, **asked: object) -> list[str]:
    return [planned.spec.name for planned in plan_ingest(settings, **asked)]  # type: ignore[arg-type]


def test_all_live_sources_by_default_the_registry_before_the_hub(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for spec in SOURCES.values():
        if spec.key_variable:
            monkeypatch.setenv(spec.key_variable, "key")
    planned = names(settings)
    assert planned == [name for name, spec in SOURCES.items() if any(table.live for table in spec.tables)]
    assert planned.index("tracked_models") < planned.index("hf_hub")


def test_a_source_without_its_key_is_left_out_unless_it_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    needy = [spec for spec in SOURCES.values() if spec.key_variable]
    assert needy
    for spec in needy:
        monkeypatch.delenv(str(spec.key_variable), raising=False)
        assert spec in without_key()
        assert spec.name not in names(settings)
        with pytest.raises(ConfigurationError, match=f"{spec.name} answers only with a key; set {spec.key_variable}"):
            names(settings, sources=[spec.name])
        monkeypatch.setenv(str(spec.key_variable), "key")
        assert spec not in without_key()


def test_all_sources_of_a_file_or_the_named_ones(settings: Settings, file: Path) -> None:
    assert names(settings, sources_file=file) == ["hf_archive", "tracked_models"]
    assert names(settings, sources_file=file, sources=["tracked_models", "tracked_models"]) == ["tracked_models"]


def test_the_request_says_what_was_asked(settings: Settings, file: Path) -> None:
    day = date(2026, 3, 1)
    [planned] = plan_ingest(settings, sources=["hf_archive"], sources_file=file, tables=["x"], snapshot_date=day)
    assert [entry["location"] for entry in planned.request.entries] == [str(file.parent / "a.csv")]
    assert (planned.request.tables, planned.request.snapshot_date, planned.request.synthetic) == ({"x"}, day, False)


def test_unknown_sources_are_named(settings: Settings, file: Path) -> None:
    with pytest.raises(ConfigurationError, match="no source 'hf_hab'; known sources: "):
        names(settings, sources=["hf_hab"])
    file.write_text('[[hf_hab]]\nlocation = "a.csv"\n')
    with pytest.raises(ConfigurationError, match="no source 'hf_hab'"):
        names(settings, sources_file=file)


def test_a_source_without_entry_in_the_file_is_refused(settings: Settings, file: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no entry for hf_hub"):
        names(settings, sources=["hf_hub"], sources_file=file)


def test_an_archive_has_no_live_service(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"hf_archive has no live service; .* --sources FILE"):
        names(settings, sources=["hf_archive"])


def test_unknown_live_tables_are_named(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match=r"hf_hub has no live table 'trakced'; its live tables: .*tracked"):
        names(settings, sources=["hf_hub"], tables=["trakced"])


@pytest.mark.parametrize("days", [-1, -400, 1])
def test_a_live_source_answers_for_today_only(settings: Settings, days: int) -> None:
    day = TODAY + timedelta(days=days)
    with pytest.raises(ConfigurationError, match=f"hf_hub is live and answers only for today .* so {day} cannot"):
        names(settings, sources=["hf_hub"], snapshot_date=day)
    assert names(settings, sources=["hf_hub"], snapshot_date=TODAY) == ["hf_hub"]


def test_files_may_hold_a_past_day(settings: Settings, file: Path) -> None:
    assert names(settings, sources_file=file, snapshot_date=date(2024, 1, 1)) == ["hf_archive", "tracked_models"]


@pytest.mark.parametrize("synthetic", [True, False])
def test_real_data_does_not_join_the_sample(settings: Settings, file: Path, synthetic: bool) -> None:
    land(SnapshotStore(settings.raw), candidate(), synthetic=synthetic)
    if not synthetic:
        assert names(settings, sources_file=file)
        return
    with pytest.raises(ConfigurationError, match="holds the synthetic sample; set WAREHOUSE_HOME"):
        names(settings, sources_file=file)
