"""Models, lists and lineage of the real data, held against the files as read by themselves."""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.warehouse_factory import WarehouseFactory

pytestmark = pytest.mark.integration

DATA = (Path(__file__).resolve().parents[3] / "shared" / "data").resolve()
LISTS = DATA / "tracked_models"
#: List date -> (rows of models.csv, rows of extra_models.csv).
LIST_ROWS = {
    "2025-12-30": (1_152, 0),
    "2026-02-08": (1_481, 119),
    "2026-03-26": (1_538, 136),
    "2026-03-27": (1_617, 142),
    "2026-05-25": (1_694, 165),
    "2026-08-03": (1_737, 175),
    "2026-08-10": (1_758, 180),
}
OURS = {"finetuned": "finetune", "merged": "merge"}

Edge = tuple[str, str, str]


def rows_of(path: str) -> list[dict[str, str]]:
    opened = gzip.open if path.endswith(".gz") else open
    with opened(DATA / path, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def tagged_models() -> Iterator[dict[str, Any]]:
    """Models of all files that carry the Hub's tags."""
    for path in (
        "hf_alltime/hub_stats_snapshot_2026-05-24.jsonl.gz",
        "hf_derivatives/model_tree_models_extract.jsonl.gz",
    ):
        with gzip.open(DATA / path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    for page in sorted((DATA / "hf_trending_api").glob("*.json.gz")):
        yield from json.loads(gzip.decompress(page.read_bytes()))["models"]


@pytest.fixture(scope="module")
def canonical(real_marts: WarehouseFactory) -> dict[str, str]:
    return dict(real_marts.rows("select model_id, canonical_model_id from marts.dim_model"))


@pytest.fixture(scope="module")
def fact(real_marts: WarehouseFactory) -> dict[Edge, tuple[str, int]]:
    """Edge -> (root, depth)."""
    rows = real_marts.rows(
        "select derivative_model_id, base_model_id, relation, root_model_id, depth from marts.fct_model_derivatives"
    )
    return {(derivative, base, relation): (root, depth) for derivative, base, relation, root, depth in rows}


def test_the_tree_files_edges_are_all_there(canonical: dict[str, str], fact: dict[Edge, tuple[str, int]]) -> None:
    """5,765 rows are 5,457 edges: DeepSeek-R1's tree was read on two days; each edge has the tree's root."""
    rows = rows_of("hf_derivatives/model_tree_edges_extract.csv.gz")
    assert Counter(row["relation"] for row in rows) == {
        "adapter": 4_139,
        "finetune": 1_405,
        "quantized": 204,
        "merge": 17,
    }
    edges = {(row["child_id"], row["parent_id"], row["relation"]): row["root"] for row in rows}
    assert (len(rows), len(edges)) == (5_765, 5_457)
    found = [
        (fact.get((canonical[child], canonical[parent], relation), ("", 0))[0].split("/")[-1], root)
        for (child, parent, relation), root in edges.items()
    ]
    assert [pair for pair in found if pair[0] != pair[1]] == []


def test_the_fact_holds_every_typed_edge_of_every_file_and_no_other(
    real_marts: WarehouseFactory, canonical: dict[str, str], fact: dict[Edge, tuple[str, int]]
) -> None:
    typed = {
        *(
            (row["child_id"], row["parent_id"], row["relation"])
            for row in rows_of("hf_derivatives/model_tree_edges_extract.csv.gz")
        ),
        *(
            (row["target"], row["source"], OURS.get(row["edge"], row["edge"]))
            for row in rows_of("hf_derivatives/dep_network_edges_extract_2025-06-16.csv.gz")
        ),
        *(
            (row["quantized_id"], row["equivalent_id"], "quantized")
            for row in rows_of("hf_derivatives/unsloth_quantized_to_base.csv")
        ),
    }
    for model in tagged_models():
        for tag in model["tags"] or ():
            if match := re.fullmatch(r"base_model:(finetune|adapter|quantized|merge):(.+)", tag):
                typed.add((model["id"], match[2], match[1]))
    named = {(canonical[derivative], canonical[base], relation) for derivative, base, relation in typed}
    self_edges = {edge for edge in named if edge[0] == edge[1]}
    assert {edge for edge in fact if edge[2] != "unspecified"} == named - self_edges
    excluded = real_marts.rows(
        "select derivative_model_id, base_model_id, relation from ops.lineage_exclusions where reason = 'self_edge'"
    )
    assert {edge for edge in excluded if edge[2] != "unspecified"} == self_edges
    # 42 of the dependency network and 29 of the curated map name themselves; the others only under a new name.
    assert len(self_edges) >= 42 + 29


def test_a_base_that_is_only_mentioned_has_no_typed_edge(fact: dict[Edge, tuple[str, int]]) -> None:
    typed_pairs = {(derivative, base) for derivative, base, relation in fact if relation != "unspecified"}
    mentioned = {(derivative, base) for derivative, base, relation in fact if relation == "unspecified"}
    assert mentioned
    assert not mentioned & typed_pairs


def test_roots_have_no_base_and_no_chain_is_cut(
    real_marts: WarehouseFactory, fact: dict[Edge, tuple[str, int]]
) -> None:
    derivatives = {derivative for derivative, _, _ in fact}
    assert {root for root, _ in fact.values()} & derivatives == set()
    assert max(depth for _, depth in fact.values()) == 15
    assert real_marts.rows("select count(*) from ops.lineage_exclusions where reason = 'cycle'") == [(0,)]


def test_every_dated_list_is_there_row_by_row(real_marts: WarehouseFactory) -> None:
    received = real_marts.rows(
        """
        select cast(snapshot_date as varchar), sum(rows + rejected_rows) filter (table_name = 'models'),
            coalesce(sum(rows + rejected_rows) filter (table_name = 'extra_models'), 0)
        from ops.snapshots
        where source = 'tracked_models' and table_name in ('models', 'extra_models') group by 1
        """
    )
    assert {day: (models, extra) for day, models, extra in received} == LIST_ROWS
    bridge = real_marts.rows("select cast(list_date as varchar), list, model_id from marts.bridge_mainline_list")
    files = {
        (folder.name, name, row["modelId"])
        for folder in LISTS.iterdir()
        for name, file in (("primary", "models.csv"), ("extra", "extra_models.csv"))
        if (folder / file).exists()
        for row in rows_of(f"tracked_models/{folder.name}/{file}")
    }
    assert set(bridge) == files
    assert len(bridge) == len(files)


def test_a_renamed_organisation_is_on_the_list_twice_and_counted_once(real_marts: WarehouseFactory) -> None:
    rows = real_marts.rows(
        "select model_id, canonical_model_id, is_canonical from marts.dim_model "
        "where is_mainline and model_id like 'THUDM/%'"
    )
    assert len(rows) == 93
    assert rows == [(model, under_new_name(model), False) for model, _, _ in rows]
    counts = real_marts.rows("select count(*), count(*) filter (is_canonical) from marts.dim_model where is_mainline")
    assert counts == [(1_758, 1_758 - 93)]


def test_regions_and_sizes_of_the_newest_list(real_marts: WarehouseFactory) -> None:
    newest = "tracked_models/2026-08-10"
    regions = {row["hf_org"]: row["region"] for row in rows_of(f"{newest}/organization_regions.csv")}
    listed = [row["modelId"] for row in rows_of(f"{newest}/models.csv")]
    expected = Counter(regions[model.split("/")[0]] for model in listed)
    assert (
        dict(real_marts.rows("select region, count(*) from marts.dim_model where is_mainline group by 1")) == expected
    )
    found = real_marts.rows(
        "select model_id, total_parameters from marts.dim_model where is_mainline and parameters_source = 'curated'"
    )
    # A figure under one name holds for both; of two figures the new name's wins.
    rows = sorted(rows_of(f"{newest}/model_parameters.csv"), key=lambda row: row["model_id"].startswith("zai-org/"))
    totals = {under_new_name(row["model_id"]): round(float(row["total_params_b"]) * 1e9) for row in rows}
    assert dict(found) == {model: totals[under_new_name(model)] for model in listed if under_new_name(model) in totals}


def under_new_name(model_id: str) -> str:
    return model_id.replace("THUDM/", "zai-org/")


def test_corrected_release_dates_win(real_marts: WarehouseFactory) -> None:
    corrections = rows_of("tracked_models/2026-08-10/release_date_corrections.csv")
    found = {
        model: (str(day), source)
        for model, day, source in real_marts.rows(
            "select model_id, release_date, release_date_source from marts.dim_model"
        )
    }
    wrong = [
        row
        for row in corrections
        if found.get(row["model_id"]) not in (None, (row["actual_release_date"], "correction"))
    ]
    assert wrong == []
    assert sum(row["model_id"] in found for row in corrections) >= 31
