"""fct_model_derivatives end to end, and properties of its cycles and roots on random graphs of edges."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dbt.ecosystem import HOSTILE_BASES
from tests.dbt.warehouse_factory import WarehouseFactory, run_dbt


def test_each_derivative_is_counted_once_per_base_and_relation(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        """
        select derivative_model_id, base_model_id, relation, root_model_id, depth, derivative_edge_count
        from marts.fct_model_derivatives where derivative_model_id like 'user/%' order by 1, 2
        """
    )
    assert rows == [
        ("user/dropped", "other/base-3B", "finetune", "other/base-3B", 1, 1),
        ("user/kept", "other/base-3B", "adapter", "other/base-3B", 1, 1),
        # Mentioned in a tag, typed by a curated list, under two names of the base: one edge.
        ("user/mentions", "zai-org/Star-7B", "quantized", "zai-org/Star-7B", 1, 1),
        # Several parents: one row each, each with its own root.
        ("user/merge", "other/base-3B", "merge", "other/base-3B", 1, 2),
        ("user/merge", "user/tune", "merge", "zai-org/Star-7B", 2, 2),
        ("user/of-merge", "user/merge", "finetune", "other/base-3B", 2, 1),
        # A family nested in a family.
        ("user/quant", "user/tune", "quantized", "zai-org/Star-7B", 2, 1),
        # The base was renamed.
        ("user/tune", "zai-org/Star-7B", "finetune", "zai-org/Star-7B", 1, 1),
    ]


def test_a_root_that_a_rule_chose_says_so(small_ecosystem: WarehouseFactory) -> None:
    assert small_ecosystem.rows("select derivative_model_id from marts.fct_model_derivatives where is_root_chosen") == [
        ("user/of-merge",)
    ]


def test_models_with_several_bases_have_none_in_dim_model(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        """
        select model_id, base_model_id, root_model_id, relation from marts.dim_model
        where model_id in ('user/merge', 'user/tune', 'zai-org/Star-7B') order by model_id
        """
    )
    assert rows == [
        ("user/merge", None, None, None),
        ("user/tune", "zai-org/Star-7B", "zai-org/Star-7B", "finetune"),
        ("zai-org/Star-7B", None, "zai-org/Star-7B", None),
    ]


def test_edges_carry_the_derivatives_date_and_downloads(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        """
        select derivative_model_id, created_date, downloads_total, is_current, first_seen_date, root_region
        from marts.fct_model_derivatives
        where derivative_model_id in ('user/tune', 'user/dropped', 'user/kept', 'user/mentions') order by 1
        """
    )
    assert rows == [
        # The newer list names the base and lacks this edge; nobody knows when the model was made.
        ("user/dropped", None, None, False, date(2026, 1, 1), "unknown"),
        # Only a list says when it was made; where the model itself was read, that is believed instead.
        ("user/kept", date(2026, 1, 20), None, True, date(2026, 2, 1), "unknown"),
        ("user/mentions", date(2026, 1, 14), None, True, date(2026, 1, 1), "china"),
        ("user/tune", date(2026, 1, 10), 70, True, date(2026, 2, 1), "china"),
    ]


def test_what_is_left_out_is_counted_with_its_reason(small_ecosystem: WarehouseFactory) -> None:
    rows = small_ecosystem.rows(
        "select reason, derivative_model_id, base_model_id from ops.lineage_exclusions order by 1, 2, 3"
    )
    hostile = sorted(("invalid_base", "hostile/m", base) for base in HOSTILE_BASES)
    assert rows == [
        ("cycle", "ring/first", "ring/last"),
        *hostile,
        ("self_edge", "user/self", "user/self"),
        ("self_edge", "zai-org/Star-7B", "zai-org/Star-7B"),
    ]


def test_hostile_bases_are_nowhere_else(small_ecosystem: WarehouseFactory) -> None:
    for base in HOSTILE_BASES:
        assert small_ecosystem.rows("select 1 from marts.dim_model where model_id = ?", [base]) == []


def test_every_declared_edge_is_in_the_fact_or_among_the_exclusions(small_ecosystem: WarehouseFactory) -> None:
    assert (
        small_ecosystem.rows(
            """
        select declared.* from (
            select distinct derivative_model_id, base_model_id, relation from intermediate.int_lineage__edges
        ) as declared
        left join (
            select derivative_model_id, base_model_id, relation from marts.fct_model_derivatives
            union all
            select derivative_model_id, base_model_id, relation from ops.lineage_exclusions
        ) as told using (derivative_model_id, base_model_id, relation)
        group by all
        having count(told.relation) <> 1
        """
        )
        == []
    )


# ---- properties of the SQL that cuts cycles and finds roots ----------------------------------------------------------


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Compiled SQL of the lineage models, ready to run on tables of a test."""
    home = tmp_path_factory.mktemp("compiled")
    names = ["int_lineage__cycles", "int_lineage__acyclic_edges", "int_lineage__roots"]
    finished = run_dbt(home, ["compile", "--quiet", "--no-introspect", "--select", *names])
    assert finished.returncode == 0, finished.stdout + finished.stderr
    folder = home / "build" / "dbt_target" / "compiled" / "warehouse" / "models" / "intermediate" / "lineage"
    return {name: Path(folder / f"{name}.sql").read_text("utf-8") for name in names}


