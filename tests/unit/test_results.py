"""Results are safe for what shows them: a terminal, a spreadsheet, a JSON reader."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.errors import ConfigurationError
from orchestration.warehouse import results
from orchestration.warehouse.results import Format, Result, printable, write_result

HOSTILE = "\x1b[31mred\x07 \u202eevil\u200b[link=http://x]"


def written(form: Format, columns: tuple[str, ...], *rows: tuple[object, ...]) -> str:
    out = io.StringIO()
    write_result(Result(columns, iter(rows)), form, out)
    return out.getvalue()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_neutralises_formulas_in_cells_and_headers(start: str) -> None:
    text = f"{start}1+1"
    rows = list(csv.reader(io.StringIO(written(Format.CSV, (text,), (text,)), newline="")))
    assert rows == [[f"'{text}"], [f"'{text}"]]


def test_csv_leaves_numbers_alone() -> None:
    assert written(Format.CSV, ("n", "d"), (-5, date(2026, 7, 1)), (None, None)) == "n,d\n-5,2026-07-01\n,\n"


@given(
    st.lists(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=4
    )
)
def test_csv_gives_back_every_text_but_for_the_apostrophe(cells: list[str]) -> None:
    columns = tuple(f"c{index}" for index in range(len(cells)))
    _, row = csv.reader(io.StringIO(written(Format.CSV, columns, tuple(cells)), newline=""))
    assert all(got in (cell, f"'{cell}") for got, cell in zip(row, cells, strict=True))
    assert not any(got.startswith(("=", "+", "-", "@", "\t", "\r")) for got in row)


def test_json_is_one_array_of_objects() -> None:
    text = written(
        Format.JSON,
        ("id", "n", "x", "at", "price"),
        ("a", 2**70, float("nan"), datetime(2026, 7, 1, 12), Decimal("1.10")),
        (HOSTILE, None, 1.5, None, None),
    )
    first, second = json.loads(text)
    assert first == {"id": "a", "n": 2**70, "x": None, "at": "2026-07-01 12:00:00", "price": "1.10"}
    assert second["id"] == HOSTILE
    assert "\x1b" not in text


def test_json_without_rows_is_an_empty_array() -> None:
    assert json.loads(written(Format.JSON, ("a",))) == []


def test_a_table_shows_what_could_steer_a_terminal_as_escapes() -> None:
    text = written(Format.TABLE, (HOSTILE,), (HOSTILE,))
    assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text and "\u200b" not in text
    assert text.count(r"\x1b[31mred\x07 \u202eevil\u200b[link=http://x]") == 2


def test_a_table_aligns_numbers_right_and_leaves_nulls_empty() -> None:
    lines = written(Format.TABLE, ("name", "n"), ("a", 5), ("b", None)).splitlines()
    assert [line.rstrip() for line in lines] == [" name | n", "------+---", " a    | 5", " b    |"]


def test_a_table_is_as_wide_as_it_needs_outside_a_terminal() -> None:
    assert "x" * 500 in written(Format.TABLE, ("long",), ("x" * 500,))


@given(st.text())
def test_printable_is_printable(text: str) -> None:
    assert printable(text).isprintable()


def test_a_table_that_would_fill_the_memory_is_refused_and_a_stream_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "MOST_CELLS", 10)
    rows = [(n, n) for n in range(6)]
    with pytest.raises(ConfigurationError, match="more than 5 rows, too many for a table"):
        written(Format.TABLE, ("a", "b"), *rows)
    assert "4" in written(Format.TABLE, ("a", "b"), *rows[:5])
    assert written(Format.CSV, ("a", "b"), *rows).count("\n") == 7
