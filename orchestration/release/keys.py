"""Keys of the tables, as the tests of the dbt project declare them."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from orchestration.errors import ConfigurationError

Keys = dict[tuple[str, str], tuple[str, ...]]


def declared_keys(manifest: Path) -> Keys:
    """Key columns by schema and table.

    Args:
        manifest: dbt's ``manifest.json`` of the build.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        nodes: dict[str, dict[str, Any]] = json.loads(manifest.read_bytes())["nodes"]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"{manifest} does not say which columns are keys ({error}); run `warehouse build --full-refresh`."
        ) from None
    keys: dict[str, tuple[str, ...]] = {}
    single: dict[str, list[str]] = defaultdict(list)
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") == "unique_together":
            keys[node["attached_node"]] = tuple(test["kwargs"]["columns"])
        elif test.get("name") == "unique":
            single[node["attached_node"]].append(test["kwargs"]["column_name"])
    return {
        (node["schema"], node["alias"]): keys.get(unique_id) or tuple(sorted(single.get(unique_id, ()))[:1])
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model"
    }
