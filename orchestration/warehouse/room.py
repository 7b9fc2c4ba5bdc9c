"""Whether a build fits on this machine, said before dbt runs.

What a build takes is estimated from the catalog: how many readings it reads, of how many models, and from what is there
already. The factors were set to lie above what was measured, as the largest sizes that files reached while `warehouse
build` ran (real files, and homes of `make bench` with most of their days in the history, and with none):

    read by the build                                              database   copy     memory and spill
    real files: 0.53 M readings of 39 k models                     236 MB     45 MB    0.4 GB
    Hub: 44 M readings of 0.75 M models and 48 M change rows       2.6 GB     0.7 GB   7.8 GB
    Hub: 306 M readings of 0.75 M models                           -          -         14 GB
    Hub: 177 M readings of 3 M models and 190 M change rows        10.9 GB    2.7 GB    21.7 GB
    Hub: 21 M readings of 3 M models and 190 M change rows         10.8 GB    3.4 GB    18.7 GB

What is larger was not measured; so the estimates are for refusing what is far from fitting, not for planning, and
``WAREHOUSE_BUILD_ANYWAY`` overrules them. With two threads, 200 MB of memory did not suffice for the real files and
300 MB did; for one more day of 0.75 M models, whose dimension is joined from several tables at once, 700 MB did not and
1 GB did, in the same time as 4 GB. The process took up to 0.56 GB besides for the real files, and with the whole Hub,
whose engine had all of its 4 GB, 1.3 GB for a day and 2.2 GB for a first build.
"""

from dataclasses import dataclass

import pyarrow.parquet as pq

from orchestration.errors import ConfigurationError
from orchestration.limits import existing, free_disk, machine_memory
from orchestration.settings import Settings
from orchestration.warehouse import duckdb

#: Bytes of the build database and of what its engine needs in memory or spills, at its widest step.
_DATABASE = {"base": 150e6, "model": 1_000, "reading": 10, "change": 40, "other": 400}
_WIDEST = {"base": 300e6, "model": 100, "reading": 50, "change": 120, "other": 400}
#: The published copy, and what a build that goes on makes anew, as parts of the build database.
_COPY, _MADE_ANEW = 0.4, 0.5
#: Memory of the process besides what its engine accounts for: Python and dbt, and a part of what the engine has.
_PROCESS, _BEYOND = 600e6, 0.4
#: Memory below which a thread of the engine cannot work, and for each model: not everything can be spilled.
_THREAD, _MODEL = 150e6, 940


@dataclass(frozen=True)
class Inputs:
    """What a build reads.

    Attributes:
        models: models of all tables of readings.
        readings: their readings, in raw snapshots.
        changes: change rows, where snapshots were compacted.
        others: records of other kinds.
    """

    models: int
    readings: int
    changes: int
    others: int


@dataclass(frozen=True)
class Needs:
    """What a build takes, in bytes: growth of its database, the published copy, and memory at its widest step."""

    database: float
    copy: float
    memory: float

    def spill(self, memory_limit: int) -> float:
        """What does not fit into memory."""
        return max(self.memory - memory_limit, 0)


@dataclass(frozen=True)
class Machine:
    """What there is, in bytes; ``spill_free`` is None where home and spill folder share a disk."""

    memory: int
    home_free: int
    spill_free: int | None


def require_room(settings: Settings, *, anew: bool) -> None:
    """Refuses a build that cannot fit. The caller holds the build lock and has exported the catalog.

    Args:
        settings: which home, and how much of the machine may be used.
        anew: whether everything is built from nothing; otherwise the build goes on from the last one.

    Raises:
        ConfigurationError: memory or disk do not suffice; the sentence says by how much and what to change.
    """
    duckdb.sweep_spill(settings)
    if settings.build_anyway:
        return
    inputs = inputs_of(settings, anew=anew)
    needs = needs_of(inputs, there=None if anew else _sizes(settings))
    sentence = reason_to_refuse(settings, inputs, needs, _machine(settings))
    if sentence is not None:
        raise ConfigurationError(f"{sentence} WAREHOUSE_BUILD_ANYWAY=true tries it all the same.")


