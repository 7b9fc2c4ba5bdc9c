"""A home with a small dbt project, from which real releases are cut in seconds, and a gate that a test sets.

The project's marts have what a release must handle: keys of one and several columns, text that a spreadsheet would
run, references to other models, crossovers, and months of history that a later revision restates.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.release import contents
from orchestration.release.assemble import Release, cut_release
from orchestration.release.backfill import backfill
from orchestration.release.rebuild import Rebuilt, rebuild_release
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.snapshots.store import SnapshotStore
from orchestration.warehouse import dbt
from orchestration.warehouse.build import BuildResult, build
from tests.fakes.candidates import Clock, candidate, land

PROJECT = """
name: warehouse
version: "0.1.0"
config-version: 2
profile: warehouse
flags: {send_anonymous_usage_stats: false, require_generic_test_arguments_property: true, use_colors: false}
vars: {toy_choice: 3}
models:
  warehouse:
    +persist_docs: {relation: true, columns: true}
    staging: {+schema: staging, +materialized: view}
    marts: {+schema: marts, +materialized: table, +contract: {enforced: true}}
    ops: {+schema: ops, +materialized: view}
"""

MODELS = """
models:
  - name: dim_model
    description: One row per model; it's "toy" | <b>.
    columns:
      - name: model_id
        data_type: varchar
        description: Id of the model.
        constraints: [{type: not_null}]
        data_tests: [unique]
      - {name: base_model_id, data_type: varchar, description: What it was made from.}
      - {name: family, data_type: varchar, description: Words that a spreadsheet would run.}
      - {name: total_parameters, data_type: bigint, description: Parameters.}
  - name: fct_parameters_daily
    description: One row per model and day.
    data_tests: [unique_together: {arguments: {columns: [model_id, day]}}]
    columns:
      - {name: model_id, data_type: varchar, description: Id of the model., constraints: [{type: not_null}]}
      - {name: day, data_type: date, description: The day., constraints: [{type: not_null}]}
      - {name: total_parameters, data_type: bigint, description: Parameters of the day.}
      - {name: share, data_type: double, description: Part of all parameters of the day.}
  - name: report_families
    description: A figure, one row per family.
    columns:
      - {name: family, data_type: varchar, description: The family., data_tests: [unique]}
      - {name: models, data_type: bigint, description: Models of it.}
      - {name: newest, data_type: date, description: Its newest day.}
  - name: report_crossovers
    description: When one passed another, one row per crossover and case.
    data_tests: [unique_together: {arguments: {columns: [crossover_id, case_id]}}]
    columns:
      - {name: crossover_id, data_type: varchar, description: Which.}
      - {name: case_id, data_type: varchar, description: The case.}
      - {name: is_default, data_type: boolean, description: Whether it is the default.}
      - {name: challenger, data_type: varchar, description: Who passes.}
      - {name: incumbent, data_type: varchar, description: Who is passed.}
      - {name: measure, data_type: varchar, description: In what.}
      - {name: status, data_type: varchar, description: What happened.}
      - {name: crossing_date, data_type: date, description: When.}
"""

RECORDS = """
select records.*
from read_parquet(
    '{{ env_var("WAREHOUSE_HOME") }}/raw/*/*/snapshot_date=*/revision=*/registry_parameters.parquet',
    hive_partitioning = true, hive_types = {'snapshot_date': date, 'revision': integer}
) as records
semi join read_parquet('{{ env_var("WAREHOUSE_HOME") }}/build/catalog/snapshots.parquet') as wanted
    on records.snapshot_date = wanted.snapshot_date and records.revision = wanted.revision
    and wanted.is_newest_revision
"""

DIM = """
select
    model_id,
    case when model_id like '%tuned' then 'org/base' end as base_model_id,
    '=family ' || left(model_id, 5) as family,
    max(total_parameters) as total_parameters
from {{ ref('stg_parameters') }} group by model_id
"""

FACT = """
select model_id, snapshot_date as day, total_parameters,
    total_parameters / sum(total_parameters) over (partition by snapshot_date) as share
from {{ ref('stg_parameters') }}
"""

FAMILIES = """
select family, count(distinct model_id) as models, max(day) as newest
from {{ ref('fct_parameters_daily') }} join {{ ref('dim_model') }} using (model_id) group by family
"""

CROSSOVERS = """
select 'a_over_b' as crossover_id, 'default' as case_id, true as is_default, 'A' as challenger, 'B' as incumbent,
    'parameters' as measure, 'crossed' as status, max(day) as crossing_date
