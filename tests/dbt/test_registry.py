"""The registry's dated lists: every list as it was, and when a model entered, left or moved."""

from datetime import date

from tests.dbt.ecosystem import FIRST, SECOND
from tests.dbt.warehouse_factory import WarehouseFactory


def test_every_dated_list_is_kept(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        """
        select list_date, list, count(*), count(distinct canonical_model_id) from marts.bridge_mainline_list
        group by all order by list_date, list
        """
    )
    assert rows == [(FIRST, "primary", 5, 4), (SECOND, "extra", 3, 3), (SECOND, "primary", 4, 3)]


def test_periods_say_when_a_model_entered_left_or_moved(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows("select * from marts.bridge_mainline_list_periods order by model_id, valid_from")
    assert rows == [
        ("THUDM/Star-7B", "primary", FIRST, None, None, None),
        ("THUDM/only-old", "extra", SECOND, None, None, None),
        ("zai-org/Star-7B", "primary", FIRST, None, None, None),
        ("zai-org/enters-2B", "primary", SECOND, None, None, None),
        ("zai-org/gone", "extra", SECOND, None, None, None),
        ("zai-org/leaves", "primary", FIRST, SECOND, None, None),
        ("zai-org/moves", "primary", FIRST, SECOND, None, "extra"),
        ("zai-org/moves", "extra", SECOND, None, "primary", None),
        ("zai-org/never-read", "primary", FIRST, None, None, None),
    ]


def test_mainline_follows_the_newest_list(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        """
        select model_id, is_mainline, mainline_list from marts.dim_model
        where model_id in ('zai-org/moves', 'zai-org/leaves', 'zai-org/enters-2B') order by model_id
        """
    )
    assert rows == [
        ("zai-org/enters-2B", True, "primary"),
        ("zai-org/leaves", False, None),
        ("zai-org/moves", False, "extra"),
    ]


def test_a_model_is_listed_under_whichever_name_the_list_has(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        "select model_id, mainline_list, is_canonical from marts.dim_model where model_name = 'only-old' order by 1"
    )
    assert rows == [("THUDM/only-old", "extra", False), ("zai-org/only-old", "extra", True)]


def test_periods_and_lists_say_the_same(small_ecosystem: WarehouseFactory) -> None:
    # Every day of every list lies in exactly one period of its list, and periods hold no other list.
    assert small_ecosystem.rows(
        """
        select count(*) from (
            select lists.model_id, lists.list_date, lists.list, count(periods.model_id) as periods
            from marts.bridge_mainline_list as lists
            left join marts.bridge_mainline_list_periods as periods
                on periods.model_id = lists.model_id and periods.list = lists.list
                and lists.list_date >= periods.valid_from
                and lists.list_date < coalesce(periods.valid_to, date '9999-12-31')
            group by all
            having periods <> 1
        )
        """
    ) == [(0,)]
    assert small_ecosystem.rows("select min(valid_from) from marts.bridge_mainline_list_periods") == [
        (date(2026, 1, 1),)
    ]
