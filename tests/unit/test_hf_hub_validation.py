"""Which records are accepted: one test per rule, and properties where a rule is general."""

import json
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id
from hypothesis import example, given
from hypothesis import strategies as st

from orchestration.snapshots.records import RECORD_TYPES, REJECTED_SCHEMA, RecordKind
from orchestration.sources.validation import is_repository_id, split_records

DAY = date(2026, 7, 1)
TYPES: dict[str, Any] = {
    "model_id": pl.String,
    "downloads_total": pl.Int64,
    "downloads_30d": pl.Int64,
    "likes": pl.Int64,
    "created_at": pl.Datetime("us"),
    "release_date": pl.Date,
    "library_name": pl.String,
    "tags": pl.List(pl.String),
    "base_models": pl.List(pl.Struct({"relation": pl.String, "model_id": pl.String})),
    "defect": pl.String,
}


def split(*rows: dict[str, Any], kind: RecordKind = RecordKind.READINGS) -> tuple[list[Any], dict[int, list[str]]]:
    """The accepted records, and the reasons by record number."""
    frame = (
        pl.DataFrame([{name: row.get(name) for name in TYPES} for row in rows], schema=TYPES)
        if kind is RecordKind.READINGS
        else pl.DataFrame(list(rows))
    )
    frame = frame.with_columns(
        record_number=pl.int_range(1, pl.len() + 1),
        record=pl.Series([json.dumps(row, default=str) for row in rows], dtype=pl.String),
    )
    good, rejected = split_records(kind, frame, DAY)
    assert good.schema == RECORD_TYPES[kind].schema
    assert rejected.schema == REJECTED_SCHEMA
    reasons: dict[int, list[str]] = {}
    for row in rejected.to_pylist():
        reasons.setdefault(row["record_number"], []).append(row["reason"])
    return good.to_pylist(), reasons


def reading(model_id: str | None = "a/b", **values: Any) -> dict[str, Any]:
    return {"model_id": model_id, **values}


@pytest.mark.parametrize(
    "model_id",
    [
        "../etc/passwd", "a/../b", "a/b/c", "/a", "a/", "a//b", ".a/b", "a/.b", "-a/b", "a/b-", "a/b.", "a--b/c",
        "a/b--c", "a/b..c", "a..b/c", "a/b.git", "", " ",
        "a b/c", "a/b\n", "a/b\0", "a/b'", 'a/"b', "a/b;drop", "a/😀", "ä/b", "a/" + "b" * 97,
        "a\\b", "<script>/x", "=1+1", "a/\u202eb", "a/\u200bb",
    ],
)  # fmt: skip
def test_an_id_that_is_no_repository_id_is_rejected(model_id: str) -> None:
    good, reasons = split(reading(model_id), reading("fine/model"))
    assert [row["model_id"] for row in good] == ["fine/model"]
    assert reasons == {1: ["model_id is not a Hub repository id"]}


@pytest.mark.parametrize("model_id", ["gpt2", "Qwen/Qwen3-8B", "a/b_c.d-e", "0/1", "a/" + "b" * 96, "_a/b_"])
def test_an_id_that_is_a_repository_id_is_accepted(model_id: str) -> None:
    good, reasons = split(reading(model_id))
    assert ([row["model_id"] for row in good], reasons) == ([model_id], {})


@given(st.text(st.sampled_from("aZ0_-./ \n\0é'git"), max_size=12) | st.text(max_size=8))
@example("a" * 96 + "/" + "b" * 96)
@example("a" * 97 + "/b")
def test_ids_are_judged_as_the_hubs_own_library_judges_them(model_id: str) -> None:
    try:
        validate_repo_id(model_id)
        expected = True
    except HFValidationError:
        expected = False
    frame = pl.DataFrame({"id": [model_id]}, schema={"id": pl.String})
    assert frame.select(is_repository_id(pl.col("id"))).item() == expected


def test_a_missing_id_is_rejected() -> None:
    assert split(reading(None))[1] == {1: ["model_id is missing"]}


@pytest.mark.parametrize("column", ["downloads_total", "downloads_30d", "likes"])
def test_a_count_below_zero_or_beyond_belief_is_rejected(column: str) -> None:
    rows = [reading(f"a/m{number}", **{column: number}) for number in (0, 2**53)]
    wrong = [reading("a/negative", **{column: -1}), reading("a/huge", **{column: 2**53 + 1})]
    good, reasons = split(*rows, *wrong)
    assert [row[column] for row in good] == [0, 2**53]
    assert reasons == {3: [f"{column} is negative"], 4: [f"{column} is too large for a count"]}


def test_a_date_after_the_snapshot_is_rejected_with_one_day_of_tolerance() -> None:
    good, reasons = split(
        reading("a/1", created_at=datetime(2026, 7, 2, 23, 59)),
        reading("a/2", created_at=datetime(2026, 7, 3)),
        reading("a/3", release_date=date(2026, 7, 2)),
        reading("a/4", release_date=date(2026, 7, 3)),
    )
    assert [row["model_id"] for row in good] == ["a/1", "a/3"]
    assert reasons == {
        2: ["created_at lies after the snapshot of 2026-07-01"],
        4: ["release_date lies after the snapshot of 2026-07-01"],
    }


def test_what_the_parser_could_not_read_is_rejected_with_its_reason() -> None:
    assert split(reading(defect="likes is no number"))[1] == {1: ["likes is no number"]}


