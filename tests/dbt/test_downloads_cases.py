"""The expected answer to each trouble of ``download_cases.py``; the number is that of the trouble in its docstring."""

from datetime import date
from typing import Any

import pytest

from tests.dbt.download_cases import day
from tests.dbt.warehouse_factory import WarehouseFactory


class Answers:
    """The marts, asked about one model at a time; days are counted as in the cases."""

    def __init__(self, warehouse: WarehouseFactory) -> None:
        self.rows = warehouse.rows

    def daily(self, model_id: str) -> dict[int, tuple[int, int, str]]:
        """Day -> downloads, correction, method."""
        rows = self.rows(
            "select download_date, downloads, counter_correction, method from marts.fct_model_downloads_daily "
            "where model_id = ? order by 1",
            [model_id],
        )
        return {(row[0] - day(0)).days: row[1:] for row in rows}

    def monthly(self, model_id: str) -> list[tuple[Any, ...]]:
        return self.rows(
            "select month, downloads, method, days_observed, days_estimated from marts.fct_model_downloads_monthly "
            "where model_id = ? order by 1",
            [model_id],
        )

    def canonical(self, model_id: str) -> tuple[str, str | None]:
        [(canonical_id, reason)] = self.rows(
            "select canonical_model_id, identity_reason from intermediate.int_models__canonical where model_id = ?",
            [model_id],
        )
        return canonical_id, reason

    def superseded(self, table: str, reason: str) -> list[tuple[Any, ...]]:
        """Rows of one reason: model, day, measure, value, winning value."""
        rows = self.rows(
            "select model_id, reading_date, measure, value, winning_value from ops.superseded_readings "
            "where table_name = ? and reason = ? order by all",
            [table, reason],
        )
        return [(row[0], (row[1] - day(0)).days, *row[2:]) for row in rows]

    def methods(self, table: str) -> set[str]:
        rows = self.rows("select distinct method from marts.fct_model_downloads_daily where source_table = ?", [table])
        return {method for (method,) in rows}

    def outlier_days(self, table: str) -> dict[int, int]:
        """Day -> rows marked as outliers."""
        rows = self.rows(
            "select download_date, count(*) from marts.fct_model_downloads_daily "
            "where source_table = ? and is_outlier group by 1",
            [table],
        )
        return {(on - day(0)).days: count for on, count in rows}


@pytest.fixture(scope="module")
def answers(download_cases: WarehouseFactory) -> Answers:
    return Answers(download_cases)


def test_a_counter_that_appears_is_not_that_days_downloads(answers: Answers) -> None:
    assert answers.daily("late/model") == dict.fromkeys((11, 12, 13), (3000, 0, "observed"))
    assert answers.monthly("late/model") == [
        (date(2024, 12, 1), 90_000, "rolling_30d", 0, 0),  # read on 1 January
        (date(2025, 1, 1), 9_000, "partial", 3, 0),  # daily rows: the 30-day figures are not mixed in
    ]


def test_a_partial_snapshot_counts_for_nobody(answers: Answers) -> None:
    judged = answers.rows(
        "select snapshot_date, is_usable, unusable_reason, is_shifted from ops.snapshots "
        "where table_name = 'partial_snapshots' and (not is_usable or is_shifted) order by 1"
    )
    assert judged == [
        (day(10), False, "partial: 26 rows are less than 50 % of the usual 100", True),
        (day(15), True, None, True),
    ]
    everyday = (100, 0, "observed")
    spread = (100, 0, "spread_over_gap")
    assert answers.daily("partial/m000") == dict.fromkeys(range(1, 21), everyday) | {10: spread, 11: spread}
    missing_twice = {10: spread, 11: spread, 15: spread, 16: spread}
    assert answers.daily("partial/m099") == dict.fromkeys(range(1, 21), everyday) | missing_twice
    assert len(answers.superseded("partial_snapshots", "partial_snapshot")) == 26


def test_an_odd_snapshot_is_not_the_measure_of_the_next(answers: Answers) -> None:
    unusable = answers.rows(
        "select snapshot_date from ops.snapshots where table_name = 'partial_in_a_row' and not is_usable order by 1"
    )
    assert unusable == [(day(10),), (day(11),)]  # exactly half, on day 16, is enough
    assert {n: row[2] for n, row in answers.daily("in-a-row/m0").items() if row[2] != "observed"} == dict.fromkeys(
        (10, 11, 12, 16, 17), "spread_over_gap"
    )


