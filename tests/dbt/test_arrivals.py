"""In whatever order days arrive, build by build the marts become what one build that begins anew would make of them."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from orchestration.snapshots.candidate import Candidate
from tests.dbt import ecosystem
from tests.dbt.download_cases import CASES
from tests.dbt.invented_arrivals import Event, World, events, world
from tests.dbt.recorded_build import RecordedBuild, recorded_build
from tests.dbt.told_arrivals import ARRIVALS, Arrival, ToldTable, told, world_of
from tests.dbt.warehouse_factory import WarehouseFactory, candidate

#: What is compared; the numbers of models differ between two databases, and how active a source was may differ in the
#: last bits, so that only what was concluded from it is.
COMPARED = {
    "changes": "select * exclude (model_key) from {int_readings__changes} join {int_models__keys} using (model_key)",
    "states": "select * exclude (model_key) from {int_readings__states} join {int_models__keys} using (model_key)",
    "descriptions": "select * from {int_readings__described}",
    "seen": "select * from {int_readings__seen}",
    "rejected": "select * from {int_readings__rejected}",
    "stalls": "select source, table_name, reading_date, stall_reason from {int_sources__stalls_judged} "
    "where stall_reason is not null",
    "spikes": "select source, table_name, reading_date from {int_sources__spikes_judged} where is_spike",
    "daily": "select * from {fct_model_downloads_daily}",
    "monthly": "select * from {fct_model_downloads_monthly}",
    "superseded": "select * from {superseded_readings}",
}
TARGETS = ("fct_model_downloads_daily", "fct_model_downloads_monthly", "superseded_readings")
#: What stands for itself: staging, under which id models are counted, and what is no download.
GIVEN = (
    "stg_catalog__snapshots",
    "stg_hf_hub__readings",
    "stg_hf_archive__readings",
    "stg_history__days",
    "stg_history__models",
    "stg_history__counters",
    "stg_history__descriptions",
    "int_models__canonical",
    "int_readings__older_revisions",
    "stg_openrouter__tokens",
    "stg_openrouter__older_tokens",
    "int_inference__vintages",
    "fct_inference_tokens_daily",
    "map_model_names",
)


@pytest.fixture(scope="module")
def build(download_cases: WarehouseFactory, tmp_path_factory: pytest.TempPathFactory) -> RecordedBuild:
    found = recorded_build(download_cases, tmp_path_factory.mktemp("goes_on") / "home", TARGETS, GIVEN)
    # Which files are opened was decided when dbt ran; here all rows are offered and the news picks its own.
    steps = [
        step._replace(anew=with_all_days(step.anew), onward=with_all_days(step.onward))
        if step.relation.endswith(".int_readings__new")
        else step
        for step in found.steps
    ]
    return RecordedBuild(steps, found.inputs)


def with_all_days(query: str) -> str:
    replaced, found = re.subn(r"where (snapshot_date >= date '[^']*'|false)", "where true", query)
    assert found
    return replaced


def give(build: RecordedBuild, connection: duckdb.DuckDBPyConnection, known: World) -> None:
    snapshots = [row for table in known.tables for row in table.snapshots()]
    build.give(connection, "stg_catalog__snapshots", snapshots)
    for source in ("hf_hub", "hf_archive"):
        readings = [row for table in known.tables if table.source == source for row in table.readings()]
        build.give(connection, f"stg_{source}__readings", readings)
    names = [{"model_id": one, "canonical_model_id": other} for one, other in known.canonical.items()]
    build.give(connection, "int_models__canonical", names)


def build_onward(build: RecordedBuild, connection: duckdb.DuckDBPyConnection, known: World) -> None:
    """One more build, of what is known by now."""
    give(build, connection, known)
    build.run(connection, anew=False)


def compared(build: RecordedBuild, connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {name: build.rows(connection, query) for name, query in COMPARED.items()}


def made_anew(build: RecordedBuild, known: World) -> dict[str, list[tuple[Any, ...]]]:
    with build.database() as connection:
        give(build, connection, known)
        build.run(connection, anew=True)
        return compared(build, connection)


def differences(found: dict[str, list[tuple[Any, ...]]], expected: dict[str, list[tuple[Any, ...]]]) -> dict[str, Any]:
    """By table, the first rows that only one of the two holds."""
    return {
        name: {
            "only where days came one by one": sorted(set(rows) - set(expected[name]), key=str)[:3],
            "only where all came at once": sorted(set(expected[name]) - set(rows), key=str)[:3],
        }
        for name, rows in found.items()
        if rows != expected[name]
    }


@settings(
    deadline=None,
    derandomize=True,
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    seed=st.integers(0, 1_000),
    long_tables=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    lengths=st.tuples(*[st.sampled_from([0, 5, 90, 120, 160])] * 3),
    arrivals=st.lists(st.lists(events, max_size=3), min_size=3, max_size=6),
)
def test_builds_come_to_what_one_build_makes_of_all_days(
    build: RecordedBuild,
    seed: int,
    long_tables: Sequence[bool],
    lengths: Sequence[int],
    arrivals: list[list[Event]],
) -> None:
    known = world(seed, long_tables)
    for number, length in enumerate(lengths):
        known.arrive(Event("next", number, 0, length))
    with build.database() as connection:
        give(build, connection, known)
        build.run(connection, anew=True)
        for arrival in arrivals:
            for event in arrival:
                known.arrive(event)
            build_onward(build, connection, known)
            assert differences(compared(build, connection), made_anew(build, known)) == {}


@pytest.mark.parametrize("arrives", ARRIVALS, ids=lambda arrives: arrives.__name__)
def test_what_comes_late_comes_to_what_one_build_makes_of_it(
    build: RecordedBuild, arrives: Callable[[], Arrival]
) -> None:
    known, then = arrives()
    with build.database() as connection:
        give(build, connection, known)
        build.run(connection, anew=True)
        then()
        build_onward(build, connection, known)
        assert differences(compared(build, connection), made_anew(build, known)) == {}


def test_months_before_the_window_forget_a_reading_that_is_taken_back(build: RecordedBuild) -> None:
    """A reading whose growth was shared over weeks of absence, and a restated day that lacks it."""
    table = ToldTable(told(range(140), back=lambda day: 100 * day if day < 86 else None))
    known = world_of(table)
    with build.database() as connection:
        give(build, connection, known)
        build.run(connection, anew=True)
        table.tell(140, {"o/daily": 140_000, "o/back": 90_000})
        build_onward(build, connection, known)
        april = f"{COMPARED['monthly']} where model_id = 'o/back' and month = date '2025-04-01'"
        assert build.rows(connection, april)
        table.tell(140, {"o/daily": 140_000})
        build_onward(build, connection, known)
        assert differences(compared(build, connection), made_anew(build, known)) == {}


def test_months_of_a_name_are_not_left_to_a_model_that_takes_it(build: RecordedBuild) -> None:
    """A model is counted under a new name that nobody has read; then the two part, and the name is read for itself."""
    table = ToldTable(told(range(140), old=lambda day: 100 * day), is_long=True)
    known = world_of(table, under={"o/old": "o/new", "o/new": "o/new"})
    with build.database() as connection:
        give(build, connection, known)
        build.run(connection, anew=True)
        assert build.rows(connection, f"{COMPARED['monthly']} where model_id = 'o/new'")
        known.canonical["o/old"] = "o/old"
        table.tell(140, {"o/daily": 140_000, "o/old": 14_000, "o/new": 7})
        build_onward(build, connection, known)
        assert differences(compared(build, connection), made_anew(build, known)) == {}


def test_a_counter_that_stood_still_before_the_window_stood_since_it_last_moved(build: RecordedBuild) -> None:
    """It is worked out in the window alone, in which it did not move; the next interval begins where the last ended."""
    table = ToldTable(told(range(140), still=lambda day: min(day, 5)))
    known = world_of(table)
    with build.database() as connection:
        give(build, connection, known)
        build.run(connection, anew=True)
        table.tell(140, {"o/daily": 140_000, "o/still": 6})
        build_onward(build, connection, known)
        scope = build.rows(
            connection, "select is_whole from {int_counters__scope} where canonical_model_id = 'o/still'"
        )
        assert scope == [(False,)]
        assert differences(compared(build, connection), made_anew(build, known)) == {}


#: What readers see of readings: facts, dimensions, lineage and operations.
READERS = ("+marts.core", "+marts.lineage", "+marts.usage", "+superseded_readings", "+snapshot_levels", "snapshots")
PUBLISHED = """
    select table_schema || '.' || table_name from information_schema.tables
    where table_schema in ('marts', 'ops') and table_name <> 'builds'
    order by 1
