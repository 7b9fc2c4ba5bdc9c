"""Tokens, scores and figures of the real data, computed anew from the files by themselves."""

import gzip
import json
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.warehouse_factory import WarehouseFactory

pytestmark = pytest.mark.integration

DATA = (Path(__file__).resolve().parents[3] / "shared" / "data").resolve()
VINTAGES = ("2026-06-26", "2026-07-15", "2026-07-31")


def document(path: str) -> Any:
    return json.loads(gzip.decompress((DATA / path).read_bytes()))


def vintage(as_of: str) -> dict[str, dict[str, int]]:
    """Day -> slug -> tokens."""
    days = document(f"openrouter/rankings_daily_vintage_{as_of}.json.gz")
    return {
        day: {row["model_permaslug"]: int(row["total_tokens"]) for row in rows.values()} for day, rows in days.items()
    }


def test_every_day_is_that_of_its_newest_vintage(real_marts: WarehouseFactory) -> None:
    expected: dict[date, dict[str, int]] = {}
    for as_of in VINTAGES:
        expected |= {date.fromisoformat(day): rows for day, rows in vintage(as_of).items()}
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for day, slug, tokens in real_marts.rows(
        "select token_date, model_slug, tokens from marts.fct_inference_tokens_daily"
    ):
        found[day][slug] = tokens
    assert found == expected


def test_a_restated_day_keeps_what_was_said_before(real_marts: WarehouseFactory) -> None:
    rows = real_marts.rows(
        """
        select count(*), count_if(value is distinct from winning_value) from ops.superseded_readings
        where measure = 'tokens' and source_as_of = '2026-06-26' and reading_date = '2026-06-25'
        """
    )
    assert rows == [(51, 51)]


def test_shares_of_the_most_used_open_models(real_marts: WarehouseFactory) -> None:
    """Variants and dated slugs of one model go together; the ten most used open models of a month make the whole."""
    known = {
        slug: (model or slug.split(":")[0], region, is_open)
        for slug, model, region, is_open in real_marts.rows(
            "select source_model_name, model_id, region, is_open_weights from marts.map_model_names "
            "where source = 'openrouter'"
        )
    }
    tokens: dict[tuple[str, str], int] = defaultdict(int)
    region_of: dict[str, str] = {}
    for day, rows in vintage("2026-07-31").items():
        for slug, amount in rows.items():
            if slug != "other" and known[slug][2]:
                model, region_of[model] = known[slug][0], known[slug][1]
                tokens[day[:7], model] += amount
    for month in ("2026-06", "2026-07"):
        top = sorted((amount, model) for (of, model), amount in tokens.items() if of == month)[-10:]
        whole = sum(amount for amount, _ in top)
        china = sum(amount for amount, model in top if region_of[model] == "china")
        assert real_marts.rows(
            "select tokens, tokens_in_scope, round(share, 12) from marts.report_inference_share_monthly "
            "where dimension = 'region' and series = 'china' and strftime(month, '%Y-%m') = ?",
            [month],
        ) == [(china, whole, round(china / whole, 12))]


@pytest.mark.parametrize(
    ("report", "group"),
    [
        ("report_inference_share_monthly", "month, dimension"),
        ("report_derivative_share_monthly", "month, dimension"),
        ("report_organization_monthly", "month"),
    ],
)
def test_shares_sum_to_one(real_marts: WarehouseFactory, report: str, group: str) -> None:
    sums = real_marts.rows(f"select round(sum(share), 9) from marts.{report} group by {group} having sum(share) > 0")
    assert sums
    assert set(sums) == {(1.0,)}


def test_the_best_open_model_of_each_region(real_marts: WarehouseFactory) -> None:
    """By the index as it was on the last dump of each month, from the provider's own countries and flags."""
    dumps: dict[str, Any] = {}
    for path in sorted((DATA / "artificial_analysis").glob("llms_*.json.gz")):
        day = path.name[5:15]
        # A month with a new scale in it has two last dumps, one on each.
        dumps[day[:7] + ("b" if day >= "2026-06-19" else "a")] = document(f"artificial_analysis/{path.name}")
    index = "artificial_analysis_intelligence_index"
    expected = set()
    for month, dump in dumps.items():
        for country, region in (("cn", "china"), ("us", "us")):
            best = max(
                (model["evaluations"][index], model["slug"])
                for model in dump["models"]
                if model["open_weights"]["is_open_weights"]
                and model["creator"]["country"] == country
                and model["evaluations"].get(index) is not None
            )
            expected.add((month[:7], region, round(best[0], 9), best[1]))
    found = real_marts.rows(
        """
        select strftime(month, '%Y-%m'), series, round(score, 9), source_model_name
        from marts.report_performance_frontier
        where source = 'artificial_analysis' and basis = 'observed' and dimension = 'region_of_open_models'
            and series in ('china', 'us') and metric = ?
        """,
        [index],
    )
    assert set(found) == expected


def test_the_index_has_a_new_scale_in_june(real_marts: WarehouseFactory) -> None:
    rows = real_marts.rows(
        "select distinct index_version, min(as_of_date), max(as_of_date) from marts.fct_model_evaluations "
        "where metric = 'artificial_analysis_intelligence_index' group by all order by 1"
    )
    assert rows == [
        ("2026-04-10", date(2026, 4, 10), date(2026, 6, 5)),
        ("2026-06-19", date(2026, 6, 19), date(2026, 7, 3)),
    ]
    [(versions,)] = real_marts.rows(
        "select count(distinct index_version) from marts.fct_model_evaluations where metric = 'gpqa' "
        "and source = 'artificial_analysis'"
    )
    assert versions == 1  # a benchmark that was not re-based


def test_levels_of_one_snapshot_by_region(real_marts: WarehouseFactory) -> None:
    rows = real_marts.rows(
        "select region, downloads_total, models_with_data from ops.snapshot_levels "
        "where table_name = 'hub_stats' and as_of_date = '2026-05-24' order by region"
    )
    assert rows == [
        ("china", 1_458_241_547, 202),
        ("eu", 231_532_839, 25),
        ("other", 56_660_339, 13),
        ("unknown", 26_190_926, 7),
        ("us", 1_191_622_998, 185),
    ]
    assert sum(models for _, _, models in rows) == 432


def test_nothing_is_reproduced_that_the_data_cannot_show(real_marts: WarehouseFactory) -> None:
    rows = real_marts.rows("select target_id, verdict, coverage, reason from marts.report_reconciliation")
    assert len(rows) == 28
    assert {verdict for _, verdict, _, _ in rows} <= {"not_measurable", "partial_coverage"}
    assert all(reason for *_, reason in rows)


def test_what_cannot_be_measured_is_absent_with_its_reason(real_marts: WarehouseFactory) -> None:
    assert real_marts.rows("select count(*) from marts.report_inference_share_monthly where month < '2026-05-01'") == [
        (0,)
    ]
    [(status, reason)] = real_marts.rows(
        "select distinct status, reason from marts.report_coverage "
        "where report = 'report_inference_share_monthly' and month = '2026-01-01'"
    )
    assert status == "absent"
    assert "tokens" in reason
