"""LMArena: three shapes of its leaderboards, and versions that cannot be told apart."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.snapshots.manifest import Outcome
from tests.fakes.archives import Archive

DAY = date(2026, 3, 19)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def land(archive: Archive, content: object, feed: str, name: str = "board.json", **entry: Any) -> list[Outcome]:
    text = content if isinstance(content, str) else json.dumps(content)
    return archive.land({"location": archive.write(name, text), "feed": feed} | entry, name="lmarena")


def table(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


# ---- ratings by category ---------------------------------------------------------------------------------------------


def rating(model: str, value: object = 1400.5, day: str = "2025-05-06", category: str = "full") -> dict[str, Any]:
    return {
        "commit_date": day,
        "category": category,
        "model": model,
        "rating": value,
        "rating_q025": 1390.25,
        "rating_q975": 1410,
    }


def test_one_file_holds_many_versions(archive: Archive) -> None:
    rows = [rating("a"), rating("a", category="math"), rating("b", 0), rating("a", 1300, day="2025-04-24")]
    landed = land(archive, table(rows), "ratings", "ratings.csv.gz")
    assert [(one.snapshot_date, one.outcome, one.rows) for one in landed] == [
        (date(2025, 4, 24), "landed", 1),
        (date(2025, 5, 6), "landed", 3),
    ]
    found = archive.records("ratings", date(2025, 5, 6), "lmarena")
    names = ["metric", "category", "source_model_name", "score", "score_low", "score_high"]
    assert set(found.select(names).rows()) == {
        ("arena_text_rating", "overall", "a", 1400.5, 1390.25, 1410.0),
        ("arena_text_rating", "math", "a", 1400.5, 1390.25, 1410.0),
        ("arena_text_rating", "overall", "b", 0.0, 1390.25, 1410.0),
    }


def test_versions_in_one_that_nothing_tells_apart_are_refused_as_a_whole(archive: Archive) -> None:
    """As on 2025-05-27: every model five times, sorted by rating, and two models that only one version had."""
    mixed = [rating(f"m{model}", 1500 - version) for model in range(10) for version in (0, 1, 2, 3, 3)]
    rows = [*mixed, rating("new", 1510), rating("newer", 1520), rating("m0", 1300, day="2025-04-24")]
    good, refused = land(archive, table(rows), "ratings", "ratings.csv")
    assert (good.outcome, good.snapshot_date, good.rows) == ("landed", date(2025, 4, 24), 1)
    assert (refused.outcome, refused.snapshot_date, refused.rejected_rows) == ("refused", date(2025, 5, 6), 50)
    assert "50 of 52 records cannot be used (50: one of 4 different records of the same key, which nothing" in str(
        refused.reason
    )
    assert archive.store.current("lmarena", "ratings", date(2025, 5, 6)) is None


def test_one_model_with_two_ratings_has_none_and_the_others_land(archive: Archive) -> None:
    rows = [rating("a"), rating("b"), rating("c"), rating("d"), rating("b", 1399), rating("a")]
    (landed,) = land(archive, table(rows), "ratings", "ratings.csv")
    assert (landed.outcome, landed.rows, landed.rejected_rows) == ("landed", 3, 3)
    found = archive.records("ratings", date(2025, 5, 6), "lmarena")
    assert set(found["source_model_name"]) == {"a", "c", "d"}


@pytest.mark.parametrize("value", ["", "n/a", "inf"])
def test_a_rating_that_is_none_is_rejected(archive: Archive, value: str) -> None:
    (landed,) = land(archive, table([rating("a"), rating("b", value)]), "ratings", "ratings.csv")
    assert (landed.rows, landed.rejected_rows) == (1, 1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("commit_date,category,model,rating\n", "is no list of records"),
        ("commit_date,category,model,rating\nsoon,full,a,1\n", "record 1: commit_date is 'soon', not a date"),
        ("day,category,model,rating\n2025-05-06,full,a,1\n", "record 1: commit_date is None, not a date"),
    ],
)
def test_versions_without_a_day_are_refused(archive: Archive, content: str, sentence: str) -> None:
    (refused,) = land(archive, content, "ratings", "ratings.csv")
    assert refused.outcome == "refused"
    assert sentence in str(refused.reason)


# ---- monthly history -------------------------------------------------------------------------------------------------


def test_the_monthly_history_has_ratings_and_models(archive: Archive) -> None:
    rows = [
        {
            "date": "20230522",
            "key": "koala",
            "Model": "Koala",
            "rating": "980.5",
            "License": "MIT",
            "Organization": "UC",
        },
        {"date": "20230522", "key": "yi", "Model": "Yi", "rating": "1", "License": "", "Organization": "01 AI"},
        {"date": "20230522", "key": "yi", "Model": "Yi", "rating": "1", "License": "", "Organization": "01 AI"},
    ]
    elo, models = land(archive, table(rows), "elo_history", "elo.csv")
    assert [(one.table_name, one.rows, one.rejected_rows) for one in (elo, models)] == [
        ("elo_history", 2, 1),
        ("elo_history_models", 2, 1),
    ]
    day = date(2023, 5, 22)
    scores = archive.records("elo_history", day, "lmarena").select("metric", "category", "source_model_name", "score")
    assert set(scores.rows()) == {
        ("arena_elo_history", "overall", "koala", 980.5),
        ("arena_elo_history", "overall", "yi", 1.0),
    }
    found = archive.records("elo_history_models", day, "lmarena").sort("source_model_name").to_dicts()
    assert (found[0]["display_name"], found[0]["license"], found[1]["license"]) == ("Koala", "MIT", None)


# ---- daily leaderboards ----------------------------------------------------------------------------------------------


def board(*models: Any, **meta: Any) -> dict[str, Any]:
    usual = {
        "leaderboard": "text",
        "fetched_at": f"{DAY}T14:51:18+00:00",
        "last_updated": "Mar 18, 2026",
        "model_count": len(models),
    }
    return {"meta": usual | meta, "models": list(models)}


def entry(model: str, **fields: Any) -> dict[str, Any]:
    usual = {"rank": 1, "model": model, "vendor": "Z", "license": "MIT", "score": 1504, "ci": 5, "votes": 9}
    return usual | fields


def test_a_leaderboard_has_scores_and_vendors(archive: Archive) -> None:
    scores, models = land(archive, board(entry("a"), entry("b", ci=0, votes=0), entry("c", ci=None)), "leaderboard")
    assert [one.table_name for one in (scores, models)] == ["leaderboard_text", "leaderboard_text_models"]
    rows = {row["source_model_name"]: row for row in archive.records("leaderboard_text", DAY, "lmarena").to_dicts()}
    assert rows["a"] == {
        "metric": "arena_text_score",
        "category": "overall",
        "source_model_name": "a",
        "score": 1504.0,
        "score_low": 1499.0,
        "score_high": 1509.0,
        "votes": 9,
        "index_version": None,
        "published_date": date(2026, 3, 18),
    }
    # An interval of 0 is one; none is none.
    assert (rows["b"]["score_low"], rows["b"]["score_high"], rows["b"]["votes"]) == (1504.0, 1504.0, 0)
    assert (rows["c"]["score_low"], rows["c"]["score_high"]) == (None, None)
    assert archive.records("leaderboard_text_models", DAY, "lmarena")["license"].unique().to_list() == ["MIT"]


def test_boards_do_not_mix(archive: Archive) -> None:
    land(archive, board(entry("a")), "leaderboard")
    land(archive, board(entry("a"), leaderboard="code"), "leaderboard")
    assert archive.records("leaderboard_code", DAY, "lmarena")["metric"].to_list() == ["arena_code_score"]
    assert archive.records("leaderboard_text", DAY, "lmarena")["metric"].to_list() == ["arena_text_score"]


def test_a_leaderboard_may_shrink(archive: Archive) -> None:
    for day, size in (("2026-03-29", 71), ("2026-03-30", 20)):
        content = board(*(entry(f"m{number}") for number in range(size)), fetched_at=f"{day}T06:00:00Z")
        assert {(one.outcome, one.rows) for one in land(archive, content, "leaderboard")} == {("landed", size)}


@pytest.mark.parametrize("updated", [None, "yesterday", "Mar 20, 2026", 5])
def test_a_publication_that_is_not_known_is_null(archive: Archive, updated: object) -> None:
    scores, _ = land(archive, board(entry("a"), last_updated=updated), "leaderboard")
    assert scores.outcome == "landed"
    assert archive.records("leaderboard_text", DAY, "lmarena")["published_date"].to_list() == [None]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (board(), "is no leaderboard with meta and models"),
        ([entry("a")], "is no leaderboard with meta and models"),
        ({"models": [entry("a")]}, "is of the board None; known boards are text, code"),
        (board(entry("a"), leaderboard="../x"), "is of the board '../x'; known boards are text, code"),
        (board(entry("a"), leaderboard=5), "in meta, leaderboard is 5, not a text"),
        (board(entry("a"), model_count=30), "says that it has 30 models and has 1; fetch it again"),
        (board(entry("a", score=None)), "1 of 1 records cannot be used (1: score is missing)"),
        (board("a"), "1 of 1 records cannot be used (1: the record has no named fields"),
    ],
)
def test_a_leaderboard_of_another_shape_is_refused(archive: Archive, content: object, sentence: str) -> None:
    outcomes = land(archive, content, "leaderboard")
    assert outcomes[0].outcome == "refused"
    assert sentence in str(outcomes[0].reason)


def test_models_with_their_api_names(archive: Archive) -> None:
    text = (
        "name,model_api_name,organization,license,input_token_price\nGPT-4o,chatgpt-4o-latest,OpenAI,Proprietary,2.5\n"
    )
    (landed,) = land(archive, text, "models", "models.csv", snapshot_date=DAY)
    assert (landed.table_name, landed.rows) == ("models", 1)
    row = archive.records("models", DAY, "lmarena").row(0, named=True)
    assert (row["source_model_name"], row["display_name"], row["organization_name"], row["license"]) == (
        "chatgpt-4o-latest",
        "GPT-4o",
        "OpenAI",
        "Proprietary",
    )
    manifest = archive.store.current("lmarena", "models", DAY)
    assert manifest is not None
    assert (manifest.licence, manifest.citation) == (
        "no licence stated; factual extract",
        "LMArena (lmarena.ai), leaderboards",
    )