"""


def batches(found: Sequence[tuple[str, Candidate]], number: int) -> Iterator[list[tuple[str, Candidate]]]:
    """The candidates in a shuffled order, in so many batches; two answers for one day stay in their order."""
    days: dict[tuple[str, str, date], list[tuple[str, Candidate]]] = {}
    for source, made in found:
        days.setdefault((source, made.table, made.snapshot_date), []).append((source, made))
    shuffled = list(days.values())
    Random(6).shuffle(shuffled)
    for batch in range(number):
        yield [each for answers in shuffled[batch::number] for each in answers]


def published(warehouse: WarehouseFactory) -> dict[str, list[tuple[Any, ...]]]:
    return {name: warehouse.rows(f"from {name} order by all") for (name,) in warehouse.rows(PUBLISHED)}


def test_the_marts_do_not_tell_in_which_builds_days_came(tmp_path: Path) -> None:
    """By dbt itself: days in a shuffled order, a late one and a restated one, then a build that begins anew."""
    # Whether a partial answer may land depends on what is there.
    makers = [make for name, make in CASES.items() if not name.startswith("partial")]
    cases = [("hf_archive", made) for make in makers for made in make()]
    lists = [("tracked_models", made) for made in ecosystem.registry()]
    listings = [("hf_hub", made) for made in ecosystem.listings()]
    dumps = [("hf_archive", made) for made in (*ecosystem.hub_dump(), *ecosystem.edge_lists())]
    late = cases.pop(len(cases) // 2)
    warehouse = WarehouseFactory(tmp_path / "home")
    for batch in [*batches([*cases, *lists, *listings, *dumps], 3), [late, restated(*cases[0])]]:
        for source, made in batch:
            warehouse.land(source, [made])
        warehouse.build(*READERS, tests=False)
    found = published(warehouse)
    warehouse.build(*READERS, tests=False, anew=True)
    assert found.keys() >= {"marts.fct_model_downloads_daily", "marts.dim_model", "ops.superseded_readings"}
    assert differences(found, published(warehouse)) == {}


def restated(source: str, made: Candidate) -> tuple[str, Candidate]:
    """Another answer for the same day: a model less, and a counter that reads higher."""
    first, *others = made.records.to_pylist()
    first["downloads_total"] = (first["downloads_total"] or 0) + 11
    return source, candidate(made.table, made.snapshot_date, [first, *others[1:]])