from {{ ref('fct_parameters_daily') }}
"""

SNAPSHOTS = """
select * from read_parquet('{{ env_var("WAREHOUSE_HOME") }}/build/catalog/snapshots.parquet')
"""

UNIQUE_TOGETHER = """
{% test unique_together(model, columns) %}
select {{ columns | join(', ') }} from {{ model }} group by all having count(*) > 1
{% endtest %}
"""

FILES = {
    "dbt_project.yml": PROJECT,
    "models/models.yml": MODELS,
    "models/staging/stg_parameters.sql": RECORDS,
    "models/marts/dim_model.sql": DIM,
    "models/marts/fct_parameters_daily.sql": FACT,
    "models/marts/report_families.sql": FAMILIES,
    "models/marts/report_crossovers.sql": CROSSOVERS,
    "models/ops/snapshots.sql": SNAPSHOTS,
    "macros/unique_together.sql": UNIQUE_TOGETHER,
}

COUNTS: dict[str, int | None] = {"org/base": 70, "org/tuned": 7, "other/model": 30}


@dataclass(frozen=True)
class ToyCondition:
    """One condition of the gate."""

    name: str = "freshness"
    threshold: str = "2 days"
    observed: str = "1 day"
    verdict: str = "passed"
    what_to_do: str = "ingest again"


@dataclass(frozen=True)
class ToyVerdict:
    """What the gate said."""

    file: Path
    conditions: Sequence[ToyCondition]
    passed: bool


@dataclass
class ToyGate:
    """A gate whose verdict a test sets; it keeps what it was asked."""

    conditions: Sequence[ToyCondition] = (ToyCondition(),)
    passed: bool = True
    about_files: Sequence[ToyCondition] = ()
    asked: list[tuple[Path, date, datetime]] = field(default_factory=list)

    def evaluate(self, settings: Settings, month: date, *, now: datetime, synthetic_ok: bool) -> ToyVerdict:
        self.asked.append((settings.root, month, now))
        file = settings.root / "quality" / "toy" / "gate.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"month": str(month), "conditions": [vars(each) for each in self.conditions]}))
        return ToyVerdict(file, self.conditions, self.passed)

    def check_export(self, settings: Settings, result: ToyVerdict, folder: Path) -> Sequence[ToyCondition]:
        assert (folder / "data" / "dim_model.parquet").is_file()
        return self.about_files


@dataclass
class ToyRelease:
    """Lands, builds and releases; every step runs with the small project in place of the real one."""

    settings: Settings
    project: Path
    gate: ToyGate = field(default_factory=ToyGate)

    @classmethod
    def make(cls, folder: Path) -> "ToyRelease":
        project = folder / "dbt"
        files = FILES | {
            "profiles.yml": (DBT_PROJECT / "profiles.yml").read_text(),
            "macros/schema.sql": (DBT_PROJECT / "macros" / "generate_schema_name.sql").read_text(),
        }
        for name, text in files.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text)
        return cls(Settings(home=folder / "home"), project)

    def land(
        self,
        day: date,
        counts: Mapping[str, int | None] = COUNTS,
        *,
        fetched: datetime | None = None,
        licence: str = "MIT",
        synthetic: bool = False,
    ) -> None:
        """Lands one day; it was fetched on the evening of that day unless told."""
        moment = fetched or datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=23)
        store = SnapshotStore(self.settings.raw, Clock(moment))
        outcome = land(store, candidate(dict(counts), day=day), at=moment, licence=licence, synthetic=synthetic)
        assert outcome.outcome == "landed", outcome.reason

    def land_month(self, month: date, counts: Mapping[str, int | None] = COUNTS, **terms: object) -> None:
        """Lands the first and the last day of a month."""
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        for day in (month, last):
            self.land(day, counts, **terms)  # type: ignore[arg-type]

    def build(self) -> BuildResult:
        with self.in_place():
            return build(self.settings)

    def cut(self, month: date, **options: object) -> Release:
        with self.in_place():
            return cut_release(self.settings, month, **({"gate": self.gate} | options))  # type: ignore[arg-type]

    def backfill(self, first: date, last: date) -> list[Release]:
        with self.in_place():
            return list(backfill(self.settings, first, last, gate=self.gate))

    def rebuild(self, release: Path) -> Rebuilt:
        with self.in_place():
            return rebuild_release(self.settings, release)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The small project in place of the real one."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dbt, "DBT_PROJECT", self.project)
            patch.setattr(contents, "write_report_page", _toy_page)
            patch.setenv("WAREHOUSE_HOME", str(self.settings.root))
            yield


def _toy_page(settings: Settings, database: Path, target: Path) -> None:
    """The small project has no marts of the report to draw."""
    assert database.exists()
    target.mkdir()
    (target / "index.html").write_text("<!doctype html><title>Drawn elsewhere</title>")


def writable(folder: Path) -> Path:
    """A copy of a release, or the release itself, with the permission to spoil it."""
    for directory, _, names in os.walk(folder):
        Path(directory).chmod(0o755)
        for name in names:
            (Path(directory) / name).chmod(0o644)
    return folder
