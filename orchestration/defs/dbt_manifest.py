"""The dbt manifest with what Dagster needs to show every test as a check of the right table."""

import json
from pathlib import Path
from typing import Any

from orchestration.warehouse.relations import PUBLISHED_SCHEMAS


def read_manifest(path: Path) -> dict[str, Any]:
    """Reads a manifest and completes its tests.

    A test of several models is no check by itself: Dagster asks to which it belongs. It belongs to the first published
    table that it reads, or else to the first model.
    """
    manifest: dict[str, Any] = json.loads(path.read_bytes())
    nodes = manifest["nodes"]
    for node in nodes.values():
        if node["resource_type"] != "test":
            continue
        node["meta"] = {**node["meta"], "description": node["description"]}
        meta = node["config"].setdefault("meta", {})
        tested = [nodes[unique_id] for unique_id in node["depends_on"]["nodes"] if unique_id in nodes]
        if tested and not node.get("attached_node") and "dagster" not in meta:
            owner = next((model for model in tested if model["schema"] in PUBLISHED_SCHEMAS), tested[0])
            meta["dagster"] = {"ref": {"name": owner["name"]}}
    return manifest
