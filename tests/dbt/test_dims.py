"""dim_model, dim_organization, dim_size_bucket and dim_date, end to end on a small ecosystem."""

from datetime import date

import pytest

from tests.dbt.ecosystem import HOSTILE_LICENSE
from tests.dbt.warehouse_factory import WarehouseFactory


def test_every_id_that_anybody_names_has_one_row(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows("select model_id from marts.dim_model")
    ids = [model_id for (model_id,) in rows]
    assert len(ids) == len(set(ids))
    read, listed_only, in_edges_only = "user/tune", "zai-org/never-read", "user/kept"
    assert {read, listed_only, in_edges_only, "THUDM/Star-7B", "no_namespace"} <= set(ids)


def test_each_group_of_renamed_ids_has_exactly_one_canonical_row(small_ecosystem: WarehouseFactory) -> None:
    assert not small_ecosystem.rows(
        """
        select canonical_model_id from marts.dim_model
        group by canonical_model_id
        having count(*) filter (is_canonical) <> 1 or bool_or(is_canonical and model_id <> canonical_model_id)
        """
    )


def test_a_renamed_namespace_is_counted_once(small_ecosystem: WarehouseFactory) -> None:
    listed = small_ecosystem.rows("select count(*) from marts.dim_model where is_mainline")
    counted = small_ecosystem.rows("select count(*) from marts.dim_model where is_mainline and is_canonical")
    # THUDM/Star-7B is zai-org/Star-7B: on the list twice, one model.
    assert (listed, counted) == ([(4,)], [(3,)])


def test_attributes_belong_to_the_model_and_counters_to_the_id(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        """
        select model_id, total_parameters, active_parameters, is_moe, parameters_source, release_date, license,
            downloads_total, last_seen_date
        from marts.dim_model where canonical_model_id = 'zai-org/Star-7B' order by is_canonical
        """
    )
    model = (7_100_000_000, 3, True, "curated", date(2025, 12, 24), "mit")
    assert rows == [
        ("THUDM/Star-7B", *model, 2_000, date(2026, 2, 1)),
        ("zai-org/Star-7B", *model, 2_500, date(2026, 3, 1)),
    ]


def test_parameters_of_an_older_list_are_withdrawn(small_ecosystem: WarehouseFactory) -> None:
    assert small_ecosystem.rows(
        "select total_parameters, parameters_source, size_bucket from marts.dim_model where model_id = 'zai-org/leaves'"
    ) == [(None, "unknown", "unknown")]


def test_a_vanished_model_stays_as_a_tombstone_with_its_last_figures(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        """
        select model_id, is_deleted, downloads_total, downloads_30d, likes, last_seen_date from marts.dim_model
        where model_id in ('zai-org/gone', 'zai-org/Star-7B', 'user/tune', 'zai-org/never-read') order by model_id
        """
    )
    assert rows == [
        ("user/tune", None, 70, None, None, date(2026, 2, 1)),  # no complete listing covers its organisation
        ("zai-org/Star-7B", False, 2_500, None, None, date(2026, 3, 1)),
        ("zai-org/gone", True, 520, 50, 5, date(2026, 2, 1)),
        ("zai-org/never-read", None, None, None, None, None),  # nobody ever saw it
    ]


def test_hostile_text_is_carried_as_text(small_ecosystem: WarehouseFactory) -> None:
    assert small_ecosystem.rows("select license, base_model_id from marts.dim_model where model_id = 'hostile/m'") == [
        (HOSTILE_LICENSE, None)
    ]


@pytest.mark.parametrize(
    ("organization_id", "expected"),
    [
        ("zai-org", ("Z.ai (Zhipu)", "CN", "china", "zai-org")),
        ("THUDM", ("Tsinghua KEG (GLM)", "CN", "china", "zai-org")),
        ("z-ai", ("Z.ai (Zhipu)", "CN", "china", "zai-org")),  # another provider's slug
        ("neuralmagic", ("Neural Magic", "US", "other", "RedHatAI")),  # the registry overrules the seed's us
        ("unheard-of", ("unheard-of", None, "eu", "unheard-of")),
        ("user", ("user", None, "unknown", "user")),  # the older list's region was withdrawn
        ("ring", ("ring", None, "unknown", "ring")),  # a word that is no region
        ("no-namespace", ("no-namespace", None, "unknown", "no-namespace")),
    ],
)
def test_organizations(
    small_ecosystem: WarehouseFactory, organization_id: str, expected: tuple[str | None, ...]
) -> None:
    rows = small_ecosystem.rows(
        """
        select display_name, country_code, region, canonical_organization_id
        from marts.dim_organization where organization_id = ?
        """,
        [organization_id],
    )
    assert rows == [expected]


def test_size_buckets_cover_every_size_once(small_ecosystem: WarehouseFactory) -> None:
    buckets = small_ecosystem.rows(
        "select size_bucket, low_parameters, high_parameters from marts.dim_size_bucket order by sort_order"
    )
    assert [bucket for bucket, _, _ in buckets] == [
        "<1B",
        "1-5B",
        "7-9B",
        "10-50B",
        "50-100B",
        "100-250B",
        "250B+",
        "unknown",
    ]
    lows, highs = [low for _, low, _ in buckets[:7]], [high for _, _, high in buckets[:7]]
    assert lows == [0, 10**9, 5 * 10**9, 10**10, 5 * 10**10, 10**11, 25 * 10**10]
    assert highs == [*lows[1:], None]


def test_dates_run_from_the_first_reading_to_the_last(small_ecosystem: WarehouseFactory) -> None:
    assert small_ecosystem.rows("select min(date_day), max(date_day), count(*) from marts.dim_date") == [
        (date(2026, 1, 1), date(2026, 3, 1), 60)
    ]
    assert small_ecosystem.rows(
        """
        select month, quarter, iso_year, iso_week, iso_weekday, is_weekend, is_month_end
        from marts.dim_date where date_day in ('2026-01-01', '2026-01-31') order by date_day
        """
    ) == [(date(2026, 1, 1), 1, 2026, 1, 4, False, False), (date(2026, 1, 1), 1, 2026, 5, 6, True, True)]
