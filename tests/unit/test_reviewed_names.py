"""The two files of names that were reviewed by hand: what every reader of them relies on."""

import csv
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "tests" / "integration" / "reviewed_names.csv"
DECISIONS = ROOT / "dbt_project" / "seeds" / "model_name_decisions.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", [SAMPLE, DECISIONS], ids=lambda path: path.name)
def test_each_name_is_decided_once_and_an_id_is_a_hub_id(path: Path) -> None:
    rows = rows_of(path)
    keys = [(row["source"], row["source_model_name"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert all(all(key) for key in keys)
    for row in rows:
        assert row["model_id"] == "" or row["model_id"].count("/") == 1, row
        assert all(value == value.strip() for value in row.values()), row


def test_sample_is_sorted_large_and_says_of_every_name_what_it_is() -> None:
    rows = rows_of(SAMPLE)
    assert list(rows[0]) == ["source", "source_model_name", "model_id", "verdict", "note"]
    assert rows == sorted(rows, key=lambda row: (row["source"], row["source_model_name"]))
    assert len(rows) >= 420
    assert {row["verdict"] for row in rows} == {"match", "closed", "unknown_repository", "ambiguous"}
    for row in rows:
        assert (row["verdict"] == "match") == bool(row["model_id"]), row


def test_decisions_have_a_day_and_a_reason_and_agree_with_the_sample() -> None:
    labels = {(row["source"], row["source_model_name"]): row["model_id"] for row in rows_of(SAMPLE)}
    for row in rows_of(DECISIONS):
        assert date.fromisoformat(row["decided_on"]) and row["reason"], row
        key = (row["source"], row["source_model_name"])
        assert labels.get(key, row["model_id"]) == row["model_id"], row
