"""List pages as records: shapes that occur, shapes that must not, and pages that are none."""

import gzip
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.errors import DataRefused, Unreachable
from orchestration.snapshots.candidate import ReceivedFile
from orchestration.sources.hub_models import model_texts, read_models
from tests.fakes.hub import hub_model

DAY = date(2026, 7, 1)


def pages_of(folder: Path, *pages: Any) -> list[ReceivedFile]:
    """Page files; bytes are written as they are, everything else as JSON."""
    files = []
    for number, page in enumerate(pages, start=1):
        path = folder / f"page-{number}.json"
        path.write_bytes(page if isinstance(page, bytes) else json.dumps(page).encode())
        files.append(ReceivedFile(path, f"pages/page-{number}.json", path.name))
    return files


def read(folder: Path, *pages: Any, overlapping: bool = False) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    good, rejected = read_models(pages_of(folder, *pages), DAY, overlapping=overlapping)
    return good.to_pylist(), rejected.to_pylist()


def only(folder: Path, **fields: Any) -> dict[str, Any]:
    """The record of one model with these fields."""
    good, rejected = read(folder, [hub_model("a/b", **fields)])
    assert rejected == []
    return good[0]


def test_every_field_becomes_its_column(tmp_path: Path) -> None:
    row = only(tmp_path, number=7, gated="manual", private=True, disabled=True, unknown={"x": [1]})
    assert {name: value for name, value in row.items() if value is not None} == {
        "model_id": "a/b",
        "hub_id": f"{7:024x}",
        "sha": f"{7:040x}",
        "created_at": datetime(2025, 6, 1, 10, 20, 30),
        "last_modified_at": datetime(2025, 7, 1, 10, 20, 30),
        "downloads_30d": 70,
        "downloads_total": 700,
        "likes": 7,
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "license": "apache-2.0",
        "gated": "manual",
        "is_private": True,
        "is_disabled": True,
        "total_parameters": 7_000_000,
        "tags": ["transformers", "license:apache-2.0", "region:us"],
    }


def test_what_the_hub_does_not_say_is_null(tmp_path: Path) -> None:
    good, rejected = read(tmp_path, [{"id": "a/b"}])
    assert rejected == []
    assert {name for name, value in good[0].items() if value is not None} == {"model_id"}


@pytest.mark.parametrize(("gated", "text"), [(False, "false"), ("auto", "auto"), (True, "true"), (None, None)])
def test_gated_is_text(tmp_path: Path, gated: bool | str | None, text: str | None) -> None:
    assert only(tmp_path, gated=gated)["gated"] == text


def test_times_are_utc(tmp_path: Path) -> None:
    assert only(tmp_path, createdAt="2025-06-01T01:00:00.5+02:00")["created_at"] == datetime(
        2025, 5, 31, 23, 0, 0, 500_000
    )


@pytest.mark.parametrize(
    ("tags", "listed", "expected"),
    [
        ([], None, None),
        (["base_model:c/d"], None, [(None, "c/d")]),
        (["base_model:c/d", "base_model:finetune:c/d"], None, [("finetune", "c/d")]),
        (["base_model:finetune:c/d"], {"relation": "finetune", "models": [{"id": "c/d"}]}, [("finetune", "c/d")]),
        ([], {"relation": "x", "models": [{"_id": "1", "id": "c/d"}, {"id": "e/f"}]}, [("x", "c/d"), ("x", "e/f")]),
        ([], {"relation": "merge", "models": ["c/d"]}, [("merge", "c/d")]),
        ([], ["c/d", "e/f"], [(None, "c/d"), (None, "e/f")]),
        (["base_model:c/d"], {"relation": "quantized", "models": [{"id": "c/d"}]}, [("quantized", "c/d")]),
        (["base_model:adapter:c/d", "base_model:merge:c/d"], None, [("adapter", "c/d"), ("merge", "c/d")]),
        (["base_model:adapter:c/d", "base_model:e/f"], None, [("adapter", "c/d"), (None, "e/f")]),
        (["license:mit"], {"relation": 3, "models": [{"id": 4}, 5, {"id": "c/d"}]}, [(None, "c/d")]),
        ([], "nonsense", None),
        ([], {"relation": "merge", "models": []}, None),
    ],
)  # fmt: skip
def test_bases_come_from_tags_and_from_base_models(tmp_path: Path, tags: Any, listed: Any, expected: Any) -> None:
    bases = only(tmp_path, tags=tags, baseModels=listed)["base_models"]
    assert (bases and [(base["relation"], base["model_id"]) for base in bases]) == expected


def test_the_first_licence_tag_counts(tmp_path: Path) -> None:
    assert only(tmp_path, tags=["x", "license:mit", "license:other"])["license"] == "mit"
    assert only(tmp_path, tags=["x"])["license"] is None


@pytest.mark.parametrize(
    "fields",
    [
        {"downloads": "12"},
        {"downloads": 12.5},
        {"downloads": 12.0},
        {"downloads": True},
        {"downloadsAllTime": 2**63},
        {"likes": [1]},
        {"id": 5},
        {"tags": "x"},
        {"tags": [1]},
        {"private": "no"},
        {"safetensors": 3},
        {"createdAt": 1_700_000_000},
        {"createdAt": "2025-13-01T00:00:00Z"},
        {"lastModified": "soon"},
        {"tags": ["\ud800"]},
    ],
    ids=str,
)
def test_a_value_of_the_wrong_type_rejects_its_record_alone(tmp_path: Path, fields: dict[str, Any]) -> None:
    good, rejected = read(tmp_path, [hub_model("a/b"), hub_model("c/d") | fields, hub_model("e/f")])
    assert [row["model_id"] for row in good] == ["a/b", "e/f"]
    assert [row["record_number"] for row in rejected] == [2]
    assert json.loads(rejected[0]["record"])["_id"] == f"{1:024x}"


