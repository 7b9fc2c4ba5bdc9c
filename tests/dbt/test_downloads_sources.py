"""The pipeline with no source at all, then with two, days in any order; in a folder with an odd name."""

from datetime import date, timedelta
from pathlib import Path

from tests.dbt.warehouse_factory import WarehouseFactory, candidates_by_day

DAY = date(2026, 1, 1)
FACTS = "select download_date, downloads, method from marts.fct_model_downloads_daily order by 1"


def readings(**days: int) -> dict[date, int]:
    return {DAY + timedelta(days=int(number[1:])): total for number, total in days.items()}


def test_sources_come_one_after_the_other_and_days_in_any_order(tmp_path: Path) -> None:
    warehouse = WarehouseFactory(tmp_path / "it's a [home]*")
    warehouse.home.mkdir()
    selection = ("+fct_model_downloads_daily", "+fct_model_downloads_monthly", "+superseded_readings")

    warehouse.build(*selection, tests=False)
    assert warehouse.rows(FACTS) == []

    # A late file for days before and between; another source adds a day.
    warehouse.land("hf_hub", candidates_by_day("tracked", {"a/m": readings(d1=100, d4=400)}))
    warehouse.land("hf_hub", candidates_by_day("tracked", {"a/m": readings(d0=90, d3=390)}))
    warehouse.land("hf_archive", candidates_by_day("dump", {"a/m": readings(d5=407)}))
    warehouse.build(*selection, tests=False)
    assert warehouse.rows(FACTS) == [
        (DAY + timedelta(days=1), 10, "observed"),
        (DAY + timedelta(days=2), 145, "spread_over_gap"),
        (DAY + timedelta(days=3), 145, "spread_over_gap"),
        (DAY + timedelta(days=4), 10, "observed"),
        (DAY + timedelta(days=5), 7, "observed"),
    ]
