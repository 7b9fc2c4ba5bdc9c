"""The registry lands from stored copies and from the public repository as it is today."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.snapshots.manifest import Outcome
from orchestration.sources.tracked_models import LIVE_LOCATION, SPEC, TABLES
from tests.fakes.archives import TODAY, Archive
from tests.fakes.files_over_http import FileServer, file_server

DAY = date(2026, 8, 10)
CONTENT = {
    "models": "org,model,modelId\nQwen,Qwen3-8B,Qwen/Qwen3-8B\nQwen,Qwen3-4B,Qwen/Qwen3-4B\n",
    "extra_models": "org,model,modelId\nAI-MO,Kimina,AI-MO/Kimina\n",
    "model_parameters": (
        "model_id,total_params_b,active_params_b,is_moe,notes\n"
        'deepseek-ai/DeepSeek-V2-Lite,15.7,2.4,true,"big, sparse"\nmicrosoft/phi-2,2.7,,,\n'
    ),
    "organization_regions": "hf_org,region,notes\n01-ai,china,\nBAAI,china,moved\n",
    "release_date_corrections": (
        "# Manual corrections\n# Format: as below\nmodel_id,hf_created_at,actual_release_date,notes\n"
        "openai/gpt-oss-20b,2025-08-04,2025-08-05,1 day early\n"
    ),
}
PATTERN = r"/(?P<date>\d{4}-\d{2}-\d{2})/"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


@pytest.fixture
def repository() -> Iterator[FileServer]:
    with file_server() as server:
        server.files = {f"/main/{table.path}": CONTENT[name].encode() for name, table in TABLES.items()}
        yield server


def land(archive: Archive, *entries: dict[str, Any], **request: Any) -> list[Outcome]:
    return archive.land(*entries, name="tracked_models", **request)


def stored(archive: Archive) -> dict[str, Any]:
    for name, content in CONTENT.items():
        archive.write(f"{DAY}/{name}.csv", content)
    return {"location": str(archive.folder / "*/*.csv"), "date_pattern": PATTERN}


def test_the_file_name_says_the_table_and_the_folder_the_day(archive: Archive) -> None:
    landed = land(archive, stored(archive))
    assert {(one.table_name, one.snapshot_date, one.outcome) for one in landed} == {
        (name, DAY, "landed") for name in TABLES
    }
    assert {one.outcome for one in land(archive, stored(archive))} == {"unchanged"}


def test_the_tables_are_typed(archive: Archive) -> None:
    land(archive, stored(archive))

    def rows(table: str) -> list[tuple[Any, ...]]:
        return archive.records(table, DAY, "tracked_models").rows()

    assert rows("models") == [("Qwen", "Qwen3-4B", "Qwen/Qwen3-4B"), ("Qwen", "Qwen3-8B", "Qwen/Qwen3-8B")]
    assert rows("model_parameters") == [
        ("deepseek-ai/DeepSeek-V2-Lite", 15_700_000_000, 2_400_000_000, True, "big, sparse"),
        ("microsoft/phi-2", 2_700_000_000, None, None, None),
    ]
    assert rows("organization_regions") == [("01-ai", "china", None), ("BAAI", "china", "moved")]
    assert rows("release_date_corrections") == [
        ("openai/gpt-oss-20b", date(2025, 8, 4), date(2025, 8, 5), "1 day early")
    ]


def test_a_model_listed_twice_lands_once(archive: Archive) -> None:
    archive.write(f"{DAY}/models.csv", CONTENT["models"] + "Qwen,Qwen3-8B,Qwen/Qwen3-8B\n")
    (landed,) = land(archive, stored(archive) | {"location": str(archive.folder / "*/models.csv")})
    # ``stored`` writes the list as it should be; the doubled one comes after it.
    archive.write(f"{DAY}/models.csv", CONTENT["models"] + "Qwen,Qwen3-8B,Qwen/Qwen3-8B\n")
    (doubled,) = land(archive, {"location": str(archive.folder / "*/models.csv"), "date_pattern": PATTERN})
    assert (landed.rows, landed.rejected_rows) == (2, 0)
    assert (doubled.rows, doubled.rejected_rows, doubled.revision) == (2, 1, 2)


def test_a_file_that_is_no_table_is_refused_and_the_others_land(archive: Archive) -> None:
    archive.write(f"{DAY}/arxiv_models.csv", "a\n1\n")
    refused, *landed = land(archive, stored(archive))
    assert (refused.table_name, refused.outcome) == ("arxiv_models", "refused")
    assert "is no table of the registry (models, extra_models, " in str(refused.reason)
    assert {one.outcome for one in landed} == {"landed"}


def test_a_stored_copy_needs_a_date(archive: Archive) -> None:
    location = archive.write("models.csv", CONTENT["models"])
    (refused,) = land(archive, {"location": location})
    assert "has no date; set snapshot_date or date_pattern" in str(refused.reason)
    assert [one.outcome for one in land(archive, {"location": location, "snapshot_date": DAY})] == ["landed"]


def test_only_the_wanted_table_and_day(archive: Archive) -> None:
    entry = stored(archive)
    archive.write("2026-08-03/models.csv", CONTENT["models"])
    archive.write(f"{DAY}/arxiv_models.csv", "a\n1\n")
    (landed,) = land(archive, entry, tables=frozenset({"models"}), snapshot_date=DAY)
    assert (landed.table_name, landed.snapshot_date) == ("models", DAY)


def test_a_missing_file_is_unreachable(archive: Archive) -> None:
    missing = {"location": str(archive.folder / "models.csv"), "snapshot_date": DAY}
    (failed,) = land(archive, missing)
    assert (failed.table_name, failed.outcome, failed.unreachable) == ("models", "failed", True)
    assert land(archive, missing, tables=frozenset({"extra_models"})) == []


def test_live_tables_describe_today(archive: Archive, repository: FileServer) -> None:
    landed = land(archive, {"location": f"{repository.url}/main/"})
    assert {(one.table_name, one.snapshot_date, one.outcome) for one in landed} == {
        (name, TODAY.date(), "landed") for name in TABLES
    }
    manifest = archive.store.current("tracked_models", "model_parameters", TODAY.date())
    assert manifest is not None
    assert manifest.location == f"{repository.url}/main/metadata/model_parameters.csv"
    assert manifest.licence == "Apache-2.0"


def test_without_an_entry_the_public_repository_is_read(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def download(url: str, target: Path, settings: object) -> None:
        asked.append(url)
        target.write_text(CONTENT[target.stem])

    monkeypatch.setattr("orchestration.sources.locations.download", download)
    assert {one.outcome for one in land(archive)} == {"landed"}
    assert asked == [f"{LIVE_LOCATION}/{table.path}" for table in TABLES.values()]
    assert SPEC.live_location == LIVE_LOCATION


def test_a_past_day_of_the_live_repository_is_not_asked_for(archive: Archive, repository: FileServer) -> None:
    tables = frozenset({"models"})
    (failed,) = land(archive, {"location": f"{repository.url}/main"}, tables=tables, snapshot_date=DAY)
    assert failed.outcome == "failed"
    assert "tracked_models/models can be had for 2026-09-01 only, not for 2026-08-10" in str(failed.reason)
    assert repository.requested == []


def test_a_table_that_the_repository_lacks_fails_alone(archive: Archive, repository: FileServer) -> None:
    del repository.files["/main/extra_models.csv"]
    verdicts = {one.table_name: one for one in land(archive, {"location": f"{repository.url}/main"})}
    assert verdicts["extra_models"].outcome == "failed"
    assert verdicts["extra_models"].unreachable
    assert "answered with HTTP 404" in str(verdicts["extra_models"].reason)
    assert {one.outcome for name, one in verdicts.items() if name != "extra_models"} == {"landed"}


def test_an_error_page_instead_of_a_list_is_refused(archive: Archive, repository: FileServer) -> None:
    repository.files["/main/models.csv"] = b"<!DOCTYPE html><html></html>"
    (refused,) = land(archive, {"location": f"{repository.url}/main"}, tables=frozenset({"models"}))
    assert (refused.outcome, refused.snapshot_date) == ("refused", TODAY.date())
    assert "is an HTML or XML page" in str(refused.reason)
