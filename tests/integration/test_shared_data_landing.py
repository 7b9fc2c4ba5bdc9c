"""Every file of ../shared/data lands through the checked-in sources file, whole and once.

Expected figures come from reading the files by themselves, with the standard library.
"""

import csv
import gzip
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from orchestration.settings import Settings
from orchestration.snapshots.store import SnapshotStore
from tests.integration.landed import Landed

pytestmark = pytest.mark.integration

DATA = (Path(__file__).resolve().parents[3] / "shared" / "data").resolve()
#: Folders whose every file has to land; of ``hf_derivatives``, the files that list models or edges.
WHOLE_FOLDERS = (
    "hf_alltime",
    "hf_model_catalogue",
    "hf_trending_api",
    "hf_daily_downloads",
    "hf_monthly_downloads",
    "tracked_models",
    "openrouter",
    "artificial_analysis",
    "lmarena",
    "epoch",
    "open_llm_leaderboard",
    "livebench",
    "aider",
    "models_dev",
)
#: Files that hold no data, and those that are refused as a whole: no manifest names them.
NO_DATA = {"epoch/2026-03/CITATION.md"}
REFUSED = {f"openrouter/rankings_page_scrape/{day}.json" for day in ("2026-04-01", "2026-05-17")}
DERIVATIVES = (
    "model_tree_models_extract.jsonl.gz",
    "model_tree_edges_extract.csv.gz",
    "dep_network_edges_extract_2025-06-16.csv.gz",
    "unsloth_quantized_to_base.csv",
)

#: Table -> (snapshot dates, records received, of which rejected).
EXPECTED = {
    "hub_stats": (1, 4_167, 0),
    "hub_stats_daily": (35, 85_347, 0),
    "org_daily": (565, 27_710, 0),
    "monthly_taide": (19, 199, 0),
    "new_models_30d": (1, 665, 0),
    "top100_models_of_2025": (1, 100, 0),
    "trending": (5, 3_200, 0),
    "top_likes_downloads_daily": (12, 6_356, 0),
    "transformersjs_daily": (626, 101_533, 0),
    "transformersjs_sample": (3, 451, 0),
    "top_models_daily": (123, 3_690, 0),
    "model_tree": (4, 1_324, 0),
    "monthly_kblab": (55, 2_710, 0),
    "spot_exgenesis_by_task": (2, 4_670, 0),
    "spot_exgenesis_top_1000": (1, 999, 0),
    "spot_inferenceatlas": (1, 100, 0),
    "spot_fanwan": (3, 181, 0),
    "spot_ai_nexus": (5, 694, 0),
    "advisor_daily": (105, 220_737, 0),
    "llmfit_catalogue": (12, 56_853, 1),  # Qwen/Qwen3-Coder-Next twice on 2026-03-04
    "hub_stats_models": (1, 4_088, 0),
    "advisor_models": (1, 2_908, 0),
    "model_tree_edges": (4, 5_765, 0),
    "dep_network_edges": (1, 30_383, 0),
    "unsloth_quantized": (1, 720, 26),  # the same pair in the groups of 8 and of 16 bits
    "org_totals_30d": (4, 100, 0),
    "models": (7, 1_152 + 1_481 + 1_538 + 1_617 + 1_694 + 1_737 + 1_758, 2),  # two models twice on 2025-12-30
    "extra_models": (6, 119 + 136 + 142 + 165 + 175 + 180, 0),
    "model_parameters": (1, 299, 0),
    "organization_regions": (1, 118, 0),
    "release_date_corrections": (2, 29 + 40, 0),
}


def rows_of(path: str) -> list[dict[str, str]]:
    """A CSV as the standard library reads it."""
    raw = (DATA / path).read_bytes()
    text = (gzip.decompress(raw) if path.endswith(".gz") else raw).decode()
    return list(csv.DictReader(io.StringIO("".join(line for line in text.splitlines(True) if line[0] != "#"))))


def documents(pattern: str) -> Iterator[tuple[str, Any]]:
    for path in sorted(DATA.glob(pattern)):
        yield path.name, json.loads(gzip.decompress(path.read_bytes()))


