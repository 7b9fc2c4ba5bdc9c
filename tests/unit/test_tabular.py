"""Files are read field by field; whatever is wrong with one is one sentence."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.errors import DataRefused
from orchestration.sources import tabular
from orchestration.sources.fields import BASE_MODELS_DTYPE, Field, Shape
from orchestration.sources.locations import LocatedFile
from orchestration.sources.tabular import format_of, memory_to_land, read_records

ID = Field("id", pl.String())
FIELDS = (ID, Field("total", pl.String()))
RECORDS = [{"id": "a/b", "total": 1, "more": {"deep": 5}}, {"id": "c/d", "total": None, "more": {"deep": None}}]


class Read(NamedTuple):
    """All that a file gives."""

    frame: pl.DataFrame
    unreadable: pl.DataFrame


def read(
    folder: Path,
    name: str,
    content: bytes,
    fields: tuple[Field, ...] = FIELDS,
    *,
    shape: Shape | None = None,
    memory_limit: int = 4_000_000_000,
) -> Read:
    path = folder / name
    path.write_bytes(content)
    received = read_records(
        LocatedFile(path, name), fields, shape or Shape(), memory_limit=memory_limit, of_one_day=True
    )
    return Read(pl.concat(received.frames()), received.unreadable)


def parquet(frame: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.write_parquet(sink)
    return sink.getvalue()


WRITTEN = {
    "a.csv": b"more,id,total\nx,a/b,1\nx,c/d,\n",
    "a.json": json.dumps(RECORDS).encode(),
    "a.jsonl": "\n".join(map(json.dumps, RECORDS)).encode(),
    "a.ndjson": "\n\n".join(map(json.dumps, RECORDS)).encode() + b"\n",
    "a.parquet": parquet(pl.DataFrame(RECORDS)),
}


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_gives_the_same_records(tmp_path: Path, name: str, packed: bool) -> None:
    content = gzip.compress(WRITTEN[name]) if packed else WRITTEN[name]
    received = read(tmp_path, name + ".gz" * packed, content)
    assert received.unreadable.is_empty()
    assert received.frame.select("record_number", "id", pl.col("total").cast(pl.Int64), "defect").rows() == [
        (1, "a/b", 1, None),
        (2, "c/d", None, None),
    ]


@pytest.mark.parametrize(
    ("name", "form"),
    [("a.csv.gz", "csv"), ("B.JSON", "json"), ("c.d.parquet", "parquet"), ("a.jsonl.gz", "jsonl"), ("a.csv.zip", None)],
)
def test_the_format_is_seen_from_the_name(name: str, form: str | None) -> None:
    assert format_of(name) == form


def test_a_packed_file_is_seen_from_its_bytes(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", gzip.compress(WRITTEN["a.csv"])).frame.height == 2
    assert read(tmp_path, "a.csv.gz", WRITTEN["a.csv"]).frame.height == 2


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.parquet"])
def test_a_dotted_path_goes_into_nested_values(tmp_path: Path, name: str) -> None:
    frame = read(tmp_path, name, WRITTEN[name], (ID, Field("more.deep", pl.String()))).frame
    assert frame["more.deep"].cast(pl.Int64).to_list() == [5, None]


def test_a_dotted_path_goes_into_json_text_of_parquet(tmp_path: Path) -> None:
    text = pl.DataFrame({"id": ["a/b", "c/d", "e/f"], "more": ['{"deep": 5}', None, "not json"]})
    frame = read(tmp_path, "a.parquet", parquet(text), (ID, Field("more.deep", pl.String()))).frame
    assert frame["more.deep"].to_list() == ["5", None, None]


def test_a_column_whose_name_has_a_dot_is_itself(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", b"id,more.deep\na/b,1\n", (ID, Field("more.deep", pl.String()))).frame.height == 1


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "a.parquet"])
def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataRefused, match=rf"{name} has no column sum, wrong\.path \(it has: .*id.*total.*\)"):
        read(tmp_path, name, WRITTEN[name], (ID, Field("sum", pl.String()), Field("wrong.path", pl.String())))
    optional = read(tmp_path, name, WRITTEN[name], (ID, Field("sum", pl.String(), optional=True)))
    assert "sum" not in optional.frame.columns


def test_a_part_that_no_record_has_is_missing_too(tmp_path: Path) -> None:
    for name in ("a.json", "a.parquet"):
        with pytest.raises(DataRefused, match=r"no column more\.other"):
            read(tmp_path, name, WRITTEN[name], (ID, Field("more.other", pl.String())))


BROKEN: dict[str, tuple[str, bytes, str]] = {
    "truncated gzip csv": ("a.csv.gz", gzip.compress(b"id,total\n" + b"a/b,1\n" * 9999)[:-30], "is a truncated gzip"),
    "truncated gzip json": ("a.json.gz", gzip.compress(WRITTEN["a.json"])[:-9], "is a truncated gzip"),
    "truncated gzip jsonl": ("a.jsonl.gz", gzip.compress(WRITTEN["a.jsonl"] * 99)[:-9], "is a truncated gzip"),
    "damaged gzip": ("a.csv.gz", gzip.compress(WRITTEN["a.csv"])[:10] + b"\xff" * 40, "is a broken gzip"),
    "gzip of other bytes": ("a.csv.gz", gzip.compress(WRITTEN["a.csv"])[:-8] + b"\xff" * 8, "is a broken gzip"),
    "html for csv": ("a.csv", b"\n <!DOCTYPE html><html>", "is an HTML or XML page, not csv"),
    "html for csv.gz": ("a.csv.gz", b"<html>Rate limited</html>", "is an HTML or XML page, not csv"),
    "html for json": ("a.json", b"<html>", "is an HTML or XML page, not json"),
    "html for parquet": ("a.parquet", b"<html>" * 9, "cannot be read as parquet"),
    "empty csv": ("a.csv", b"", "is empty"),
    "empty json": ("a.json", b" \n", "is empty"),
    "empty gzip": ("a.jsonl.gz", gzip.compress(b""), "is empty"),
    "empty parquet": ("a.parquet", b"", "cannot be read as parquet"),
    "no rows": ("a.csv", b"id,total\n", "has no records"),
    "no rows but comments": ("a.csv", b"# x\nid,total\n\n", "has no records"),
    "no records": ("a.json", b"[]", "has no records"),
    "no records in parquet": ("a.parquet", parquet(pl.DataFrame(RECORDS).clear()), "has no records"),
    "not UTF-8 csv": ("a.csv", "id,total\ncafé/b,1\n".encode("latin-1"), "is not UTF-8"),
    "not UTF-8 header": ("a.csv", "id,total,é\na/b,1,2\n".encode("latin-1"), "is not UTF-8"),
    "not UTF-8 json": ("a.json", '[{"id": "é", "total": 1}]'.encode("latin-1"), "is not UTF-8"),
    "UTF-16": ("a.csv", "id,total\na/b,1\n".encode("utf-16"), "holds NUL bytes"),
    "NUL bytes": ("a.jsonl", b'{"id": "a\0b"}', "holds NUL bytes"),
    "not JSON": ("a.json", b"id,total", "cannot be read as json"),
    "half a document": ("a.json", WRITTEN["a.json"][:-5], "cannot be read as json"),
    "an object": ("a.json", b'{"models": []}', "does not hold a list of records"),
    "a bomb": ("a.json", b'[{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]", "nested too deeply"),
    "not Parquet": ("a.parquet", b"PAR1 but not really PAR1", "cannot be read as parquet"),
    "half a Parquet": ("a.parquet", WRITTEN["a.parquet"][:-10], "cannot be read as parquet"),
    "damaged Parquet": ("a.parquet", b"PAR1" + b"\xff" * 60 + WRITTEN["a.parquet"][64:], "cannot be read as parquet"),
    "an open quote": ("a.csv", b'id,total\n"a/b,1\nc/d,2\n', "a quote that is not closed in record 1"),
    "a column twice": ("a.csv", b"id,total,id\na/b,1,c/d\n", "has the column id twice"),
    "no suffix": ("a.txt", b"id,total\n", "set format to csv, json, jsonl or parquet"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_one_sentence(tmp_path: Path, case: str) -> None:
    name, content, sentence = BROKEN[case]
    with pytest.raises(DataRefused) as refused:
        read(tmp_path, name, content)
    message = str(refused.value)
    assert sentence in message
    assert name in message
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("where", ["first", "later"])
def test_an_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, where: str) -> None:
    monkeypatch.setattr(tabular, "LONGEST_LINE", 1 << 16)
    start = WRITTEN[name] + b"\n" if where == "later" else b""
    with pytest.raises(DataRefused, match=f"{name} has a line of more than"):
        read(tmp_path, name, start + b'{"id": "' + b"x" * (1 << 18))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.parquet.gz"])
def test_what_has_to_be_held_whole_is_bounded_by_the_memory_limit(tmp_path: Path, name: str) -> None:
    """Also when it is small as long as it is packed."""
    sentence = f"{name} is larger than 7 MB unpacked, .* or raise WAREHOUSE_MEMORY_LIMIT"
    with pytest.raises(DataRefused, match=sentence):
        read(tmp_path, name, gzip.compress(b"[" + b" " * 8_000_000), memory_limit=650_000_000)


def test_a_parquet_file_that_would_not_fit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    written = parquet(pl.DataFrame({"id": [f"org/{n}" for n in range(1000)], "total": 1}))
    sentence = r"a.parquet takes about 0.0 GB of memory to land, and 0.0 GB of WAREHOUSE_MEMORY_LIMIT are left for"
    with pytest.raises(DataRefused, match=sentence):
        read(tmp_path, "a.parquet", written, memory_limit=600_100_000)
    assert read(tmp_path, "a.parquet", written, memory_limit=601_000_000).frame.height == 1000


def test_longer_texts_are_known_to_take_more_memory(tmp_path: Path) -> None:
    """Also where a dictionary makes the file itself as small as the other one."""
    needed = []
    for text in ("x", "x" * 500):
        path = tmp_path / "a.parquet"
        path.write_bytes(parquet(pl.DataFrame({"id": [f"org/{n}" for n in range(1000)], "total": text})))
        needed.append(memory_to_land(LocatedFile(path, path.name), FIELDS, Shape()))
    assert 1000 * 1.5 * 500 < needed[1] - needed[0] < 1000 * 2 * 500
    assert memory_to_land(LocatedFile(path, path.name), FIELDS, Shape(format="csv")) is None
    path.write_bytes(b"PAR1")
    assert memory_to_land(LocatedFile(path, path.name), FIELDS, Shape()) is None


def test_parquet_is_read_in_batches_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "_BATCH", 3)
    written = parquet(pl.DataFrame({"id": [f"a/{n}" for n in range(10)], "total": range(10)}))
    path = tmp_path / "a.parquet"
    path.write_bytes(written)
    received = read_records(LocatedFile(path, path.name), FIELDS, Shape(), memory_limit=4_000_000_000, of_one_day=True)
    assert received.rows == 10
    for _ in range(2):  # it can be gone through again
        frames = list(received.frames())
        assert [frame.height for frame in frames] == [3, 3, 3, 1]
        assert pl.concat(frames)["record_number"].to_list() == list(range(1, 11))


def test_comments_and_a_byte_order_mark_before_the_header_are_not_records(tmp_path: Path) -> None:
    assert read(tmp_path, "a.csv", b"# by hand\n# id,total\nid,total\na/b,1\n").frame.height == 1
    assert read(tmp_path, "a.csv", b"\xef\xbb\xbfid,total\na/b,1\n").frame["id"].to_list() == ["a/b"]
    assert read(tmp_path, "a.json", b"\xef\xbb\xbf" + WRITTEN["a.json"]).frame.height == 2


def test_a_line_end_inside_quotes_is_part_of_the_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabular, "LONGEST_LINE", 64)  # many blocks, so that some end inside the quotes
    rows = b"".join(b'"a\nb\nc%d",1\n' % number for number in range(100))
    assert read(tmp_path, "a.csv", b"id,total\n" + rows).frame["id"].to_list() == [f"a\nb\nc{n}" for n in range(100)]


def test_rows_of_another_length_are_set_aside_and_the_others_keep_their_number(tmp_path: Path) -> None:
    received = read(tmp_path, "a.csv", b"id,total\na/b,1\nc/d\n\ne/f,1,2\ng/h,3\n")
    assert received.frame.select("record_number", "id").rows() == [(1, "a/b"), (4, "g/h")]
    assert received.unreadable.rows() == [
        (2, "c/d", "has 1 fields, the header has 2"),
        (3, "e/f,1,2", "has 3 fields, the header has 2"),
    ]


def test_a_json_record_that_is_none_is_set_aside(tmp_path: Path) -> None:
    lines = b'{"id": "a/b", "total": 1}\n[1]\n{"id": "c/d", "tot\n{"id": "e/f", "total": 2}\n'
    received = read(tmp_path, "a.jsonl", lines)
    assert received.frame.select("record_number", "id").rows() == [(1, "a/b"), (4, "e/f")]
    assert received.unreadable.select("record_number", "record").rows() == [(2, "[1]"), (3, '{"id": "c/d", "tot')]
    assert received.unreadable["reason"].str.starts_with("is not a JSON object").all()
    assert read(tmp_path, "a.json", b'[{"id": "a/b", "total": 1}, 7]').unreadable["record"].to_list() == ["7"]


def test_json_is_found_at_its_path(tmp_path: Path) -> None:
    document = json.dumps({"at": "now", "data": {"models": RECORDS}}).encode()
    assert read(tmp_path, "a.json", document, shape=Shape(records_path="data.models")).frame.height == 2
    with pytest.raises(DataRefused, match=r"has nothing at data\.rows"):
        read(tmp_path, "a.json", document, shape=Shape(records_path="data.rows"))


def test_columns_as_pandas_writes_them(tmp_path: Path) -> None:
    document = b'{"id": {"0": "a/b", "2": "c/d"}, "total": {"0": 1, "2": 2, "5": 3}, "huge": {"0": {"x": 1}}}'
    received = read(tmp_path, "a.json", document, shape=Shape(orient="columns"))
    # An index that one column lacks is a record all the same: its value is not known.
    assert received.frame.drop("defect").rows() == [(1, "a/b", "1"), (2, "c/d", "2"), (3, None, "3")]
    with pytest.raises(DataRefused, match=r"no column sum \(it has: id, total, huge\)"):
        read(tmp_path, "a.json", document, (ID, Field("sum", pl.String())), shape=Shape(orient="columns"))
    with pytest.raises(DataRefused, match="does not hold an object of columns"):
        read(tmp_path, "a.json", WRITTEN["a.json"], shape=Shape(orient="columns"))


def test_lists_and_base_models_of_json(tmp_path: Path) -> None:
    fields = (Field("tags", pl.List(pl.String)), Field("bases", BASE_MODELS_DTYPE))
    rows = [
        (
            {"tags": ["a", 5], "bases": {"relation": "merge", "models": ["x/y", {"id": "z/w"}]}},
            ["a", "5"],
            ("merge", 2),
        ),
        ({"tags": None, "bases": ["x/y"]}, None, (None, 1)),
        ({"tags": [], "bases": "x/y"}, [], (None, 1)),
        ({"tags": [], "bases": None}, [], None),
    ]
    content = "\n".join(json.dumps(row) for row, _, _ in rows).encode()
    frame = read(tmp_path, "a.jsonl", content, fields).frame
    assert frame["tags"].to_list() == [tags for _, tags, _ in rows]
    bases = [base and (base["relation"], len(base["models"])) for base in frame["bases"].to_list()]
    assert bases == [expected for _, _, expected in rows]


def test_a_json_value_of_another_shape_is_its_records_defect(tmp_path: Path) -> None:
    fields = (ID, Field("tags", pl.List(pl.String)), Field("bases", BASE_MODELS_DTYPE))
    wrong = [
        {"id": ["a"], "tags": [], "bases": []},
        {"id": "a", "tags": "a b", "bases": []},
        {"id": "a", "tags": [{}], "bases": []},
        {"id": "a", "tags": [], "bases": {"models": {"x": 1}}},
        {"id": "a", "tags": [], "bases": [{"name": "x/y"}]},
        {"id": "a", "tags": [], "bases": []},
    ]
    frame = read(tmp_path, "a.jsonl", "\n".join(map(json.dumps, wrong)).encode(), fields).frame
    assert frame["defect"].to_list() == [
        "id is not a single value",
        "tags is not a list of texts",
        "tags is not a list of texts",
        "bases is not a list of models with their relation",
        "bases is not a list of models with their relation",
        None,
    ]


def test_single_json_values_become_the_text_that_a_csv_would_hold(tmp_path: Path) -> None:
    frame = read(
        tmp_path, "a.jsonl", b"\n".join(b'{"id": %b, "total": 0}' % x for x in (b"true", b"1.5", b"12", b'"t"'))
    )
    assert frame.frame["id"].to_list() == ["true", "1.5", "12", "t"]


def test_records_are_read_in_batches_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.sources.json_records._BATCH", 3)
    lines = b"".join(b'{"id": "a/%d", "total": %d}\n' % (n, n) for n in range(1, 11))
    frame = read(tmp_path, "a.jsonl", lines.replace(b'{"id": "a/4"', b"!")).frame
    assert frame["record_number"].to_list() == [1, 2, 3, 5, 6, 7, 8, 9, 10]


_VALUE = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)


@given(st.lists(st.lists(_VALUE, min_size=1, max_size=4), min_size=1, max_size=8))
def test_no_row_of_a_csv_is_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    sink = io.StringIO()
    csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["id", "total", "x"], *rows])
    received = read(tmp_path_factory.getbasetemp(), "property.csv", sink.getvalue().encode())
    whole = [(number, row[0] or None, row[1] or None) for number, row in enumerate(rows, 1) if len(row) == 3]
    assert received.frame.select("record_number", "id", "total").rows() == whole
    numbers = [number for number, row in enumerate(rows, 1) if len(row) != 3]
    assert received.unreadable["record_number"].to_list() == numbers