def test_the_largest_counter_breaks_nothing(answers: Answers) -> None:
    daily = answers.daily("largest/counter")
    assert list(daily) == list(range(-1_499, 1))
    assert sum(downloads for downloads, _, _ in daily.values()) == 2**53 - 1
    assert {downloads for downloads, _, _ in daily.values()} == {(2**53 - 1) // 1_500, (2**53 - 1) // 1_500 + 1}


def test_rates_divide_by_the_days_that_passed(answers: Answers) -> None:
    expected = {n: (3_001, 0, "spread_over_gap" if 21 <= n <= 25 else "observed") for n in range(1, 41)}
    assert answers.daily("long/m0") == expected
    assert answers.outlier_days("long_interval") == {}


def test_a_stall_after_a_gap_is_seen(answers: Answers) -> None:
    expected = {n: (1_000, 0, "stalled" if 21 <= n <= 25 else "observed") for n in range(1, 41)}
    assert answers.daily("stall/m0") == expected
    assert ("stall/m0", 24, "downloads_total", 1_020_000, None) in answers.superseded("stall_after_gap", "stalled")


@pytest.mark.parametrize(
    ("table", "day_21", "day_22"),
    [
        ("dip_below_threshold", (1_000, 0, "stalled"), (1_000, 0, "stalled")),
        ("dip_at_threshold", (700, 0, "observed"), (1_300, 0, "observed")),
        ("dip_after_rush", (1_000, 0, "stalled"), (1_000, 0, "stalled")),
        ("dip_not_made_up", (600, 0, "observed"), (1_001, 0, "observed")),
    ],
)
def test_a_dip_counts_only_below_the_threshold_and_made_up(
    answers: Answers, table: str, day_21: tuple[int, int, str], day_22: tuple[int, int, str]
) -> None:
    daily = answers.daily(f"{table}/m0")
    assert (daily[21], daily[22]) == (day_21, day_22)
    assert {method for n, (_, _, method) in daily.items() if n not in (21, 22)} == {"observed"}


def test_a_dip_is_joined_with_the_later_of_two_days_that_make_it_up(answers: Answers) -> None:
    daily = answers.daily("between/m0")
    assert daily[20] == (1_400, 0, "observed")
    assert (daily[21], daily[22]) == ((1_000, 0, "stalled"), (1_000, 0, "stalled"))


def test_a_dip_that_is_made_up_days_later_is_none(answers: Answers) -> None:
    daily = answers.daily("late-dip/m0")
    assert daily[21] == (600, 0, "observed")
    assert [daily[n] for n in range(22, 26)] == [(1_100, 0, "spread_over_gap")] * 4


def test_too_short_a_series_is_not_judged(answers: Answers) -> None:
    assert answers.daily("short/m0")[2] == (100, 0, "observed")
    assert answers.methods("slow_day_of_a_short_series") == {"observed"}


def test_a_fall_explains_a_stretch_before_a_stall_does(answers: Answers) -> None:
    fallen, others = answers.daily("fall-stall/m0"), answers.daily("fall-stall/m1")
    assert [fallen[n] for n in (20, 21, 22)] == [(700, 0, "recovered_fall")] * 3
    assert (others[20], others[21], others[22]) == (
        (1_000, 0, "observed"), (550, 0, "stalled"), (550, 0, "stalled"),
    )  # fmt: skip


def test_a_standstill_is_shared_with_the_next_day(answers: Answers) -> None:
    daily = answers.daily("standstill/m0")
    assert (daily[21], daily[22], daily[23]) == ((550, 0, "stalled"), (550, 0, "stalled"), (1_000, 0, "observed"))


def test_a_standstill_keeps_first_and_last_readings_and_resets(answers: Answers) -> None:
    assert answers.daily("standstill/begins")[22] == (1_000, 0, "observed")
    assert answers.daily("standstill/ends")[21] == (100, 0, "stalled")
    merged = {(model, on) for model, on, *_ in answers.superseded("standstill", "stalled")}
    assert merged == {(f"standstill/m{i}", 21) for i in range(4)}
    resets = answers.daily("standstill/resets")
    assert (resets[21], resets[22]) == ((100, 0, "stalled"), (0, -499_000, "reset"))
    resets_then = answers.daily("standstill/resets-then")
    assert (resets_then[21], resets_then[22]) == ((0, -499_900, "reset"), (1_000, 0, "observed"))


def test_big_models_that_freeze_together_are_a_stall(answers: Answers) -> None:
    daily = {n: (3_000, 0, "stalled" if n in (21, 22) else "observed") for n in range(1, 41)}
    assert answers.daily("frozen/m0") == daily
    assert answers.daily("frozen/m7") == daily
    alone = answers.daily("one_frozen/m0")
    assert (alone[21], alone[22]) == ((0, 0, "observed"), (6_000, 0, "observed"))


def test_few_big_models_that_freeze_are_no_stall(answers: Answers) -> None:
    assert answers.methods("few_frozen") == {"observed"}
    assert answers.daily("few_frozen/m0")[21] == (0, 0, "observed")


@pytest.mark.parametrize("table", ["spike_of_some", "spike_of_few", "rush"])
def test_what_is_no_spike_of_the_whole_source_is_no_outlier(answers: Answers, table: str) -> None:
    assert answers.outlier_days(table) == {}


def test_a_spike_of_the_source_is_an_outlier_and_a_launch_is_not(answers: Answers) -> None:
    assert answers.outlier_days("spike") == {21: 9}  # the small model's row too
    assert answers.daily("spike/m0")[21] == (9_000, 0, "observed")
    assert answers.outlier_days("launch") == {}
    assert answers.daily("launch/m0")[21] == (30_000, 0, "observed")


def test_a_30_day_figure_is_never_mixed_with_daily_downloads(answers: Answers) -> None:
    assert answers.daily("rolling/model") == {}
    # 29 January and 2 February are equally near: the earlier one. 24 February is four days from the end.
    assert answers.monthly("rolling/model") == [(date(2025, 1, 1), 10_028, "rolling_30d", 0, 0)]
    assert answers.monthly("rolling/three-days") == [(date(2025, 2, 1), 7, "rolling_30d", 0, 0)]
    assert answers.monthly("beside/model") == [
        (date(2025, 1, 1), 300, "partial", 30, 0),
        (date(2025, 2, 1), 280, "observed", 28, 0),
        (date(2025, 3, 1), 40, "partial", 4, 0),
    ]


def test_a_rename_is_one_model_and_no_launch(answers: Answers) -> None:
    assert answers.canonical("rename/old-name") == ("rename/new-name", "renamed")
    expected = {n: (100_000, 0, "spread_over_gap" if n in (21, 22) else "observed") for n in range(1, 41)}
    assert answers.daily("rename/new-name") == expected
    assert answers.daily("rename/old-name") == {}


@pytest.mark.parametrize(
    "model_id",
    [
        "refused/two-heirs",
        "refused/forebear1",
        "refused/forebear2",
        "refused/created",
        "refused/two-percent",
        "refused/small",
        "refused/hub-id",
        "refused/late",
        "refused/back",
        "refused/known",
    ],
)
def test_a_doubtful_rename_is_none(answers: Answers, model_id: str) -> None:
    assert answers.canonical(model_id) == (model_id, None)


def test_a_list_that_changed_renames_nobody(answers: Answers) -> None:
    assert answers.canonical("unstable/old") == ("unstable/old", None)


def test_a_merged_organization_is_counted_once(answers: Answers) -> None:
    assert answers.canonical("neuralmagic/Merged-7B") == ("RedHatAI/Merged-7B", "declared_alias")
    assert answers.canonical("neuralmagic/Only-There") == ("neuralmagic/Only-There", None)
    assert answers.canonical("neuralmagic/Two-Repos") == ("neuralmagic/Two-Repos", None)
    assert answers.daily("RedHatAI/Merged-7B") == dict.fromkeys(range(1, 41), (500, 0, "observed"))
    mirrored = answers.superseded("merged_organization", "mirror_of_canonical")
    assert [(model, on) for model, on, *_ in mirrored] == [("neuralmagic/Merged-7B", n) for n in range(16, 26)]


def test_the_immutable_hub_id_joins_names(answers: Answers) -> None:
    assert answers.canonical("hub-id/first") == ("another-owner/third", "same_hub_id")
    assert answers.canonical("hub-id/second") == ("another-owner/third", "same_hub_id")
    assert answers.daily("another-owner/third") == dict.fromkeys(range(1, 41), (500, 0, "observed"))
    assert answers.canonical("hub-id/wrong1") == ("hub-id/wrong1", None)


def test_a_mirror_has_equal_moving_counters(answers: Answers) -> None:
    assert answers.canonical("mirror-b/Twin") == ("mirror-a/Twin", "identical_counters")
    for model_id in ("mirror-d/Still", "mirror-f/Nearly", "mirror-h/Short", "mirror-j/Other", "mirror-l/Slow"):
        assert answers.canonical(model_id) == (model_id, None)


def test_each_group_has_one_canonical_model(answers: Answers) -> None:
    assert (
        answers.rows(
            "select canonical_model_id from intermediate.int_models__canonical group by 1 "
            "having count_if(is_canonical) <> 1 or not bool_or(model_id = canonical_model_id)"
        )
        == []
    )


def test_a_recreated_repository_is_a_reset_though_it_passes_the_old_counter(answers: Answers) -> None:
    daily = answers.daily("recreated/model")
    assert (daily[20], daily[21]) == (
        (0, -31_900, "reset"),
        (20_000, 0, "observed"),
    )


def test_a_fall_that_recovers_was_never_there(answers: Answers) -> None:
    def expected(first: int, last: int) -> dict[int, tuple[int, int, str]]:
        return {n: (1_000, 0, "recovered_fall" if first <= n <= last else "observed") for n in range(1, 41)}

    assert answers.daily("falls/one-day") == expected(20, 21)
    assert answers.daily("falls/eighth") == expected(20, 28)
    assert answers.daily("falls/twice") == expected(20, 23)
    skipped = {(model, on) for model, on, *_ in answers.superseded("falls", "recovered_fall")}
    assert skipped == {("falls/one-day", 20)} | {("falls/eighth", n) for n in range(20, 28)} | {
        ("falls/twice", n) for n in (20, 21, 22)
    }


def test_a_fall_that_stays_is_a_correction(answers: Answers) -> None:
    never = answers.daily("falls/never")
    assert never == dict.fromkeys(range(1, 41), (1000, 0, "observed")) | {20: (0, -299_000, "reset")}
    ninth = answers.daily("falls/ninth")
    assert (ninth[20], ninth[29]) == ((0, -499_000, "reset"), (501_000, 0, "observed"))


def test_a_stale_30_day_figure_is_zero(answers: Answers) -> None:
    figures = answers.rows(
        "select reading_date, downloads_30d, is_stale_30d from intermediate.int_readings__ranked "
        "where model_id = 'stale/model' order by 1"
    )
    assert figures == [(day(n), 0 if n >= 34 else 300, n >= 34) for n in range(40)]
    assert answers.superseded("stale", "stale_30d") == [
        ("stale/model", n, "downloads_30d", 300, 0) for n in range(34, 40)
    ]


def test_a_vanished_model_keeps_its_downloads(answers: Answers) -> None:
    assert answers.daily("vanished/gone") == dict.fromkeys(range(1, 21), (200, 0, "observed"))
    assert answers.methods("vanished") == {"observed"}


def test_day_labels_follow_the_interval_measured(answers: Answers) -> None:
    expected = {n: (870 if day(n).isoweekday() in (7, 1) else 1_050, 0, "observed") for n in range(1, 41)}
    assert answers.daily("weekdays/m0") == expected


def test_the_newest_answer_counts_and_the_older_one_is_kept(answers: Answers) -> None:
    assert answers.daily("restated/changes")[10] == (600, 0, "observed")
    assert answers.superseded("restated", "older_revision") == [
        ("restated/changes", 10, "downloads_total", 1_001_000, 1_001_500)
    ]
    revisions = answers.rows(
        "select revision, is_usable, unusable_reason from ops.snapshots "
        "where table_name = 'restated' and snapshot_date = ? order by 1",
        [day(10)],
    )
    assert revisions == [(1, False, "a newer revision of this day exists"), (2, True, None)]


def test_the_hub_id_in_the_row_decides_not_the_origins_name(answers: Answers) -> None:
    gap = {n: (1_000, 0, "spread_over_gap" if 10 <= n <= 20 else "observed") for n in range(1, 41)}
    assert answers.daily("switching/base") == gap
    assert answers.daily("switching/large") == dict.fromkeys(range(11, 20), (2000, 0, "observed"))


def test_what_was_typed_in_or_carried_forward_is_no_reading(answers: Answers) -> None:
    typed = answers.superseded("typed_in", "typed_in")
    assert {(model, value) for model, _, _, value, _ in typed} == {("typed/flat", 353_000)}
    assert [on for _, on, *_ in typed] == list(range(0, 31, 2))
    assert answers.monthly("typed/flat") == []
    assert answers.monthly("typed/moves-once")[1:] == [(date(2025, 1, 1), 353_001, "rolling_30d", 0, 0)]
    removed = answers.superseded("typed_in", "removed")
    assert [(on, value) for _, on, _, value, _ in removed] == [(n, 700 + n) for n in range(10, 31, 2)]
    assert list(answers.daily("typed/removed")) == list(range(1, 9))


def test_models_that_leave_the_list_are_no_stall(answers: Answers) -> None:
    assert answers.methods("population_changes") == {"observed"}
    assert answers.daily("population/small0") == dict.fromkeys(range(1, 41), (1000, 0, "observed"))
    assert len(answers.daily("population/popular0")) == 20


def test_declared_priority_decides_between_origins(answers: Answers) -> None:
    deciding = answers.rows(
        "select download_date, source_table from marts.fct_model_downloads_daily where model_id = 'origins/model'"
    )
    from_other = {*range(10, 15), *range(20, 25)}
    assert {(on - day(0)).days for on, table in deciding if table == "other_origin"} == from_other
    assert sum(downloads for downloads, _, _ in answers.daily("origins/model").values()) == 243
    lost = answers.superseded("other_origin", "lower_priority_source")
    assert [(on, value, winner) for _, on, measure, value, winner in lost if measure == "downloads_total"] == [
        (n, 1_003 + 10 * n, 1_000 + 10 * n) for n in range(20) if n not in from_other
    ]
    assert [on for _, on, measure, *_ in lost if measure == "downloads_30d"] == list(range(20))