def test_every_record_of_every_file_is_accounted_for(landed: Landed) -> None:
    """Those of the Hub and the registry; test_shared_data_measures.py has the other sources."""
    outcomes = [one for one in landed.outcomes if one.source in {"hf_archive", "tracked_models"}]
    assert {(one.outcome, one.reason) for one in outcomes} == {("landed", None)}
    counted = {
        table: (len(ones), sum(one.rows + one.rejected_rows for one in ones), sum(one.rejected_rows for one in ones))
        for table in {one.table_name for one in outcomes}
        if (ones := [one for one in outcomes if one.table_name == table])
    }
    assert counted == EXPECTED


def test_no_file_is_left_out(landed: Landed) -> None:
    received = {entry.location for manifest in landed.store.manifests() for entry in manifest.received}
    wanted = {str(path) for folder in WHOLE_FOLDERS for path in (DATA / folder).rglob("*") if path.is_file()}
    wanted |= {str(DATA / "hf_derivatives" / name) for name in DERIVATIVES}
    assert received == wanted - {str(DATA / name) for name in NO_DATA | REFUSED}


def test_received_bytes_are_kept_once(landed: Landed) -> None:
    kept = [path for path in (landed.store.root / "received").rglob("*") if path.is_file()]
    entries = {entry.sha256: entry.location for one in landed.store.manifests() for entry in one.received}
    refused = {hashlib.sha256((DATA / name).read_bytes()).hexdigest(): str(DATA / name) for name in REFUSED}
    assert {path.name for path in kept} == set(entries | refused)
    for path in kept[:10]:
        assert path.read_bytes() == Path((entries | refused)[path.name]).read_bytes()


def test_a_second_run_changes_nothing(landed: Landed) -> None:
    def files() -> set[Path]:
        return {path for path in landed.store.root.rglob("*") if path.is_file() and path.stem != "outcomes"}

    before = files()
    again = landed.land()
    first = Counter(one.outcome for one in landed.outcomes)
    assert Counter(one.outcome for one in again) == {"unchanged": first["landed"], "refused": first["refused"]}
    assert files() == before


def test_the_snapshots_have_the_days_of_the_files(landed: Landed) -> None:
    days = {row["committed_at"][:10] for row in rows_of("hf_alltime/hub_stats_daily_2026-05-03_2026-07-23.csv.gz")}
    assert {str(day) for day in landed.store.snapshot_dates("hf_archive", "hub_stats_daily")} == days
    assert landed.store.snapshot_dates("hf_archive", "llmfit_catalogue") == [
        date(2026, month, day)
        for month, day in [(2, 26), (3, 4), (3, 21), (4, 3), (4, 29), (5, 11), (6, 9), (6, 23), (7, 9), (8, 3), (8, 17)]
    ] + [date(2026, 8, 31)]
    assert landed.store.snapshot_dates("hf_archive", "transformersjs_sample") == [
        date(2024, 5, 8), date(2025, 6, 1), date(2026, 1, 15),
    ]  # fmt: skip
    assert [len(landed.records("models", "tracked_models").filter(snapshot_date=day)) for day in (
        date(2025, 12, 30), date(2026, 2, 8), date(2026, 3, 26), date(2026, 3, 27),
        date(2026, 5, 25), date(2026, 8, 3), date(2026, 8, 10),
    )] == [1_150, 1_481, 1_538, 1_617, 1_694, 1_737, 1_758]  # fmt: skip


def test_counters_of_the_organisations(landed: Landed) -> None:
    records = landed.records("org_daily")
    received = rows_of("hf_daily_downloads/org_daily_extract_2024-07-19_2026-03-31.csv.gz")
    organizations = records["model_id"].str.split("/").list.first()
    assert dict(organizations.value_counts().iter_rows()) == {
        "neuralmagic": 5_503,
        "RedHatAI": 11_866,
        "ibm-granite": 10_341,
    }
    expected = {
        (row["date"], row["model_id"], int(row["downloads"]), int(row["downloads_all_time"]), int(row["likes"]))
        for row in received
    }
    named = records.select(
        pl.col("snapshot_date").cast(pl.String), "model_id", "downloads_30d", "downloads_total", "likes"
    )
    assert set(named.iter_rows()) == expected


