"""When a release is made, when not, and that the same raw data gives the same bytes anywhere."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from msgspec import structs

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.months import month_after, months_from, parse_month
from orchestration.release import assemble, tombstones
from orchestration.release.assemble import Release, releases_lock
from orchestration.release.licences import LicenceRules, licence_of_release, read_rules
from orchestration.release.provenance import Snapshot
from orchestration.release.tombstones import Tombstone, read_tombstones
from orchestration.release.version import Version
from orchestration.settings import PROJECT_ROOT
from orchestration.warehouse.publish import current_copy, is_sealed
from tests.release.conftest import JULY
from tests.release.toy_release import COUNTS, ToyCondition, ToyGate, ToyRelease

MAY, JUNE, AUGUST = date(2026, 5, 1), date(2026, 6, 1), date(2026, 8, 1)


def made(toy: ToyRelease) -> set[str]:
    """Names of everything in the folder of releases but the lock."""
    return {path.name for path in toy.settings.releases.iterdir()} - {".lock"}


# ---- versions --------------------------------------------------------------------------------------------------------


def test_a_version_counts_the_releases_of_its_month() -> None:
    there = [Version(JULY, 0), Version(JULY, 1), Version(MAY, 7)]
    assert str(Version.next(there, JULY)) == "2026.07.2"
    assert str(Version.next(there, AUGUST)) == "2026.08.0"
    assert Version(JUNE, 0).before(there) == Version(MAY, 7)
    assert Version(MAY, 0).before(there) is None
    assert max(there) == Version(JULY, 1)


@pytest.mark.parametrize("text", ["2026.7.0", "2026.13.0", "2026.07", "2026.07.01", "0000.07.0", "2026.07.0/..", ""])
def test_what_is_no_version_is_none(text: str) -> None:
    assert Version.parse(text) is None


@pytest.mark.parametrize("text", ["2026-7", "2026-13", "2026", "0000-01", "july", "2026-07-01", "../.."])
def test_what_is_no_month_is_said(text: str) -> None:
    with pytest.raises(ConfigurationError, match="write it as YYYY-MM"):
        parse_month(text)


def test_months_run_over_the_year() -> None:
    months = months_from(date(2025, 11, 1), date(2026, 2, 1))
    assert [f"{month:%y-%m}" for month in months] == ["25-11", "25-12", "26-01", "26-02"]
    assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)
    with pytest.raises(ConfigurationError, match="backwards"):
        months_from(JULY, JUNE)


# ---- once, and only if everything is right ---------------------------------------------------------------------------


def test_a_second_call_makes_nothing_and_changed_inputs_make_the_next(own_toy: ToyRelease) -> None:
    first = (own_toy.settings.releases / "2026.07.0" / "SHA256SUMS").read_bytes()
    again = own_toy.cut(JULY)
    assert (again.unchanged, again.manifest.version, made(own_toy)) == (True, "2026.07.0", {"2026.07.0"})
    assert own_toy.gate.asked == []
    own_toy.land(date(2026, 7, 31), COUNTS | {"org/base": 71})
    own_toy.build()
    changed = own_toy.cut(JULY)
    assert (changed.unchanged, changed.manifest.version) == (False, "2026.07.1")
    assert changed.manifest.previous == "2026.07.0"
    assert (own_toy.settings.releases / "2026.07.0" / "SHA256SUMS").read_bytes() == first


@pytest.mark.parametrize(
    ("gate", "reason"),
    [
        (
            ToyGate((ToyCondition(), ToyCondition("mapping", "90 %", "71 %", "failed", "add names")), passed=False),
            r"mapping: 71 % \(allowed: 90 %\)\. add names",
        ),
        (ToyGate((ToyCondition(verdict="not_evaluated"),)), "freshness"),
        (ToyGate((ToyCondition(verdict="failed"),), passed=True), "freshness"),
        (ToyGate((ToyCondition(),), passed=False), "gives no reason"),
        (ToyGate(()), "gives no reason"),
    ],
    ids=["refused", "not evaluated", "says passed but refuses", "refused without reason", "without conditions"],
)
def test_the_gate_decides_and_fails_closed(own_toy: ToyRelease, gate: ToyGate, reason: str) -> None:
    forget_release(own_toy)
    with pytest.raises(DataRefused, match=f"The gate refuses 2026-07.*{reason}"):
        own_toy.cut(JULY, gate=gate)
    assert made(own_toy) == set()


def forget_release(toy: ToyRelease) -> None:
    assemble.remove_tree(toy.settings.releases / "2026.07.0")


def test_files_that_are_not_those_of_the_build_are_refused(own_toy: ToyRelease) -> None:
    forget_release(own_toy)
    columns = ToyCondition("exported.columns", "the same", "day is absent", "failed", "mend the export")
    with pytest.raises(DataRefused, match=r"not those of the build that passed: exported\.columns: day is absent"):
        own_toy.cut(JULY, gate=ToyGate(about_files=(columns,)))
    assert made(own_toy) == set()


def test_what_was_waived_is_printed(own_toy: ToyRelease) -> None:
    forget_release(own_toy)
    waived = ToyCondition("late source", "2 days", "9 days", "waived", "provider is down; decided by A. Person")
    release = own_toy.cut(JULY, gate=ToyGate((ToyCondition(), waived)))
    card = (release.folder / "README.md").read_text()
    assert "2 conditions, of which 1 was waived" in card
    assert "- Waived: late source: 9 days (limit: 2 days). provider is down; decided by A. Person" in card


def test_a_mart_edited_by_hand_in_the_build_is_refused(own_toy: ToyRelease) -> None:
    forget_release(own_toy)
    with duckdb.connect(str(own_toy.settings.build_database)) as connection:
        connection.execute("update marts.dim_model set total_parameters = 1")
    with pytest.raises(DataRefused, match=r"warehouse\.duckdb is not the untouched result of a finished build"):
        own_toy.cut(JULY)


def test_a_mart_edited_by_hand_in_the_published_copy_is_refused(own_toy: ToyRelease) -> None:
    forget_release(own_toy)
    copy = current_copy(own_toy.settings)
    assert is_sealed(copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update marts.dim_model set total_parameters = 1 where model_id = 'org/base'")
    with pytest.raises(DataRefused, match="is not the copy that was published"):
        own_toy.cut(JULY)


def test_a_duplicated_key_is_refused(own_toy: ToyRelease) -> None:
    text = "select * from ({text}) union all select 'org/base', null, null, 1"
    path = own_toy.project / "models" / "marts" / "dim_model.sql"
    path.write_text(text.format(text=path.read_text()))
    models = own_toy.project / "models" / "models.yml"
    models.write_text(
        models.read_text().replace("data_tests: [unique]", "data_tests: [{unique: {config: {severity: warn}}}]", 1)
    )
    own_toy.build()
    with pytest.raises(DataRefused, match=r"marts\.dim_model has several rows for model_id org/base"):
        own_toy.cut(JULY)
    assert made(own_toy) == {"2026.07.0"}


def test_a_mart_without_a_key_is_refused(own_toy: ToyRelease) -> None:
    models = own_toy.project / "models" / "models.yml"
    models.write_text(models.read_text().replace("data_tests: [unique]", "data_tests: [not_null]", 1))
    own_toy.build()
    with pytest.raises(DataRefused, match=r"marts\.dim_model has no declared key"):
        own_toy.cut(JULY)


def test_synthetic_data_is_released_only_when_told_and_says_so(tmp_path: Path) -> None:
    toy = ToyRelease.make(tmp_path)
    toy.land_month(JULY, synthetic=True)
    toy.build()
    with pytest.raises(DataRefused, match="--synthetic-ok"):
        toy.cut(JULY)
    release = toy.cut(JULY, synthetic_ok=True)
    package = json.loads((release.folder / "datapackage.json").read_text())
    croissant = json.loads((release.folder / "croissant.json").read_text())
    assert package["name"] == croissant["name"] == "open-model-warehouse-synthetic"
    assert package["synthetic"] is True
    for name in ("README.md", "DICTIONARY.md", "diff.md", "CITATION.cff", "datapackage.json", "croissant.json"):
        assert "SYNTHETIC" in (release.folder / name).read_text(), name


@pytest.mark.parametrize(
    ("month", "reason"),
    [(AUGUST, "ends on 2026-07-31, so 2026-08 is not complete"), (MAY, "far beyond 2026-05; .*--backfill 2026-05")],
)
def test_a_release_is_about_the_month_that_was_just_over(toy: ToyRelease, month: date, reason: str) -> None:
    with pytest.raises(DataRefused, match=reason):
        toy.cut(month)


def test_two_processes_do_not_make_releases_at_once(toy: ToyRelease, released: Release) -> None:
    with releases_lock(toy.settings), pytest.raises(ConfigurationError, match="Another process is making"):
        toy.cut(JULY)


def test_what_a_kill_left_is_removed_and_was_no_release(own_toy: ToyRelease) -> None:
    leftover = own_toy.settings.releases / ".unfinished-2026.07.1"
    leftover.mkdir()
    (leftover / "data").mkdir()
    leftover.chmod(0o555)
    own_toy.cut(JULY)
    assert made(own_toy) == {"2026.07.0"}


# ---- tombstones and licences -----------------------------------------------------------------------------------------


def test_an_id_under_a_tombstone_is_nowhere_and_the_changes_say_so(
    own_toy: ToyRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    stone = Tombstone("ORG/base", "takedown notice", date(2026, 7, 5), "A. Person")
    monkeypatch.setattr(assemble, "read_tombstones", lambda: (stone,))
    release = own_toy.cut(JULY)
    assert release.manifest.version == "2026.07.1"
    for path in release.folder.rglob("*"):
        if path.is_file() and path.suffix in {".parquet", ".csv", ".duckdb", ".json", ".md"}:
            assert b"org/base" not in path.read_bytes().lower(), path
    with duckdb.connect(str(release.folder / "warehouse.duckdb"), read_only=True) as connection:
        models = connection.sql("select model_id, base_model_id from marts.dim_model order by all").fetchall()
    assert models == [("org/tuned", None), ("other/model", None)]
    text = (release.folder / "diff.md").read_text()
    assert "**Left out for legal reasons:** 1 id (takedown notice)." in text


def test_the_reviewed_lists_can_be_read() -> None:
    assert read_tombstones() == ()
    assert read_rules().licence["ODbL-1.0"].conditions == "share_alike"


def test_a_list_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_text('[[tombstone]]\nid = "a/b"\n')
    with pytest.raises(ConfigurationError, match="cannot be read as a list of tombstones"):
        tombstones.read_tombstones(path)
    with pytest.raises(ConfigurationError, match="cannot be read as rules"):
        read_rules(path)


def under(*licences: str) -> list[Snapshot]:
    moment = datetime(2026, 7, 1)
    return [
        Snapshot("hub", f"t{number}", JULY, 1, True, moment, 1, "", None, licence, "", "1", False, "", "")
        for number, licence in enumerate(licences)
    ]


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (("CC0-1.0",), "CC0-1.0"),
        (("MIT", "CC0-1.0", "Apache-2.0"), "CC-BY-4.0"),
        (("ODbL-1.0", "ODbL-1.0"), "ODbL-1.0"),
        (("MIT", "Hugging Face Terms of Service"), "other"),
    ],
)
def test_the_licence_follows_from_those_of_the_sources(licences: tuple[str, ...], expected: str) -> None:
    assert licence_of_release(read_rules(), under(*licences)).id == expected


@pytest.mark.parametrize("licences", [("ODbL-1.0", "MIT"), ("ODbL-1.0", "CC-BY-SA-4.0"), ("ODbL-1.0", "CC0-1.0")])
def test_share_alike_data_is_not_mixed_unless_that_is_declared(licences: tuple[str, ...]) -> None:
    with pytest.raises(DataRefused, match=r"would mix licences.*ODbL-1\.0 \(hub/t0\)"):
        licence_of_release(read_rules(), under(*licences))
    rules = read_rules()
    mix = structs.replace(rules.mix[0], licences=frozenset(licences), publish_under="ODbL-1.0")
    declared = LicenceRules(rules.licence, (mix,))
    assert licence_of_release(declared, under(*licences)).id == "ODbL-1.0"


def test_an_unknown_licence_is_refused_by_name() -> None:
    with pytest.raises(DataRefused, match="'secret terms' of hub/t1 is not listed"):
        licence_of_release(read_rules(), under("MIT", "secret terms"))


def test_every_licence_of_the_registry_is_listed() -> None:
    from orchestration.sources.registry import SOURCES

    known = read_rules().licence.keys() | {"as declared per table"}
    assert {spec.licence for spec in SOURCES.values()} <= known


def test_a_share_alike_source_stops_the_release(own_toy: ToyRelease) -> None:
    own_toy.land(date(2026, 7, 30), licence="ODbL-1.0")
    own_toy.build()
    with pytest.raises(DataRefused, match="would mix licences"):
        own_toy.cut(JULY)
    assert made(own_toy) == {"2026.07.0"}


# ---- the past --------------------------------------------------------------------------------------------------------


def test_past_months_are_released_from_what_was_known_then(own_toy: ToyRelease) -> None:
    own_toy.land_month(JUNE, {"org/base": 60, "org/tuned": 6})
    # The correction of June came in July, later than June's release would have been made.
    own_toy.land(date(2026, 6, 30), {"org/base": 65}, fetched=datetime(2026, 7, 20, tzinfo=UTC))
    copy = current_copy(own_toy.settings)
    first, second = own_toy.backfill(JUNE, JULY)
    assert (first.manifest.version, second.manifest.version) == ("2026.06.0", "2026.07.1")
    assert [moment for _, _, moment in own_toy.gate.asked] == [
        datetime(2026, 7, 6, tzinfo=UTC),
        datetime(2026, 8, 6, tzinfo=UTC),
    ]
    assert june_total(first) == 60
    assert june_total(second) == 65
    assert first.manifest.as_of == datetime(2026, 7, 6)
    assert "Restated history: 2026-06" in own_toy_diff(own_toy)
    assert current_copy(own_toy.settings) == copy
    assert is_sealed(copy)
    assert list((own_toy.settings.root / "build").glob("as-of-*")) == []
    own_toy.gate.asked.clear()
    assert [each.unchanged for each in own_toy.backfill(JUNE, JULY)] == [True, True]
    assert own_toy.gate.asked == []


def own_toy_diff(toy: ToyRelease) -> str:
    from orchestration.release.diff import diff_releases
    from orchestration.release.diff_text import diff_text

    releases = toy.settings.releases
    return diff_text(diff_releases(toy.settings, releases / "2026.06.0", releases / "2026.07.1"))


def june_total(release: Release) -> int:
    with duckdb.connect(str(release.folder / "warehouse.duckdb"), read_only=True) as connection:
        [(total,)] = connection.sql(
            "select total_parameters from marts.fct_parameters_daily where model_id = 'org/base' and day = '2026-06-30'"
        ).fetchall()
    return int(total)


def test_a_rebuild_from_raw_gives_the_same_bytes_also_after_raw_has_grown(own_toy: ToyRelease) -> None:
    own_toy.land(date(2026, 7, 31), COUNTS | {"org/base": 99})
    rebuilt = own_toy.rebuild(own_toy.settings.releases / "2026.07.0")
    assert [table.name for table in rebuilt.tables if not table.is_identical] == []
    assert len(rebuilt.tables) == 5
    assert rebuilt.differences == ()
    assert list((own_toy.settings.root / "build").glob("rebuild-*")) == []


def test_a_rebuild_tells_which_table_is_another_and_why(own_toy: ToyRelease) -> None:
    path = own_toy.project / "models" / "marts" / "report_families.sql"
    path.write_text(path.read_text().replace("max(day)", "min(day)"))
    rebuilt = own_toy.rebuild(own_toy.settings.releases / "2026.07.0")
    assert [table.name for table in rebuilt.tables if not table.is_identical] == ["data/report_families.parquet"]
    assert rebuilt.differences == ("the dbt project was another",)


def test_a_rebuild_without_a_snapshot_is_refused(own_toy: ToyRelease) -> None:
    day = own_toy.settings.raw / "hub" / "tracked" / "snapshot_date=2026-07-31"
    day.rename(own_toy.settings.root / "elsewhere")
    with pytest.raises(DataRefused, match="hub/tracked of 2026-07-31, revision 1, is not in"):
        own_toy.rebuild(own_toy.settings.releases / "2026.07.0")


def test_another_machine_makes_the_same_tables(released: Release, tmp_path: Path) -> None:
    """Another folder, time zone, locale, hash seed and umask, in a process of its own."""
    code = (
        "import sys, pathlib, datetime, os; os.umask(0o077)\n"
        "from tests.release.toy_release import ToyRelease\n"
        "toy = ToyRelease.make(pathlib.Path(sys.argv[1]))\n"
        "toy.land_month(datetime.date(2026, 7, 1)); toy.build(); toy.cut(datetime.date(2026, 7, 1))\n"
    )
    environment = {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "7", "USER": "someone"}
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a folder, elsewhere")],
        cwd=PROJECT_ROOT,
        env=os.environ | environment,
        check=True,
    )
    elsewhere = tmp_path / "a folder, elsewhere" / "home" / "releases" / "2026.07.0" / "SHA256SUMS"

    def tables(sums: Path) -> list[str]:
        return [line for line in sums.read_text().splitlines() if line[66:].startswith(("data/", "csv/"))]

    assert tables(elsewhere) == tables(released.folder / "SHA256SUMS")
    assert len(tables(elsewhere)) == 7
