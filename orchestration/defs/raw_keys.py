"""Names of the raw assets: one per table of each source in the registry."""

import dagster as dg

from orchestration.sources.registry import SOURCES
from orchestration.sources.spec import SourceSpec, TableSpec

#: An archive's tables are named in the sources file; one asset stands for all of them.
ANY_TABLE = "*"


def raw_key(spec: SourceSpec, table: TableSpec) -> dg.AssetKey:
    """The key of a raw table: ``raw/<source>__<table>``, or ``raw/<source>`` for an archive."""
    return dg.AssetKey(["raw", spec.name if table.name == ANY_TABLE else f"{spec.name}__{table.name}"])


def raw_keys_of_kind(source: str, kind: str) -> list[dg.AssetKey]:
    """The raw tables behind the dbt source ``<source>.<kind>``; none if the registry does not know it."""
    spec = SOURCES.get(source)
    tables = spec.tables if spec else ()
    return [raw_key(SOURCES[source], table) for table in tables if table.name == ANY_TABLE or table.kind.value == kind]


def all_raw_keys() -> list[dg.AssetKey]:
    """Every raw table."""
    return [raw_key(spec, table) for spec in SOURCES.values() for table in spec.tables]
