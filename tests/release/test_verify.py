"""What was done to a release after it was made is found, and said by the name of what was done."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import cli
from orchestration.errors import DataRefused
from orchestration.release.assemble import Release
from orchestration.release.sums import decode_sums, encode_sums, sums_of
from orchestration.release.verify import release_problems
from tests.release.toy_release import ToyRelease

Sabotage = Callable[[Path], None]


def reseal(folder: Path, path: str) -> None:
    """Makes manifest, data package and sums fit a changed file, as someone who knows them would."""
    sha256, size = hashlib.sha256((folder / path).read_bytes()).hexdigest(), (folder / path).stat().st_size
    manifest = json.loads((folder / "release.json").read_text())
    for table in manifest["tables"]:
        if table["path"] == path:
            table |= {"sha256": sha256, "bytes": size}
    (folder / "release.json").write_text(json.dumps(manifest))
    package = json.loads((folder / "datapackage.json").read_text())
    for resource in package["resources"]:
        if resource["path"] == path:
            resource["sha256"] = sha256
    (folder / "datapackage.json").write_text(json.dumps(package))
    (folder / "SHA256SUMS").write_bytes(encode_sums(sums_of(folder)))


def flipped_bit(folder: Path) -> None:
    path = folder / "data" / "fct_parameters_daily.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def missing_file(folder: Path) -> None:
    (folder / "CITATION.cff").unlink()


def extra_file(folder: Path) -> None:
    (folder / "data" / "more.parquet").write_bytes(b"PAR1")


def extra_file_with_a_sum(folder: Path) -> None:
    extra_file(folder)
    (folder / "SHA256SUMS").write_bytes(encode_sums(sums_of(folder)))


def link_in_place_of_a_file(folder: Path) -> None:
    path = folder / "diff.md"
    path.rename(folder.parent / "diff.md")
    path.symlink_to(folder.parent / "diff.md")


def edited_gate(folder: Path) -> None:
    path = folder / "gate.json"
    path.write_text(path.read_text().replace("passed", "waived"))


def edited_gate_with_its_sum(folder: Path) -> None:
    edited_gate(folder)
    (folder / "SHA256SUMS").write_bytes(encode_sums(sums_of(folder)))


def mart_edited_in_the_database(folder: Path) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("update marts.dim_model set total_parameters = 1 where model_id = 'org/base'")
    (folder / "SHA256SUMS").write_bytes(encode_sums(sums_of(folder)))


def comment_edited_in_the_database(folder: Path) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("comment on column marts.dim_model.model_id is 'other'")
    (folder / "SHA256SUMS").write_bytes(encode_sums(sums_of(folder)))


def table_added_to_the_database(folder: Path) -> None:
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create table marts.mine as select 1 as n")
    (folder / "SHA256SUMS").write_bytes(encode_sums(sums_of(folder)))


def rewritten(folder: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    path = folder / "data" / "dim_model.parquet"
    pq.write_table(change(pq.read_table(path)), path)
    reseal(folder, "data/dim_model.parquet")


def renamed_column(folder: Path) -> None:
    rewritten(folder, lambda table: table.rename_columns(["id", *table.column_names[1:]]))


def duplicated_key(folder: Path) -> None:
    rewritten(folder, lambda table: pa.concat_tables([table.slice(0, 1), table.slice(0, 2)]))


def reordered_rows(folder: Path) -> None:
    rewritten(folder, lambda table: table.take(pa.array([1, 0, 2])))


def fewer_rows(folder: Path) -> None:
    rewritten(folder, lambda table: table.slice(0, 2))


def other_figures_everywhere_but_in_the_database(folder: Path) -> None:
    rewritten(folder, lambda table: table.set_column(3, table.schema.field(3), pa.array([1, 2, 3], pa.int64())))


def sums_gone(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()


def sums_that_point_outside(folder: Path) -> None:
    with (folder / "SHA256SUMS").open("a") as handle:
        handle.write("0" * 64 + "  ../../etc/passwd\n")


def broken_manifest(folder: Path) -> None:
    (folder / "release.json").write_text("{")
    (folder / "SHA256SUMS").write_bytes(encode_sums(sums_of(folder)))


@pytest.mark.parametrize(
    ("sabotage", "reason"),
    [
        (flipped_bit, "data/fct_parameters_daily.parquet is not the file that was released"),
        (missing_file, "CITATION.cff is missing"),
        (extra_file, "data/more.parquet does not belong to the release"),
        (extra_file_with_a_sum, "data/more.parquet is no table of release.json"),
        (link_in_place_of_a_file, "diff.md is missing"),
        (edited_gate, "gate.json is not the file that was released"),
        (edited_gate_with_its_sum, "gate.json is not the verdict that let this release pass"),
        (mart_edited_in_the_database, "the rows of marts.dim_model are not those of data/dim_model.parquet"),
        (comment_edited_in_the_database, "columns or comments of marts.dim_model are not those"),
        (table_added_to_the_database, "warehouse.duckdb has the table marts.mine"),
        (renamed_column, "data/dim_model.parquet does not have the columns that release.json lists"),
        (duplicated_key, "data/dim_model.parquet is not sorted by its key, or has several rows for one key"),
        (reordered_rows, "data/dim_model.parquet is not sorted by its key"),
        (fewer_rows, "data/dim_model.parquet has 2 rows, release.json says 3"),
        (other_figures_everywhere_but_in_the_database, "the rows of marts.dim_model are not those"),
        (sums_gone, "SHA256SUMS is missing"),
        (sums_that_point_outside, "SHA256SUMS, line 22, is not the sum of a file of the release"),
        (broken_manifest, "release.json cannot be read as the manifest of a release"),
    ],
)
def test_a_sabotage_is_found_and_named(toy: ToyRelease, spoiled: Path, sabotage: Sabotage, reason: str) -> None:
    sabotage(spoiled)
    problems = list(release_problems(toy.settings, spoiled))
    assert any(reason in problem for problem in problems), problems
    assert all(len(problem.splitlines()) == 1 for problem in problems)


def test_a_copy_of_a_release_is_as_good_as_the_release(toy: ToyRelease, spoiled: Path) -> None:
    assert list(release_problems(toy.settings, spoiled)) == []


@pytest.mark.parametrize("line", ["", "0" * 64, f"{'0' * 64}  /etc/passwd", f"{'0' * 64}  a/../../b", "x  a"])
def test_sums_that_are_none_are_refused(line: str) -> None:
    with pytest.raises(DataRefused, match="line 2"):
        decode_sums(f"{'1' * 64}  a.txt\n{line}\n".encode(), "it")


def test_the_command_lists_problems_and_ends_with_1(
    released: Release, spoiled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["warehouse", "verify", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    monkeypatch.setenv("WAREHOUSE_HOME", str(released.folder.parent.parent))
    assert run("2026.07.0") == 0
    assert capsys.readouterr().out == "2026.07.0 is intact.\n"
    assert run((released.folder.parent).as_uri() + "/2026.07.0") == 0
    capsys.readouterr()
    flipped_bit(spoiled)
    assert run(str(spoiled)) == 1
    out, err = capsys.readouterr()
    assert "data/fct_parameters_daily.parquet is not the file that was released" in out
    assert err == f"Error: {spoiled} has 1 problem; they are listed above.\n"
    assert run("2026.06.0") == 2
    assert "known versions: 2026.07.0" in capsys.readouterr().err
    assert run("s3://bucket/folder") == 2
    assert run("--rebuild") == 2