def test_the_parsers_reason_comes_before_the_rules() -> None:
    assert split(reading("../x", defect="wrong type"))[1] == {1: ["wrong type"]}


def test_of_readings_with_the_same_id_the_highest_counter_wins() -> None:
    good, reasons = split(
        reading(downloads_total=None, downloads_30d=900),
        reading(downloads_total=7, downloads_30d=2),
        reading(downloads_total=7, downloads_30d=1),
        reading(downloads_total=5, downloads_30d=800),
    )
    assert [(row["downloads_total"], row["downloads_30d"]) for row in good] == [(7, 2)]
    assert reasons == {number: ["duplicate key; record 2 is kept"] for number in (1, 3, 4)}


def test_of_equal_readings_the_later_one_wins() -> None:
    good, reasons = split(reading(library_name="first"), reading(library_name="second"))
    assert [row["library_name"] for row in good] == ["second"]
    assert reasons == {1: ["duplicate key; record 2 is kept"]}


def test_a_rejected_record_does_not_take_part_in_the_choice_among_duplicates() -> None:
    good, reasons = split(reading(downloads_total=5), reading(downloads_total=9, likes=-1))
    assert [row["downloads_total"] for row in good] == [5]
    assert reasons == {2: ["likes is negative"]}


def test_of_other_kinds_the_later_duplicate_wins_by_all_parts_of_the_key() -> None:
    edges = [
        {"derivative_model_id": "a/b", "base_model_id": "c/d", "relation": "merge", "created_at": datetime(2026, 1, 1)},
        {"derivative_model_id": "a/b", "base_model_id": "c/d", "relation": "merge", "created_at": datetime(2025, 1, 1)},
        {"derivative_model_id": "a/b", "base_model_id": "c/d", "relation": "adapter", "created_at": None},
        {"derivative_model_id": "a/b", "base_model_id": "c/..", "relation": "merge", "created_at": None},
        {"derivative_model_id": "a/b", "base_model_id": "c/e", "relation": None, "created_at": None},
        {"derivative_model_id": "a/b", "base_model_id": "c/e", "relation": "x\n", "created_at": None},
    ]
    good, reasons = split(*edges, kind=RecordKind.EDGES)
    assert [(row["relation"], row["created_at"]) for row in good] == [
        ("merge", datetime(2025, 1, 1)),
        ("adapter", None),
    ]
    assert reasons == {
        1: ["duplicate key; record 2 is kept"],
        4: ["base_model_id is not a Hub repository id"],
        5: ["relation is missing"],
        6: ["relation is empty, too long or has control characters"],
    }


def test_endless_text_is_taken_out_and_the_rest_is_kept() -> None:
    good, reasons = split(
        reading(library_name="x" * 1001, tags=["y" * 1_000_000, "fine", "z" * 1000], likes=3),
        reading("a/other", library_name="x" * 1000, tags=None),
    )
    assert good[0]["library_name"] is None
    assert good[0]["tags"] == ["fine", "z" * 1000]
    assert good[0]["likes"] == 3
    assert (len(good[1]["library_name"]), good[1]["tags"]) == (1000, None)
    assert reasons == {
        1: [
            "a tag has more than 1,000 characters; kept without it",
            "library_name has more than 1,000 characters; kept without it",
        ]
    }


def test_a_base_that_is_no_repository_id_is_taken_out_and_the_rest_is_kept() -> None:
    fine = {"relation": "merge", "model_id": "c/d"}
    good, reasons = split(
        reading("a/1", base_models=[fine, {"relation": None, "model_id": "./my model"}]),
        reading("a/2", base_models=[fine]),
        reading("a/3", base_models=[{"relation": None, "model_id": None}]),
        reading("a/4", base_models=[]),
    )
    assert [row["base_models"] for row in good] == [[fine], [fine], [], []]
    assert set(reasons) == {1, 3}
    assert reasons[1] == ["a base model is not a Hub repository id; kept without it"]


def test_a_rejected_record_is_cut_to_2000_characters() -> None:
    frame = pl.DataFrame({"model_id": ["../x"], "record_number": [1], "record": ["é" * 5000]})
    _, rejected = split_records(RecordKind.READINGS, frame, DAY)
    assert rejected["record"].to_pylist() == ["é" * 2000]


def test_nothing_in_gives_nothing_out() -> None:
    assert split() == ([], {})


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "model_id": st.sampled_from(["a/b", "c/d", "../x", None]),
                "downloads_total": st.none() | st.integers(-2, 5),
                "likes": st.none() | st.integers(-1, 3),
            }
        ),
        max_size=12,
    )
)
def test_every_record_is_either_accepted_or_rejected_once(rows: list[dict[str, Any]]) -> None:
    good, reasons = split(*rows)
    assert len(good) + len(reasons) == len(rows)
    assert all(len(why) == 1 for why in reasons.values())
    ids = [row["model_id"] for row in good]
    assert len(ids) == len(set(ids))
    sound = [
        row
        for row in rows
        if row["model_id"] in {"a/b", "c/d"} and (row["downloads_total"] or 0) >= 0 and (row["likes"] or 0) >= 0
    ]
    assert set(ids) == {row["model_id"] for row in sound}
    for row in good:
        counters = [other["downloads_total"] for other in sound if other["model_id"] == row["model_id"]]
        assert row["downloads_total"] == max((count for count in counters if count is not None), default=None)
