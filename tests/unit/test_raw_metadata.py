"""Records shown in the UI are text, whatever they contain."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.defs.raw_metadata import markdown_table, markdown_text


@given(st.text(max_size=200))
def test_no_mark_of_a_cell_is_left_unescaped(text: str) -> None:
    shown = markdown_text(text)
    assert shown.isprintable()
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", shown)
    assert not re.search(r"[!-/:-@\[-`{-~]", bare)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("<script>", r"\<script\>"),
        ("a|b", r"a\|b"),
        ("![x](http://x)", r"\!\[x\]\(http\:\/\/x\)"),
        ("`code`", r"\`code\`"),
    ],
)
def test_markup_is_literal(hostile: str, shown: str) -> None:
    assert markdown_text(hostile) == shown


def test_a_long_cell_is_cut() -> None:
    assert markdown_text("x" * 1_000_000) == "x" * 59 + "…"


def test_a_table_has_one_line_per_record() -> None:
    table = markdown_table([{"id": "a\nb", "n": None}, {"id": "c", "n": 5}])
    assert table.splitlines() == [r"| id | n |", "| --- | --- |", r"| a\\nb |  |", "| c | 5 |"]


def test_no_records_no_table() -> None:
    assert markdown_table([]) == ""
