"""What marts declare about their figures, held against dbt's own lineage."""

from typing import Any

import pytest

from tests.dbt.test_layers import Node, key_of, manifest, models

__all__ = ["manifest"]

_NUMBERS = {"bigint", "integer", "double"}


def ancestors(manifest: dict[str, Any], node: Node) -> set[str]:
    """Names of all models and seeds that a model is made from, and its own: a share's whole is its own table."""
    found, waiting = {node["name"]}, list(node["depends_on"]["nodes"])
    visited: set[str] = set()
    while waiting:
        unique_id = waiting.pop()
        if unique_id in visited or unique_id not in manifest["nodes"]:
            continue
        visited.add(unique_id)
        upstream = manifest["nodes"][unique_id]
        found.add(upstream["name"])
        waiting += upstream["depends_on"].get("nodes", [])
    return found


def declared(node: Node) -> list[dict[str, Any]]:
    return list(node["config"]["meta"].get("explained_by", []))


def strangers(manifest: dict[str, Any]) -> list[str]:
    """Tables and seeds that a figure is declared to be made from and that dbt does not know before it."""
    return [
        f"{node['name']}: {name}"
        for node in models(manifest)
        for entry in declared(node)
        for part in entry.get("parts", {}).values() or [{}]
        for name in filter(None, [part.get("mart"), *part.get("joined", []), entry.get("seed")])
        if name not in ancestors(manifest, node)
    ]


def unexplained(manifest: dict[str, Any]) -> list[str]:
    """Numbers of the report's marts, other than keys, that nothing is declared about."""
    return [
        f"{node['name']}.{name}"
        for node in models(manifest, "marts")
        if node["name"].startswith("report_")
        for name, column in node["columns"].items()
        if column["data_type"] in _NUMBERS and name not in key_of(manifest, node)
        if not any(name in entry["figures"] for entry in declared(node))
    ]


def unknown_columns(manifest: dict[str, Any]) -> list[str]:
    """Columns of declarations that their tables do not have."""
    columns = {node["name"]: set(node["columns"]) for node in models(manifest, "marts", "ops")}
    found = []
    for node in models(manifest, "marts"):
        for entry in declared(node):
            named = [(node["name"], name) for name in entry["figures"]]
            for part in entry.get("parts", {}).values():
                named += [(node["name"], name) for name in part.get("keys", {}).values()]
                named += [(part["mart"], name) for name in (*part.get("keys", {}), *part["by"])]
                named += [(part["mart"], name) for name in part.get("follow", [])]
            found += [f"{mart}.{name}" for mart, name in named if mart in columns and name not in columns[mart]]
    return found


def dead_ends(manifest: dict[str, Any]) -> list[str]:
    """Marts that figures are made from and that lead neither to another table nor to snapshots."""
    nodes = {node["name"]: node for node in models(manifest, "marts")}
    used = {
        part["mart"] for node in nodes.values() for entry in declared(node) for part in entry.get("parts", {}).values()
    } & set(nodes)
    leads = {name for name, node in nodes.items() if declared(node) or node["config"]["meta"].get("rests_on")}
    return sorted(used - leads)


@pytest.mark.parametrize("rule", [strangers, unexplained, unknown_columns, dead_ends])
def test_declarations_keep_the_rule(manifest: dict[str, Any], rule: Any) -> None:
    assert rule(manifest) == []


def test_the_rules_find_the_faults() -> None:
    column = {"data_type": "bigint"}
    part = {"mart": "fct_b", "keys": {"x": "y"}, "by": ["z"], "how": "count"}
    nodes = {
        "model.a": {
            "unique_id": "model.a",
            "resource_type": "model",
            "name": "report_a",
            "fqn": ["warehouse", "marts", "report_a"],
            "columns": {"downloads": column, "share": column},
            "depends_on": {"nodes": []},
            "config": {"meta": {"explained_by": [{"figures": ["downloads"], "parts": {"b": part}}]}},
        },
        "model.b": {
            "unique_id": "model.b",
            "resource_type": "model",
            "name": "fct_b",
            "fqn": ["warehouse", "marts", "fct_b"],
            "columns": {"x": column},
            "depends_on": {"nodes": []},
            "config": {"meta": {}},
        },
    }
    faulty: dict[str, Any] = {"nodes": nodes}
    assert strangers(faulty) == ["report_a: fct_b"]
    assert unexplained(faulty) == ["report_a.share"]
    assert unknown_columns(faulty) == ["report_a.y", "fct_b.z"]
    assert dead_ends(faulty) == ["fct_b"]
    nodes["model.a"]["depends_on"] = {"nodes": ["model.b"]}
    assert strangers(faulty) == []
