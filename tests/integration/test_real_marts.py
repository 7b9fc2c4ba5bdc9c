"""The marts of the real data hold figures that were read from the files by themselves."""

import csv
import gzip
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

from tests.dbt.warehouse_factory import WarehouseFactory

pytestmark = pytest.mark.integration

DATA = (Path(__file__).resolve().parents[3] / "shared" / "data").resolve()
ADVISOR_DAILY = DATA / "hf_daily_downloads/advisor_daily_extract_2026-03-30_2026-07-15.csv.gz"
ORG_DAILY = DATA / "hf_daily_downloads/org_daily_extract_2024-07-19_2026-03-31.csv.gz"


def counters_of(organizations: set[str]) -> dict[str, dict[date, int]]:
    """Model id -> day -> all-time counter, of the organisations' own file."""
    counters: dict[str, dict[date, int]] = defaultdict(dict)
    with gzip.open(ORG_DAILY, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["model_id"].split("/")[0] in organizations:
                counters[row["model_id"]][date.fromisoformat(row["date"])] = int(row["downloads_all_time"])
    return counters


def test_a_renamed_organisation_is_counted_once(real_marts: WarehouseFactory) -> None:
    """The models read on both days, in the days after the first up to the last one."""
    first, last = date(2024, 11, 29), date(2025, 2, 21)
    counters = counters_of({"RedHatAI", "neuralmagic"})
    growth = {model: days[last] - days[first] for model, days in counters.items() if first in days and last in days}
    assert sum(growth.values()) == 6_365_729  # both names
    names = {model.replace("neuralmagic/", "RedHatAI/") for model in growth}
    [(downloads,)] = real_marts.rows(
        "select sum(downloads) from marts.fct_model_downloads_daily "
        "where list_contains(?, model_id) and download_date > ? and download_date <= ?",
        [sorted(names), first, last],
    )
    assert downloads == 3_279_414
    assert real_marts.rows("select * from marts.fct_model_downloads_daily where model_id like 'neuralmagic/%'") == []


def test_mirrored_readings_are_kept_with_what_won(real_marts: WarehouseFactory) -> None:
    mirrored = real_marts.rows(
        "select count(*), count_if(value <> winning_value) from ops.superseded_readings "
        "where reason = 'mirror_of_canonical' and table_name = 'org_daily' and measure = 'downloads_total'"
    )
    assert mirrored == [(5_503, 0)]


def test_growth_of_qwens_mainline_models(real_marts: WarehouseFactory) -> None:
    """The models of the list of August that were read on both days."""
    models = real_marts.rows(
        """
        with spans as (
            select
                *,
                lead(previous_date, 1, date '9999-12-31') over (
                    partition by source, table_name, model_key order by change_date
                ) as last_day
            from intermediate.int_readings__changes
        ),
        readings as (
            select model_id, day, downloads_total
            from spans
            inner join intermediate.int_models__keys using (model_key)
            inner join intermediate.int_sources__priorities using (source, table_name)
            inner join (values (date '2026-06-15'), (date '2026-07-23')) as days (day)
                on day between change_date and last_day
            inner join intermediate.int_snapshots__calendar as calendar
                on
                    calendar.source = spans.source
                    and calendar.table_name = spans.table_name
                    and calendar.snapshot_date = day
                    and not calendar.is_partial
            where is_listed and downloads_total is not null
            qualify row_number() over (
                partition by model_id, day order by int_sources__priorities.priority, spans.source, spans.table_name
            ) = 1
        )
        select
            model_id,
            max(downloads_total) filter (day = '2026-06-15'),
            max(downloads_total) filter (day = '2026-07-23')
        from readings
        where
            model_id in (
                select model_id from marts.bridge_mainline_list
                where list_date = '2026-08-03' and list = 'primary' and model_id like 'Qwen/%'
            )
        group by model_id
        having count(*) = 2
        """
    )
    growth = {model_id: last - first for model_id, first, last in models}
    assert (len(models), sum(growth.values()), sum(last for *_, last in models)) == (102, 255_713_820, 1_465_447_902)
    downloads = dict(
        real_marts.rows(
            "select model_id, sum(downloads) + sum(counter_correction) from marts.fct_model_downloads_daily "
            "where download_date > '2026-06-15' and download_date <= '2026-07-23' group by 1"
        )
    )
    # This counter fell by 3,192 between 24 May and 15 June and was back on 2 July: the growth of the whole stretch is
    # spread over it, so that 7,791 of what the readings show after 15 June lie before it.
    assert {
        model_id: growth[model_id] - downloads[model_id]
        for model_id in growth
        if growth[model_id] != downloads[model_id]
    } == {"Qwen/Qwen2.5-Coder-32B": 7_791}


def test_a_repeated_snapshot_is_a_stall(real_marts: WarehouseFactory) -> None:
    """The counters of 21 July repeat those of 20 July for every model; the next step holds two days."""
    methods = real_marts.rows(
        "select distinct download_date, method from marts.fct_model_downloads_daily "
        "where source_table = 'hub_stats_daily' and download_date in ('2026-07-21', '2026-07-22') "
        "and method not in ('recovered_fall', 'reset') order by 1"
    )
    assert methods == [(date(2026, 7, 21), "stalled"), (date(2026, 7, 22), "stalled")]


def test_the_hub_id_decides_where_the_origins_name_switches(real_marts: WarehouseFactory) -> None:
    """One name of the origin stands for two repositories; neither counter falls or jumps."""
    rows = real_marts.rows(
        "select model_id, min(counter_correction), max(downloads) from marts.fct_model_downloads_daily "
        "where model_id like 'openai/clip-vit-%' and source_table = 'hub_stats_daily' group by 1"
    )
    assert {model_id for model_id, *_ in rows} >= {"openai/clip-vit-base-patch32", "openai/clip-vit-large-patch14"}
    assert all(correction == 0 and largest < 10_000_000 for _, correction, largest in rows)


def test_figures_that_were_typed_in_are_no_readings(real_marts: WarehouseFactory) -> None:
    """One list holds models that never move over 30 days or more, most of them at a round thousand."""
    figures: dict[str, dict[date, int]] = defaultdict(dict)
    with gzip.open(ADVISOR_DAILY, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["hf_downloads"] != "0":  # not read
                figures[row["hf_id"]][date.fromisoformat(row["date"])] = int(row["hf_downloads"])
    flat = {
        model: min(days.values())
        for model, days in figures.items()
        if len(set(days.values())) == 1 and len(days) >= 10 and (max(days) - min(days)).days >= 30
    }
    large = {model: value for model, value in flat.items() if value >= 1_000}
    assert large["openai/gpt-oss-20b"] == 353_000
    assert sum(value % 1_000 == 0 for value in large.values()) == 28
    typed = real_marts.rows(
        "select distinct model_id, value from ops.superseded_readings "
        "where reason = 'typed_in' and table_name = 'advisor_daily'"
    )
    assert sorted(typed) == sorted(large.items())


def test_removed_models_carry_no_readings_forward(real_marts: WarehouseFactory) -> None:
    removed = real_marts.rows(
        "select count(distinct model_id), count(*) from ops.superseded_readings where reason = 'removed'"
    )
    assert removed == [(111, 1_920)]
