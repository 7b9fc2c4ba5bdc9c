"""The marts do not see whether a snapshot is whole in raw or compacted into the history."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from orchestration.history.columns import ATTRIBUTES, SNAPSHOT_COLUMN
from orchestration.history.compact import compact_snapshots
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.snapshots.reader import SnapshotReader
from tests.dbt.warehouse_factory import WarehouseFactory, candidate
from tests.fakes.readings import FIRST

DAY = timedelta(days=1)
#: Through these all others read the readings: each must be the same, wherever they lie.
TABLES = (
    "staging.stg_hf_hub__older_readings",
    "staging.stg_hf_archive__older_readings",
    "intermediate.int_readings__rejected",
    "intermediate.int_readings__series",
    "intermediate.int_readings__described",
)


def reading(number: int, day: int, **columns: Any) -> dict[str, Any]:
    """A model's reading: counters that grow, stand still or are unknown, attributes that change now and then."""
    return {
        "model_id": f"org/model-{number}",
        "hub_id": f"{number:024x}",
        "sha": f"{number}-{day // 3}",
        "read_at": datetime(2026, 4, 1, 6, number % 4 == 0) + day * DAY,
        "status": "removed" if number == 5 and day in {2, 3} else None,
        "downloads_total": None if (number + day) % 11 == 0 else 1000 * number + day // (1 + number % 3),
        "downloads_30d": number * (day % 4),
        "likes": number,
        "license": ["mit", None, "apache-2.0"][(number + day // 5) % 3],
        "is_private": number % 5 == 0,
        "tags": None if number == 1 else [f"tag-{word}" for word in range(number % 4)],
        "base_models": [{"relation": "merge", "model_id": "org/model-0"}] if number % 3 == 0 else None,
        **columns,
    }


def listing(day: int) -> list[dict[str, Any]]:
    """Twelve models of which some vanish and return."""
    return [reading(number, day) for number in range(12) if (number * 7 + day) % 9]


def built(warehouse: WarehouseFactory, *, anew: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the tables after a build."""
    warehouse.build(*(f"+{table.partition('.')[2]}" for table in TABLES), tests=False, anew=anew)
    return {table: warehouse.rows(f"select * from {table} order by all") for table in TABLES}


@pytest.fixture
def warehouse(tmp_path: Any) -> Iterator[WarehouseFactory]:
    """A home whose name would steer a pattern or end a string, with two sources, three tables and restated days."""
    made = WarehouseFactory(tmp_path / "home [a-b]*'s")
    days = [FIRST + number * DAY for number in range(8)]
    made.land("hf_hub", [candidate("full", day, listing(number)) for number, day in enumerate(days)])
    made.land("hf_hub", [candidate("tracked", day, listing(number)[:3]) for number, day in enumerate(days[:5])])
    made.land("hf_hub", [candidate("full", day, listing(number + 1)) for number, day in enumerate(days[2:4])])
    made.land("hf_archive", [candidate("dump", day, listing(2 * number)) for number, day in enumerate(days)])
    yield made


def compact(warehouse: WarehouseFactory, days: int) -> int:
    settings = Settings(home=warehouse.home, raw_retention_days=days)
    sources = SnapshotReader(settings.raw).sources()
    done = [each for source in sources for each in compact_snapshots(settings, source, TODAY, lambda *_: None)]
    assert [each.trouble for each in done if each.trouble] == []
    return sum(each.snapshots for each in done)


TODAY = date(2026, 4, 30)


def test_the_marts_are_the_same_before_and_after_snapshots_are_compacted(warehouse: WarehouseFactory) -> None:
    before = built(warehouse)
    assert [table for table, rows in before.items() if not rows] == ["staging.stg_hf_archive__older_readings"]
    newest = FIRST + 7 * DAY
    assert compact(warehouse, (TODAY - newest).days + 2) == 17
    assert built(warehouse) == before
    assert built(warehouse, anew=True) == before
    assert compact(warehouse, 1) == 6
    assert not list((warehouse.home / "raw").rglob("readings.parquet"))
    assert built(warehouse, anew=True) == before


def test_a_late_day_among_compacted_ones_gives_what_a_build_from_nothing_gives(warehouse: WarehouseFactory) -> None:
    built(warehouse)
    compact(warehouse, 1)
    warehouse.land("hf_hub", [candidate("tracked", FIRST + 6 * DAY, listing(6)[:3])])
    warehouse.land("hf_hub", [candidate("full", FIRST + 3 * DAY, listing(9))])
    continued = built(warehouse)
    assert built(warehouse, anew=True) == continued


def test_the_attributes_that_sql_expands_are_those_that_are_stored() -> None:
    macro = (DBT_PROJECT / "macros" / "dialect" / "history_records.sql").read_text("utf-8")
    listed = macro.partition("return([")[2].partition("])")[0].replace("'", "").replace(",", " ").split()
    assert listed == [name for name in ATTRIBUTES if name != SNAPSHOT_COLUMN]