def inputs_of(settings: Settings, *, anew: bool) -> Inputs:
    """What a build reads, by the catalog; one that goes on has read before what stands in its own books."""
    catalog = settings.root / "build" / "catalog"
    with duckdb.connect(settings) as connection:
        connection.execute(
            "CREATE TABLE catalog AS SELECT source, table_name, snapshot_date, content_sha256, kind, revision, rows "
            "FROM read_parquet(?) WHERE is_newest_revision",
            [str(catalog / "snapshots.parquet")],
        )
        connection.execute("CREATE TABLE known AS FROM catalog LIMIT 0")
        if not anew:
            duckdb.attach(connection, settings.build_database, "build", read_only=True)
            connection.execute(
                "INSERT INTO known BY NAME SELECT source, table_name, snapshot_date, content_sha256 "
                "FROM build.ops.snapshots WHERE is_newest_revision"
            )
        [(models, readings, others)] = connection.execute(
            """
            WITH read AS (
                SELECT
                    kind, source, table_name, rows,
                    (source, table_name, snapshot_date, revision) IN (
                        SELECT (source, table_name, snapshot_date, revision) FROM read_parquet(?) WHERE is_compacted
                    ) AS is_compacted
                FROM catalog ANTI JOIN known USING (source, table_name, snapshot_date, content_sha256)
            ),
            tables AS (
                SELECT
                    max(rows) FILTER (WHERE kind = 'readings') AS models,
                    sum(rows) FILTER (WHERE kind = 'readings' AND NOT is_compacted) AS readings,
                    sum(rows) FILTER (WHERE kind <> 'readings') AS others
                FROM read GROUP BY source, table_name
            )
            SELECT coalesce(sum(models), 0), coalesce(sum(readings), 0), coalesce(sum(others), 0) FROM tables
            """,
            [str(catalog / "history_snapshots.parquet")],
        ).fetchall()
        files = connection.execute(
            "SELECT path FROM read_parquet(?) WHERE role = 'changes'", [str(catalog / "history_files.parquet")]
        ).fetchall()
    changes = sum(pq.read_metadata(settings.root / "history" / path).num_rows for (path,) in files) if anew else 0
    return Inputs(int(models), int(readings), changes, int(others))


def needs_of(inputs: Inputs, *, there: tuple[int, int] | None) -> Needs:
    """What a build takes.

    Args:
        inputs: what it reads.
        there: size of the build database and of the published copy that it goes on from; None: it begins anew.
    """
    database, memory = _sum(_DATABASE, inputs), _sum(_WIDEST, inputs)
    if there is None:
        return Needs(database, _COPY * database, memory)
    return Needs(database + _MADE_ANEW * there[0], _COPY * database + there[1], memory)


def reason_to_refuse(settings: Settings, inputs: Inputs, needs: Needs, machine: Machine) -> str | None:
    """One sentence that says why a build cannot fit, or None."""
    limit, spill = settings.memory_bytes, needs.spill(settings.memory_bytes)
    what = f"A build of {inputs.readings + inputs.changes:,} readings of {inputs.models:,} models"
    floor, whose, advice = max(
        (_THREAD * settings.threads, f"{settings.threads} threads", "raise it or lower WAREHOUSE_THREADS"),
        (_MODEL * inputs.models, f"{inputs.models:,} models", "raise it"),
    )
    if limit < floor:
        return (
            f"WAREHOUSE_MEMORY_LIMIT ({settings.memory_limit}) is less than a build needs for {whose} "
            f"({_size(floor)}), because not everything can be spilled; {advice}."
        )
    taken = _PROCESS + (1 + _BEYOND) * min(limit, needs.memory)
    if taken > machine.memory:
        return (
            f"{what} takes about {_size(taken)} of memory, and this machine has "
            f"{_size(machine.memory)}; lower WAREHOUSE_MEMORY_LIMIT ({settings.memory_limit}) to what is left, so that "
            "it spills to disk instead."
        )
    if settings.spill_bytes is not None and spill > settings.spill_bytes:
        return (
            f"{what} spills about {_size(spill)}, and WAREHOUSE_SPILL_LIMIT is {settings.spill_limit}; raise it, or "
            f"raise WAREHOUSE_MEMORY_LIMIT ({settings.memory_limit})."
        )
    if machine.spill_free is not None and spill > machine.spill_free:
        return (
            f"{what} spills about {_size(spill)}, and {_size(machine.spill_free)} are free at {settings.spill}; free "
            f"some, set WAREHOUSE_SPILL_DIRECTORY to a larger disk, or raise WAREHOUSE_MEMORY_LIMIT "
            f"({settings.memory_limit})."
        )
    here = needs.database + needs.copy + (spill if machine.spill_free is None else 0)
    if here > machine.home_free:
        parts = f"{_size(needs.database)} for the build database, {_size(needs.copy)} for the published copy"
        if machine.spill_free is None and spill:
            parts += f", {_size(spill)} of spill"
        return (
            f"{what} takes about {_size(here)} of disk ({parts}), and {_size(machine.home_free)} are free at "
            f"{settings.root}; free some, or set WAREHOUSE_HOME or WAREHOUSE_SPILL_DIRECTORY to a larger disk."
        )
    return None


def _sum(factors: dict[str, float], inputs: Inputs) -> float:
    return (
        factors["base"]
        + factors["model"] * inputs.models
        + factors["reading"] * inputs.readings
        + factors["change"] * inputs.changes
        + factors["other"] * inputs.others
    )


def _sizes(settings: Settings) -> tuple[int, int]:
    return tuple(  # type: ignore[return-value]
        path.stat().st_size if path.exists() else 0 for path in (settings.build_database, settings.current_database)
    )


def _machine(settings: Settings) -> Machine:
    shared = existing(settings.root).stat().st_dev == existing(settings.spill).stat().st_dev
    return Machine(
        memory=machine_memory(),
        home_free=free_disk(settings.root),
        spill_free=None if shared else free_disk(settings.spill),
    )


def _size(size: float) -> str:
    return f"{size / 1e9:.1f} GB"
