"""Names, vintages of tokens and scales of scores on invented providers."""

from datetime import date

import duckdb
import pytest

from tests.dbt.providers import DAY, MEANINGS
from tests.dbt.warehouse_factory import WarehouseFactory


@pytest.mark.parametrize(("source", "name"), MEANINGS)
def test_name_means_the_repository(providers: WarehouseFactory, source: str, name: str) -> None:
    [(model_id, method, confidence, evidence)] = providers.rows(
        "select model_id, match_method, match_confidence, match_evidence from marts.map_model_names "
        "where source = ? and source_model_name = ?",
        [source, name],
    )
    assert model_id == MEANINGS[source, name], evidence
    assert (model_id is None) == (method in {"ambiguous", "unmatched"})
    assert (model_id is None) == (confidence is None)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("deepseek-ai/deepseek-r1:free", "exact_id"),
        ("deepseek/deepseek-chat-v3", "declared_by_source"),
        ("z-ai/glm-4.5-20250728:free", "declared_by_source"),
        ("z-ai/glm-new-20260620", "declared_by_other_source"),
        ("deepseek/deepseek-chat-v3-0324", "normalised_name"),
        ("z-ai/glm-new-20270101", "unmatched"),
    ],
)
def test_method_is_the_first_that_says_anything(providers: WarehouseFactory, name: str, method: str) -> None:
    assert providers.rows(
        "select match_method from marts.map_model_names where source = 'openrouter' and source_model_name = ?", [name]
    ) == [(method,)]


def test_several_repositories_are_none_and_say_so(providers: WarehouseFactory) -> None:
    rows = providers.rows(
        "select source_model_name, match_evidence from marts.map_model_names where match_method = 'ambiguous'"
    )
    assert dict(rows).keys() == {"olmo-7b"}
    assert "2 repositories fit" in dict(rows)["olmo-7b"]


@pytest.mark.parametrize(
    ("source", "name", "is_open"),
    [
        ("openrouter", "z-ai/glm-new-20260620", True),
        ("openrouter", "anthropic/claude-opus", False),  # listed without a repository
        ("openrouter", "openrouter/cloaked-alpha", None),  # nobody says whose it is
        ("openrouter", "z-ai/glm-new-20270101", None),
        ("lmarena", "gpt-4o", False),
        ("lmarena", "olmo-7b", True),  # by its licence, though nobody knows which repository
    ],
)
def test_openness_is_known_or_null(providers: WarehouseFactory, source: str, name: str, is_open: bool | None) -> None:
    assert providers.rows(
        "select is_open_weights from marts.map_model_names where source = ? and source_model_name = ?", [source, name]
    ) == [(is_open,)]


def test_the_newest_vintage_tells_the_whole_day(providers: WarehouseFactory) -> None:
    rows = providers.rows(
        """
        select token_date, source_as_of, min(tokens), max(tokens), bool_or(is_provisional), bool_and(is_provisional)
        from marts.fct_inference_tokens_daily group by all order by all
        """
    )
    assert rows == [
        (date(2026, 5, 31), date(2026, 6, 2), 7, 7, False, False),
        (date(2026, 6, 1), date(2026, 6, 3), 10, 10, False, False),
        (date(2026, 6, 2), date(2026, 6, 4), 20, 20, False, False),
        (date(2026, 6, 3), date(2026, 6, 4), 5, 5, True, True),
    ]
    # A slug that the newest vintage does not name on the day is among the others there.
    first = next(name for source, name in MEANINGS if source == "openrouter")
    assert providers.rows(
        "select count(*) from marts.fct_inference_tokens_daily where model_slug = ? and token_date = '2026-06-02'",
        [first],
    ) == [(0,)]


def test_older_vintages_stay_with_what_won(providers: WarehouseFactory) -> None:
    slugs = sum(source == "openrouter" for source, _ in MEANINGS) + 1
    rows = providers.rows(
        """
        select reading_date, source_as_of, reason, min(value), max(winning_value), count(*)
        from ops.superseded_readings where measure = 'tokens' group by all order by all
        """
    )
    assert rows == [
        (date(2026, 6, 1), date(2026, 6, 2), "older_vintage", 1, 10, slugs),
        (date(2026, 6, 2), date(2026, 6, 3), "older_vintage", 4, 20, slugs),
    ]


def test_the_reserved_row_is_no_model(providers: WarehouseFactory) -> None:
    assert providers.rows(
        "select distinct model_id, organization_id, is_open_weights from marts.fct_inference_tokens_daily "
        "where model_slug = 'other'"
    ) == [(None, None, None)]


def test_a_new_scale_begins_where_most_models_change_at_once(providers: WarehouseFactory) -> None:
    rows = providers.rows(
        """
        select as_of_date, index_version, count(*), count_if(is_estimated) from marts.fct_model_evaluations
        where source = 'artificial_analysis' group by all order by all
        """
    )
    assert rows == [
        (date(2026, 5, 1), "2026-05-01", 40, 26),
        (date(2026, 5, 15), "2026-05-01", 40, 26),
        (date(2026, 6, 1), "2026-06-01", 40, 26),
    ]


def test_a_metric_that_is_not_listed_is_counted(providers: WarehouseFactory) -> None:
    assert providers.rows("select metric, sum(rows) from ops.unlisted_metrics group by all") == [
        ("a_benchmark_of_tomorrow", 3)
    ]


def test_coverage_counts_what_is_matched(providers: WarehouseFactory) -> None:
    [(total, matched, share)] = providers.rows(
        "select measured_total, matched, matched_share from marts.report_name_coverage "
        "where source = 'lmarena' and measure = 'scores' and openness = 'open'"
    )
    names = {name: meaning for (source, name), meaning in MEANINGS.items() if source == "lmarena" and name != "gpt-4o"}
    assert (total, matched) == (len(names), sum(meaning is not None for meaning in names.values()))
    assert share == pytest.approx(matched / total)


def test_the_livebench_average_is_over_categories(providers: WarehouseFactory) -> None:
    assert providers.rows(
        "select category, score, index_version, as_of_date from marts.fct_model_evaluations "
        "where source = 'livebench' order by category"
    ) == [("coding: repair", 1.0, "2026-05-01", DAY), ("overall", 1.0, "2026-05-01", DAY)]


def test_what_no_model_makes_any_more_is_dropped(providers: WarehouseFactory) -> None:
    with duckdb.connect(str(providers.home / "build" / "warehouse.duckdb")) as connection:
        connection.execute("create table marts.report_of_an_older_version as select 1 as one")
        connection.execute("create view staging.stg_of_an_older_version as select 1 as one")
        connection.execute("create table main.somebody_elses as select 1 as one")
    providers.build("dim_metric", tests=False)
    assert providers.rows("select table_name from duckdb_tables() where table_name like '%older_version'") == []
    assert providers.rows("select view_name from duckdb_views() where view_name like '%older_version'") == []
    assert providers.rows("select one from main.somebody_elses") == [(1,)]
    assert providers.rows("select count(*) > 0 from marts.map_model_names") == [(True,)]
