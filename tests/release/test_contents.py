"""What a release holds: each document valid by its reference library, each table readable as the card says."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from huggingface_hub import DatasetCard

from orchestration.release.assemble import Release
from orchestration.release.export import ROW_GROUP, _groups
from orchestration.release.sums import decode_sums, sums_of
from orchestration.release.verify import release_problems
from tests.release.conftest import JULY
from tests.release.toy_release import ToyRelease

MARTS = {"dim_model", "fct_parameters_daily", "report_crossovers", "report_families"}


def test_a_release_verifies_and_is_read_only(toy: ToyRelease, released: Release) -> None:
    assert released.folder == toy.settings.releases / "2026.07.0"
    assert list(release_problems(toy.settings, released.folder)) == []
    modes = {path.stat().st_mode & 0o222 for path in [released.folder, *released.folder.rglob("*")]}
    assert modes == {0}


def test_every_file_has_its_sum_and_the_usual_tool_reads_them(released: Release) -> None:
    assert decode_sums((released.folder / "SHA256SUMS").read_bytes(), "it") == sums_of(released.folder)
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=released.folder, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


def test_tables_are_sorted_by_their_key_with_descriptions_inside(released: Release) -> None:
    assert {table.name for table in released.manifest.marts} == MARTS
    table = pq.read_table(released.folder / "data" / "fct_parameters_daily.parquet")
    keys = list(zip(table["model_id"].to_pylist(), table["day"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert table.schema.field("day").metadata == {b"comment": b"The day."}
    assert not table.schema.field("day").nullable
    assert json.loads(table.schema.metadata[b"columns"])["share"] == "Part of all parameters of the day."
    assert json.loads(table.schema.metadata[b"primary_key"]) == ["model_id", "day"]


def test_row_groups_have_the_same_size_however_the_engine_cuts_its_batches() -> None:
    sizes = [1, ROW_GROUP, 7, 2 * ROW_GROUP, 0, 5]
    batches = [pa.RecordBatch.from_pydict({"n": pa.array(range(size), pa.int64())}) for size in sizes]
    groups = list(_groups(batches))
    assert [group.num_rows for group in groups] == [ROW_GROUP, ROW_GROUP, ROW_GROUP, 13]
    assert pa.concat_tables(groups).equals(pa.Table.from_batches(batches))


def test_nothing_in_a_table_says_when_or_where_it_was_made(toy: ToyRelease, released: Release) -> None:
    for table in released.manifest.tables:
        data = (released.folder / table.path).read_bytes()
        assert b"2026.07.0" not in data
        assert str(toy.settings.root).encode() not in data
        metadata = pq.read_metadata(released.folder / table.path).metadata
        assert set(metadata) == {b"comment", b"primary_key", b"columns", b"ARROW:schema"}


def test_csv_neutralises_formulas_and_parquet_does_not(released: Release) -> None:
    rows = list(csv.DictReader(io.StringIO((released.folder / "csv" / "report_families.csv").read_text())))
    assert {row["family"][:2] for row in rows} == {"'="}
    assert not (released.folder / "csv" / "dim_model.csv").exists()
    values = pq.read_table(released.folder / "data" / "report_families.parquet")["family"].to_pylist()
    assert {value[0] for value in values} == {"="}


def test_the_database_has_the_tables_with_their_comments(released: Release) -> None:
    with duckdb.connect(str(released.folder / "warehouse.duckdb"), read_only=True) as connection:
        tables = connection.sql("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        assert {name for (name,) in tables} == MARTS
        comments = connection.sql(
            "select comment from duckdb_columns() where table_name = 'dim_model' and column_name = 'model_id'"
        ).fetchall()
        assert comments == [("Id of the model.",)]
        builds = connection.sql("select build_id from ops.builds").fetchall()
    assert builds == [(released.manifest.build.build_id,)]


def test_the_data_package_is_valid_by_the_frictionless_library(released: Release) -> None:
    from frictionless import validate

    report = validate(str(released.folder / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
    checked = {task.place for task in report.tasks}
    assert checked == {table.path for table in released.manifest.tables} | {
        "csv/report_crossovers.csv",
        "csv/report_families.csv",
    }


def test_croissant_is_valid_by_its_own_library_and_gives_the_rows(released: Release) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(str(released.folder / "croissant.json"))
    assert dataset.metadata.version == "2026.7.0"
    issues = dataset.metadata.ctx.issues
    assert not issues.errors and not issues.warnings, issues.report()
    records = list(dataset.records(record_set="report_families"))
    assert {record["report_families/family"] for record in records} == {
        b"=family org/b",
        b"=family org/t",
        b"=family other",
    }


def test_the_card_names_every_table_for_the_hub(released: Release) -> None:
    card = DatasetCard.load(released.folder / "README.md")
    configs = {config["config_name"]: config["data_files"] for config in card.data.configs}
    assert configs == {table.name: table.path for table in released.manifest.marts}
    assert [config["config_name"] for config in card.data.configs if config.get("default")] == ["dim_model"]
    assert card.data.license == "cc-by-4.0"
    for path in configs.values():
        assert (released.folder / path).is_file()


@pytest.mark.parametrize("number", range(4), ids=["pandas", "polars", "duckdb", "datasets"])
def test_the_lines_of_the_card_work_as_written(released: Release, tmp_path: Path, number: int) -> None:
    lines = re.findall(r"```python\n(.*?)```", (released.folder / "README.md").read_text(), re.DOTALL)[number]
    checked = subprocess.run(
        [sys.executable, "-c", f"{lines}\nassert len(table) == 3, table"],
        cwd=released.folder,
        env=os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_text_from_outside_is_escaped_where_it_is_interpreted(released: Release) -> None:
    for name in ("README.md", "DICTIONARY.md"):
        text = (released.folder / name).read_text()
        assert 'toy" \\| &lt;b>' in text
        assert "<b>" not in text


def test_the_citation_has_what_the_format_requires(released: Release) -> None:
    record = yaml.safe_load((released.folder / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= record.keys()
    assert record["cff-version"] == "1.2.0"
    assert record["version"] == "2026.07.0"
    assert record["type"] == "dataset"


def test_provenance_names_every_snapshot_engine_and_choice(released: Release) -> None:
    record = json.loads((released.folder / "provenance.json").read_text())
    assert [(each["snapshot_date"], each["revision"]) for each in record["snapshots"]] == [
        ("2026-07-01", 1),
        ("2026-07-31", 1),
    ]
    assert all(re.fullmatch(r"[0-9a-f]{64}", each["content_sha256"]) for each in record["snapshots"])
    assert record["dbt_vars"] == {"toy_choice": 3}
    assert record["engines"]["duckdb"] == duckdb.__version__


def test_the_documentation_is_one_page_that_names_no_folder_of_this_machine(toy: ToyRelease, released: Release) -> None:
    page = (released.folder / "docs" / "index.html").read_text()
    assert "fct_parameters_daily" in page
    for path in (toy.settings.root, toy.project, Path.home()):
        assert len(path.parts) == 1 or str(path) not in page


def test_secrets_of_the_environment_are_in_no_file(toy: ToyRelease, tmp_path: Path) -> None:
    own = ToyRelease.make(tmp_path)
    own.land_month(JULY)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "DBT_ENV_CUSTOM_ENV_KEY", "DBT_ENV_SECRET_KEY"):
            patch.setenv(name, "s3cr3t-value")
        own.build()
        made = own.cut(JULY)
    for path in made.folder.rglob("*"):
        if path.is_file():
            assert b"s3cr3t-value" not in path.read_bytes(), path
