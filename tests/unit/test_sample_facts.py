"""The fact tables of the sample and what they expand to."""

from datetime import date, timedelta

import polars as pl
import pytest

from orchestration.sample.calendar import LAST_DAY
from orchestration.sample.catalogue import Model, models
from orchestration.sample.derivatives import derivatives
from orchestration.sample.identities import appearances, deletion_days
from orchestration.sample.lineage import TROUBLED
from orchestration.sample.registry import LIST_DAYS, list_of
from orchestration.sample.tables import FACTS, expand, fingerprint, rows
from orchestration.sources.validation import is_repository_id

REGIONS = {"us", "china", "eu", "other", "unknown"}


def listed(which: str, day: date) -> set[str]:
    return {model.model_id for model in models() if list_of(model, day) == which}


def test_facts_are_compact() -> None:
    assert sum(path.stat().st_size for path in FACTS.iterdir()) < 200_000


def test_organizations_are_declared_once_with_a_known_region() -> None:
    organizations = rows("organizations")
    names = [row["organization"] for row in organizations]
    assert len(names) == len(set(names))
    assert {row["region"] for row in organizations} == REGIONS
    assert {row["list"] for row in organizations} == {"main", "extra", "none"}
    assert all(row["notes"] for row in organizations if row["region"] == "unknown" and row["list"] != "none")
    assert 35 <= sum(row["list"] == "main" for row in organizations) <= 45


@pytest.mark.parametrize("table", ["families", "downloads"])
def test_facts_are_about_declared_organizations(table: str) -> None:
    declared = {row["organization"] for row in rows("organizations")}
    assert {row["organization"] for row in rows(table)} <= declared


def test_every_publishing_organization_has_downloads() -> None:
    assert {model.organization for model in models()} == {row["organization"] for row in rows("downloads")}


def test_about_1500_mainline_models_are_listed() -> None:
    newest = LIST_DAYS[-1]
    assert 1_450 <= len(listed("main", newest)) <= 1_650
    assert 150 <= len(listed("extra", newest)) <= 300


def test_lists_grow_and_models_enter_leave_and_move() -> None:
    sizes = [len(listed("main", day)) for day in LIST_DAYS]
    assert sizes == sorted(sizes)
    t5gemma = "google/t5gemma-b-b-prefixlm"
    assert t5gemma in listed("main", date(2025, 12, 30))
    assert t5gemma not in listed("main", date(2026, 2, 8)) | listed("extra", date(2026, 2, 8))
    assert t5gemma in listed("main", date(2026, 3, 26))
    assert "LiquidAI/LFM2-1.2B" in listed("extra", date(2026, 6, 29)) & listed("main", date(2026, 8, 3))
    assert any(model_id.endswith("-RM") for model_id in listed("main", date(2026, 3, 27)))
    assert not any(model_id.endswith("-RM") for model_id in listed("main", date(2026, 5, 25)))


def test_ids_are_unique_and_valid() -> None:
    ids = [appearance.model_id for appearance in appearances()]
    ids += [one.model_id for one in derivatives()]
    recreated = 1
    assert len(set(ids)) == len(ids) - recreated
    ids += [base for one in derivatives() for base, _ in one.bases]
    assert pl.Series("id", ids).to_frame().filter(~is_repository_id(pl.col("id"))).is_empty()


def test_dates_are_plausible() -> None:
    for model in models():
        assert date(2023, 1, 1) <= model.released <= LAST_DAY, model
        assert model.released - timedelta(days=40) <= model.created <= model.released + timedelta(days=5), model


def test_nothing_is_listed_before_it_was_created() -> None:
    assert all(appearance.created <= appearance.first for appearance in appearances())


def test_date_corrections_and_bases_name_known_models() -> None:
    known = {model.model_id for model in models()}
    assert {row["model_id"] for row in rows("release_dates")} <= known
    for model in models():
        assert model.base is None or model.base[0] in known, model
        assert model.base is None or model.base[1] in ("finetune", "quantized"), model


def test_sizes_are_plausible_and_rarely_missing() -> None:
    sizes = [model.size_b for model in models()]
    assert sum(size is None for size in sizes) < 0.02 * len(sizes)
    assert all(0.01 <= size <= 3_000 for size in sizes if size is not None)
    assert all(model.active_b < (model.size_b or 0) for model in models() if model.active_b)


@pytest.mark.parametrize(
    ("model_id", "size_b", "active_b"),
    [
        ("Qwen/Qwen3-0.6B", 0.6, None),
        ("Qwen/Qwen3-235B-A22B", 235, 22),
        ("HuggingFaceTB/SmolLM2-135M", 0.135, None),
        ("mistralai/Mixtral-8x7B-v0.1", 46.7, 12.9),
        ("microsoft/bitnet-b1.58-2B-4T", 2, None),
        ("google/t5gemma-b-b-ul2", None, None),
    ],
)
def test_size_from_name_or_column(model_id: str, size_b: float | None, active_b: float | None) -> None:
    (model,) = [model for model in models() if model.model_id == model_id]
    assert (model.size_b, model.active_b) == (size_b, active_b)


def test_patterns_expand_side_by_side_with_their_weights() -> None:
    assert expand("a-{x|y*3}{|-z*0.5}") == [("a-x", 1), ("a-x-z", 0.5), ("a-y", 3), ("a-y-z", 1.5)]


def test_few_models_are_deleted_and_they_are_little_wanted() -> None:
    deleted = deletion_days()
    assert 30 <= len(deleted) <= 150
    assert all(day < LAST_DAY for day in deleted.values())


def test_derivatives_build_on_what_existed() -> None:
    first = {appearance.model_id: appearance.created for appearance in reversed(appearances())}
    first |= {one.model_id: one.created for one in derivatives()}
    troubled = {troubled[0] for troubled in TROUBLED}
    assert 3_500 <= len(derivatives()) <= 7_000
    for one in derivatives():
        for base, relation in one.bases:
            assert relation in ("finetune", "adapter", "quantized", "merge", None)
            assert one.model_id in troubled or first[base] <= one.created, one


def test_scale_multiplies_everything_and_keeps_the_originals() -> None:
    once, twice = models(), models(2)
    assert len(twice) == 2 * len(once)
    originals: dict[str, Model] = {model.model_id: model for model in twice if model.copy == 0}
    assert list(originals.values()) == list(once)
    bases = {model.base[0] for model in twice if model.base}
    assert bases <= {model.model_id for model in twice}
    assert len(derivatives(2)) == 2 * len(derivatives()) - len(TROUBLED)
    assert fingerprint(1) != fingerprint(2)
