"""Every labelled trouble of those who serve and rate models is really in what landed: one check per trouble."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pyarrow.parquet as pq
import pytest

from orchestration.sample import TROUBLES, trouble
from orchestration.sample.catalogue import models
from orchestration.sample.hostile import HOSTILE_NAMES, IMPOSSIBLE_NAMES
from orchestration.sample.offerings import Name, Offering, offerings
from orchestration.sample.openrouter_models import model_list
from orchestration.snapshots.manifest import Manifest, Outcome
from orchestration.snapshots.store import SnapshotStore
from tests.unit.conftest import SERVICES

Row = dict[str, Any]
DAY = timedelta(days=1)
LABELLED = [row.name for row in TROUBLES if row.table.partition("/")[0] in SERVICES]


class Landed:
    """What landed, by table and day."""

    def __init__(self, store: SnapshotStore) -> None:
        self.store = store

    def manifests(self, table: str) -> list[Manifest]:
        source, _, name = table.partition("/")
        return sorted(self.store.manifests(source, name), key=lambda one: one.snapshot_date)

    def manifest(self, table: str, day: date) -> Manifest:
        (found,) = [one for one in self.manifests(table) if one.snapshot_date == day]
        return found

    def rows(self, table: str, day: date) -> list[Row]:
        rows: list[Row] = self.store.read(self.manifest(table, day)).to_pylist()
        return rows

    def newest(self, table: str) -> list[Row]:
        return self.rows(table, self.manifests(table)[-1].snapshot_date)

    def rejected(self, table: str, day: date) -> list[Row]:
        (path,) = self.store.root.glob(f"{table}/snapshot_date={day}/**/rejected*.parquet")
        rows: list[Row] = pq.read_table(path).to_pylist()
        return rows

    def outcome(self, table: str, day: date) -> Outcome:
        source, _, name = table.partition("/")
        (found,) = [one for one in self.store.outcomes(source) if one.table_name == name and one.snapshot_date == day]
        return found

    def tokens(self, as_of: date, day: date) -> dict[str, int]:
        return {
            row["model_slug"]: row["tokens"]
            for row in self.rows("openrouter/rankings_daily", as_of)
            if row["token_date"] == day
        }


CHECKS: dict[str, Callable[[Landed], None]] = {}


def check(*names: str) -> Callable[[Callable[[Landed], None]], Callable[[Landed], None]]:
    def register(function: Callable[[Landed], None]) -> Callable[[Landed], None]:
        CHECKS.update(dict.fromkeys(names, function))
        return function

    return register


@pytest.fixture(scope="module")
def landed(landed_services: SnapshotStore) -> Landed:
    return Landed(landed_services)


def test_every_trouble_has_a_check() -> None:
    traps = {name for name in LABELLED if name.startswith("trap_")}
    assert set(LABELLED) - traps == CHECKS.keys()
    assert {trouble(name).case for name in LABELLED} == {9, 15, 16, 18, 19, None}


@pytest.mark.parametrize("name", [name for name in LABELLED if not name.startswith("trap_")])
def test_trouble_is_in_what_landed(name: str, landed: Landed) -> None:
    CHECKS[name](landed)


@pytest.mark.parametrize("name", [name for name in LABELLED if name.startswith("trap_")])
def test_trap_is_in_what_landed(name: str, landed: Landed) -> None:
    """The name was rated, the wrong id is a real one, and it is not what the facts say the name means."""
    table, (called, wrong) = trouble(name).table, trouble(name).model_ids
    assert called in {row["source_model_name"] for row in landed.newest(table)}
    assert wrong in {model.model_id for model in models()}
    (meant,) = [one.model for one in offerings() if called in {other for other, _ in names_at(table, one)}]
    assert meant != wrong


def names_at(table: str, one: Offering) -> tuple[Name, ...]:
    return {"artificial_analysis": one.analysis, "lmarena": one.arena, "epoch": one.epoch}[table.partition("/")[0]]


# ---- rankings ----------------------------------------------------------------------------------------------------


@check("newest_day_partial")
def _(landed: Landed) -> None:
    as_ofs = [one.snapshot_date for one in landed.manifests("openrouter/rankings_daily")]
    later = dict(pairwise(as_ofs))
    for as_of in (as_ofs[0], date(2025, 6, 2), date(2026, 10, 29)):
        early, late = (landed.tokens(one, as_of - DAY) for one in (as_of, later[as_of]))
        assert sum(early.values()) < 0.95 * sum(late.values())
        assert all(tokens < late[slug] for slug, tokens in early.items())
        assert landed.tokens(as_of, as_of - 2 * DAY) == landed.tokens(later[as_of], as_of - 2 * DAY)
    assert max(row["token_date"] for row in landed.newest("openrouter/rankings_daily")) == as_ofs[-1] - DAY


@check("day_restated_later")
def _(landed: Landed) -> None:
    row = trouble("day_restated_later")
    early, late = (landed.tokens(as_of, row.first) for as_of in (date(2025, 10, 2), date(2025, 11, 2)))
    differing = {slug for slug in early if early[slug] != late[slug]}
    assert differing == set(row.model_ids)
    (slug,) = differing
    assert early[slug] / late[slug] == pytest.approx(float(row.values["factor"]))


@check("old_vintage_lands_late")
def _(landed: Landed) -> None:
    row = trouble("old_vintage_lands_late")
    old = landed.manifest(row.table, row.first)
    assert str(old.fetched_at.date()) == row.values["landed"]
    better = landed.manifest(row.table, date(2026, 2, 2))
    assert old.snapshot_date < better.snapshot_date
    assert better.fetched_at < old.fetched_at
    partial_day = row.first - DAY
    wrong, right = landed.tokens(row.first, partial_day), landed.tokens(better.snapshot_date, partial_day)
    assert sum(wrong.values()) < 0.95 * sum(right.values())


@check("free_variants")
def _(landed: Landed) -> None:
    shown = landed.tokens(date(2026, 2, 2), date(2026, 1, 15))
    for slug in trouble("free_variants").model_ids:
        assert {slug, f"{slug}:free"} <= shown.keys() | landed.tokens(date(2025, 6, 2), date(2025, 5, 15)).keys()
    assert sum(slug.endswith(":free") for slug in shown) >= 3


@check("two_dated_slugs")
def _(landed: Landed) -> None:
    older, newer = trouble("two_dated_slugs").model_ids
    assert older.rpartition("-")[0] == newer.rpartition("-")[0]
    assert {older, newer} <= landed.tokens(date(2026, 10, 31), date(2026, 10, 15)).keys()
    assert {one.model for one in offerings() if one.permaslug in (older, newer)} == {
        "deepseek-ai/DeepSeek-V4-Flash",
        "deepseek-ai/DeepSeek-V4-Flash-0731",
    }


@check("slug_without_its_date_is_another_model")
def _(landed: Landed) -> None:
    dated, plain = trouble("slug_without_its_date_is_another_model").model_ids
    assert dated.rpartition("-")[0] == plain
    links = {row["canonical_name"]: row["hub_model_id"] for row in landed.rows("openrouter/models", date(2026, 2, 28))}
    assert (links[dated], links[plain]) == ("zai-org/GLM-4.6V", "zai-org/GLM-4.6")


@check("secret_models")
def _(landed: Landed) -> None:
    first, second = trouble("secret_models").model_ids
    assert landed.tokens(date(2025, 10, 2), date(2025, 9, 15))[first] > 10**9
    assert landed.tokens(date(2026, 8, 2), date(2026, 6, 15))[second] > 10**9
    assert not {first, second} & landed.tokens(date(2026, 2, 2), date(2026, 1, 15)).keys()


@check("open_weights_nobody_tracks")
def _(landed: Landed) -> None:
    named = [
        *landed.rows("openrouter/models", date(2024, 11, 30)),
        *landed.rows("openrouter/models", date(2026, 5, 31)),
    ]
    links = {row["canonical_name"]: row["hub_model_id"] for row in named if row["hub_model_id"]}
    known = {model.model_id for model in models()}
    for slug in trouble("open_weights_nobody_tracks").model_ids:
        assert links[slug] not in known
        shown = landed.tokens(date(2024, 12, 2), date(2024, 11, 15)) | landed.tokens(date(2026, 7, 2), date(2026, 6, 9))
        assert shown[slug] > 0


@check("hostile_slugs")
def _(landed: Landed) -> None:
    row = trouble("hostile_slugs")
    for as_of in (date(2026, 5, 2), date(2026, 6, 2)):
        assert set(HOSTILE_NAMES) <= landed.tokens(as_of, row.first).keys()
        assert not set(HOSTILE_NAMES) & landed.tokens(as_of, row.first + DAY).keys()
        reasons = [one["reason"] for one in landed.rejected(row.table, as_of)]
        assert len(reasons) == len(IMPOSSIBLE_NAMES) + 4
        assert {"tokens is negative", "tokens is too large for a count", "total_tokens is missing"} <= set(reasons)


@check("hostile_list")
def _(landed: Landed) -> None:
    row = trouble("hostile_list")
    assert set(HOSTILE_NAMES) <= {one["source_model_name"] for one in landed.rows(row.table, row.first)}
    assert len(landed.rejected(row.table, row.first)) == len(IMPOSSIBLE_NAMES)


@check("page_of_another_series")
def _(landed: Landed) -> None:
    row = trouble("page_of_another_series")
    outcome = landed.outcome(row.table, row.first)
    assert outcome.outcome == "refused"
    assert "another series" in (outcome.reason or "")
    assert landed.outcome(row.table, row.first - DAY).outcome == "landed"


@check("page_emptied")
def _(landed: Landed) -> None:
    row = trouble("page_emptied")
    outcome = landed.outcome(row.table, row.first)
    assert outcome.outcome == "refused"
    assert "an empty scrape" in (outcome.reason or "")
    assert landed.outcome(row.table, row.first - DAY).outcome == "landed"


# ---- lists -------------------------------------------------------------------------------------------------------


@check("list_of_models_ages")
def _(landed: Landed) -> None:
    row = trouble("list_of_models_ages")
    assert landed.outcome(row.table, row.first).outcome == "refused"
    assert str(landed.manifests(row.table)[-1].snapshot_date) == row.values["newest_list"]
    known = {one["canonical_name"] for one in landed.newest(row.table)}
    bridged = {one["openrouter_id"] for one in landed.newest("artificial_analysis/models")}
    listed = {one.permaslug: one.openrouter_id for one in offerings()}
    october = landed.tokens(date(2026, 10, 31), date(2026, 10, 15))
    for slug in row.model_ids:
        assert slug in october
        assert slug not in known
        assert listed[slug] in bridged
    unknown = sum(tokens for slug, tokens in october.items() if slug.partition(":")[0] not in known and slug != "other")
    assert 0.3 <= unknown / sum(october.values()) <= 0.85


@check("canonical_slug_twice")
def _(landed: Landed) -> None:
    for day in (date(2025, 8, 31), date(2026, 5, 31)):
        times = Counter(one["canonical_name"] for one in landed.rows("openrouter/models", day))
        assert all(times[slug] == 2 for slug in trouble("canonical_slug_twice").model_ids)
        assert sum(count == 2 for count in times.values()) >= 17


@check("empty_hub_id")
def _(landed: Landed) -> None:
    listed = {one["source_model_name"]: one for one in landed.rows("openrouter/models", date(2025, 2, 28))}
    for name in trouble("empty_hub_id").model_ids:
        assert listed[name]["hub_model_id"] is None
        assert listed[name]["is_open_weights"] is None
    received = {
        row["id"]: row for row in json.loads(gzip.decompress(model_list(date(2025, 2, 28))["models.json.gz"]))["data"]
    }
    assert {received[name]["hugging_face_id"] for name in trouble("empty_hub_id").model_ids} == {""}


@check("router_without_price")
def _(landed: Landed) -> None:
    (router,) = trouble("router_without_price").model_ids
    for manifest in landed.manifests("openrouter/model_prices"):
        records = {
            row["record"]: row["reason"] for row in landed.rejected("openrouter/model_prices", manifest.snapshot_date)
        }
        assert any(f'"{router}"' in record and "router" in reason for record, reason in records.items())
        assert router not in {row["model_slug"] for row in landed.store.read(manifest).to_pylist()}


@check("linked_by_an_older_name")
def _(landed: Landed) -> None:
    links = {
        row["source_model_name"]: row["hub_model_id"] for row in landed.rows("openrouter/models", date(2025, 5, 31))
    }
    known = {model.model_id for model in models()}
    assert not {links[name] for name in trouble("linked_by_an_older_name").model_ids} & known


@check("links_that_lead_elsewhere")
def _(landed: Landed) -> None:
    links = {
        row["source_model_name"]: (row["hub_model_id"] or "").removeprefix("https://huggingface.co/")
        for row in landed.newest("artificial_analysis/models")
    }
    meant = {name: one.model for one in offerings() for name, _ in one.analysis}
    for name in trouble("links_that_lead_elsewhere").model_ids:
        assert links[name] != meant[name]
    right = [links[name] == meant[name] for name in meant if links.get(name)]
    assert sum(right) > 0.94 * len(right)


# ---- scores ------------------------------------------------------------------------------------------------------


def index_of(landed: Landed, day: date) -> dict[str, float]:
    return {
        row["source_model_name"]: row["score"]
        for row in landed.rows("artificial_analysis/evaluations", day)
        if row["metric"] == "artificial_analysis_intelligence_index"
    }


@check("index_rebased")
def _(landed: Landed) -> None:
    row = trouble("index_rebased")
    days = [one.snapshot_date for one in landed.manifests(row.table)]
    last_before = days[days.index(row.first) - 1]
    before, after = index_of(landed, last_before), index_of(landed, row.first)
    assert all(after[name] < score for name, score in before.items() if score > 1)
    nearest = min(before, key=lambda name: abs(before[name] - float(row.values["before"])))
    assert before[nearest] == pytest.approx(float(row.values["before"]), abs=0.6)
    assert after[nearest] == pytest.approx(float(row.values["after"]), abs=0.6)
    for day in (last_before, row.first):
        assert {one["index_version"] for one in landed.rows(row.table, day)} == {None}
    solved = [
        {one["source_model_name"]: one["score"] for one in landed.rows(row.table, day) if one["metric"] == "gpqa"}
        for day in (last_before, row.first)
    ]
    assert all(solved[1][name] == score for name, score in solved[0].items())


@check("leaderboard_shrinks")
def _(landed: Landed) -> None:
    row = trouble("leaderboard_shrinks")
    sizes = {one.snapshot_date: one.rows for one in landed.manifests(row.table)}
    assert sizes[date(2026, 4, 30)] == row.values["before"]
    assert {size for day, size in sizes.items() if day >= row.first} == {row.values["after"]}


@check("ratings_several_times")
def _(landed: Landed) -> None:
    row = trouble("ratings_several_times")
    outcome = landed.outcome(row.table, row.first)
    assert outcome.outcome == "refused"
    assert "different records of the same key" in (outcome.reason or "")
    assert outcome.rejected_rows % int(row.values["times"]) == 0


@check("hostile_names_analysed", "hostile_names_in_the_arena")
def _(landed: Landed) -> None:
    for name, of_descriptions in (
        ("hostile_names_analysed", "artificial_analysis/models"),
        ("hostile_names_in_the_arena", "lmarena/leaderboard_text_models"),
    ):
        table, day = trouble(name).table, trouble(name).first
        assert len(landed.rejected(table, day)) >= len(IMPOSSIBLE_NAMES)
        for carrier in (table, of_descriptions):
            assert set(HOSTILE_NAMES) <= {one["source_model_name"] for one in landed.rows(carrier, day)}
        assert set(HOSTILE_NAMES) <= {one["organization_name"] for one in landed.rows(of_descriptions, day)}


@check("hostile_names_at_epoch")
def _(landed: Landed) -> None:
    row = trouble("hostile_names_at_epoch")
    assert set(HOSTILE_NAMES) <= {one["source_model_name"] for one in landed.rows(row.table, row.first)}
