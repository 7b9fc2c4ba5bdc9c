"""What the dbt project declares about the tables that it makes, by the manifest of a build."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Tests that declare a key of several columns.
_TOGETHER = ("unique_together", "unique_day_of_tested")


@dataclass(frozen=True)
class Contract:
    """Declarations of the project, by ``schema.table``.

    Attributes:
        keys: key columns, as the tests declare them; none where no test does.
        required: columns that are never null.
        month_columns: for a table that grows from month to month, the column that says to which month a row belongs
            (``meta: published_by_month``): months that did not change are not published again.
        released_in_part: tables of which, while they are views, a release has the rows of tracked models alone
            (``meta: released_in_part``): those of all models are more than anybody reads from a file.
    """

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: Mapping[str, set[str]] = field(default_factory=dict)
    month_columns: Mapping[str, str] = field(default_factory=dict)
    released_in_part: frozenset[str] = frozenset()


def contract_of(manifest: Path) -> Contract | None:
    """The declarations in dbt's ``manifest.json``; None if it cannot be read."""
    try:
        nodes: dict[str, dict[str, Any]] = json.loads(manifest.read_bytes())["nodes"]
    except (OSError, ValueError, KeyError):
        return None
    keys = _keys(nodes)
    models = {
        f"{node['schema']}.{node['alias']}": (unique_id, node)
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model"
    }
    metas = {name: node["config"].get("meta", {}) for name, (_, node) in models.items()}
    return Contract(
        keys={name: keys.get(unique_id, ()) for name, (unique_id, _) in models.items()},
        required={
            name: {
                column
                for column, declared in node["columns"].items()
                if any(constraint["type"] == "not_null" for constraint in declared.get("constraints") or ())
            }
            for name, (_, node) in models.items()
        },
        month_columns={name: column for name, meta in metas.items() if (column := meta.get("published_by_month"))},
        released_in_part=frozenset(name for name, meta in metas.items() if meta.get("released_in_part")),
    )


def _keys(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Key columns by the model's id in the manifest: those that are unique together, else the first unique one."""
    together: dict[str, tuple[str, ...]] = {}
    single: dict[str, list[str]] = defaultdict(list)
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") in _TOGETHER:
            together[node["attached_node"]] = tuple(test["kwargs"]["columns"])
        elif test.get("name") == "unique":
            single[node["attached_node"]].append(test["kwargs"]["column_name"])
    return {model: (min(columns),) for model, columns in single.items()} | together
