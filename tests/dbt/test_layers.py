"""The shape of the dbt project, read from its manifest: layers, names, contracts, keys and documentation."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.dbt.warehouse_factory import run_dbt

Node = dict[str, Any]

#: What the models of a layer may read.
MAY_READ = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "marts", "seed"},
    "ops": {"staging", "intermediate", "marts", "seed"},
}
#: How the models of a layer are called; a table of `ops` is called after what it holds.
NAMES = {
    "staging": r"stg_[a-z0-9_]+?__[a-z0-9_]+",
    "intermediate": r"int_[a-z0-9]+__[a-z0-9_]+",
    "marts": r"(dim|fct|bridge|map|report)_[a-z0-9_]+",
    "ops": r"[a-z0-9_]+",
}
#: Types that the browser build of DuckDB cannot show without a network.
NOT_IN_MARTS = {"json", "timestamptz", "timestamp with time zone", "timestamp_tz"}


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest of the whole project, parsed by dbt."""
    home = tmp_path_factory.mktemp("parsed")
    finished = run_dbt(home, ["parse", "--quiet"])
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return dict(json.loads((home / "build" / "dbt_target" / "manifest.json").read_text("utf-8")))


def models(manifest: dict[str, Any], *layers: str) -> list[Node]:
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return [node for node in found if not layers or layer_of(node) in layers]


def layer_of(node: Node) -> str:
    """First folder under models/."""
    return str(node["fqn"][1])


def read_layers(manifest: dict[str, Any], node: Node) -> dict[str, str]:
    """What a model reads: unique id -> layer, or ``source`` or ``seed``."""
    layers = {}
    for unique_id in node["depends_on"]["nodes"]:
        kind = unique_id.split(".")[0]
        layers[unique_id] = layer_of(manifest["nodes"][unique_id]) if kind == "model" else kind
    return layers


def key_of(manifest: dict[str, Any], node: Node) -> set[str]:
    """Columns that are declared to be the key: one unique and never null, or several together, by a test."""
    unique, together = set(), set()
    not_null = {
        name
        for name, column in node["columns"].items()
        if any(constraint["type"] == "not_null" for constraint in column.get("constraints", []))
    }
    for test in manifest["nodes"].values():
        if test["resource_type"] != "test" or test.get("attached_node") != node["unique_id"]:
            continue
        name, arguments = (test.get("test_metadata") or {}).get("name"), test["test_metadata"]["kwargs"]
        if name == "unique":
            unique.add(test["column_name"])
        elif name in {"unique_together", "unique_day_of_tested"}:
            together |= set(arguments["columns"])
    return together or (unique & not_null)


def misplaced_reads(manifest: dict[str, Any]) -> list[str]:
    return [
        f"{node['name']} ({layer_of(node)}) reads {unique_id}"
        for node in models(manifest)
        for unique_id, layer in read_layers(manifest, node).items()
        if layer not in MAY_READ[layer_of(node)]
    ]


def misnamed(manifest: dict[str, Any]) -> list[str]:
    return [node["name"] for node in models(manifest) if not re.fullmatch(NAMES[layer_of(node)], node["name"])]


def without_grain(manifest: dict[str, Any]) -> list[str]:
    return [node["name"] for node in models(manifest) if not node["raw_code"].startswith("-- Grain: one row per ")]


def without_contract(manifest: dict[str, Any]) -> list[str]:
    return [
        node["name"]
        for node in models(manifest, "marts", "ops")
        if not node["contract"]["enforced"] or not node["columns"]
    ]


def without_key(manifest: dict[str, Any]) -> list[str]:
    return [node["name"] for node in models(manifest, "marts") if not key_of(manifest, node)]


def undocumented(manifest: dict[str, Any]) -> list[str]:
    """Tables without a description, columns without one or with one that only repeats the name."""
    found = [node["name"] for node in models(manifest, "marts", "ops") if len(node["description"]) < 40]
    for node in models(manifest, "marts", "ops"):
        for name, column in node["columns"].items():
            text = re.sub(r"[^a-z]", "", column["description"].lower())
            if len(column["description"]) < 15 or text == re.sub(r"[^a-z]", "", name):
                found.append(f"{node['name']}.{name}")
    return found


def unreadable_types(manifest: dict[str, Any]) -> list[str]:
    return [
        f"{node['name']}.{name}"
        for node in models(manifest, "marts", "ops")
        for name, column in node["columns"].items()
        if (column["data_type"] or "").lower() in NOT_IN_MARTS
    ]


