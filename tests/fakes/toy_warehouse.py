"""A home with a small dbt project of its own, so that building and publishing are tested in a fraction of a second."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from orchestration.settings import DBT_PROJECT, Settings
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.warehouse import dbt
from orchestration.warehouse.build import BuildResult, build
from tests.fakes.candidates import DAY, candidate, land

PROJECT = """
name: warehouse
version: "0.1.0"
config-version: 2
profile: warehouse
flags: {send_anonymous_usage_stats: false, require_generic_test_arguments_property: true, use_colors: false}
models:
  warehouse:
    +persist_docs: {relation: true, columns: true}
    staging: {+schema: staging, +materialized: view}
    marts: {+schema: marts, +materialized: table, +contract: {enforced: true}}
    ops: {+schema: ops, +materialized: table}
"""

MODELS = """
models:
  - name: fct_parameters
    description: One row per model and day; it's a "test".
    columns:
      - name: model_id
        data_type: varchar
        description: Id as received.
        constraints: [{type: not_null}, {type: primary_key}]
        data_tests: [unique]
      - {name: total_parameters, data_type: bigint, description: Parameters.}
"""

RECORDS = """
select model_id, total_parameters
from read_parquet('{{ env_var("WAREHOUSE_HOME") }}/raw/*/*/snapshot_date=*/revision=*/registry_parameters.parquet')
"""

FACT = "select model_id, max(total_parameters) as total_parameters from {{ ref('stg_parameters') }} group by model_id"

SNAPSHOTS = """
select source, table_name, snapshot_date, is_newest_revision, content_sha256
from read_parquet('{{ env_var("WAREHOUSE_HOME") }}/build/catalog/snapshots.parquet')
"""

BOOKS = """
select source, table_name, snapshot_date, outcome
from read_parquet('{{ env_var("WAREHOUSE_HOME") }}/build/catalog/ingest_outcomes.parquet')
"""


@dataclass
class ToyWarehouse:
    """Lands snapshots of parameters and builds them with the small project."""

    settings: Settings
    project: Path

    @classmethod
    def make(cls, folder: Path, monkeypatch: pytest.MonkeyPatch) -> "ToyWarehouse":
        project = folder / "dbt"
        files = {
            "dbt_project.yml": PROJECT,
            "models/models.yml": MODELS,
            "models/staging/stg_parameters.sql": RECORDS,
            "models/marts/fct_parameters.sql": FACT,
            "models/ops/ingest_outcomes.sql": BOOKS,
            "models/ops/snapshots.sql": SNAPSHOTS,
        }
        for name, text in files.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        shutil.copyfile(DBT_PROJECT / "profiles.yml", project / "profiles.yml")
        (project / "macros").mkdir()
        shutil.copyfile(DBT_PROJECT / "macros" / "generate_schema_name.sql", project / "macros" / "schema.sql")
        monkeypatch.setattr(dbt, "DBT_PROJECT", project)
        monkeypatch.setenv("WAREHOUSE_HOME", str(folder / "home"))
        return cls(Settings(home=folder / "home"), project)

    def land(self, counts: dict[str, int | None], day: date = DAY, *, synthetic: bool = False) -> Outcome:
        """Lands one day of parameters."""
        return land(SnapshotStore(self.settings.raw), candidate(counts, day=day), synthetic=synthetic)

    def build(self, *, full_refresh: bool = False) -> BuildResult:
        return build(self.settings, full_refresh=full_refresh)

    def edit(self, name: str, old: str, new: str) -> None:
        """Changes one file of the dbt project."""
        path = self.project / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