def test_all_time_counters_of_the_main_labs(landed: Landed) -> None:
    records = landed.records("hub_stats_daily")
    received = rows_of("hf_alltime/hub_stats_daily_2026-05-03_2026-07-23.csv.gz")
    assert records["model_id"].n_unique() == 4_088
    expected = {
        (
            row["committed_at"][:10],
            row["hf_id"],
            row["id"],
            int(row["downloads_all_time"]),
            row["upstream_status"] or None,
        )
        for row in received
    }
    named = records.select(
        pl.col("snapshot_date").cast(pl.String), "model_id", "source_name", "downloads_total", "status"
    )
    assert set(named.iter_rows()) == expected
    assert records.filter(status="removed").height == 1_920
    # One third-party name switches repository and back: the counter follows the Hub id.
    clip = records.filter(source_name="openai/clip", snapshot_date=date(2026, 5, 3))
    assert clip["model_id"].n_unique() == 2


def test_growth_of_qwens_mainline_models(landed: Landed) -> None:
    counters = landed.records("hub_stats_daily")
    listed = landed.records("models", "tracked_models").filter(snapshot_date=date(2026, 8, 3), organization_id="Qwen")
    first, last = (
        counters.filter(snapshot_date=day).join(listed, on="model_id", how="semi").select("model_id", "downloads_total")
        for day in (date(2026, 6, 15), date(2026, 7, 23))
    )
    common = first.join(last, on="model_id")
    growth = common["downloads_total_right"].sum() - common["downloads_total"].sum()
    assert (common.height, growth, common["downloads_total_right"].sum()) == (102, 255_713_820, 1_465_447_902)


def test_both_counters_tags_sizes_and_bases_of_one_moment(landed: Landed) -> None:
    records = landed.records("hub_stats")
    relations = records.explode("base_models").drop_nulls("base_models")["base_models"].struct.field("relation")
    lines = gzip.decompress((DATA / "hf_alltime/hub_stats_snapshot_2026-05-24.jsonl.gz").read_bytes()).splitlines()
    received = {row["id"]: row for row in map(json.loads, lines)}
    assert records["base_models"].is_not_null().sum() == 2_586
    assert Counter(relations) == Counter(
        row["baseModels"]["relation"]
        for row in received.values()
        if row["baseModels"]
        for _ in row["baseModels"]["models"]
    )
    for row in records.sample(200, seed=1).iter_rows(named=True):
        original = received[row["model_id"]]
        assert row["downloads_30d"] == original["downloads"]
        assert row["downloads_total"] == original["downloadsAllTime"]
        assert row["tags"] == original["tags"]
        assert row["created_at"].isoformat() == original["createdAt"]
        assert row["total_parameters"] == (original["safetensors"] or {}).get("total")


def test_the_original_form_says_the_same_as_the_combined_file(landed: Landed) -> None:
    names = [
        "snapshot_date",
        "model_id",
        "downloads_30d",
        "likes",
        "pipeline_tag",
        "last_modified_at",
        "gated",
        "is_private",
    ]
    sample = landed.records("transformersjs_sample").select(names)
    combined = landed.records("transformersjs_daily").select(names)
    assert sample.join(combined, on=names, how="semi").height == sample.height == 451


def test_typed_edges(landed: Landed) -> None:
    edges = landed.records("model_tree_edges")
    assert dict(edges["relation"].value_counts().iter_rows()) == {
        "adapter": 4_139,
        "finetune": 1_405,
        "quantized": 204,
        "merge": 17,
    }
    dependencies = landed.records("dep_network_edges")
    assert dependencies.filter(pl.col("derivative_model_id") == pl.col("base_model_id")).height == 42
    received = {
        (row["target"], row["source"], row["edge"])
        for row in rows_of("hf_derivatives/dep_network_edges_extract_2025-06-16.csv.gz")
    }
    assert set(dependencies.select("derivative_model_id", "base_model_id", "relation").iter_rows()) == received
    assert landed.records("unsloth_quantized")["relation"].unique().to_list() == ["quantized"]


def test_model_pages(landed: Landed) -> None:
    pages = landed.records("model_tree")
    assert dict(pages["gated"].value_counts().iter_rows()) == {"false": 1_275, "auto": 41, "manual": 8}
    assert pages["model_id"].n_unique() == 1_028
    assert pages["total_parameters"].is_not_null().sum() == 419
    root = pages.filter(model_id="deepseek-ai/DeepSeek-R1", snapshot_date=date(2025, 4, 8)).row(0, named=True)
    assert root["created_at"].isoformat() == "2025-01-20T03:46:07"


