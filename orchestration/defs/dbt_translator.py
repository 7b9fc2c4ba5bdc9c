"""How dbt's resources look in Dagster: keys, groups, owners and the way back to raw."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

from orchestration.defs.raw_keys import all_raw_keys, raw_keys_of_kind

#: The dbt source that holds the raw store's own books.
_CATALOG = "catalog"

_OWNERS = ["team:data-engineering"]


class WarehouseTranslator(DagsterDbtTranslator):
    """Asset key ``[schema, name]``, group by layer, tag by domain, lineage from the raw assets."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of one dbt resource."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        properties = self.get_resource_props(manifest, unique_id)
        if properties["resource_type"] == "source":
            return spec
        layer, *folders = properties["fqn"][1:-1] or ["seeds"]
        return spec.replace_attributes(
            key=dg.AssetKey([properties["schema"], properties["name"]]),
            deps=_with_raw_lineage(manifest, properties, list(spec.deps)),
            description=properties["description"],
            group_name=layer,
            owners=list(spec.owners) or _OWNERS,
            tags={**spec.tags, "domain": folders[0] if folders else layer},
        )


def _with_raw_lineage(
    manifest: Mapping[str, Any], properties: Mapping[str, Any], deps: list[dg.AssetDep]
) -> list[dg.AssetDep]:
    """Dependencies in which each dbt source is replaced by the raw tables behind it.

    Every staging model asks the catalog which revisions are current; only what reads nothing else has it as its input.
    """
    upstream = properties["depends_on"].get("nodes", [])
    sources = [manifest["sources"][unique_id] for unique_id in upstream if unique_id.startswith("source.")]
    if not sources:
        return deps
    source_keys = {dg.AssetKey([source["source_name"], source["name"]]) for source in sources}
    read = [source for source in sources if source["source_name"] != _CATALOG]
    keys = {key for source in read for key in raw_keys_of_kind(source["source_name"], source["name"])}
    kept = [dep for dep in deps if dep.asset_key not in source_keys]
    return kept + [dg.AssetDep(key) for key in sorted(keys if read else all_raw_keys())]