def ambiguous_meanings(manifest: dict[str, Any]) -> list[str]:
    """Types that differ between two columns of the same name."""
    types: dict[str, set[str]] = {}
    for node in models(manifest, "marts", "ops"):
        for name, column in node["columns"].items():
            types.setdefault(name, set()).add(str(column["data_type"]).lower())
    return [f"{name}: {', '.join(sorted(found))}" for name, found in types.items() if len(found) > 1]


def unused_blocks(manifest: dict[str, Any]) -> list[str]:
    """Doc blocks of this project that no description uses."""
    used = {block for node in models(manifest) for column in node["columns"].values() for block in column["doc_blocks"]}
    own = {doc["unique_id"] for doc in manifest["docs"].values() if doc["package_name"] == "warehouse"}
    return sorted(own - used)


RULES = {
    rule.__name__: rule
    for rule in (
        misplaced_reads,
        misnamed,
        without_grain,
        without_contract,
        without_key,
        undocumented,
        unreadable_types,
        ambiguous_meanings,
        unused_blocks,
    )
}


@pytest.mark.parametrize("rule", RULES)
def test_project_keeps_the_rule(manifest: dict[str, Any], rule: str) -> None:
    assert RULES[rule](manifest) == []


def test_contract_tables_exist(manifest: dict[str, Any]) -> None:
    names = {node["name"] for node in models(manifest, "marts", "ops")}
    assert names >= {
        "dim_model",
        "dim_organization",
        "dim_size_bucket",
        "dim_date",
        "bridge_mainline_list",
        "fct_model_downloads_daily",
        "fct_model_downloads_monthly",
        "fct_model_derivatives",
        "ingest_outcomes",
        "rejected_records",
        "superseded_readings",
        "snapshots",
    }


def test_dbt_unit_tests_cover_every_rule_of_lineage_and_attributes(manifest: dict[str, Any]) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert tested >= {
        "int_attributes__resolved",
        "int_attributes__deletions",
        "int_lineage__declared",
        "int_lineage__edges",
        "int_lineage__cycles",
        "int_lineage__roots",
        "int_organizations__described",
        "int_registry__list_periods",
    }


def doctored(layer: str, name: str = "", **changes: Any) -> dict[str, Any]:
    """A manifest of one model that breaks what the changes say."""
    column = {"description": "Something about the column.", "data_type": "bigint", "doc_blocks": []}
    node = {
        "unique_id": f"model.warehouse.{name}",
        "resource_type": "model",
        "name": name,
        "fqn": ["warehouse", layer, name],
        "depends_on": {"nodes": []},
        "raw_code": "-- Grain: one row per model.",
        "description": "A description that is long enough to say something.",
        "contract": {"enforced": True},
        "columns": {"downloads": column | changes.pop("column", {})},
        **changes,
    }
    return {"nodes": {node["unique_id"]: node}, "docs": {}}


@pytest.mark.parametrize(
    ("rule", "manifest_with_a_fault"),
    [
        ("misplaced_reads", doctored("staging", "stg_a__b", depends_on={"nodes": ["seed.warehouse.organizations"]})),
        ("misplaced_reads", doctored("marts", "dim_a", depends_on={"nodes": ["source.warehouse.hf_hub.readings"]})),
        ("misnamed", doctored("marts", "models")),
        ("without_grain", doctored("marts", "dim_a", raw_code="select 1")),
        ("without_contract", doctored("marts", "dim_a", contract={"enforced": False})),
        ("without_key", doctored("marts", "dim_a")),
        ("undocumented", doctored("marts", "dim_a", column={"description": "The downloads"[:9]})),
        ("undocumented", doctored("marts", "dim_a", description="")),
        ("unreadable_types", doctored("marts", "dim_a", column={"data_type": "timestamptz"})),
    ],
)
def test_rule_finds_the_fault(rule: str, manifest_with_a_fault: dict[str, Any]) -> None:
    assert RULES[rule](manifest_with_a_fault)


def test_every_seed_is_read(manifest: dict[str, Any]) -> None:
    folder = Path(__file__).parents[2] / "dbt_project" / "seeds"
    seeds = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "seed"}
    assert seeds == {path.stem for path in folder.glob("*.csv")}
    read = {unique_id.split(".")[-1] for node in models(manifest) for unique_id in node["depends_on"]["nodes"]}
    assert seeds <= read
