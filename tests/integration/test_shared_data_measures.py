"""What ../shared/data says of inference and performance lands exactly, and what it cannot say is refused with a reason.

Expected figures come from reading the files by themselves, with the standard library.
"""

import csv
import gzip
import io
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from tests.integration.landed import Landed

pytestmark = pytest.mark.integration

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SOURCES = {
    "openrouter",
    "artificial_analysis",
    "lmarena",
    "epoch",
    "open_llm_leaderboard",
    "livebench",
    "aider",
    "models_dev",
}

#: (source, table) -> (snapshot dates, records accepted, records rejected) of what landed.
EXPECTED = {
    ("openrouter", "rankings_daily"): (3, 1_683 + 2_652 + 3_468, 0),
    ("openrouter", "models"): (1, 364, 0),
    ("openrouter", "model_prices"): (1, 361, 3),  # routers, which have no price of their own
    ("openrouter", "blended_prices"): (1, 26_796, 345),  # routers, -1 each day
    ("openrouter", "weekly_top_models"): (1, 187, 0),
    ("openrouter", "rankings_page"): (3, 27, 0),
    ("artificial_analysis", "models"): (7, 445 + 466 + 484 + 494 + 500 + 511 + 548, 0),
    ("artificial_analysis", "evaluations"): (7, 41_639, 0),
    ("lmarena", "ratings"): (7, 15_912 - 6_942, 0),
    ("lmarena", "elo_history"): (23, 2_280, 16),  # yi-34b-chat twice in each of 16 months
    ("lmarena", "elo_history_models"): (23, 2_280, 16),
    ("lmarena", "leaderboard_text"): (25, 942, 0),
    ("lmarena", "leaderboard_text_models"): (25, 942, 0),
    ("lmarena", "leaderboard_code"): (25, 1_438, 0),
    ("lmarena", "leaderboard_code_models"): (25, 1_438, 0),
    ("lmarena", "models"): (1, 141, 0),
    ("epoch", "evaluations"): (1, 1_495, 12),  # 11 without any name, 1 there twice
    ("epoch", "models"): (1, 643, 11),
    ("open_llm_leaderboard", "evaluations"): (1, 2_668 * 7, 0),
    ("open_llm_leaderboard", "models"): (1, 2_668, 0),
    ("livebench", "evaluations"): (5, 6_475, 0),
    ("aider", "evaluations"): (1, 69 + 98 + 14 + 10 + 14, 0),
    ("models_dev", "models"): (1, 231, 0),
}


def content(path: str) -> Any:
    """A file as the standard library reads it."""
    raw = (DATA / path).read_bytes()
    text = (gzip.decompress(raw) if path.endswith(".gz") else raw).decode("utf-8-sig")
    if ".csv" in path:
        return list(csv.DictReader(io.StringIO(text, newline="")))
    return json.loads(text)


def names(pattern: str) -> list[str]:
    return [str(path.relative_to(DATA)) for path in sorted(DATA.glob(pattern))]


