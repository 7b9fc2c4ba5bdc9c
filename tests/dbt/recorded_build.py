"""A part of the dbt project as dbt itself ran it, to be run again in memory: a build takes a second, not a minute."""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from tests.dbt.warehouse_factory import WarehouseFactory, run_dbt


class Step(NamedTuple):
    """One model: its SQL on a build that begins anew, on one that goes on, and what the latter does before.

    Attributes:
        relation: schema and name.
        anew: the query of a build that begins anew.
        onward: the query of a build that goes on from the last one.
        forget: statements of its hooks, on a build that goes on.
        key: columns by which new rows replace old ones; none when they are added.
        is_kept: whether a build that goes on keeps the table.
    """

    relation: str
    anew: str
    onward: str
    forget: tuple[str, ...]
    key: tuple[str, ...]
    is_kept: bool


def compiled_build(built: WarehouseFactory, targets: Iterable[str], given: Iterable[str]) -> "RecordedBuild":
    """What dbt ran when a warehouse was built for the first time.

    Args:
        built: the warehouse.
        targets: names of the models that are wanted.
        given: names of the models that stand for themselves; what they read is left out.
    """
    nodes, anew = _compiled(built.home, targets, given)
    steps = [_step(nodes[name], anew=sql, onward=sql) for name, sql in anew.items()]
    return RecordedBuild(steps, _columns(built, nodes, given))


def recorded_build(
    built: WarehouseFactory, home: Path, targets: Iterable[str], given: Iterable[str]
) -> "RecordedBuild":
    """The same with what dbt does on a build that goes on: it runs once more, on a copy.

    Args:
        built: a warehouse that was built once.
        home: where the copy goes.
        targets: names of the models that are wanted.
        given: names of the models that stand for themselves.
    """
    shutil.copytree(built.home, home)
    nodes, anew = _compiled(home, targets, given)
    log = home / "build" / "logs" / "dbt.log"
    log.unlink(missing_ok=True)
    logged = ["--log-level-file", "debug", "--log-format-file", "json"]
    names = [nodes[name]["name"] for name in anew]
    finished = run_dbt(home, ["build", "--quiet", "--resource-type", "model", *logged, "--select", *names])
    assert finished.returncode == 0, finished.stdout[-8000:]
    _, onward = _compiled(home, targets, given)
    hooks = _deletes(log)
    steps = [_step(nodes[name], anew=anew[name], onward=onward[name], forget=hooks.get(name, ())) for name in anew]
    return RecordedBuild(steps, _columns(built, nodes, given))


class RecordedBuild:
    """The recorded models as tables of databases in memory."""

    def __init__(self, steps: Sequence[Step], inputs: Mapping[str, Sequence[tuple[str, ...]]]) -> None:
        self.steps = steps
        self.inputs = inputs

    def database(self) -> duckdb.DuckDBPyConnection:
        """An empty database with the inputs as empty tables."""
        connection = duckdb.connect()
        connection.execute("set threads = 1; attach ':memory:' as warehouse; use warehouse")
        for schema in {step.relation.split(".")[0] for step in self.steps} | {
            name.split(".")[0] for name in self.inputs
        }:
            connection.execute(f"create schema {schema}")
        for relation, columns in self.inputs.items():
            connection.execute(f"create table {relation} ({', '.join(f'{name} {kind}' for name, kind in columns)})")
        return connection

    def rows(self, connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
        """Rows in order of a query that names models in braces."""
        relations = {relation.split(".")[1]: relation for relation in [*self.inputs, *(s.relation for s in self.steps)]}
        return connection.execute(f"from ({query.format_map(relations)}) order by all").fetchall()

    def give(self, connection: duckdb.DuckDBPyConnection, model: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Replaces the rows of an input; columns that are not named are null."""
        [relation] = [found for found in self.inputs if found.endswith(f".{model}")]
        connection.execute(f"delete from {relation}")
        if rows:
            connection.register("given_rows", pa.Table.from_pylist(list(rows)))
            connection.execute(f"insert into {relation} by name select * from given_rows")
            connection.unregister("given_rows")

    def run(self, connection: duckdb.DuckDBPyConnection, *, anew: bool) -> None:
        """Builds every model, in the order of their dependencies."""
        for step in self.steps:
            if anew or not step.is_kept:
                query = step.anew if anew else step.onward
                connection.execute(f"create or replace table {step.relation} as {query}")
                continue
            for statement in step.forget:
                connection.execute(statement)
            connection.execute(f"create or replace temp table new_rows as {step.onward}")
            if step.key:
                key = ", ".join(step.key)
                connection.execute(f"delete from {step.relation} where ({key}) in (select ({key}) from new_rows)")
            connection.execute(f"insert into {step.relation} by name from new_rows")


def _compiled(home: Path, targets: Iterable[str], given: Iterable[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """All nodes of the project, and the SQL of those that the targets read, up to those given, in their order."""
    target = home / "build" / "dbt_target"
    nodes = json.loads((target / "manifest.json").read_text("utf-8"))["nodes"]
    stop = {f"model.warehouse.{name}" for name in given}
    graph: dict[str, list[str]] = {}
    left = [f"model.warehouse.{name}" for name in targets]
    while left:
        name = left.pop()
        if name not in graph and name not in stop:
            graph[name] = [read for read in nodes[name]["depends_on"]["nodes"] if read.startswith("model.")]
            left += graph[name]
    compiled = target / "compiled" / "warehouse"
    order = [name for name in TopologicalSorter(graph).static_order() if name not in stop]
    return nodes, {name: (compiled / nodes[name]["original_file_path"]).read_text("utf-8") for name in order}


def _step(node: Mapping[str, Any], *, anew: str, onward: str, forget: Iterable[str] = ()) -> Step:
    config = node["config"]
    key = config.get("unique_key") or ()
    return Step(
        relation=f"{config['schema']}.{node['name']}",
        anew=anew,
        onward=onward,
        forget=tuple(forget),
        key=(key,) if isinstance(key, str) else tuple(key),
        is_kept=config["materialized"] == "incremental",
    )


def _columns(built: WarehouseFactory, nodes: Mapping[str, Any], given: Iterable[str]) -> dict[str, list[Any]]:
    """By relation that is given, the names and types of its columns."""
    relations = [f"{nodes[f'model.warehouse.{name}']['config']['schema']}.{name}" for name in given]
    found = built.rows(
        "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns "
        "order by table_schema, table_name, ordinal_position"
    )
    return {relation: [(name, kind) for table, name, kind in found if table == relation] for relation in relations}


def _deletes(log: Path) -> dict[str, list[str]]:
    """By model, the statements of its hooks: what it removes before its query is run."""
    found: dict[str, list[str]] = {}
    for line in log.read_text("utf-8").splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("info", {}).get("name") != "SQLQuery":
            continue
        statement = event["data"]["sql"].partition("*/")[2].strip()
        # dbt's own delete of replaced rows names its table of new rows.
        if statement.startswith("delete ") and "__dbt_tmp" not in statement:
            found.setdefault(event["data"].get("node_info", {}).get("unique_id"), []).append(statement)
    return found
