"""What the sample has of those who serve and rate models: its shape, and the published story that it resembles.

The bands say that the demo looks like the real thing, not that anything was measured.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from orchestration.sample import TROUBLES, artificial_analysis, epoch, lmarena, openrouter, scores, trouble
from orchestration.sample.catalogue import models
from orchestration.sample.offerings import Offering, offerings, providers
from orchestration.sample.openrouter_models import model_list
from orchestration.sample.openrouter_rankings import page, vintage
from orchestration.sample.scores import Rated
from orchestration.sample.tables import rows
from orchestration.sample.tokens import served, token_column
from orchestration.snapshots.store import SnapshotStore
from tests.unit.conftest import SERVICES

DAY = timedelta(days=1)
FEEDS = (openrouter, artificial_analysis, lmarena, epoch)

#: The attempts that are refused, each by the trouble of this name.
REFUSED = {
    ("openrouter", "models", "list_of_models_ages"),
    ("openrouter", "rankings_page", "page_of_another_series"),
    ("openrouter", "rankings_page", "page_emptied"),
    ("lmarena", "ratings", "ratings_several_times"),
}


def document(files: dict[str, bytes]) -> Any:
    (content,) = files.values()
    return json.loads(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)


# ---- facts -------------------------------------------------------------------------------------------------------


def test_open_models_are_those_of_the_catalogue_and_names_are_unique() -> None:
    known = {model.model_id: model for model in models()}
    everyone = offerings()
    for one in everyone:
        assert (one.model in known) == (one.weights == "tracked"), one.model
        assert one.weights != "tracked" or one.released == known[one.model].released
        assert (one.popularity > 0) == (one.openrouter_id is not None), one.model
        assert one.is_open or one.free_share < 1
    assert {one.organization for one in everyone} == set(providers())
    for names in (
        [name for one in everyone for name, _ in one.analysis],
        [name for one in everyone for name, _ in one.arena],
        [name for one in everyone for name, _ in one.epoch],
        [one.permaslug for one in everyone if one.permaslug],
        [one.openrouter_id for one in everyone if one.openrouter_id],
    ):
        assert len(names) == len(set(names))
        assert not [name for name in names if set(name) & set("{}|*")]
    assert sum(one.weights == "tracked" for one in everyone) > 120
    assert sum(one.weights == "closed" for one in everyone) > 60


def test_the_market_shares_tokens_among_organisations_that_serve() -> None:
    for part, is_open in (("open", True), ("closed", False)):
        named = {row["organization"] for row in rows("market") if row["part"] == part}
        assert named == {one.organization for one in offerings() if one.openrouter_id and one.is_open == is_open}


# ---- landing -----------------------------------------------------------------------------------------------------


def test_the_connectors_refuse_what_is_labelled_and_nothing_else(landed_services: SnapshotStore) -> None:
    outcomes = [outcome for name in SERVICES for outcome in landed_services.outcomes(name)]
    assert len(outcomes) <= 165
    refused = {(one.source, one.table_name, one.snapshot_date) for one in outcomes if one.outcome != "landed"}
    assert refused == {(source, table, trouble(name).first) for source, table, name in REFUSED}
    assert {one.outcome for one in outcomes} == {"landed", "refused"}


def test_records_are_rejected_where_it_is_labelled_and_nowhere_else(landed_services: SnapshotStore) -> None:
    labelled = {row.first for row in TROUBLES if row.name.startswith("hostile_")}
    for manifest in landed_services.manifests():
        if not manifest.rejected_rows:
            continue
        if "prices" in manifest.table:
            path = landed_services.root / manifest.folder / "rejected.parquet"
            assert any("a router has no price" in reason for reason in pq.read_table(path)["reason"].to_pylist())
        elif manifest.table == "rankings_daily":
            window = manifest.snapshot_date - trouble("hostile_slugs").first
            assert timedelta(0) < window <= timedelta(days=62), manifest.snapshot_date
        else:
            assert manifest.snapshot_date in labelled, (manifest.table, manifest.snapshot_date)


def test_all_of_it_says_that_it_is_synthetic(landed_services: SnapshotStore) -> None:
    for manifest in landed_services.manifests():
        assert manifest.synthetic
        assert "synthetic" in manifest.citation
        assert manifest.location.startswith(f"sample:{manifest.source}/")


def test_whatever_the_scale_the_same_models_are_served_and_rated() -> None:
    for feed in FEEDS:
        once, thrice = list(feed.snapshots(1)), list(feed.snapshots(3))
        assert [vars(one) | {"files": 0} for one in once] == [vars(one) | {"files": 0} for one in thrice]
        assert once[-1].files() == thrice[-1].files()


def test_every_attempt_has_a_time_of_its_own() -> None:
    for feed in FEEDS:
        attempts = [(one.table, one.snapshot_date, one.fetched_at) for one in feed.snapshots(1)]
        assert len(attempts) == len(set(attempts))


# ---- native shapes -----------------------------------------------------------------------------------------------


def test_rankings_come_in_three_shapes_with_tokens_as_text() -> None:
    stored, api, export = (document(vintage(date(*day))) for day in ((2024, 12, 2), (2026, 2, 2), (2026, 10, 30)))
    row = stored["2024-11-15"]["mistralai/mistral-nemo"]
    assert row.keys() == {"date", "model_permaslug", "total_tokens"}
    assert api.keys() == {"data", "meta"}
    assert api["meta"]["as_of"].startswith("2026-02-02")
    assert isinstance(export, list)
    assert len({one["date"] for one in export}) == 30
    assert all(isinstance(one["total_tokens"], str) for one in (row, *api["data"], *export))
    assert max(one["date"] for one in export) == "2026-10-29"


def test_a_day_has_fifty_models_and_all_others_together() -> None:
    found = document(vintage(date(2026, 2, 2)))["data"]
    for day in ("2025-12-24", "2026-01-01", "2026-01-31"):
        slugs = [one["model_permaslug"] for one in found if one["date"] == day]
        assert len(slugs) == len(set(slugs)) == 51
        assert slugs.count("other") == 1


def test_the_list_of_models_has_the_fields_of_the_real_one() -> None:
    found = document(model_list(date(2026, 2, 28)))["data"]
    fields = {"id", "canonical_slug", "hugging_face_id", "name", "created", "context_length", "pricing"}
    assert all(fields <= one.keys() for one in found)
    assert all(isinstance(one["pricing"]["prompt"], str) for one in found)


def test_a_dump_has_the_sections_of_the_real_one() -> None:
    content = document(artificial_analysis.dump(date(2026, 7, 4)))
    sections = {"creator", "evaluations", "pricing", "speed", "capabilities", "open_weights"}
    assert content["meta"]["model_count"] == len(content["models"]) > 200
    assert all(sections <= one.keys() for one in content["models"])
    links = {"is_open_weights", "license_name", "huggingface_url", "openrouter_api_id"}
    assert all(links <= one["open_weights"].keys() for one in content["models"])
    assert not any("version" in name for one in content["models"] for name in one["evaluations"])


def test_a_scraped_page_has_models_and_market_shares() -> None:
    content = document(page(date(2026, 4, 10)))
    assert len(content["models"]) == len(content["market_share"]) == 9
    assert content["models"][0]["tokens"] >= content["models"][1]["tokens"] > 10**11


# ---- inference ---------------------------------------------------------------------------------------------------


Months = dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def months(landed_services: SnapshotStore) -> Months:
    """Tokens by month and slug: the newest vintage that holds a day wins."""
    days: dict[date, dict[str, int]] = {}
    manifests = landed_services.manifests("openrouter", "rankings_daily")
    for manifest in sorted(manifests, key=lambda one: one.snapshot_date):
        vintage_days: dict[date, dict[str, int]] = defaultdict(dict)
        columns = landed_services.read(manifest).select(["token_date", "model_slug", "tokens"]).to_pydict()
        for day, slug, tokens in zip(*columns.values(), strict=True):
            vintage_days[day][slug] = tokens
        days |= vintage_days
    found: Months = defaultdict(lambda: defaultdict(int))
    for day, slugs in days.items():
        for slug, tokens in slugs.items():
            found[f"{day:%Y-%m}"][slug] += tokens
    return found


@cache
def open_models() -> dict[str, Offering]:
    """The open model behind each slug."""
    return {slug: one for slug, one in zip(served().slugs, served().of, strict=True) if one.is_open}


@cache
def region_of() -> dict[str, str]:
    return {row["organization"]: row["region"] for row in rows("organizations")}


def share_of_ten(slugs: dict[str, int], *, region: str | None = None, organization: str | None = None) -> float:
    """Share of a region or an organisation among the ten most used open models of a month, variants merged."""
    tokens: dict[str, int] = defaultdict(int)
    for slug in slugs.keys() & open_models().keys():
        tokens[open_models()[slug].model] += slugs[slug]
    ten = sorted(tokens.items(), key=lambda pair: -pair[1])[:10]
    owners = [(model.partition("/")[0], count) for model, count in ten]
    wanted = sum(count for owner, count in owners if organization == owner or region == region_of().get(owner, ""))
    return wanted / sum(count for _, count in owners)


@pytest.mark.parametrize(("month", "target"), [("2024-11", 0.028), ("2026-01", 0.727)])
def test_share_of_china(month: str, target: float, months: Months) -> None:
    assert share_of_ten(months[month], region="china") == pytest.approx(target, rel=0.04)


def test_share_of_deepseek_and_its_peak(months: Months) -> None:
    assert share_of_ten(months["2026-01"], organization="deepseek-ai") == pytest.approx(0.311, rel=0.03)
    of_all = [share_of_ten(slugs, organization="deepseek-ai") for slugs in months.values()]
    assert max(of_all) == pytest.approx(0.756, rel=0.02)


def test_china_passes_the_us_once(months: Months) -> None:
    leads = {
        month: share_of_ten(slugs, region="china") > share_of_ten(slugs, region="us") for month, slugs in months.items()
    }
    assert len(leads) == 24
    assert leads == {month: month >= "2025-01" for month in leads}


def test_open_models_have_about_three_tenths_of_all_tokens(months: Months) -> None:
    slugs = months["2026-01"]
    known = sum(tokens for slug, tokens in slugs.items() if slug in open_models())
    assert 0.28 <= known / sum(slugs.values()) <= 0.334
    assert 0.04 <= slugs["other"] / sum(slugs.values()) <= 0.15


def test_the_market_grows(months: Months) -> None:
    totals = [sum(slugs.values()) for _, slugs in sorted(months.items())]
    assert totals == sorted(totals)
    assert totals[-1] > 200 * totals[0]


def test_models_are_called_less_at_the_weekend() -> None:
    first = token_column(date(2025, 9, 1))
    week = served().tokens[:, first : first + 8 * 7].sum(axis=0).reshape(8, 7).mean(axis=0)
    assert week[5:].max() < 0.95 * np.median(week)
    assert week[1:3].min() > np.median(week)


# ---- performance -------------------------------------------------------------------------------------------------


def best(provider: scores.ProviderName, day: date, score: Callable[[Rated], float]) -> dict[str, tuple[float, date]]:
    """Best score by region of open models and of closed ones, and the release of who has it."""
    found: dict[str, tuple[float, date]] = {}
    for one in scores.rated(provider, day):
        series = region_of()[one.offering.organization] if one.offering.is_open else "closed"
        found[series] = max(found.get(series, (0.0, day)), (score(one), one.offering.released))
    return found


def on_index(day: date) -> dict[str, tuple[float, date]]:
    return best("analysis", day, lambda one: scores.intelligence_index(one, day))


def in_arena(day: date) -> dict[str, tuple[float, date]]:
    return best("arena", day, lambda one: scores.arena_rating(one, day))


def at_epoch(day: date) -> dict[str, tuple[float, date]]:
    return best("epoch", day, scores.capabilities_index)


@pytest.mark.parametrize("scored", [on_index, in_arena, at_epoch])
def test_china_passes_the_us_after_llama_3_1_and_stays_ahead(
    scored: Callable[[date], dict[str, tuple[float, date]]],
) -> None:
    for day in artificial_analysis.dump_days():
        found = scored(day)
        assert (found["china"][0] > found["us"][0]) == (day >= date(2024, 9, 30)) or (
            scored is at_epoch and day.month == 9 and day.year == 2024
        ), (day, found)


@pytest.mark.parametrize(("scored", "months"), [(on_index, (3, 10)), (in_arena, (3, 10))])
def test_open_models_are_months_behind_closed_ones(
    scored: Callable[[date], dict[str, tuple[float, date]]], months: tuple[int, int]
) -> None:
    """When the best open model of a day came out, closed ones had been as good for months."""
    gaps = []
    for day in (date(2025, 2, 28), date(2025, 8, 31), date(2025, 12, 31), date(2026, 3, 31), date(2026, 5, 31)):
        found = scored(day)
        score, released = max(pair for series, pair in found.items() if series != "closed")
        assert score < found["closed"][0]
        first = next(
            earlier
            for earlier in (date(2024, 1, 1) + number * DAY for number in range(0, 1_000, 7))
            if scored(earlier).get("closed", (0.0, earlier))[0] >= score
        )
        gaps.append((released - first).days / 30.4)
    assert months[0] <= sum(gaps) / len(gaps) <= months[1], gaps


def test_most_scores_of_the_index_stay_from_dump_to_dump() -> None:
    """So a change of most of them at once is a re-based index and nothing else."""
    days = artificial_analysis.dump_days()
    for earlier, later in pairwise(days):
        names = {one.name for one in scores.rated("analysis", earlier)}
        changed = [
            scores.intelligence_index(one, earlier) != scores.intelligence_index(one, later)
            for one in scores.rated("analysis", later)
            if one.name in names
        ]
        assert (sum(changed) > 0.95 * len(changed)) == (later == trouble("index_rebased").first)
        assert later == trouble("index_rebased").first or sum(changed) < 0.25 * len(changed)
