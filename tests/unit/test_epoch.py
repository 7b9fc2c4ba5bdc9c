"""Epoch: a score column per file, conditions of a run in the key, and intervals that may touch zero."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.snapshots.manifest import Outcome
from tests.fakes.archives import Archive

DAY = date(2026, 3, 31)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def write(archive: Archive, name: str, *rows: dict[str, Any]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    archive.write(f"{name}.csv", text.getvalue())


def land(archive: Archive) -> dict[str, Outcome]:
    outcomes = archive.land({"location": str(archive.folder / "*.csv"), "snapshot_date": DAY}, name="epoch")
    return {outcome.table_name: outcome for outcome in outcomes}


def scores(archive: Archive, *columns: str) -> set[tuple[Any, ...]]:
    return set(archive.records("evaluations", DAY, "epoch").select(columns).rows())


@pytest.mark.parametrize(
    ("name", "column", "metric"),
    [
        ("epoch_capabilities_index", "ECI Score", "epoch_capabilities_index"),
        ("gpqa_diamond", "mean_score", "gpqa_diamond"),
        ("live_bench_external", "Global average", "live_bench"),
        ("metr_time_horizons_external", "Time horizon", "metr_time_horizons"),
        ("mmlu_external", "EM", "mmlu"),
        ("arc_agi_2_external", "Score", "arc_agi_2"),
    ],
)
def test_each_file_has_a_score_column_of_its_own(archive: Archive, name: str, column: str, metric: str) -> None:
    write(archive, name, {"Model version": "a_high", column: "0.0"}, {"Model version": "b", column: ""})
    landed = land(archive)
    assert scores(archive, "metric", "category", "source_model_name", "score") == {(metric, "overall", "a_high", 0.0)}
    # One without a score is a model all the same.
    assert (landed["evaluations"].rows, landed["models"].rows) == (1, 2)


def test_models_of_all_files_are_one_list(archive: Archive) -> None:
    write(archive, "a", {"Model version": "m", "Score": "1", "Organization": "", "Country": "China"})
    write(
        archive,
        "b",
        {"Model version": "m", "ECI Score": "2", "Organization": "Z.ai", "Country": "US", "Release date": "2026-01-02"}
        | {"Model accessibility": "Open weights (restricted use)", "Display name": "M"},
        {"Model version": "n", "ECI Score": "3", "Organization": "", "Country": "", "Release date": ""}
        | {"Model accessibility": "API access", "Display name": ""},
        {"Model version": "o", "ECI Score": "3", "Organization": "", "Country": "", "Release date": ""}
        | {"Model accessibility": "", "Display name": ""},
    )
    assert land(archive)["models"].rows == 3
    rows = {row["source_model_name"]: row for row in archive.records("models", DAY, "epoch").to_dicts()}
    assert (rows["m"]["organization_name"], rows["m"]["country"], rows["m"]["display_name"]) == ("Z.ai", "China", "M")
    assert rows["m"]["release_date"] == date(2026, 1, 2)
    assert [rows[name]["is_open_weights"] for name in "mno"] == [True, False, None]
    manifest = archive.store.current("epoch", "models", DAY)
    assert manifest is not None
    assert manifest.licence == "CC-BY-4.0"
    assert len(manifest.received) == 2


@pytest.mark.parametrize(
    ("fields", "interval"),
    [
        ({"CI_low": "0.0", "CI_high": "5.5"}, (0.0, 5.5)),
        ({"CI_low": "-1", "CI_high": "0"}, (-1.0, 0.0)),
        ({"CI_low": "0", "CI_high": "0", "stderr": "0.5"}, (0.0, 0.0)),
        ({"CI_low": "1", "CI_high": "", "stderr": "0.5"}, (1.0, None)),
        ({"stderr": "0.5"}, (2.0 - 0.98, 2.0 + 0.98)),
        ({"stderr": "0"}, (2.0, 2.0)),
        ({"Accuracy Standard Error": "0.5"}, (2.0 - 0.98, 2.0 + 0.98)),
        ({"Score 95% CI": "=+19/-20"}, (-18.0, 21.0)),
        ({"Score 95% CI": ""}, (None, None)),
        ({}, (None, None)),
    ],
)
def test_intervals(archive: Archive, fields: dict[str, str], interval: tuple[float | None, float | None]) -> None:
    write(archive, "a", {"Model version": "m", "Score": "2"} | fields)
    land(archive)
    assert scores(archive, "score_low", "score_high") == {interval}


def test_conditions_of_a_run_are_part_of_its_key(archive: Archive) -> None:
    write(
        archive,
        "mmlu_external",
        {"Model version": "m ", "EM": "0.5", "Shots": "5", "Name": "M 7B", "Source": "Yi"},
        {"Model version": "m", "EM": "0.6", "Shots": "0", "Name": "M 7B", "Source": "Yi"},
        {"Model version": "n", "EM": "0.7", "Shots": "", "Name": "N", "Source": "Yi"},
    )
    assert land(archive)["evaluations"].rejected_rows == 0
    assert scores(archive, "category", "source_model_name", "score") == {
        ("Shots: 5", "m", 0.5),
        ("Shots: 0", "m", 0.6),
        ("overall", "n", 0.7),
    }


def test_what_tells_runs_apart_is_part_of_the_key_where_it_is_needed(archive: Archive) -> None:
    def run(score: str, **fields: str) -> dict[str, str]:
        usual = {
            "Model version": "m",
            "EM": score,
            "Shots": "5",
            "Name": "M",
            "Source": "Yi",
            "Started at": "",
            "id": "",
        }
        return usual | fields

    write(
        archive,
        "gsm8k_external",
        run("0.1"),
        run("0.2", Source="Qwen"),
        run("0.3", **{"Source": "Qwen", "Started at": "2026-02-10"}),
        run("0.4", Name="M (8-shot)"),
        run("0.5", **{"Model version": "n"}),
        run("0.6", **{"Model version": "thinker", "id": "thinker-high"}),
        run("0.7", **{"Model version": "thinker", "id": "thinker-low"}),
    )
    assert land(archive)["evaluations"].rejected_rows == 0
    assert scores(archive, "source_model_name", "category", "score") == {
        ("m", "Shots: 5; Name: M; Source: Yi", 0.1),
        ("m", "Shots: 5; Name: M; Source: Qwen", 0.2),
        ("m", "Shots: 5; Name: M; Source: Qwen; Started at: 2026-02-10", 0.3),
        ("m", "Shots: 5; Name: M (8-shot); Source: Yi", 0.4),
        ("n", "Shots: 5", 0.5),
        ("thinker", "Shots: 5; id: thinker-high", 0.6),
        ("thinker", "Shots: 5; id: thinker-low", 0.7),
    }


def test_the_order_of_the_records_changes_no_key(archive: Archive) -> None:
    rows = [
        {"Model version": "m", "EM": "0.1", "Name": "M", "Source": "Yi"},
        {"Model version": "m", "EM": "0.2", "Name": "M", "Source": "Qwen"},
        {"Model version": "m", "EM": "0.3", "Name": "MM", "Source": "Qwen"},
    ]
    write(archive, "mmlu", *rows)
    land(archive)
    first = scores(archive, "category", "score")
    write(archive, "mmlu", *reversed(rows))
    assert land(archive)["evaluations"].outcome == "unchanged"
    assert scores(archive, "category", "score") == first


def test_the_id_of_a_row_tells_nothing(archive: Archive) -> None:
    same = [
        {"Model version": "m", "Score": score, "id": f"recgDFRG2snuJK7A{end}"}
        for score, end in (("1", "o"), ("1", "p"))
    ]
    other = [
        {"Model version": "n", "Score": score, "id": f"recgDFRG2snuJK7A{end}"}
        for score, end in (("1", "q"), ("2", "r"))
    ]
    write(archive, "a", *same, *other, *({"Model version": f"x{n}", "Score": "1", "id": ""} for n in range(9)))
    landed = land(archive)["evaluations"]
    # Twice the same is one; two different ones are none.
    assert (landed.rows, landed.rejected_rows) == (10, 3)
    assert ("m", "overall", 1.0) in scores(archive, "source_model_name", "category", "score")


def test_a_row_without_a_model_version_has_the_name_it_has(archive: Archive) -> None:
    row = {"Model version": "", "Name": "", "Model name": "", "Score": "1", "id": "rec5XB4g8gXtkA2Lf"}
    write(
        archive,
        "a",
        row | {"Name": "AquilaChat2 34B"},
        row | {"Model name": "GPT-5"},
        row | {"id": "grok-beta"},
        row,
        row | {"Score": "2"},
    )
    landed = land(archive)
    assert (landed["evaluations"].rejected_rows, landed["models"].rejected_rows) == (2, 2)
    assert scores(archive, "source_model_name") == {("AquilaChat2 34B",), ("GPT-5",), ("grok-beta",)}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.csv", "Model version,Release date\nm,2026-01-01\n", "has no column that is known to hold a score"),
        ("Bad Name.csv", "Model version,Score\nm,1\n", "is not that of a benchmark"),
        ("empty.csv", "Model version,Score\n", "is no list of records"),
        ("page.csv", "<html>", "is an HTML or XML page"),
    ],
)
def test_a_file_that_is_no_benchmark_is_refused(archive: Archive, name: str, content: str, sentence: str) -> None:
    archive.write(name, content)
    (refused,) = archive.land(
        {"location": str(archive.folder / name), "snapshot_date": DAY}, name="epoch", tables=frozenset({"evaluations"})
    )
    assert refused.outcome == "refused"
    assert sentence in str(refused.reason)


def test_a_file_that_is_refused_does_not_keep_the_others(archive: Archive) -> None:
    write(archive, "good", {"Model version": "m", "Score": "1"})
    archive.write("notes.csv", "Model version,Release date\nm,2026-01-01\n")
    outcomes = archive.land({"location": str(archive.folder / "*.csv"), "snapshot_date": DAY}, name="epoch")
    assert sorted(one.outcome for one in outcomes) == ["landed", "landed", "refused"]


def test_a_row_with_a_value_too_many_is_rejected(archive: Archive) -> None:
    archive.write("a.csv", "Model version,Score\nm,1\nn,2\no,3,4\n")
    assert land(archive)["evaluations"].rejected_rows == 1
    assert scores(archive, "source_model_name") == {("m",), ("n",)}