def test_a_record_that_is_no_object_is_rejected(tmp_path: Path) -> None:
    good, rejected = read(tmp_path, [hub_model("a/b"), 5, None, ["x"]])
    assert len(good) == 1
    assert [row["record"] for row in rejected] == ["5", "null", '["x"]']


def test_bytes_that_are_not_utf8_reject_their_record_alone(tmp_path: Path) -> None:
    page = json.dumps([hub_model("a/b"), hub_model("c/d", tags=["MARK"])]).encode().replace(b"MARK", b"\xff\xfe")
    good, rejected = read(tmp_path, page)
    assert [row["model_id"] for row in good] == ["a/b"]
    assert rejected[0]["reason"] == "text that is not Unicode"


def test_record_numbers_count_through_all_pages(tmp_path: Path) -> None:
    _, rejected = read(tmp_path, [hub_model("a/b")], [], [hub_model("a/c"), hub_model("../x")], [hub_model("../y")])
    assert [(row["record_number"], json.loads(row["record"])["id"]) for row in rejected] == [(3, "../x"), (4, "../y")]


def test_the_same_model_in_overlapping_lists_is_one_record(tmp_path: Path) -> None:
    same, moved = hub_model("a/b"), hub_model("a/b", downloadsAllTime=101)
    good, rejected = read(tmp_path, [same, hub_model("c/d")], [same], overlapping=True)
    assert ([row["model_id"] for row in good], rejected) == (["a/b", "c/d"], [])
    good, rejected = read(tmp_path, [same], [moved], overlapping=True)
    assert [row["downloads_total"] for row in good] == [101]
    assert len(rejected) == 1
    _, rejected = read(tmp_path, [same], [same])
    assert len(rejected) == 1


def test_overlapping_lists_hide_no_wrong_record(tmp_path: Path) -> None:
    wrong = [hub_model("a/b", downloads="x"), hub_model("c/d", downloads="x"), {}, {}]
    wrong += [hub_model("e/f", createdAt="x")] * 2
    _, rejected = read(tmp_path, wrong, overlapping=True)
    assert len(rejected) == 6


def test_pages_may_be_gzipped_or_one_model_or_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    packed = gzip.compress(json.dumps([hub_model("a/b")]).encode())
    marked = b"\xef\xbb\xbf" + json.dumps([hub_model("e/f")]).encode()
    good, rejected = read(tmp_path, packed, hub_model("c/d"), marked)
    assert ([row["model_id"] for row in good], rejected) == (["a/b", "c/d", "e/f"], [])


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (gzip.compress(json.dumps([hub_model("a/b")]).encode())[:-20], "truncated or broken gzip"),
        (b"\x1f\x8bnonsense", "truncated or broken gzip"),
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"<!doctype html><p>Sorry", "is an HTML page"),
        (b'[{"id":"a/b"}', "no list of models"),
        (b'"text"', "no list of models"),
        (b"[" * 100_000 + b"]" * 100_000, "no list of models"),
        (b"id,downloads\na/b,1\n", "no list of models"),
    ],
    ids=["cut-gzip", "no-gzip", "empty", "blank", "html", "cut", "text", "deep", "csv"],
)
def test_a_page_that_is_no_list_is_refused_by_name(tmp_path: Path, page: bytes, words: str) -> None:
    with pytest.raises(DataRefused, match=words) as caught:
        read(tmp_path, [hub_model("a/b")], page)
    assert "page-2.json" in str(caught.value)


def test_a_page_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.sources.hub_models.LARGEST_PAGE", 1 << 16)
    with pytest.raises(DataRefused, match="no list page"):
        read(tmp_path, gzip.compress(b"[" + b" " * (1 << 17) + b"]"))


def test_a_page_that_cannot_be_read_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="cannot be read"):
        read_models([ReceivedFile(tmp_path / "none.json", "none.json", "none.json")], DAY, overlapping=False)


def test_no_pages_give_no_records(tmp_path: Path) -> None:
    assert read(tmp_path) == ([], [])
    assert read(tmp_path, []) == ([], [])


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.sampled_from(["a/b", "c/d", "e/f", "../x", 7])},
            optional={"downloads": st.integers() | st.text(), "tags": st.lists(st.text()) | st.none(), "x": st.none()},
        )
        | st.none()
        | st.integers(),
        max_size=8,
    ),
    st.integers(1, 4),
)
def test_how_records_are_cut_into_pages_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, records: list[Any], size: int
) -> None:
    folder = tmp_path_factory.mktemp("pages")
    whole = read(folder, records)
    parts = read(folder, *[records[start : start + size] for start in range(0, len(records), size)])
    assert parts == whole
    kept_parts = sum(row["reason"].endswith("kept without it") for row in whole[1])
    assert len(whole[0]) + len(whole[1]) - kept_parts == len(records)


@given(st.binary(max_size=40))
def test_arbitrary_bytes_are_a_list_of_texts_or_a_value_error(page: bytes) -> None:
    try:
        texts = model_texts(page)
    except ValueError:
        return
    assert all(isinstance(text, bytes) for text in texts)
