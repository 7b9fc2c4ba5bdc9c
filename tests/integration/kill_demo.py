"""Kills ``warehouse demo`` at random moments and compares what the next run publishes with an undisturbed run.

    python -m tests.integration.kill_demo --kills 20 --seed 1 --folder /tmp/kill-demo

The whole process group gets SIGKILL, so neither the command nor what it started (dbt) can clean up. While runs come
and go, a reader opens ``published/current.duckdb`` again and again: it must find nothing yet, or a complete copy whose
every table equals the undisturbed one's, row for row.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

#: Columns that say when a copy was published, by the real clock; everything else must be equal.
WALL_CLOCK = {("ops", "builds"): {"build_id", "built_at"}}

DEMO = (str(Path(sys.executable).with_name("warehouse")), "demo")
_LOOK_SECONDS = 0.25
_STRAY_SECONDS = 5.0


class Difference(AssertionError):
    """A published copy is not the undisturbed one."""


@dataclass
class KillTest:
    """Kills a command in fresh homes until there were enough kills; each home ends with a run that is left alone.

    Attributes:
        folder: where homes are made.
        command: what is killed; it reads ``WAREHOUSE_HOME``.
        undisturbed: the published copy of a run that was left alone, and how long that run took.
        compared: published copies that were found equal to it.
        kills: seconds from start to kill, and whether anything was published by then, of each kill.
    """

    folder: Path
    command: Sequence[str]
    say: Callable[[str], None] = print
    undisturbed: Path = Path()
    seconds: float = 0.0
    compared: set[Path] = field(default_factory=set)
    kills: list[tuple[float, bool]] = field(default_factory=list)
    _homes: int = 0

    def run(self, number_of_kills: int, seed: int) -> None:
        """Runs it all.

        Raises:
            Difference: a reader met an incomplete or different copy, or a run did not end well.
        """
        moments = random.Random(seed)
        self.undisturbed, self.seconds = self._leave_alone(self._fresh_home())
        self.say(f"Undisturbed: {self.seconds:.1f} s.")
        while len(self.kills) < number_of_kills:
            home = self._fresh_home()
            while len(self.kills) < number_of_kills and self._kill(home, moments.uniform(0, self.seconds)):
                pass
            copy, seconds = self._leave_alone(home)
            self.say(f"Left alone after {len(self.kills)} kills: ended in {seconds:.1f} s, every table is equal.")
            again, _ = self._leave_alone(home)
            if again != copy:
                raise Difference(f"{home}: a further run published {again} although nothing had changed.")
            shutil.rmtree(home)

    def _kill(self, home: Path, after: float) -> bool:
        """Starts the command and kills it; False when it had ended before."""
        with self._started(home) as process:
            deadline = time.monotonic() + after
            while (left := deadline - time.monotonic()) > 0 and process.poll() is None:
                self._read(home)
                time.sleep(min(_LOOK_SECONDS, max(left, 0)))
            has_ended = process.poll() is not None
            os.killpg(process.pid, signal.SIGKILL) if not has_ended else None
            process.wait()
        if has_ended:
            self._require_good_end(home, process)
            return False
        self._require_no_strays(home)
        is_published = self._read(home)
        self.kills.append((after, is_published))
        self.say(f"Kill {len(self.kills)} after {after:.1f} s ({_stage(home)}).")
        return True

    def _leave_alone(self, home: Path) -> tuple[Path, float]:
        """Runs the command to its end; the copy that it published and the seconds that it took."""
        started = time.monotonic()
        with self._started(home) as process:
            while process.poll() is None:
                self._read(home)
                time.sleep(_LOOK_SECONDS)
        self._require_good_end(home, process)
        self._require_no_strays(home)
        seconds = time.monotonic() - started
        if self.undisturbed != Path() and not self._read(home):
            raise Difference(f"{home}: the run ended well and published nothing.")
        return (home / "published" / "current.duckdb").resolve(), seconds

    def _read(self, home: Path) -> bool:
        """Opens the published copy as an analyst would; whether there is one."""
        link = home / "published" / "current.duckdb"
        if not link.is_symlink() and not link.exists():
            return False
        copy = link.resolve()
        if self.undisturbed == Path() or copy == self.undisturbed:
            with duckdb.connect(str(copy), read_only=True) as connection:
                connection.execute("select * from ops.builds")
        elif copy not in self.compared:
            if differences := list(differing_tables(self.undisturbed, copy)):
                raise Difference(f"{copy} differs from {self.undisturbed}:\n" + "\n".join(differences))
            self.compared.add(copy)
        return True

    def _fresh_home(self) -> Path:
        self._homes += 1
        home = self.folder / f"home-{self._homes}"
        home.mkdir(parents=True)
        return home

    def _started(self, home: Path) -> subprocess.Popen[bytes]:
        with (home / "output.txt").open("wb") as output:
            return subprocess.Popen(
                self.command,
                env={**os.environ, "WAREHOUSE_HOME": str(home)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @staticmethod
    def _require_good_end(home: Path, process: subprocess.Popen[bytes]) -> None:
        if process.returncode != 0:
            output = (home / "output.txt").read_text(errors="replace")
            raise Difference(f"{home}: the run ended with exit code {process.returncode}:\n{output[-4000:]}")

    @staticmethod
    def _require_no_strays(home: Path) -> None:
        """Nothing that a run started may outlive it, but for the moment that the system takes to end it."""
        deadline = time.monotonic() + _STRAY_SECONDS
        while strays := list(_processes_of(home)):
            if time.monotonic() > deadline:
                raise Difference(f"{home}: still there: {', '.join(strays)}.")
            time.sleep(_LOOK_SECONDS)


def _processes_of(home: Path) -> Iterator[str]:
    """Number and command line of each process that works on a home (read from ``/proc``, where there is one)."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has just ended, or belongs to someone else
            if f"WAREHOUSE_HOME={home}\0".encode() in environment.read_bytes():
                command = environment.with_name("cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield f"{environment.parent.name} ({command.strip()})"


def differing_tables(expected: Path, found: Path) -> Iterator[str]:
    """Compares two published copies table by table and row by row; one line per difference."""
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"attach '{expected}' as expected (read_only); attach '{found}' as found (read_only)")
        columns = {name: _columns(connection, name) for name in ("expected", "found")}
        for table in sorted(columns["expected"].keys() | columns["found"].keys()):
            schema, name = table
            if columns["expected"].get(table) != columns["found"].get(table):
                yield f"{schema}.{name}: other columns or comments, or only in one of them"
                continue
            kept = ", ".join(
                f'"{column}"' for column, *_ in columns["found"][table] if column not in WALL_CLOCK.get(table, ())
            )
            expected_rows = f'select {kept} from expected."{schema}"."{name}"'
            found_rows = f'select {kept} from found."{schema}"."{name}"'
            for what, query in (
                ("missing", f"{expected_rows} except all {found_rows}"),
                ("extra", f"{found_rows} except all {expected_rows}"),
            ):
                rows = connection.execute(f"{query} limit 3").fetchall()
                if rows:
                    yield f"{schema}.{name}: {what} rows, e.g. {rows}"


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    found = connection.execute(
        """
        select schema_name, table_name, column_name, data_type, is_nullable, comment
        from duckdb_columns() where database_name = ? order by schema_name, table_name, column_index
        """,
        [database],
    ).fetchall()
    tables: dict[tuple[str, str], list[tuple[object, ...]]] = {}
    for schema, table, *column in found:
        tables.setdefault((schema, table), []).append(tuple(column))
    return tables


def _stage(home: Path) -> str:
    """Where a run was when it was killed, for the log."""
    landed = sum(1 for _ in home.glob("raw/*/*/snapshot_date=*/revision=*/manifest.json"))
    if list(home.glob("published/warehouse-*.duckdb")):
        return f"{landed} snapshots, published"
    if (home / "build" / "warehouse.duckdb").exists():
        return f"{landed} snapshots, building"
    return f"{landed} snapshots"


def main() -> None:
    """Command line of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="at least this many kills (default: 20)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (default: 1)")
    parser.add_argument("--folder", type=Path, help="where homes are made (default: a temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-demo-", dir=options.folder) as folder:
        test = KillTest(Path(folder), DEMO)
        test.run(options.kills, options.seed)
        before = sum(is_published for _, is_published in test.kills)
        test.say(
            f"{len(test.kills)} kills, {before} of them after publication; {len(test.compared)} published copies "
            "were found equal to the undisturbed one, row for row."
        )


if __name__ == "__main__":
    main()