def in_order(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    return sorted(frame.select(columns).rows(), key=repr)


def test_every_record_is_accounted_for(landed: Landed) -> None:
    outcomes = [one for one in landed.outcomes if one.source in SOURCES and one.outcome == "landed"]
    counted = {
        key: (len(ones), sum(one.rows for one in ones), sum(one.rejected_rows for one in ones))
        for key in {(one.source, one.table_name) for one in outcomes}
        if (ones := [one for one in outcomes if (one.source, one.table_name) == key])
    }
    assert counted == EXPECTED


def test_what_is_refused_says_why(landed: Landed) -> None:
    refused = {
        (one.source, one.table_name, one.snapshot_date): one for one in landed.outcomes if one.outcome != "landed"
    }
    assert set(refused) == {
        ("openrouter", "rankings_page", date(2026, 4, 1)),
        ("openrouter", "rankings_page", date(2026, 5, 17)),
        ("lmarena", "ratings", date(2025, 5, 27)),
    }
    assert {one.outcome for one in refused.values()} == {"refused"}
    wrong_series, empty, mixed = (
        refused[key] for key in sorted(refused, key=lambda key: (key[0] == "lmarena", key[2]))
    )
    assert "its largest model has 53,810,188 tokens, the largest of its market_share 2,689,515,167,336" in str(
        wrong_series.reason
    )
    assert "is an empty scrape (no models)" in str(empty.reason)
    assert "6,930 of 6,942 records cannot be used" in str(mixed.reason)
    assert "which nothing tells apart" in str(mixed.reason)
    assert mixed.rejected_rows == 6_930
    assert all(one.received for one in refused.values())


# ---- openrouter ------------------------------------------------------------------------------------------------------


def test_the_three_vintages_are_as_they_were_given_out(landed: Landed) -> None:
    records = landed.records("rankings_daily", "openrouter")
    for path in names("openrouter/rankings_daily_vintage_*"):
        vintage = date.fromisoformat(path.split("_")[-1].split(".")[0])
        expected = {
            (date.fromisoformat(day), slug, int(row["total_tokens"]))
            for day, rows in content(path).items()
            for slug, row in rows.items()
        }
        found = records.filter(snapshot_date=vintage)
        assert set(found.select("token_date", "model_slug", "tokens").rows()) == expected
        assert found.height == len(expected)
        assert found["token_date"].n_unique() * 51 == found.height
    assert records["period_days"].unique().to_list() == [1]


def test_the_newest_day_of_a_vintage_is_restated_later(landed: Landed) -> None:
    records = landed.records("rankings_daily", "openrouter")
    changed = {}
    for vintage in (date(2026, 6, 26), date(2026, 7, 15)):
        old, new = (records.filter(snapshot_date=day) for day in (vintage, date(2026, 7, 31)))
        both = old.join(new, on=["token_date", "model_slug"], how="left")
        differs = both.filter(pl.col("tokens") != pl.col("tokens_right").fill_null(-1))
        changed[str(vintage)] = dict(differs["token_date"].cast(pl.String).value_counts().iter_rows())
    assert changed == {"2026-06-26": {"2026-06-25": 51}, "2026-07-15": {"2026-07-14": 34}}


def test_tokens_of_one_day_to_the_last_one(landed: Landed) -> None:
    newest = landed.records("rankings_daily", "openrouter").filter(snapshot_date=date(2026, 7, 31))
    day = newest.filter(token_date=date(2026, 5, 24))
    tokens = dict(day.select("model_slug", "tokens").iter_rows())
    assert tokens["deepseek/deepseek-v4-flash-20260423"] == 595_090_081_549
    assert tokens["tencent/hy3-preview-20260421"] == 400_918_535_711
    assert "other" in tokens


def test_the_list_of_models_bridges_to_the_hub(landed: Landed) -> None:
    models = landed.records("models", "openrouter")
    listed = {row["id"]: row for row in content("openrouter/models_api_2026-05-15.json.gz")["data"]}
    assert models["hub_model_id"].is_not_null().sum() == 173
    for row in models.iter_rows(named=True):
        received = listed[row["source_model_name"]]
        assert row["hub_model_id"] == (received["hugging_face_id"] or None)
        assert row["canonical_name"] == received["canonical_slug"]
        assert row["release_date"] == datetime.fromtimestamp(received["created"], UTC).date()
    tokens = landed.records("rankings_daily", "openrouter")
    slugs = {slug.partition(":")[0] for slug in tokens["model_slug"]}
    # The list is older than the tokens: it knows two thirds of the slugs.
    assert (len(slugs), len(slugs & set(models["canonical_name"]))) == (102, 68)


def test_prices(landed: Landed) -> None:
    received = {
        (date.fromisoformat(day), slug, usd)
        for day, prices in content("openrouter/model_prices_vintage_2026-07-31.json.gz").items()
        for slug, usd in prices.items()
        if usd is None or usd >= 0
    }
    found = landed.records("blended_prices", "openrouter")
    assert set(found.select("price_date", "model_slug", "blended_usd_per_token").rows()) == received
    listed = landed.records("model_prices", "openrouter")
    assert listed["prompt_usd_per_token"].min() == 0.0


def test_weeks_before_the_daily_rankings(landed: Landed) -> None:
    weeks = landed.records("weekly_top_models", "openrouter")
    [path] = names("openrouter/weekly_top_models_*")
    received = {
        (date.fromisoformat(row["date"]), row["slug"], int(row["total_tokens"]), int(row["prompt_tokens"]))
        for row in content(path)
    }
    assert set(weeks.select("token_date", "model_slug", "tokens", "prompt_tokens").rows()) == received
    assert weeks["token_date"].n_unique() == 20


def test_the_good_scrapes_are_the_week_so_far(landed: Landed) -> None:
    records = landed.records("rankings_page", "openrouter")
    for day, begun in ((date(2026, 3, 28), 6), (date(2026, 4, 12), 7), (date(2026, 5, 16), 6)):
        received = {
            (day, begun, model["model_id"], model["tokens"])
            for model in content(f"openrouter/rankings_page_scrape/{day}.json")["models"]
        }
        found = records.filter(snapshot_date=day)
        assert set(found.select("token_date", "period_days", "model_slug", "tokens").rows()) == received
    # The whole week is in the weekly list two days later: the scrape of the Saturday has its first six days.
    weekly = landed.records("weekly_top_models", "openrouter").filter(token_date=date(2026, 3, 30))
    both = records.filter(snapshot_date=date(2026, 3, 28)).join(weekly, on="model_slug")
    shares = (both["tokens"] / both["tokens_right"]).to_list()
    assert len(shares) == 9
    assert all(0.75 < share < 0.9 for share in shares)


# ---- performance -----------------------------------------------------------------------------------------------------


def test_every_score_of_artificial_analysis(landed: Landed) -> None:
    records = landed.records("evaluations", "artificial_analysis")
    for path in names("artificial_analysis/*"):
        day = date.fromisoformat(path.split("_")[-1].split(".")[0])
        expected = []
        for model in content(path)["models"]:
            scores = model["evaluations"]
            for metric, score in scores.items():
                if score is not None and not isinstance(score, bool):
                    kind = "estimated" if scores.get(f"{metric}_is_estimated") else "overall"
                    expected.append((metric, kind, model["slug"], float(score)))
        found = records.filter(snapshot_date=day)
        assert in_order(found, "metric", "category", "source_model_name", "score") == sorted(expected, key=repr)
    assert records["index_version"].is_null().all(), "a dump does not state it"


def test_models_of_artificial_analysis(landed: Landed) -> None:
    models = landed.records("models", "artificial_analysis").filter(snapshot_date=date(2026, 7, 3))
    listed = {model["slug"]: model for model in content("artificial_analysis/llms_2026-07-03.json.gz")["models"]}
    assert models["hub_model_id"].is_not_null().sum() == 326
    assert models["openrouter_id"].is_not_null().sum() == 306
    for row in models.iter_rows(named=True):
        received = listed[row["source_model_name"]]
        assert row["hub_model_id"] == received["open_weights"]["huggingface_url"]
        assert row["is_open_weights"] == received["open_weights"]["is_open_weights"]
        billions = received["capabilities"]["total_parameters"]
        assert row["total_parameters"] == (None if billions is None else round(billions * 1e9))
        assert (row["release_date"] and str(row["release_date"])) == received["release_date"]


def test_ratings_by_category(landed: Landed) -> None:
    records = landed.records("ratings", "lmarena")
    [path] = names("lmarena/text_ratings_*")
    expected = [
        (
            row["commit_date"],
            "overall" if row["category"] == "full" else row["category"],
            row["model"],
            *(float(row[name]) for name in ("rating", "rating_q025", "rating_q975")),
        )
        for row in content(path)
        if row["commit_date"] != "2025-05-27"
    ]
    found = records.with_columns(pl.col("snapshot_date").cast(pl.String))
    columns = ("snapshot_date", "category", "source_model_name", "score", "score_low", "score_high")
    assert in_order(found, *columns) == sorted(expected, key=repr)


def test_nothing_in_the_refused_version_says_which_ratings_belong_together() -> None:
    """What speaks for refusing it: five ratings of a model, sorted, of which none is as an earlier version has it."""
    [path] = names("lmarena/text_ratings_*")
    rows = content(path)
    mixed = [row for row in rows if row["commit_date"] == "2025-05-27"]
    times = Counter(Counter((row["category"], row["model"]) for row in mixed).values())
    assert times[5] == 1_362
    assert times[1] == 12
    seen = [
        {tuple(value for name, value in row.items() if name != "commit_date") for row in part}
        for part in (mixed, [row for row in rows if row["commit_date"] != "2025-05-27"])
    ]
    assert not seen[0] & seen[1]


def test_monthly_history(landed: Landed) -> None:
    [path] = names("lmarena/elo_history_*")
    expected = {(row["date"], row["key"], float(row["rating"])) for row in content(path)}
    found = landed.records("elo_history", "lmarena").with_columns(pl.col("snapshot_date").dt.strftime("%Y%m%d"))
    assert set(found.select("snapshot_date", "source_model_name", "score").rows()) == expected
    assert len(expected) == found.height


def test_daily_leaderboards_of_every_length(landed: Landed) -> None:
    for board in ("text", "code"):
        records = landed.records(f"leaderboard_{board}", "lmarena")
        for path in names(f"lmarena/arena_ai_daily/*/{board}.json"):
            received = content(path)
            found = records.filter(snapshot_date=date.fromisoformat(path.split("/")[-2]))
            expected = {
                (one["model"], float(one["score"]), float(one["score"] - one["ci"]), one["votes"])
                for one in received["models"]
            }
            assert set(found.select("source_model_name", "score", "score_low", "votes").rows()) == expected
            updated = received["meta"]["last_updated"]
            published = None if updated is None else datetime.strptime(updated, "%b %d, %Y").date()
            assert found["published_date"].unique().to_list() == [published]
    sizes = landed.records("leaderboard_text", "lmarena").group_by("snapshot_date").len().sort("snapshot_date")["len"]
    assert sizes.to_list()[9:14] == [30, 71, 30, 71, 30], "a shorter page is right, too"


def test_every_score_of_epoch_is_there_once(landed: Landed) -> None:
    columns = {
        "aider_polyglot_external": "Percent correct",
        "arc_agi_2_external": "Score",
        "epoch_capabilities_index": "ECI Score",
        "gsm8k_external": "EM",
        "hle_external": "Accuracy",
        "live_bench_external": "Global average",
        "metr_time_horizons_external": "Time horizon",
        "mmlu_external": "EM",
        "webdev_arena_external": "Arena Score",
    }
    records = landed.records("evaluations", "epoch")
    lost = Counter[str]()
    for path in names("epoch/2026-03/*.csv"):
        name = Path(path).stem
        received = Counter(
            float(row[column]) for row in content(path) if row[column := columns.get(name, "mean_score")]
        )
        metric = name.removesuffix("_external")
        found = Counter(records.filter(metric=metric)["score"])
        assert not found - received
        lost[metric] = (received - found).total()
    # Rows without any name of a model, and one that is there twice.
    assert +lost == {"aider_polyglot": 5, "webdev_arena": 6, "arc_agi_2": 1}
    assert records.filter(metric="epoch_capabilities_index").height == 283


def test_intervals_of_epoch(landed: Landed) -> None:
    records = landed.records("evaluations", "epoch")
    horizons = {row["Model version"]: row for row in content("epoch/2026-03/metr_time_horizons_external.csv")}
    for row in records.filter(metric="metr_time_horizons").iter_rows(named=True):
        received = horizons[row["source_model_name"]]
        assert (row["score_low"], row["score_high"]) == (float(received["CI_low"]), float(received["CI_high"]))
    arena = records.filter(metric="webdev_arena", source_model_name="claude-opus-4-5-20251101_32K")
    assert arena.select("score", "score_low", "score_high", "votes").row(0) == (1512.0, 1501.0, 1523.0, 4_564)
    assert records.filter(metric="gpqa_diamond")["score_low"].null_count() == 0


def test_models_of_epoch_say_whether_their_weights_are_open(landed: Landed) -> None:
    access = {
        row["Model version"].strip(): row["Model accessibility"]
        for row in content("epoch/2026-03/epoch_capabilities_index.csv")
    }
    models = landed.records("models", "epoch").filter(pl.col("license").is_not_null())
    assert dict(models["is_open_weights"].value_counts().iter_rows()) == {True: 110 + 77 + 16, False: 202 + 8 + 3}
    for row in models.iter_rows(named=True):
        assert row["license"] == access[row["source_model_name"]]


def test_open_llm_leaderboard(landed: Landed) -> None:
    [path] = names("open_llm_leaderboard/*")
    rows = {row["eval_name"]: row for row in content(path)}
    records = landed.records("evaluations", "open_llm_leaderboard")
    for metric, column in (("average", "Average ⬆️"), ("math_level_5", "MATH Lvl 5"), ("gpqa", "GPQA")):
        found = dict(records.filter(metric=metric).select("source_model_name", "score").iter_rows())
        assert found == {name: float(row[column]) for name, row in rows.items()}
    assert records.filter(metric="math_level_5", score=0.0).height == 309
    models = landed.records("models", "open_llm_leaderboard")
    assert models["hub_model_id"].n_unique() == 2_600
    assert models["total_parameters"].min() == min(
        round(float(row["#Params (B)"]) * 1e9) for row in rows.values() if float(row["#Params (B)"]) > 0
    )


def test_livebench_scores_keep_their_tasks_and_release(landed: Landed) -> None:
    records = landed.records("evaluations", "livebench")
    for path in names("livebench/table_*"):
        day = path.removesuffix(".csv").split("table_")[-1].replace("_", "-")
        tasks = {
            task: group
            for group, names_ in content(f"livebench/categories_{day.replace('-', '_')}.json").items()
            for task in names_
        }
        expected = {
            (row["model"], f"{tasks[task]}: {task}", float(score))
            for row in content(path)
            for task, score in row.items()
            if task != "model" and score
        }
        found = records.filter(index_version=day)
        assert set(found.select("source_model_name", "category", "score").rows()) == expected
        assert found["snapshot_date"].cast(pl.String).unique().to_list() == [day]


def test_aider_boards(landed: Landed) -> None:
    records = landed.records("evaluations", "aider")
    for path in names("aider/*.yml"):
        runs = yaml.safe_load((DATA / path).read_text())
        metric = "aider_" + Path(path).stem.removesuffix("_leaderboard")
        expected = {
            (
                run["model"],
                f"edit format: {run['edit_format']}",
                run.get("pass_rate_2", run["pass_rate_1"]),
                run["date"],
            )
            for run in runs
        }
        found = records.filter(metric=metric)
        assert found.height == len(runs)
        assert set(found.select("source_model_name", "category", "score", "published_date").rows()) == expected


def test_models_dev(landed: Landed) -> None:
    lines = [json.loads(line) for line in (DATA / "models_dev/models.jsonl").read_text().splitlines()]
    models = landed.records("models", "models_dev")
    assert dict(models["is_open_weights"].value_counts().iter_rows()) == {True: 108, False: 123}
    linked = {
        line["id"]: weight["url"]
        for line in lines
        for weight in line.get("weights", [])
        if weight["url"].startswith("https://huggingface.co/")
    }
    found = models.drop_nulls("hub_model_id").select("source_model_name", "hub_model_id")
    assert set(found["source_model_name"]) == set(linked)
    assert models["release_date"].null_count() == sum(len(line["release_date"]) == 7 for line in lines)


# ---- terms -----------------------------------------------------------------------------------------------------------


def test_licence_and_citation_of_every_table(landed: Landed) -> None:
    terms = {
        (one.source, one.table): (one.licence, one.citation)
        for source in sorted(SOURCES)
        for one in landed.store.manifests(source)
    }
    assert set(terms) == set(EXPECTED)
    assert terms["openrouter", "rankings_daily"] == (
        "CC-BY-4.0",
        "Source: OpenRouter (openrouter.ai/rankings), as of 2026-07-31. Licensed under CC BY 4.0.",
    )
    assert terms["openrouter", "models"][0] == "MIT"
    assert terms["openrouter", "rankings_page"][0] == "no licence stated; factual extract"
    assert "figures © Artificial Analysis" in terms["artificial_analysis", "evaluations"][0]
    assert terms["epoch", "evaluations"][0] == "CC-BY-4.0"
    assert "Epoch AI" in terms["epoch", "evaluations"][1]
    assert terms["lmarena", "ratings"][0] == "no licence stated; factual extract"
    assert terms["lmarena", "leaderboard_text"][0] == "MIT"
    assert terms["aider", "evaluations"][0] == "Apache-2.0"
    assert terms["models_dev", "models"][0] == "MIT"
    assert all(licence and citation for licence, citation in terms.values())
    assert not any("{as_of}" in citation for _, citation in terms.values())
