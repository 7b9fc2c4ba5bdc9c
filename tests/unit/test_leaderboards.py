"""Open LLM Leaderboard, LiveBench, aider and models.dev, from stored copies in their own shapes."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import ConfigurationError
from orchestration.plan import plan_ingest
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Outcome
from orchestration.sources.registry import SOURCES
from tests.fakes.archives import Archive

DAY = date(2026, 6, 30)
STORED_ONLY = ("lmarena", "epoch", "open_llm_leaderboard", "livebench", "aider", "models_dev")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def land(archive: Archive, source: str, name: str, content: str, **entry: Any) -> list[Outcome]:
    usual = {"location": archive.write(name, content), "feed": source, "snapshot_date": DAY}
    return archive.land(usual | entry, name=source)


def scores(archive: Archive, source: str, day: date = DAY) -> set[tuple[Any, ...]]:
    names = ["metric", "category", "source_model_name", "score"]
    return set(archive.records("evaluations", day, source).select(names).rows())


@pytest.mark.parametrize("name", STORED_ONLY)
def test_what_has_no_live_service_is_not_asked_and_says_so(name: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    assert name not in [planned.spec.name for planned in plan_ingest(settings)]
    with pytest.raises(ConfigurationError, match=f"{name} has no live service; name its files with --sources"):
        plan_ingest(settings, sources=[name])
    assert SOURCES[name].max_age is None, "what nobody fetches is never late"


# ---- Open LLM Leaderboard --------------------------------------------------------------------------------------------

OPEN_LLM = (
    "eval_name,Precision,fullname,Average ⬆️,Hub License,#Params (B),IFEval,BBH,MATH Lvl 5,GPQA,MUSR,MMLU-PRO,"
    "Upload To Hub Date,Submission Date\n"
)


def test_one_model_in_two_precisions_is_two_evaluations(archive: Archive) -> None:
    content = (
        OPEN_LLM
        + "o_m_bfloat16,bfloat16,o/m,25.5,mit,7.242,50,1,0.0,2,3,4,2024-05-11,2024-06-12\n"
        + "o_m_float16,float16,o/m,26,mit,-1.0,51,1,2,2,3,,,\n"
    )
    evaluations, models = land(archive, "open_llm_leaderboard", "dump.csv", content)
    assert (evaluations.rows, models.rows) == (13, 2)
    assert ("math_level_5", "overall", "o_m_bfloat16", 0.0) in scores(archive, "open_llm_leaderboard")
    assert ("mmlu_pro", "overall", "o_m_float16") not in {row[:3] for row in scores(archive, "open_llm_leaderboard")}
    rows = archive.records("models", DAY, "open_llm_leaderboard").sort("source_model_name").to_dicts()
    assert {row["hub_model_id"] for row in rows} == {"o/m"}
    assert [row["total_parameters"] for row in rows] == [7_242_000_000, None]
    assert [row["release_date"] for row in rows] == [date(2024, 5, 11), None]
    published = archive.records("evaluations", DAY, "open_llm_leaderboard")["published_date"]
    assert set(published) == {date(2024, 6, 12), None}


def test_the_same_evaluation_with_two_scores_is_none(archive: Archive) -> None:
    line = "{0},bfloat16,o/m,25.5,mit,7,{1},1,2,2,3,4,2024-05-11,2024-06-12\n"
    content = OPEN_LLM + line.format("a", 50) + line.format("b", 50) + line.format("b", 51)
    evaluations, _ = land(archive, "open_llm_leaderboard", "dump.csv", content)
    assert ("ifeval", "overall", "a", 50.0) in scores(archive, "open_llm_leaderboard")
    assert ("ifeval", "b") not in {(row[0], row[2]) for row in scores(archive, "open_llm_leaderboard")}
    assert evaluations.rejected_rows == 2 + 6, "what is the same in both is there once"


def test_another_table_is_no_dump(archive: Archive) -> None:
    (refused,) = land(archive, "open_llm_leaderboard", "dump.csv", "model,score\na,1\n")
    assert "has no column eval_name" in str(refused.reason)


# ---- LiveBench -------------------------------------------------------------------------------------------------------

TASKS = json.dumps({"Reasoning": ["zebra"], "Coding": ["lcb"]})


def land_livebench(archive: Archive, **files: str) -> list[Outcome]:
    for name, content in files.items():
        archive.write(f"{name}_2025_11_25.{'csv' if name == 'table' else 'json'}", content)
    entry = {
        "location": str(archive.folder / "*_*.*"),
        "date_pattern": r"_(?P<year>\d{4})_(?P<month>\d{2})_(?P<day>\d{2})\.",
        "feed": "livebench",
    }
    return archive.land(entry, name="livebench")


def test_a_release_is_a_table_and_its_categories(archive: Archive) -> None:
    (landed,) = land_livebench(archive, table="model,zebra,lcb\na,48.0,0\nb,,61.5\n", categories=TASKS)
    assert (landed.snapshot_date, landed.rows) == (date(2025, 11, 25), 3)
    assert scores(archive, "livebench", date(2025, 11, 25)) == {
        ("livebench", "Reasoning: zebra", "a", 48.0),
        ("livebench", "Coding: lcb", "a", 0.0),
        ("livebench", "Coding: lcb", "b", 61.5),
    }
    versions = archive.records("evaluations", date(2025, 11, 25), "livebench")["index_version"]
    assert set(versions) == {"2025-11-25"}


def test_a_task_without_category_is_rejected(archive: Archive) -> None:
    (landed,) = land_livebench(archive, table="model,zebra,lcb,new\na,1,2,3\n", categories=TASKS)
    assert (landed.rows, landed.rejected_rows) == (2, 1)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"table": "model,zebra\na,1\n"}, "needs one table (CSV) and one file of categories (JSON)"),
        ({"categories": TASKS}, "needs one table (CSV) and one file of categories (JSON)"),
        ({"table": "model,zebra\na,1\n", "categories": '{"Reasoning": "zebra"}'}, "is no list of tasks by category"),
        ({"table": "model,zebra\na,1\n", "categories": '{"Reasoning": [1]}'}, "is no list of tasks by category"),
        ({"table": "model,zebra\n", "categories": TASKS}, "is no list of records"),
    ],
)
def test_half_a_release_is_refused(archive: Archive, files: dict[str, str], sentence: str) -> None:
    (refused,) = land_livebench(archive, **files)
    assert refused.outcome == "refused"
    assert sentence in str(refused.reason)


# ---- aider -----------------------------------------------------------------------------------------------------------


def run(model: str, **fields: Any) -> dict[str, Any]:
    usual = {
        "dirname": f"2025-{model}",
        "model": model,
        "edit_format": "diff",
        "pass_rate_1": 20.4,
        "date": "2025-02-25",
    }
    return usual | fields


def land_aider(archive: Archive, *runs: Any, name: str = "polyglot_leaderboard.yml") -> Outcome:
    (outcome,) = land(archive, "aider", name, json.dumps(runs))  # JSON is YAML
    return outcome


def test_the_second_attempt_counts_where_there_was_one(archive: Archive) -> None:
    landed = land_aider(archive, run("a", pass_rate_2=0.0), run("b"), run("c", pass_rate_2=None))
    assert (landed.outcome, landed.rows) == ("landed", 3)
    assert scores(archive, "aider") == {
        ("aider_polyglot", "edit format: diff", "a", 0.0),
        ("aider_polyglot", "edit format: diff", "b", 20.4),
        ("aider_polyglot", "edit format: diff", "c", 20.4),
    }
    assert set(archive.records("evaluations", DAY, "aider")["published_date"]) == {date(2025, 2, 25)}


def test_runs_differ_by_edit_format_and_else_by_their_own_name(archive: Archive) -> None:
    land_aider(archive, run("a"), run("a", edit_format="whole"), run("b", dirname="x"), run("b", dirname="y"))
    assert {row[1:3] for row in scores(archive, "aider")} == {
        ("edit format: diff", "a"),
        ("edit format: whole", "a"),
        ("edit format: diff; run: x", "b"),
        ("edit format: diff; run: y", "b"),
    }


def test_boards_of_one_day_are_one_snapshot(archive: Archive) -> None:
    for board in ("edit_leaderboard", "quant"):
        archive.write(f"{board}.yml", json.dumps([run("a")]))
    archive.write("broken.yml", "a: [1")
    entry = {"location": str(archive.folder / "*.yml"), "feed": "aider", "snapshot_date": DAY}
    refused, landed = archive.land(entry, name="aider")
    assert (refused.outcome, refused.snapshot_date) == ("refused", DAY)
    assert "broken.yml cannot be read as yaml" in str(refused.reason)
    assert {row[0] for row in scores(archive, "aider")} == {"aider_edit", "aider_quant"}
    assert landed.rows == 2


@pytest.mark.parametrize("wrong", [{"model": None}, {"pass_rate_1": "high"}, {"pass_rate_1": None}, {"date": "soon"}])
def test_a_wrong_run_is_rejected(archive: Archive, wrong: dict[str, Any]) -> None:
    landed = land_aider(archive, run("a"), run("b"), run("c") | wrong)
    assert (landed.rows, landed.rejected_rows) == (2, 1)


@pytest.mark.parametrize(
    ("name", "runs", "sentence"),
    [
        ("polyglot.yml", (), "is no list of records"),
        ("Some Board.yml", (run("a"),), "is not that of a board"),
        ("polyglot.yml", (1, 2), "2 of 2 records cannot be used"),
    ],
)
def test_what_is_no_board_is_refused(archive: Archive, name: str, runs: tuple[Any, ...], sentence: str) -> None:
    outcome = land_aider(archive, *runs, name=name)
    assert outcome.outcome == "refused"
    assert sentence in str(outcome.reason)


# ---- models.dev ------------------------------------------------------------------------------------------------------


def test_models_dev_leads_to_the_hub_where_it_links_there(archive: Archive) -> None:
    hub, other = "https://huggingface.co/Qwen/Qwen3-32B", "https://modelscope.cn/Qwen/Qwen3-32B"
    lines = [
        {"id": "alibaba/qwen3-32b", "family": "qwen", "open_weights": True, "release_date": "2025-04"}
        | {"weights": [{"label": "ModelScope", "url": other}, {"label": "Hugging Face", "url": hub}], "license": "MIT"},
        {"id": "openai/gpt-5", "name": "GPT-5", "open_weights": False, "release_date": "2025-08-07"},
    ]
    (landed,) = land(archive, "models_dev", "models.jsonl", "\n".join(map(json.dumps, lines)))
    assert (landed.table_name, landed.rows) == ("models", 2)
    open_model, closed = archive.records("models", DAY, "models_dev").sort("source_model_name").to_dicts()
    assert (open_model["hub_model_id"], open_model["license"], open_model["organization_name"]) == (
        hub,
        "MIT",
        "alibaba",
    )
    # A month is no day.
    assert (open_model["release_date"], closed["release_date"]) == (None, date(2025, 8, 7))
    assert (closed["hub_model_id"], closed["is_open_weights"]) == (None, False)
