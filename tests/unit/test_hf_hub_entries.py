"""Stored list pages of a --sources entry land as the live listing of their day would have."""

import gzip
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import ConfigurationError
from tests.fakes.hub import hub_model
from tests.fakes.hub_warehouse import HubWarehouse

JULY_1, JULY_2 = date(2026, 7, 1), date(2026, 7, 2)
BY_FOLDER = r"/(?P<date>\d{4}-\d\d-\d\d)/"


@pytest.fixture
def warehouse(tmp_path: Path) -> HubWarehouse:
    return HubWarehouse(tmp_path / "home")


def write_page(path: Path, *models: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = json.dumps(list(models)).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def entry(location: Path | str, table: str = "tracked", **settings: Any) -> dict[str, Any]:
    return {"table": table, "location": str(location), **settings}


def test_the_pages_of_a_day_form_one_snapshot(tmp_path: Path, warehouse: HubWarehouse) -> None:
    write_page(tmp_path / "2026-07-02" / "page-1.json", hub_model("a/b", 5))
    write_page(tmp_path / "2026-07-01" / "page-2.json.gz", hub_model("c/d", 2))
    write_page(tmp_path / "2026-07-01" / "page-1.json.gz", hub_model("a/b", 1))
    outcomes = warehouse.ingest(entries=(entry(tmp_path / "*" / "page-*", date_pattern=BY_FOLDER),))
    assert [(outcome.snapshot_date, outcome.outcome, outcome.rows) for outcome in outcomes] == [
        (JULY_1, "landed", 2),
        (JULY_2, "landed", 1),
    ]
    assert warehouse.current(day=JULY_1)["a/b"]["downloads_total"] == 100
    assert warehouse.current(day=JULY_2)["a/b"]["downloads_total"] == 500
    manifest = warehouse.store.current("hf_hub", "tracked", JULY_1)
    assert manifest is not None
    assert [received.name for received in manifest.received] == ["page-1.json.gz", "page-2.json.gz"]
    assert (manifest.is_complete, manifest.minimum_rows_share, manifest.priority) == ("organizations", 0.5, 10)


def test_landing_again_changes_nothing(tmp_path: Path, warehouse: HubWarehouse) -> None:
    write_page(tmp_path / "page.json", hub_model("a/b"), hub_model("../x"))
    pages = (entry(tmp_path / "page.json", snapshot_date=JULY_1),)
    assert [outcome.outcome for outcome in warehouse.ingest(entries=pages)] == ["landed"]
    assert [outcome.outcome for outcome in warehouse.ingest(entries=pages)] == ["unchanged"]


def test_only_the_wanted_tables_and_days_are_read(tmp_path: Path, warehouse: HubWarehouse) -> None:
    for day in ("2026-07-01", "2026-07-02"):
        write_page(tmp_path / day / "page.json", hub_model("a/b"))
    write_page(tmp_path / "2026-07-01" / "broken.json")
    (tmp_path / "2026-07-01" / "broken.json").write_bytes(b"<html>")
    pages = tmp_path / "*" / "page.json"
    entries = (
        entry(pages, date_pattern=BY_FOLDER),
        entry(pages, "full", date_pattern=BY_FOLDER),
        entry(tmp_path / "*" / "broken.json", "derivatives", date_pattern=BY_FOLDER),
    )
    outcomes = warehouse.ingest("tracked", entries=entries, day=JULY_2)
    assert [(outcome.table_name, outcome.snapshot_date) for outcome in outcomes] == [("tracked", JULY_2)]


def test_a_broken_page_refuses_its_day_only_and_its_bytes_are_kept(tmp_path: Path, warehouse: HubWarehouse) -> None:
    write_page(tmp_path / "2026-07-01" / "page-1.json", hub_model("a/b"))
    (tmp_path / "2026-07-01" / "page-2.json").write_bytes(b"<html>Sorry</html>")
    write_page(tmp_path / "2026-07-02" / "page-1.json", hub_model("a/b"))
    refused, landed = warehouse.ingest(entries=(entry(tmp_path / "*" / "*.json", date_pattern=BY_FOLDER),))
    assert (refused.outcome, refused.snapshot_date, refused.unreachable) == ("refused", JULY_1, False)
    assert "page-2.json is an HTML page" in str(refused.reason)
    assert len(refused.received) == 2
    assert (landed.outcome, landed.snapshot_date) == ("landed", JULY_2)
    assert warehouse.current(day=JULY_1) == {}


def test_pages_without_models_are_refused(tmp_path: Path, warehouse: HubWarehouse) -> None:
    write_page(tmp_path / "page.json")
    (outcome,) = warehouse.ingest(entries=(entry(tmp_path / "page.json", snapshot_date=JULY_1),))
    assert outcome.outcome == "refused"
    assert "no usable records" in str(outcome.reason)


def test_less_than_half_of_the_day_before_is_refused(tmp_path: Path, warehouse: HubWarehouse) -> None:
    write_page(tmp_path / "2026-07-01" / "page.json", *(hub_model(f"a/m{number}") for number in range(9)))
    write_page(tmp_path / "2026-07-02" / "page.json", *(hub_model(f"a/m{number}") for number in range(4)))
    outcomes = warehouse.ingest(entries=(entry(tmp_path / "*" / "*.json", date_pattern=BY_FOLDER),))
    assert [outcome.outcome for outcome in outcomes] == ["landed", "refused"]


def test_nothing_there_is_unreachable_and_the_other_entries_are_read(tmp_path: Path, warehouse: HubWarehouse) -> None:
    write_page(tmp_path / "page.json", hub_model("a/b"))
    failed, landed = warehouse.ingest(
        entries=(
            entry(tmp_path / "none-*.json", "full", snapshot_date=JULY_1),
            entry(tmp_path / "page.json", snapshot_date=JULY_1),
        )
    )
    assert (failed.outcome, failed.unreachable, failed.table_name) == ("failed", True, "full")
    assert landed.outcome == "landed"


def test_what_an_entry_declares_is_taken_over(tmp_path: Path, warehouse: HubWarehouse) -> None:
    write_page(tmp_path / "page.json", hub_model("a/b"))
    declared = {
        "source_revision": "abc",
        "licence": "ODbL-1.0",
        "citation": "A mirror",
        "is_complete": "all",
        "minimum_rows_share": 0.9,
        "priority": 70,
    }
    warehouse.ingest(entries=(entry(tmp_path / "page.json", snapshot_date=JULY_1, **declared),))
    manifest = warehouse.store.current("hf_hub", "tracked", JULY_1)
    assert manifest is not None
    assert {name: getattr(manifest, name) for name in declared} == declared


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "needs either snapshot_date or date_pattern"),
        ({"snapshot_date": JULY_1, "date_pattern": BY_FOLDER}, "needs either snapshot_date or date_pattern"),
        ({"snapshot_date": JULY_1, "table": "models"}, "table"),
        ({"snapshot_date": JULY_1, "colour": "red"}, "colour"),
        ({"date_pattern": r"/(?P<date>nowhere)/"}, "does not match"),
    ],
)
def test_a_wrong_entry_is_a_wrong_configuration(
    tmp_path: Path, warehouse: HubWarehouse, settings: dict[str, Any], words: str
) -> None:
    write_page(tmp_path / "page.json", hub_model("a/b"))
    with pytest.raises(ConfigurationError, match=words):
        warehouse.ingest(entries=(entry(tmp_path / "page.json") | settings,))


def test_progress_is_reported_for_each_day(tmp_path: Path, warehouse: HubWarehouse) -> None:
    write_page(tmp_path / "page.json", hub_model("a/b"), hub_model("../x"))
    warehouse.ingest(entries=(entry(tmp_path / "page.json", snapshot_date=JULY_1),))
    assert [(report.what, report.rows) for report in warehouse.reports] == [("hf_hub/tracked", 2)]


def test_dates_of_records_are_judged_by_the_day_of_the_pages(tmp_path: Path, warehouse: HubWarehouse) -> None:
    born = hub_model("a/new", createdAt="2026-07-02T10:00:00.000Z")
    write_page(tmp_path / "2026-06-30" / "page.json", hub_model("a/b"), born)
    write_page(tmp_path / "2026-07-02" / "page.json", hub_model("a/b"), born)
    warehouse.ingest(entries=(entry(tmp_path / "*" / "*.json", date_pattern=BY_FOLDER),))
    assert set(warehouse.current(day=date(2026, 6, 30))) == {"a/b"}
    assert warehouse.current(day=JULY_2)["a/new"]["created_at"] == datetime(2026, 7, 2, 10)
