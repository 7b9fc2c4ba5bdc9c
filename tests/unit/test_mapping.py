"""The declared mapping makes typed records of received ones; what does not fit is a defect, never a guess."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestration.errors import DataRefused
from orchestration.snapshots.records import RecordKind
from orchestration.sources.fields import BASE_MODELS_DTYPE
from orchestration.sources.mapping import Column, check_columns, typed_records, wanted_fields

READINGS = RecordKind.READINGS


def columns(**declared: Any) -> dict[str, Column]:
    return {name: Column.model_validate(value) for name, value in declared.items()}


def typed(given_values: list[Any], name: str, dtype: Any = pl.String, **settings: Any) -> pl.DataFrame:
    """One column of readings, read from a field called ``x``."""
    frame = pl.DataFrame({"x": pl.Series(given_values, dtype=dtype)}, strict=False).with_row_index("record_number", 1)
    frame = frame.with_columns(pl.col("record_number").cast(pl.Int64), defect=pl.lit(None, dtype=pl.String))
    return typed_records(frame, READINGS, columns(**{name: {"column": "x", **settings}}))


def one(value: Any, name: str, dtype: Any = pl.String, **settings: Any) -> tuple[Any, str | None]:
    """Value and defect of one record."""
    return typed([value], name, dtype, **settings).select(name, "defect").row(0)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("-3", -3),
        ("108891648.0", 108891648),
        ("1e3", 1000),
        ("9007199254740993", 2**53 + 1),
        ("  ", None),
        (None, None),
    ],
)
def test_whole_numbers_of_text(text: str | None, number: int | None) -> None:
    assert one(text, "likes") == (number, None)


@pytest.mark.parametrize("text", ["abc", "1.5", "NaN", "inf", "1_000", "1,000", "0x10", "99999999999999999999", "True"])
def test_what_is_no_whole_number_is_a_defect(text: str) -> None:
    assert one(text, "likes") == (None, "likes is not a whole number")


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        (5, pl.UInt64, (5, None)),
        (2**63 + 5, pl.UInt64, (None, "likes is not a whole number")),
        (5.0, pl.Float64, (5, None)),
        (5.5, pl.Float64, (None, "likes is not a whole number")),
        (float("nan"), pl.Float64, (None, "likes is not a whole number")),
        (True, pl.Boolean, (None, "likes is not a whole number")),
        (None, pl.Null, (None, None)),
        (date(2026, 1, 1), pl.Date, (None, "likes is not a whole number")),
    ],
)
def test_whole_numbers_of_typed_columns(value: Any, dtype: Any, expected: tuple[Any, Any]) -> None:
    assert one(value, "likes", dtype) == expected


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_whole_number_survives(number: int) -> None:
    assert one(str(number), "downloads_total") == (number, None)


@given(st.decimals(min_value=0, max_value=5000, places=2))
def test_a_scale_gives_the_nearest_whole_number(billions: Any) -> None:
    assert one(str(billions), "total_parameters", scale=1e9) == (int(billions * 10**9), None)


def test_a_scale_holds_for_typed_numbers_too() -> None:
    assert one(34.39, "total_parameters", pl.Float64, scale=1e9) == (34_390_000_000, None)
    assert one(7, "total_parameters", pl.Int64, scale=1e9) == (7_000_000_000, None)


@given(
    st.datetimes(min_value=datetime(2016, 1, 1), max_value=datetime(2100, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from(["T", " "]),
    st.sampled_from(["auto", "milliseconds"]),
)
def test_every_iso_timestamp_becomes_utc(moment: datetime, minutes: int, separator: str, precision: str) -> None:
    written = moment.replace(tzinfo=timezone(timedelta(minutes=minutes))).isoformat(separator, precision)
    expected = datetime.fromisoformat(written).astimezone(UTC).replace(tzinfo=None)
    assert one(written, "created_at") == (expected, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-03T20:32:13Z", datetime(2026, 5, 3, 20, 32, 13)),
        ("2026-02-28T21:05:56.239Z", datetime(2026, 2, 28, 21, 5, 56, 239000)),
        ("2025-04-28 07:45:32", datetime(2025, 4, 28, 7, 45, 32)),
        ("2025-07-02", datetime(2025, 7, 2)),
        ("2025-01-20T03:46:07+0530", datetime(2025, 1, 19, 22, 16, 7)),
        ("", None),
    ],
)
def test_timestamps_as_the_archives_write_them(text: str, moment: datetime | None) -> None:
    assert one(text, "created_at") == (moment, None)


@pytest.mark.parametrize("text", ["yesterday", "2025-02-30", "2025-01-01T25:00:00", "01-06-2025", "1717200000"])
def test_what_is_no_timestamp_is_a_defect(text: str) -> None:
    assert one(text, "created_at") == (None, "created_at is not a timestamp")
    assert one(text, "release_date") == (None, "release_date is not a date")


def test_typed_timestamps_become_utc() -> None:
    tokyo = datetime(2026, 8, 8, 1, 0, tzinfo=timezone(timedelta(hours=9)))
    assert one(tokyo, "created_at", pl.Datetime("ns", "Asia/Tokyo")) == (datetime(2026, 8, 7, 16), None)
    assert one(date(2026, 8, 8), "created_at", pl.Date) == (datetime(2026, 8, 8), None)
    assert one("2026-08-08T01:00:00+09:00", "release_date") == (date(2026, 8, 7), None)


def test_words_for_true_and_false() -> None:
    assert typed(["True", "false", "", None], "is_moe")["is_moe"].to_list() == [True, False, None, None]
    assert one("yes", "is_moe") == (None, "is_moe is not true or false")
    assert one(True, "is_private", pl.Boolean) == (True, None)


def test_gated_is_the_hubs_word() -> None:
    assert typed(["False", "auto", "manual"], "gated")["gated"].to_list() == ["false", "auto", "manual"]
    assert one(False, "gated", pl.Boolean) == ("false", None)


def test_declared_nulls_are_not_known() -> None:
    assert typed(["0", "5", "00"], "likes", null_values=["0"])["likes"].to_list() == [None, 5, 0]
    assert typed([0, 5], "likes", pl.Int64, null_values=["0"])["likes"].to_list() == [None, 5]
    assert typed(["n/a"], "likes", null_values=["n/a"]).rows() == [(1, None, None)]


def test_declared_values_are_replaced_and_others_kept() -> None:
    frame = typed(["moe", "dense", "odd"], "is_moe", values={"moe": "true", "dense": "false"})
    assert frame.select("is_moe", "defect").rows() == [
        (True, None),
        (False, None),
        (None, "is_moe is not true or false"),
    ]


def test_templates_and_constants() -> None:
    frame = pl.DataFrame({"org": ["a", None], "name": ["b", "c"], "record_number": [1, 2], "defect": [None, "is odd"]})
    declared = columns(model_id="{org}/{name}", source_name="{name}", status={"constant": "kept"})
    assert typed_records(frame, READINGS, declared).rows() == [
        (1, None, "a/b", "b", "kept"),
        (2, "is odd", None, "c", "kept"),
    ]


def test_text_is_parted_into_a_list() -> None:
    assert typed(["a  b", "", None, "c"], "tags", separator=" ")["tags"].to_list() == [["a", "b"], None, None, ["c"]]
    with pytest.raises(DataRefused, match="field for tags does not hold lists; declare its separator"):
        typed(["a b"], "tags")


BASES = [
    pytest.param(
        pl.Struct({"relation": pl.String, "models": pl.List(pl.Struct({"_id": pl.String, "id": pl.String}))}),
        {"relation": "merge", "models": [{"_id": "1", "id": "x/y"}, {"_id": "2", "id": "z/w"}]},
        {},
        "merge",
        id="hub-stats",
    ),
    pytest.param(BASE_MODELS_DTYPE, {"relation": "merge", "models": ["x/y", "z/w"]}, {}, "merge", id="ids"),
    pytest.param(pl.Struct({"models": pl.List(pl.String)}), {"models": ["x/y", "z/w"]}, {}, None, id="no relation"),
    pytest.param(pl.List(pl.String), ["x/y", "z/w"], {}, None, id="list"),
    pytest.param(pl.String, "x/y z/w", {"separator": " "}, None, id="text"),
]


@pytest.mark.parametrize(("dtype", "value", "settings", "relation"), BASES)
def test_base_models_in_every_form(dtype: Any, value: Any, settings: dict[str, str], relation: str | None) -> None:
    frame = typed([None, value, None, value], "base_models", dtype, **settings)
    expected = [{"relation": relation, "model_id": base} for base in ("x/y", "z/w")]
    assert frame["base_models"].to_list() == [None, expected, None, expected]


def test_structures_where_a_single_value_is_wanted_are_refused() -> None:
    with pytest.raises(DataRefused, match="field for likes holds lists or structures"):
        typed([[1]], "likes", pl.List(pl.Int64))
    with pytest.raises(DataRefused, match="field for tags does not hold lists"):
        typed([{"a": 1}], "tags", pl.Struct({"a": pl.Int64}))
    with pytest.raises(DataRefused, match="no part called models"):
        typed([{"a": 1}], "base_models", pl.Struct({"a": pl.Int64}))
    with pytest.raises(DataRefused, match="no part called id"):
        typed([[{"a": 1}]], "base_models", pl.List(pl.Struct({"a": pl.Int64})))


def test_the_first_defect_of_a_record_is_kept() -> None:
    frame = pl.DataFrame({"a": ["x", "1"], "record_number": [1, 2], "defect": [None, "is odd"]})
    declared = columns(likes="a", downloads_total="a")
    assert typed_records(frame, READINGS, declared)["defect"].to_list() == ["likes is not a whole number", "is odd"]


def test_an_optional_field_that_is_absent_is_left_out() -> None:
    frame = pl.DataFrame({"a": ["x/y"], "record_number": [1], "defect": [None]})
    declared = columns(model_id="a", likes={"column": "b", "optional": True})
    assert typed_records(frame, READINGS, declared).columns == ["record_number", "defect", "model_id"]


@pytest.mark.parametrize(
    ("declared", "sentence"),
    [
        ({}, "exactly one of column, template and constant"),
        ({"column": "a", "constant": "b"}, "exactly one of column, template and constant"),
        ({"template": "no place"}, "template has no {field} in it"),
        ({"column": "a", "scal": 1}, "Extra inputs are not permitted"),
        ({"column": "a", "null_values": [0]}, "Input should be a valid string"),
    ],
)
def test_a_wrong_declaration_says_so(declared: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        Column.model_validate(declared)


@pytest.mark.parametrize(
    ("kind", "declared", "sentence"),
    [
        (
            READINGS,
            {"model_id": "a", "download": "b"},
            "readings have no column download; their columns are model_id, ",
        ),
        (READINGS, {"likes": "a"}, "readings need a column model_id"),
        (RecordKind.EDGES, {"derivative_model_id": "a", "base_model_id": "b"}, "edges need a column relation"),
        (READINGS, {"model_id": {"column": "a", "scale": 1e9}}, "model_id is not a number, so it has no scale"),
        (READINGS, {"model_id": "a", "likes": {"column": "b", "separator": " "}}, "likes is not a list"),
    ],
)
def test_a_mapping_that_does_not_fit_its_kind_says_so(kind: RecordKind, declared: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        check_columns(kind, columns(**declared))


def test_each_field_is_wanted_once_and_in_the_shape_that_needs_most() -> None:
    declared = columns(
        model_id="{org}/{name}",
        family={"column": "name", "optional": True},
        likes={"column": "n", "optional": True},
        tags="tags",
        base_models={"column": "bases", "separator": " "},
    )
    fields = {field.path: field for field in wanted_fields(READINGS, declared, others=["n", "day"])}
    assert list(fields) == ["n", "day", "org", "name", "tags", "bases"]
    assert {path: field.optional for path, field in fields.items()} == dict.fromkeys(fields, False)
    assert [fields[path].dtype for path in ("tags", "bases")] == [pl.List(pl.String), pl.String]
    for twice in ({"tags": "x", "family": "x"}, {"family": "x", "tags": "x"}):
        assert [field.dtype for field in wanted_fields(READINGS, columns(**twice))] == [pl.List(pl.String)]
