"""Every labelled trouble of the Hub in the sample has the answer in the marts that its label promises.

The whole sample is landed and built: what a trouble does to the days and models around it shows only there.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from orchestration.sample import TROUBLES, trouble
from orchestration.sample.hostile import HOSTILE_IDS
from orchestration.settings import Settings
from tests.dbt.warehouse_factory import WarehouseFactory

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)


class Marts:
    """The marts of the sample, asked about days and models."""

    def __init__(self, warehouse: WarehouseFactory) -> None:
        self.rows = warehouse.rows

    def value(self, query: str, *parameters: Any) -> Any:
        [(found,)] = self.rows(query, parameters)
        return found

    def methods(self, day: date) -> dict[str, int]:
        """Method -> daily rows of a day, as the daily listing decided them."""
        query = (
            "select method, count(*) from marts.fct_model_downloads_daily "
            "where download_date = ? and source_table = 'tracked' group by 1"
        )
        return dict(self.rows(query, [day]))

    def daily(self, model_id: str, first: date, last: date) -> list[tuple[int, int, str]]:
        """Downloads, correction and method of each day that a model has a row for."""
        query = (
            "select downloads, counter_correction, method from marts.fct_model_downloads_daily "
            "where model_id = ? and download_date between ? and ? order by download_date"
        )
        return [
            (downloads, correction, method)
            for downloads, correction, method in self.rows(query, [model_id, first, last])
        ]

    def uneven(self, first: date, last: date, method: str) -> int:
        """Models whose days of one method in a stretch do not share it evenly."""
        return self.value(
            "select count(*) from (select model_id from marts.fct_model_downloads_daily where method = ? "
            "and download_date between ? and ? group by model_id having max(downloads) - min(downloads) > 1)",
            method, first, last,
        )  # fmt: skip

    def canonical(self, model_id: str) -> tuple[str, str | None]:
        query = "select canonical_model_id, identity_reason from marts.dim_model where model_id = ?"
        [(canonical_id, reason)] = self.rows(query, [model_id])
        return canonical_id, reason

    def edges(self, model_id: str) -> list[tuple[str, str, str, int]]:
        """Base, relation, root and depth of each edge of a derivative."""
        query = (
            "select base_model_id, relation, root_model_id, depth from marts.fct_model_derivatives "
            "where derivative_model_id = ? order by all"
        )
        return [(base, relation, root, depth) for base, relation, root, depth in self.rows(query, [model_id])]


@pytest.fixture(scope="module")
def marts(sample_home: Settings) -> Marts:
    return Marts(WarehouseFactory(sample_home.root))


Check = Callable[[Marts], None]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


OF_THE_HUB = [row.name for row in TROUBLES if row.table.startswith("hf_hub/")]


def test_every_trouble_is_asked_about() -> None:
    assert set(OF_THE_HUB) == CHECKS.keys()


@pytest.mark.parametrize("name", OF_THE_HUB)
def test_the_marts_give_the_expected_answer(marts: Marts, name: str) -> None:
    CHECKS[name](marts)


# ---- counters --------------------------------------------------------------------------------------------------------


@check("counter_absent")
def _counter_absent(marts: Marts) -> None:
    row = trouble("counter_absent")
    organizations = str(row.values["organizations"]).split()
    of_them = "model_id in (select model_id from marts.dim_model where list_contains(?, organization_id))"
    first = marts.value(
        f"select min(download_date) from marts.fct_model_downloads_daily where {of_them}", organizations
    )
    assert first == row.last + 2 * DAY  # the day after the first reading
    months = f"select distinct method from marts.fct_model_downloads_monthly where {of_them} and month < ?"
    assert marts.rows(months, [organizations, row.last.replace(day=1)]) == [("rolling_30d",)]


@check("counter_first_seen_huge")
def _counter_first_seen_huge(marts: Marts) -> None:
    row = trouble("counter_first_seen_huge")
    [model_id] = row.model_ids
    assert marts.daily(model_id, row.first, row.first) == []
    downloads = marts.value("select sum(downloads) from marts.fct_model_downloads_daily where model_id = ?", model_id)
    assert 0 < downloads < float(row.values["level"]) / 10


@check("dip_just_under")
@check("stall_day")
@check("stall_of_a_third")
@check("stall_after_gap")
def _stalls(marts: Marts) -> None:
    for name in ("dip_just_under", "stall_day", "stall_of_a_third", "stall_after_gap"):
        day = trouble(name).first
        methods = marts.methods(day)
        assert methods["stalled"] > 0.9 * sum(methods.values()), name
        assert marts.uneven(day, day + DAY, "stalled") == 0, name


@check("dip_just_over")
def _dip_just_over(marts: Marts) -> None:
    day = trouble("dip_just_over").first
    assert "stalled" not in marts.methods(day) | marts.methods(day + DAY)


@check("global_spike")
def _global_spike(marts: Marts) -> None:
    day = trouble("global_spike").first
    query = (
        "select count(*), count_if(is_outlier) from marts.fct_model_downloads_daily "
        "where download_date = ? and source_table = 'tracked'"
    )
    [(rows, outliers)] = marts.rows(query, [day])
    assert rows == outliers > 1_000
    assert marts.value("select sum(downloads) from marts.fct_model_downloads_daily where download_date = ?", day) > (
        1.5
        * marts.value("select sum(downloads) from marts.fct_model_downloads_daily where download_date = ?", day - DAY)
    )


@check("launch_at_ten_times")
def _launch_at_ten_times(marts: Marts) -> None:
    row = trouble("launch_at_ten_times")
    query = "select downloads, is_outlier from marts.fct_model_downloads_daily where model_id = ? and download_date = ?"
    [(before, _)] = marts.rows(query, [row.model_ids[0], row.first - DAY])
    [(downloads, is_outlier)] = marts.rows(query, [row.model_ids[0], row.first])
    assert downloads > 5 * before
    assert not is_outlier


@check("fall_for_a_day")
@check("fall_for_three_readings")
def _falls(marts: Marts) -> None:
    for name in ("fall_for_a_day", "fall_for_three_readings"):
        row = trouble(name)
        for day in row.days:
            methods = marts.methods(day)
            # A young model grows by more than the fall takes: its counter only slows down.
            assert methods.keys() <= {"recovered_fall", "stalled"}, name
            assert methods["recovered_fall"] > 0.85 * sum(methods.values()), name
        corrections = "select sum(counter_correction) from marts.fct_model_downloads_daily where download_date = ?"
        assert all(marts.value(corrections, day) == 0 for day in row.days), name


@check("counter_reset")
def _counter_reset(marts: Marts) -> None:
    row = trouble("counter_reset")
    [(downloads, correction, method)] = marts.daily(row.model_ids[0], row.first, row.first)
    assert (downloads, method) == (0, "reset")
    assert -float(row.values["fall"]) <= correction < -0.9 * float(row.values["fall"])
    before = marts.daily(row.model_ids[0], row.first - 20 * DAY, row.first - DAY)
    assert all(downloads > 0 and method == "observed" for downloads, _, method in before)


@check("stale_thirty_days")
def _stale_thirty_days(marts: Marts) -> None:
    row = trouble("stale_thirty_days")
    [model_id] = row.model_ids
    assert marts.value("select downloads_30d from marts.dim_model where model_id = ?", model_id) == 0
    stale_from, received = marts.rows(
        "select min(reading_date), min(value) from ops.superseded_readings where model_id = ? and reason = 'stale_30d'",
        [model_id],
    )[0]
    assert row.first + 30 * DAY <= stale_from <= row.first + 31 * DAY
    assert received > 0


# ---- snapshots -------------------------------------------------------------------------------------------------------


def _gap(marts: Marts, name: str) -> None:
    row = trouble(name)
    for day in row.days:
        assert marts.methods(day).keys() == {"spread_over_gap"}, day
    assert marts.uneven(row.first, row.last + DAY, "spread_over_gap") == 0


for _name in ("gap_of_two_weeks", "gap_of_three_weeks", "gap_in_may", "gap_in_june"):
    CHECKS[_name] = partial(_gap, name=_name)


@check("gap_before_stall")
def _gap_before_stall(marts: Marts) -> None:
    row = trouble("gap_before_stall")
    for day in row.days:
        methods = marts.methods(day)
        assert methods["stalled"] > 0.9 * sum(methods.values())
    # The gap, the reading that repeats the one before it and the next one share what they hold together.
    assert marts.uneven(row.first, trouble("stall_after_gap").first + DAY, "stalled") == 0


@check("partial_snapshot")
def _partial_snapshot(marts: Marts) -> None:
    day = trouble("partial_snapshot").first
    outcomes = "select outcome from ops.ingest_outcomes where table_name = 'tracked' and snapshot_date = ?"
    assert marts.rows(outcomes, [day]) == [("refused",)]
    assert marts.methods(day).keys() == {"spread_over_gap"}
    assert marts.value("select count(*) from marts.dim_model where is_deleted and last_seen_date = ?", day - DAY) == 0


@check("subtly_partial_snapshot")
def _subtly_partial_snapshot(marts: Marts) -> None:
    row = trouble("subtly_partial_snapshot")
    judged = "select is_usable, is_shifted from ops.snapshots where table_name = 'tracked' and snapshot_date = ?"
    assert marts.rows(judged, [row.first]) == [(True, True)]
    methods = marts.methods(row.first)
    missing = methods["spread_over_gap"] / sum(methods.values())
    assert abs(missing - (1 - float(row.values["share"]))) < 0.01
    assert marts.uneven(row.first, row.first + DAY, "spread_over_gap") == 0
    query = "select count(*) from marts.dim_model where is_deleted and last_seen_date = ?"
    assert marts.value(query, row.first - DAY) == 0


@check("duplicate_rows")
def _duplicate_rows(marts: Marts) -> None:
    row = trouble("duplicate_rows")
    rejected = marts.value(
        "select count(*) from ops.rejected_records where table_name = 'tracked' and snapshot_date = ? "
        "and reason like 'duplicate key%'",
        row.first,
    )
    assert rejected == len(row.model_ids)
    for model_id in row.model_ids:
        [(downloads, correction, method)] = marts.daily(model_id, row.first, row.first)
        assert (downloads > 0, correction, method) == (True, 0, "observed")


@check("restated_month_end")
@check("restated_newest_day")
def _restated(marts: Marts) -> None:
    for name in ("restated_month_end", "restated_newest_day"):
        day = trouble(name).first
        query = (
            "select revision, is_usable from ops.snapshots "
            "where table_name = 'tracked' and snapshot_date = ? order by revision"
        )
        assert marts.rows(query, [day]) == [(1, False), (2, True)]
        replaced, wrong = marts.rows(
            "select count(*), count_if(daily.downloads_total <> older.winning_value) "
            "from ops.superseded_readings as older "
            "left join marts.fct_model_downloads_daily as daily "
            "on older.winning_model_id = daily.model_id and older.reading_date = daily.download_date "
            "where older.reason = 'older_revision' and older.measure = 'downloads_total' and older.reading_date = ?",
            [day],
        )[0]
        assert replaced > 100
        assert wrong == 0


@check("truncated_page")
def _truncated_page(marts: Marts) -> None:
    day = trouble("truncated_page").first
    query = (
        "select outcome from ops.ingest_outcomes where table_name = 'tracked' and snapshot_date = ? "
        "order by attempted_at"
    )
    first, last = [outcome for (outcome,) in marts.rows(query, [day])]
    assert first in {"refused", "failed"}
    assert last == "landed"
    assert "spread_over_gap" not in marts.methods(day)


@check("hostile_rows")
def _hostile_rows(marts: Marts) -> None:
    row = trouble("hostile_rows")
    rejected = marts.value(
        "select count(*) from ops.rejected_records where snapshot_date = ? and reason not like '%kept without it'",
        row.first,
    )
    assert rejected >= len(HOSTILE_IDS)
    ids = [str(model_id) for model_id in HOSTILE_IDS]
    assert marts.value("select count(*) from marts.dim_model where list_contains(?, model_id)", ids) == 0
    for model_id in row.model_ids:  # their tags are hostile, their counters are not
        assert marts.daily(model_id, row.first, row.first)[0][2] == "observed"


# ---- identities ------------------------------------------------------------------------------------------------------


def _merged(marts: Marts, name: str) -> None:
    row = trouble(name)
    old, new = str(row.values["from"]), str(row.values["to"])
    query = "select model_id, canonical_model_id from marts.dim_model where organization_id = ?"
    ids = dict(marts.rows(query, [old]))
    assert ids
    listed = {
        model_id for (model_id,) in marts.rows("select model_id from marts.dim_model where organization_id = ?", [new])
    }
    renamed = {model_id: f"{new}/{model_id.split('/')[1]}" for model_id in ids}
    assert {model_id: ids[model_id] for model_id in ids if renamed[model_id] in listed} == {
        model_id: new_id for model_id, new_id in renamed.items() if new_id in listed
    }
    assert len(listed & set(renamed.values())) > 1
    counted = "select count(*) from marts.fct_model_downloads_daily where list_contains(?, model_id)"
    assert marts.value(counted, [model_id for model_id in ids if renamed[model_id] in listed]) == 0
    # No step on the day of the change: neither a launch nor a double count.
    sums = marts.rows(
        "select download_date, sum(downloads) from marts.fct_model_downloads_daily "
        "where list_contains(?, model_id) and download_date between ? and ? group by 1 order by 1",
        [sorted(set(renamed.values())), row.first - 3 * DAY, row.first + 3 * DAY],
    )
    downloads = [int(total) for _, total in sums]
    assert max(downloads) < 3 * min(downloads)


for _name in ("organization_merged", "organization_renamed"):
    CHECKS[_name] = partial(_merged, name=_name)


@check("organization_under_two_names")
def _organization_under_two_names(marts: Marts) -> None:
    row = trouble("organization_under_two_names")
    old, new = str(row.values["from"]), str(row.values["to"])
    pairs = marts.rows(
        "select model_id, canonical_model_id from marts.dim_model where organization_id = ? and not is_canonical", [old]
    )
    assert len(pairs) > 1
    assert all(canonical_id == f"{new}/{model_id.split('/')[1]}" for model_id, canonical_id in pairs)
    mirrored = marts.value(
        "select count(*) from ops.superseded_readings where reason = 'mirror_of_canonical' and model_id like ?",
        f"{old}/%",
    )
    assert mirrored > 100
    assert marts.value("select count(*) from marts.fct_model_downloads_daily where model_id like ?", f"{old}/%") == 0


@check("mirrored_twins")
def _mirrored_twins(marts: Marts) -> None:
    row = trouble("mirrored_twins")
    for model_id in row.model_ids:
        mirror = f"{row.values['to']}/{model_id.split('/')[1]}"
        assert marts.canonical(mirror) == (model_id, "identical_counters")


@check("renamed_without_hub_id")
def _renamed_without_hub_id(marts: Marts) -> None:
    row = trouble("renamed_without_hub_id")
    old, new = row.model_ids
    assert marts.canonical(old) == (new, "renamed")
    days = marts.daily(new, row.first - 5 * DAY, row.last + 5 * DAY)
    assert len(days) == len(row.days) + 10
    assert all(correction == 0 for _, correction, _ in days)
    assert max(downloads for downloads, *_ in days) < 5 * min(downloads for downloads, *_ in days)


@check("renamed_with_same_hub_id")
def _renamed_with_same_hub_id(marts: Marts) -> None:
    old, new = trouble("renamed_with_same_hub_id").model_ids
    assert marts.canonical(old) == (new, "same_hub_id")


@check("deleted_and_created_again")
def _deleted_and_created_again(marts: Marts) -> None:
    row = trouble("deleted_and_created_again")
    [model_id] = row.model_ids
    days = marts.daily(model_id, row.first + DAY, row.last)
    assert {method for *_, method in days} == {"reset"}
    assert sum(downloads for downloads, *_ in days) == 0
    assert sum(correction for _, correction, _ in days) < 0
    after = marts.daily(model_id, row.last + DAY, row.last + 10 * DAY)
    assert all(downloads >= 0 and correction == 0 for downloads, correction, _ in after)


# ---- lineage ---------------------------------------------------------------------------------------------------------


def _only_model(name: str) -> str:
    [model_id] = trouble(name).model_ids
    return model_id


@check("lineage_chain")
def _lineage_chain(marts: Marts) -> None:
    [(_, _, root, depth)] = marts.edges(_only_model("lineage_chain"))
    assert (root, depth) == ("Qwen/Qwen2.5-7B", 3)


@check("lineage_several_bases")
def _lineage_several_bases(marts: Marts) -> None:
    model_id = _only_model("lineage_several_bases")
    assert [relation for _, relation, _, _ in marts.edges(model_id)] == ["merge"] * 3
    query = "select base_model_id, root_model_id, relation from marts.dim_model where model_id = ?"
    assert marts.rows(query, [model_id]) == [(None, None, None)]


@check("lineage_cycle")
def _lineage_cycle(marts: Marts) -> None:
    cut = marts.rows("select derivative_model_id, base_model_id from ops.lineage_exclusions where reason = 'cycle'")
    assert len(cut) == 1
    model_id = _only_model("lineage_cycle")
    assert model_id in cut[0]
    query = "select count(*) from marts.fct_model_derivatives where derivative_model_id = ? and base_model_id = ?"
    assert marts.value(query, *cut[0]) == 0
    assert marts.value(query, *reversed(cut[0])) == 1


@check("lineage_self_base")
def _lineage_self_base(marts: Marts) -> None:
    model_id = _only_model("lineage_self_base")
    query = "select distinct reason from ops.lineage_exclusions where derivative_model_id = ? and base_model_id = ?"
    assert marts.rows(query, [model_id, model_id]) == [("self_edge",)]
    assert all(base != model_id for base, *_ in marts.edges(model_id))


@check("lineage_missing_base")
def _lineage_missing_base(marts: Marts) -> None:
    [(base, _, root, depth)] = marts.edges(_only_model("lineage_missing_base"))
    assert (root, depth) == (base, 1)
    assert marts.value("select first_seen_date from marts.dim_model where model_id = ?", root) is None


@check("lineage_renamed_base")
def _lineage_renamed_base(marts: Marts) -> None:
    [(base, _, root, _)] = marts.edges(_only_model("lineage_renamed_base"))
    assert (base, root) == ("zai-org/glm-4-9b", "zai-org/glm-4-9b")


@check("lineage_untyped_and_typed")
def _lineage_untyped_and_typed(marts: Marts) -> None:
    [(_, relation, _, _)] = marts.edges(_only_model("lineage_untyped_and_typed"))
    assert relation != "unspecified"