def test_a_zero_that_was_not_read_is_null(landed: Landed) -> None:
    catalogue = landed.records("llmfit_catalogue")
    zeros = Counter(row["hf_downloads"] == 0 for _, rows in documents("hf_model_catalogue/*") for row in rows)
    # One of the two rows of Qwen/Qwen3-Coder-Next has the 0: it is the one that lost.
    assert catalogue["downloads_30d"].is_null().sum() == zeros[True] - 1
    assert catalogue["downloads_30d"].min() == 1
    advisor = landed.records("advisor_daily")
    assert advisor.filter(model_id="google/gemma-2b-it")["downloads_30d"].is_null().all()
    assert landed.records("spot_ai_nexus").filter(model_id="BAAI/bge-m3")["downloads_30d"].is_null().any()
    # The Hub's own 0 is a reading: it counts no downloads of such repositories.
    assert landed.records("hub_stats_daily")["downloads_total"].eq(0).sum() == 810


def test_times_are_utc(landed: Landed) -> None:
    read_at = landed.records("top_likes_downloads_daily").filter(snapshot_date=date(2026, 8, 7))["read_at"]
    assert {str(moment) for moment in read_at.unique()} == {"2026-08-07 12:41:45.715386"}


def test_lists_of_bases_in_text(landed: Landed) -> None:
    received = [
        (row["id"], row["base_model"].split())
        for row in rows_of("hf_daily_downloads/spot_snapshots_30d_extract_2025-03_2026-02.csv.gz")
        if row["base_model"]
    ]
    records = pl.concat(
        landed.records(table).select("model_id", "base_models")
        for table in ("spot_exgenesis_by_task", "spot_exgenesis_top_1000", "spot_inferenceatlas")
    ).drop_nulls("base_models")
    taken = [(model_id, [base["model_id"] for base in bases]) for model_id, bases in records.iter_rows()]
    assert sorted(taken) == sorted(received)


def test_sizes_in_billions_become_parameters(landed: Landed) -> None:
    parameters = landed.records("model_parameters", "tracked_models")
    received = {row["model_id"]: row for row in rows_of("tracked_models/2026-08-10/model_parameters.csv")}
    for row in parameters.iter_rows(named=True):
        for name, billions in (("total_parameters", "total_params_b"), ("active_parameters", "active_params_b")):
            text = received[row["model_id"]][billions]
            assert row[name] == (round(float(text) * 1000) * 10**6 if text else None)
    models = landed.records("hub_stats_models")
    assert models.filter(model_id="moonshotai/Kimi-K2-Base")["total_parameters"].item() == 1_026_470_000_000


def test_regions_and_corrections(landed: Landed) -> None:
    regions = landed.records("organization_regions", "tracked_models")["region"]
    assert dict(regions.value_counts().iter_rows()) == {"us": 45, "china": 38, "eu": 19, "other": 13, "unknown": 3}
    corrections = landed.records("release_date_corrections", "tracked_models").filter(snapshot_date=date(2026, 8, 10))
    assert set(corrections.select(pl.col("hub_created_date", "release_date").cast(pl.String)).iter_rows()) == {
        (row["hf_created_at"], row["actual_release_date"])
        for row in rows_of("tracked_models/2026-08-10/release_date_corrections.csv")
    }


def test_terms_are_declared_for_every_table(landed: Landed) -> None:
    terms = {manifest.table: (manifest.licence, manifest.citation) for manifest in landed.store.manifests("hf_archive")}
    assert all(licence != "as declared per table" for licence, _ in terms.values())
    assert len({citation for _, citation in terms.values()}) > 15
    ranks = {manifest.table: manifest.priority for manifest in landed.store.manifests("hf_archive")}
    readings = [table for table in ranks if not table.endswith(("edges", "quantized")) and table != "org_totals_30d"]
    assert len({ranks[table] for table in readings}) == len(readings)


def test_only_one_day_and_table_when_asked(landed: Landed, tmp_path: Path) -> None:
    part = Landed.__new__(Landed)
    part.settings = Settings(home=tmp_path)
    part.store = SnapshotStore(part.settings.raw)
    (outcome,) = part.land(tables=frozenset({"hub_stats_daily"}), snapshot_date=date(2026, 6, 15))
    assert (outcome.table_name, outcome.rows) == ("hub_stats_daily", 4_030)