@pytest.fixture(scope="module")
def engine(compiled: dict[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database whose lineage models are views over the tables ``edges`` and ``created``."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse; create schema intermediate;")
        connection.execute(
            """
            create table intermediate.int_lineage__edges (
                derivative_model_id varchar, base_model_id varchar, relation varchar, source varchar,
                table_name varchar, source_seen_date date, created_date date, first_seen_date date,
                last_seen_date date, is_current boolean, exclusion_reason varchar);
            create table intermediate.int_attributes__resolved (model_id varchar, created_at timestamp);
            create table intermediate.int_registry__newest_lists (canonical_model_id varchar);
            """
        )
        for name, sql in compiled.items():
            connection.execute(f"create view intermediate.{name} as {sql}")
        yield connection


Edge = tuple[int, int]

#: Graphs of up to eight models, so that cycles of all lengths and several parents are common; some are undated.
graphs = st.tuples(
    st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda edge: edge[0] != edge[1]), max_size=14),
    st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=8, max_size=8),
)


def load(engine: duckdb.DuckDBPyConnection, edges: set[Edge], created: list[int | None]) -> None:
    engine.execute("truncate intermediate.int_lineage__edges; truncate intermediate.int_attributes__resolved;")
    insert = "insert into intermediate.int_lineage__edges (derivative_model_id, base_model_id, relation)"
    for derivative, base in sorted(edges):
        engine.execute(f"{insert} values (?, ?, 'merge')", [f"m/{derivative}", f"m/{base}"])
    for model, day in enumerate(created):
        engine.execute(
            "insert into intermediate.int_attributes__resolved values (?, ?)",
            [f"m/{model}", None if day is None else date(2025, 1, day)],
        )


def reachable(start: int, edges: set[Edge]) -> set[int]:
    """Models that can be reached from one along edges, in one step or more."""
    found: set[int] = set()
    queue = [start]
    while queue:
        here = queue.pop()
        for derivative, base in edges:
            if derivative == here and base not in found:
                found.add(base)
                queue.append(base)
    return found


def fetched(engine: duckdb.DuckDBPyConnection, query: str) -> list[tuple[int, ...]]:
    """Rows of a query, with ids such as ``m/3`` as numbers."""
    rows = engine.execute(query).fetchall()
    return [tuple(int(str(value).removeprefix("m/")) for value in row) for row in rows]


@settings(max_examples=60, deadline=None)
@given(graph=graphs)
def test_cuts_break_every_cycle_and_nothing_else(
    engine: duckdb.DuckDBPyConnection, graph: tuple[set[Edge], list[int | None]]
) -> None:
    edges, created = graph
    load(engine, edges, created)
    cut = {(row[0], row[1]) for row in fetched(engine, "select * from intermediate.int_lineage__cycles")}
    left = edges - cut
    assert all(model not in reachable(model, left) for model in range(8))

    def age(model: int) -> tuple[int, int]:
        return (created[model] or 99, model)

    on_cycle = {(derivative, base) for derivative, base in edges if derivative in reachable(base, edges)}
    assert cut == {(derivative, base) for derivative, base in on_cycle if age(base) > age(derivative)}


@settings(max_examples=60, deadline=None)
@given(graph=graphs)
def test_every_model_has_the_root_and_depth_of_its_chain(
    engine: duckdb.DuckDBPyConnection, graph: tuple[set[Edge], list[int | None]]
) -> None:
    edges, created = graph
    load(engine, edges, created)
    kept = {
        (row[0], row[1])
        for row in fetched(
            engine, "select derivative_model_id, base_model_id from intermediate.int_lineage__acyclic_edges"
        )
    }
    roots = fetched(
        engine,
        """
        select model_id, base_model_id, root_model_id, depth, cast(is_root_chosen as integer)
        from intermediate.int_lineage__roots
        """,
    )
    chosen = {model: min(base for derivative, base in kept if derivative == model) for model, _ in kept}

    def walk(model: int) -> list[int]:
        return [model, *walk(chosen[model])] if model in chosen else [model]

    def is_contested(model: int) -> bool:
        return len({walk(base)[-1] for derivative, base in kept if derivative == model}) > 1

    assert sorted(roots) == sorted(
        (model, base, walk(model)[-1], len(walk(model)) - 1, int(any(map(is_contested, walk(model)))))
        for model, base in chosen.items()
    )


def test_a_long_chain_has_one_root(engine: duckdb.DuckDBPyConnection) -> None:
    load(engine, {(number, number - 1) for number in range(1, 101)}, [1] * 101)
    assert fetched(
        engine, "select model_id, root_model_id, depth from intermediate.int_lineage__roots where depth = 100"
    ) == [(100, 0, 100)]


def test_a_long_ring_is_cut_where_its_first_model_names_the_last(engine: duckdb.DuckDBPyConnection) -> None:
    ring = {(number, number - 1) for number in range(1, 101)} | {(0, 100)}
    # Made one after the other, as far as anybody knows.
    load(engine, ring, [min(number // 4 + 1, 26) for number in range(100)] + [None])
    cut = fetched(engine, "select * from intermediate.int_lineage__cycles")
    assert (0, 100) in cut
    assert fetched(
        engine,
        """
        select count(*) from intermediate.int_lineage__roots
        where root_model_id in (select model_id from intermediate.int_lineage__roots)
        """,
    ) == [(0,)]
