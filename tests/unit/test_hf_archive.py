"""Dumps land by declaration: one snapshot per table and day, good records without the bad ones, nothing twice."""

import gzip
import io
import itertools
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.errors import ConfigurationError
from orchestration.snapshots.records import RecordKind
from orchestration.sources import tabular
from tests.fakes.archives import READINGS, TODAY, Archive, csv_of, json_of

DAY = date(2026, 7, 1)
ROWS = [("org/a", 10, 1), ("org/b", 20, 2)]
DATED = {"date_column": "day"}
DAYS = [("2026-07-02", "org/a", 12, 1), ("2026-07-01", "org/a", 10, 1), ("2026-07-01", "org/b", 20, 2)]
DATED_HEADER = "day,id,total,likes"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def outcomes(
    archive: Archive, *entries: dict[str, Any], **request: Any
) -> list[tuple[str, date | None, str, int, int]]:
    return [
        (one.table_name, one.snapshot_date, one.outcome, one.rows, one.rejected_rows)
        for one in archive.land(*entries, **request)
    ]


# ---- days ------------------------------------------------------------------------------------------------------------


def test_a_file_of_one_day(archive: Archive) -> None:
    entry = archive.entry(archive.write("a.csv", csv_of(ROWS)))
    assert outcomes(archive, entry) == [("counters", DAY, "landed", 2, 0)]
    assert archive.records().select("model_id", "downloads_total", "likes").rows() == ROWS


def test_a_day_in_the_file_name(archive: Archive) -> None:
    archive.write("counters_02-07-2026.json", json_of(ROWS))
    archive.write("counters_01-07-2026.json.gz", json_of(ROWS[:1]))
    pattern = r"_(?P<day>\d\d)-(?P<month>\d\d)-(?P<year>\d{4})\.json"
    landed = outcomes(archive, archive.entry(str(archive.folder / "*.json*"), date_pattern=pattern))
    assert landed == [("counters", DAY, "landed", 1, 0), ("counters", date(2026, 7, 2), "landed", 2, 0)]


def test_a_file_of_many_days_is_one_snapshot_a_day_of_the_same_bytes(archive: Archive) -> None:
    entry = archive.entry(archive.write("a.csv.gz", csv_of(DAYS, DATED_HEADER)), **DATED)
    assert outcomes(archive, entry) == [
        ("counters", DAY, "landed", 2, 0),
        ("counters", date(2026, 7, 2), "landed", 1, 0),
    ]
    manifests = list(archive.store.manifests())
    assert len({manifest.received[0].sha256 for manifest in manifests}) == 1
    kept = archive.store.received_path(manifests[0].received[0].sha256).read_bytes()
    assert gzip.decompress(kept).decode() == csv_of(DAYS, DATED_HEADER)


def test_a_time_belongs_to_its_utc_day(archive: Archive) -> None:
    rows = [("2026-07-02T08:59:59+09:00", "org/a", 1, 1), ("2026-07-02T09:00:00+09:00", "org/b", 1, 1)]
    entry = archive.entry(archive.write("a.csv", csv_of(rows, DATED_HEADER)), **DATED)
    assert [(day, count) for _, day, _, count, _ in outcomes(archive, entry)] == [(DAY, 1), (date(2026, 7, 2), 1)]


def test_only_the_wanted_day_and_table(archive: Archive) -> None:
    dated = archive.entry(archive.write("a.csv", csv_of(DAYS, DATED_HEADER)), **DATED)
    other = archive.entry(archive.write("b.csv", csv_of(ROWS)), table="other")
    assert outcomes(archive, dated, other, snapshot_date=date(2026, 7, 2)) == [
        ("counters", date(2026, 7, 2), "landed", 1, 0)
    ]
    missing = archive.entry("nowhere.csv", table="missing")
    assert outcomes(archive, dated, other, missing, tables=frozenset({"other"})) == [("other", DAY, "landed", 2, 0)]


def test_records_without_a_day_are_refused_and_the_others_land(archive: Archive) -> None:
    rows = [*DAYS, ("soon", "org/c", 1, 1), ("", "org/d", 1, 1)]
    entry = archive.entry(archive.write("a.csv", csv_of(rows, DATED_HEADER) + "2026-07-01,org/e\n"), **DATED)
    *landed, refused = archive.land(entry)
    assert [one.outcome for one in landed] == ["landed", "landed"]
    assert (refused.outcome, refused.snapshot_date, refused.rejected_rows) == ("refused", None, 3)
    assert "3 of the records of" in str(refused.reason)
    path = next((archive.store.root / "hf_archive/counters").rglob(f"{refused.rejected}*"))
    kept = pl.read_parquet(path, hive_partitioning=False)
    assert kept["record_number"].to_list() == [4, 5, 6]
    assert kept["reason"].to_list() == ["day is not a date"] * 2 + ["has 2 fields, the header has 4"]


def test_a_future_day_of_a_file_is_refused_and_its_other_days_land(archive: Archive) -> None:
    future = (TODAY + timedelta(days=2)).date()
    rows = [*DAYS, (future.isoformat(), "org/a", 99, 1)]
    entry = archive.entry(archive.write("a.csv", csv_of(rows, DATED_HEADER)), **DATED)
    assert [(day, what) for _, day, what, _, _ in outcomes(archive, entry)] == [
        (DAY, "landed"),
        (date(2026, 7, 2), "landed"),
        (future, "refused"),
    ]


# ---- what lands is right ---------------------------------------------------------------------------------------------


def test_a_wrong_record_is_rejected_with_its_reason_and_the_others_land(archive: Archive) -> None:
    rows = [
        {"id": "org/good", "total": 1, "likes": 1, "at": "2026-06-30T00:00:00Z"},
        {"id": "org/text", "total": "many", "likes": 1, "at": None},
        {"id": "org/part", "total": 1.5, "likes": 1, "at": None},
        {"id": "org/less", "total": -1, "likes": 1, "at": None},
        {"id": "org/late", "total": 1, "likes": 1, "at": "2026-07-03T00:00:00Z"},
        {"id": "org/list", "total": [1], "likes": 1, "at": None},
        {"id": None, "total": 1, "likes": 1, "at": None},
        7,
    ]
    columns = READINGS | {"created_at": "at"}
    assert outcomes(archive, archive.entry(archive.write("a.json", json.dumps(rows)), columns=columns)) == [
        ("counters", DAY, "landed", 1, 7)
    ]
    assert archive.records()["model_id"].to_list() == ["org/good"]
    reasons = [(number, reason) for number, _, reason in archive.rejected()]
    assert reasons[:6] == [
        (2, "downloads_total is not a whole number"),
        (3, "downloads_total is not a whole number"),
        (4, "downloads_total is negative"),
        (5, "created_at lies after the snapshot of 2026-07-01"),
        (6, "total is not a single value"),
        (7, "model_id is missing"),
    ]
    texts = {number: text for number, text, _ in archive.rejected()}
    assert json.loads(texts[2]) == {"id": "org/text", "total": "many", "likes": "1", "at": None}
    assert texts[8] == "7"


HOSTILE = ["../../etc/passwd", 'org/"quoted"', "org/a'b", "org/a\nb", "org/a\0b", "org/\U0001f600", "<script>", "a/b/c"]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.parquet"])
def test_hostile_ids_are_rejected_in_every_format(archive: Archive, name: str) -> None:
    rows = [{"id": text, "total": 1, "likes": 1} for text in [*HOSTILE, "org/good"]]
    sink = io.BytesIO()
    pl.DataFrame(rows).write_parquet(sink)
    written = {"a.json": json.dumps(rows).encode(), "a.jsonl": "\n".join(map(json.dumps, rows)).encode()}
    entry = archive.entry(archive.write(name, written.get(name, sink.getvalue())))
    assert outcomes(archive, entry) == [("counters", DAY, "landed", 1, len(HOSTILE))]
    assert {reason for _, _, reason in archive.rejected()} == {"model_id is not a Hub repository id"}


def test_of_records_with_the_same_key_one_lands(archive: Archive) -> None:
    entry = archive.entry(archive.write("a.csv", csv_of([("org/a", 10, 1), ("org/a", 30, 1), ("org/b", 1, 1)])))
    assert outcomes(archive, entry) == [("counters", DAY, "landed", 2, 1)]
    assert archive.records().filter(model_id="org/a")["downloads_total"].to_list() == [30]
    assert archive.rejected()[0][0] == 1


def test_a_filter_parts_a_file_into_tables(archive: Archive) -> None:
    rows = [("org/a", 1, "one:x"), ("org/a", 2, "one:y"), ("org/a", 3, "two"), ("org/b", 4, "o.e:x")]
    location = archive.write("a.csv", csv_of(rows, "id,total,origin"))
    columns = {"model_id": "id", "downloads_total": "total"}
    entries = [
        archive.entry(location, table=table, columns=columns, where={"origin": pattern})
        for table, pattern in [("x", "one:x"), ("all_x", "*:x"), ("dot", "o.e:x"), ("nobody", "three")]
    ]
    *landed, refused = archive.land(*entries)
    assert [one.rows for one in landed] == [1, 2, 1]
    assert refused.outcome == "refused"
    assert "has no record where {'origin': 'three'}" in str(refused.reason)


def test_edges_and_totals(archive: Archive) -> None:
    edges = archive.entry(
        archive.write("edges.csv", "base,child,how\norg/a,org/b,merge\norg/a,org/a,merge\norg/a,,merge\n"),
        table="edges",
        kind="edges",
        columns={"derivative_model_id": "child", "base_model_id": "base", "relation": "how"},
    )
    totals = archive.entry(
        archive.write("totals.csv", "who,n\nMeta Llama,5\n"),
        table="totals",
        kind="organization_totals",
        columns={"organization_name": "who", "downloads_30d": "n"},
    )
    # An edge from a model to itself is what was received; what it means is decided later.
    assert outcomes(archive, edges, totals) == [("edges", DAY, "landed", 2, 1), ("totals", DAY, "landed", 1, 0)]
    assert archive.store.current("hf_archive", "edges", DAY).kind is RecordKind.EDGES  # type: ignore[union-attr]


# ---- the hub-stats layout --------------------------------------------------------------------------------------------


def hub_stats(**changed: Any) -> pl.DataFrame:
    models = {
        "id": ["org/a", "org/b"],
        "author": ["org", "org"],
        "createdAt": [datetime(2026, 1, 1, 12), datetime(2026, 2, 1)],
        "lastModified": [datetime(2026, 3, 1), None],
        "downloads": [5, 0],
        "downloadsAllTime": [50, 7],
        "likes": [3, 0],
        "tags": [["license:mit", "region:us"], []],
        "pipeline_tag": ["text-generation", None],
        "library_name": ["transformers", None],
        "safetensors": [{"parameters": {"BF16": 8}, "total": 8_000_000_000}, None],
        "gated": ["auto", "false"],
        "sha": ["0" * 40, "1" * 40],
        "baseModels": [None, {"relation": "quantized", "models": [{"_id": "x", "id": "org/a"}]}],
    }
    return pl.DataFrame(models | changed)


def test_the_hub_stats_layout_needs_location_and_date_only(archive: Archive) -> None:
    path = archive.folder / "models.parquet"
    hub_stats().write_parquet(path)
    entry = {"layout": "hub_stats", "location": str(path), "snapshot_date": DAY}
    assert outcomes(archive, entry) == [("hub_stats", DAY, "landed", 2, 0)]
    first, second = archive.records("hub_stats").to_dicts()
    assert {name: value for name, value in first.items() if value is not None} == {
        "model_id": "org/a",
        "sha": "0" * 40,
        "created_at": datetime(2026, 1, 1, 12),
        "last_modified_at": datetime(2026, 3, 1),
        "downloads_30d": 5,
        "downloads_total": 50,
        "likes": 3,
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "gated": "auto",
        "total_parameters": 8_000_000_000,
        "tags": ["license:mit", "region:us"],
    }
    assert second["base_models"] == [{"relation": "quantized", "model_id": "org/a"}]
    assert (second["gated"], second["total_parameters"]) == ("false", None)


def test_the_hub_stats_layout_with_json_text_and_without_newer_columns(archive: Archive) -> None:
    text = json.dumps({"parameters": {"F32": 2}, "total": 2})
    older = hub_stats(safetensors=[text, None]).drop("baseModels", "gated", "sha")
    older.write_parquet(archive.folder / "models.parquet")
    entry = {"layout": "hub_stats", "location": str(archive.folder / "models.parquet"), "snapshot_date": DAY}
    archive.land(entry)
    assert archive.records("hub_stats")["total_parameters"].to_list() == [2, None]


def test_a_hub_stats_dump_with_less_than_half_of_the_models_is_partial(archive: Archive) -> None:
    pl.concat([hub_stats(), hub_stats(id=["org/c", "org/d"]), hub_stats(id=["org/e", "org/f"])]).write_parquet(
        archive.folder / "models-2026-07-01.parquet"
    )
    hub_stats().write_parquet(archive.folder / "models-2026-07-02.parquet")
    entry = {
        "layout": "hub_stats",
        "location": str(archive.folder / "*.parquet"),
        "date_pattern": r"models-(?P<date>\S{10})\.",
    }
    assert [one.outcome for one in archive.land(entry)] == ["landed", "refused"]


# ---- several days at a time ------------------------------------------------------------------------------------------

PATTERN = {"date_pattern": r"day-(?P<date>\S{10})\."}


def write_days(archive: Archive, days: int = 6) -> dict[str, Any]:
    """A day a file in the hub-stats layout, one of them too small and one broken; gives the entry."""
    for number in range(1, days + 1):
        path = archive.folder / f"day-2026-07-{number:02}.parquet"
        parts = [hub_stats(id=[f"org/a{n}", f"org/b{n}"], downloadsAllTime=[number, n]) for n in range(4)]
        (pl.concat(parts) if number != 3 else parts[0]).write_parquet(path)
    (archive.folder / f"day-2026-07-{days + 1:02}.parquet").write_bytes(b"PAR1")
    return {"layout": "hub_stats", "location": str(archive.folder / "day-*.parquet"), **PATTERN}


def history(archive: Archive) -> list[Any]:
    """All that is on record, but for the times and the folder."""
    return [
        (one.table_name, one.snapshot_date, one.outcome, one.rows, one.revision, one.received)
        for one in archive.store.outcomes()
    ]


@pytest.mark.parametrize("threads", [1, 3])
def test_days_read_at_a_time_land_like_days_one_after_another(tmp_path: Path, threads: int) -> None:
    (tmp_path / "one").mkdir()
    # One day takes some kilobytes, and there is room for one more.
    alone, together = Archive(tmp_path / "one", memory_limit="600.005MB"), Archive(tmp_path, threads=threads)
    found = []
    for archive in (alone, together):
        for attempt in archive.land(write_days(archive)):
            found.append((archive, attempt.snapshot_date, attempt.outcome))
    assert [what for where, *what in found if where is alone] == [what for where, *what in found if where is together]
    assert [what for where, _, what in found if where is alone] == ["landed"] * 2 + ["refused"] + ["landed"] * 3 + [
        "refused"
    ]
    assert alone.landed() == together.landed()
    assert history(alone) == history(together)


def test_a_landing_that_is_stopped_between_days_goes_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "undisturbed").mkdir()
    undisturbed, stopped = Archive(tmp_path / "undisturbed"), Archive(tmp_path)
    undisturbed.land(write_days(undisturbed))
    entry = write_days(stopped)
    landing = stopped.landing(entry)
    assert [next(landing).outcome for _ in range(2)] == ["landed", "landed"]
    landing.close()
    assert [one.snapshot_date for one in stopped.store.manifests()] == [DAY, DAY + timedelta(1)]
    assert [one.outcome for one in stopped.land(entry)][:4] == ["unchanged", "unchanged", "refused", "landed"]
    assert stopped.landed() == undisturbed.landed()


def test_what_a_file_lost_between_its_batches_is_told_as_received(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a model that is listed twice, the record with the higher counter wins, however far apart they lie."""
    monkeypatch.setattr(tabular, "_BATCH", 2)
    rows = [("org/a", 9), ("../x", 1), ("org/b", 2), ("org/c", -3), ("org/a", 10), ("org/d", 4)]
    path = archive.folder / "a.parquet"
    pl.DataFrame(rows, schema=["id", "total"], orient="row").with_columns(likes=1).write_parquet(path)
    assert outcomes(archive, archive.entry(str(path))) == [("counters", DAY, "landed", 3, 3)]
    assert archive.records().select("model_id", "downloads_total").rows() == [("org/a", 10), ("org/b", 2), ("org/d", 4)]
    assert [(number, json.loads(text)["id"], reason) for number, text, reason in archive.rejected()] == [
        (1, "org/a", "duplicate key; record 5 is kept"),
        (2, "../x", "model_id is not a Hub repository id"),
        (4, "org/c", "downloads_total is negative"),
    ]


def test_progress_of_many_files_counts_towards_their_end(archive: Archive) -> None:
    told: list[Any] = []
    archive.land(write_days(archive), report=told.append)
    rows = [one.rows for one in told]
    assert rows == sorted(rows)
    assert rows[-1] == 5 * 8 + 2
    assert {(one.what, one.total) for one in told} == {("hf_archive/hub_stats", 42)}


# ---- again, later, differently ---------------------------------------------------------------------------------------


def test_the_same_records_in_any_packing_are_unchanged(archive: Archive) -> None:
    archive.land(archive.entry(archive.write("a.csv", csv_of(ROWS))))
    for name, content in [("a.csv", csv_of(ROWS)), ("b.csv.gz", csv_of(ROWS)), ("c.json", json_of(ROWS))]:
        assert outcomes(archive, archive.entry(archive.write(name, content))) == [("counters", DAY, "unchanged", 2, 0)]
    assert len(list(archive.store.manifests())) == 1


def test_a_changed_file_is_a_new_revision_and_the_old_one_stays(archive: Archive) -> None:
    archive.land(archive.entry(archive.write("a.csv", csv_of(ROWS))))
    archive.land(archive.entry(archive.write("a.csv", csv_of([("org/a", 11, 1)]))))
    assert [(one.revision, one.rows) for one in archive.store.manifests()] == [(1, 2), (2, 1)]
    assert archive.records()["downloads_total"].to_list() == [11]


def test_a_changed_mapping_is_a_new_revision(archive: Archive) -> None:
    location = archive.write("a.csv", csv_of(ROWS))
    archive.land(archive.entry(location))
    archive.land(archive.entry(location, columns=READINGS | {"likes": {"column": "likes", "null_values": ["0"]}}))
    newest = archive.store.current("hf_archive", "counters", DAY)
    assert newest is not None
    assert newest.revision == 2
    assert newest.declared["columns"]["likes"] == {"column": "likes", "null_values": ["0"]}


def test_later_days_of_a_grown_file_are_the_only_ones_that_land(archive: Archive) -> None:
    archive.land(archive.entry(archive.write("a.csv", csv_of(DAYS, DATED_HEADER)), **DATED))
    grown = [*DAYS, ("2026-07-03", "org/a", 15, 1)]
    entry = archive.entry(archive.write("a.csv", csv_of(grown, DATED_HEADER)), **DATED)
    assert [what for _, _, what, _, _ in outcomes(archive, entry)] == ["unchanged", "unchanged", "landed"]


@settings(max_examples=6, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_in_which_days_arrive_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    rows = [(f"2026-07-0{day}", "org/a", day * 10, 1) for day in range(1, 5)]
    together = Archive(tmp_path_factory.mktemp("together"))
    together.land(together.entry(together.write("a.csv", csv_of(rows, DATED_HEADER)), **DATED))
    apart = Archive(tmp_path_factory.mktemp("apart"))
    for day in order:
        apart.land(apart.entry(apart.write(f"{day}.csv", csv_of([rows[day]], DATED_HEADER)), **DATED))
    assert apart.landed() == together.landed()


def test_one_day_in_two_files_does_not_win_by_order(archive: Archive) -> None:
    archive.write("a.csv", csv_of(ROWS))
    archive.write("b.csv", csv_of([("org/a", 99, 1)]))
    first, second = archive.land(archive.entry(str(archive.folder / "*.csv")))
    assert (first.outcome, second.outcome) == ("landed", "refused")
    assert archive.records()["downloads_total"].to_list() == [10, 20]


# ---- trouble ---------------------------------------------------------------------------------------------------------

BAD = {
    "missing": (None, "failed", "No file at"),
    "truncated.csv.gz": (gzip.compress(csv_of(ROWS * 99).encode())[:-9], "refused", "truncated gzip"),
    "page.csv": (b"<html>", "refused", "HTML"),
    "columns.csv": (b"name,total\norg/a,1\n", "refused", "has no column id, likes (it has: name, total)"),
    "empty.csv": (b"", "refused", "is empty"),
    "none.json": (b"[]", "refused", "has no records"),
    "latin.csv": ("id,total,likes\norg/é,1,1\n".encode("latin-1"), "refused", "not UTF-8"),
    "nul.csv": (b"id,total,likes\norg/a\0,1,1\n", "refused", "NUL bytes"),
    "not.parquet": (b"PAR1", "refused", "cannot be read as parquet"),
    "all_bad.csv": (b"id,total,likes\norg/a,many,1\n", "refused", "all 1 were rejected (first: downloads_total is not"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_lands_nothing_and_stops_nobody(archive: Archive, name: str) -> None:
    content, outcome, sentence = BAD[name]
    path = archive.folder / name
    if content is not None:
        path.write_bytes(content)
    good = archive.entry(archive.write("good.csv", csv_of(ROWS)), table="good")
    bad, landed = archive.land(archive.entry(str(path)), good)
    assert (bad.outcome, bad.unreachable, bad.table_name) == (outcome, content is None, "counters")
    assert sentence in str(bad.reason)
    assert str(bad.reason).count("\n") == 0
    assert landed.outcome == "landed"
    assert {one.table for one in archive.store.manifests()} == {"good"}
    if content is not None:  # what was received is kept, also when it is wrong
        assert archive.store.received_path(bad.received[0]).read_bytes() == content


def test_a_field_that_holds_something_else_is_refused(archive: Archive) -> None:
    path = archive.folder / "a.parquet"
    pl.DataFrame({"id": ["org/a"], "total": [[1]], "likes": [1]}).write_parquet(path)
    (refused,) = archive.land(archive.entry(str(path)))
    assert f"{path} does not fit its declared columns: the field for downloads_total holds lists" in str(refused.reason)


def test_a_file_without_the_date_of_its_pattern_fails_and_the_others_land(archive: Archive) -> None:
    archive.write("counters_late.csv", csv_of(ROWS))
    archive.write("counters_2026-07-01.csv", csv_of(ROWS))
    entry = archive.entry(str(archive.folder / "*.csv"), date_pattern=r"_(?P<date>\d{4}-\d\d-\d\d)")
    landed, failed = archive.land(entry)
    assert (landed.outcome, failed.outcome) == ("landed", "failed")
    assert "does not match" in str(failed.reason)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"table": "../x"}, "table: String should match pattern"),
        ({"table": "X"}, "table: String should match pattern"),
        ({"kind": "registry_models"}, "kind: is none of readings, edges, organization_totals."),
        ({"kind": "edges"}, "entry: edges have no column model_id"),
        ({"columns": {"likes": "likes"}}, "entry: readings need a column model_id"),
        ({"columns": READINGS | {"likes": {}}}, "columns.likes: needs exactly one of column, template and constant"),
        ({"colums": {}}, "colums: Extra inputs are not permitted"),
        ({"date_pattern": "(?P<date>x)"}, "entry: needs exactly one of snapshot_date, date_pattern and date_column"),
        ({"snapshot_date": "2026-13-01"}, "snapshot_date: "),
        ({"format": "xlsx"}, "format: "),
        ({"layout": "other"}, "layout: "),
    ],
)
def test_a_wrong_entry_is_named_before_anything_is_read(archive: Archive, changed: Any, sentence: str) -> None:
    good = archive.entry(archive.write("a.csv", csv_of(ROWS)))
    with pytest.raises(ConfigurationError) as wrong:
        archive.land(good, archive.entry("b.csv", snapshot_date=DAY) | changed)
    assert "hf_archive, entry 2 of the sources file (b.csv): " in str(wrong.value)
    assert sentence in str(wrong.value)
    assert not list(archive.store.manifests())


def test_terms_and_rank_travel_with_the_snapshot(archive: Archive) -> None:
    terms = {"licence": "MIT", "citation": "Someone", "source_revision": "abc", "priority": 7, "is_complete": "all"}
    archive.land(archive.entry(archive.write("a.csv", csv_of(ROWS)), **terms))
    archive.land(archive.entry(archive.write("b.csv", csv_of(ROWS)), table="plain"))
    told, plain = sorted(archive.store.manifests(), key=lambda one: one.table)
    assert {name: getattr(told, name) for name in terms} == terms
    assert (plain.licence, plain.priority, plain.is_complete) == ("as declared per table", 100, None)


def test_progress_is_reported_per_file(archive: Archive) -> None:
    told: list[Any] = []
    archive.land(archive.entry(archive.write("a.csv", csv_of(DAYS, DATED_HEADER)), **DATED), report=told.append)
    assert [(one.what, one.rows) for one in told] == [("hf_archive/counters", 3)]


def test_every_record_is_accepted_or_rejected(archive: Archive) -> None:
    ids = ["org/a", "org/b", "../x", ""]
    totals = ["1", "-1", "x", "2.5", ""]
    days = ["2026-07-01", "2026-07-02", "never"]
    rows = list(itertools.product(days, ids, totals, [1]))
    landed = archive.land(archive.entry(archive.write("a.csv", csv_of(rows, DATED_HEADER)), **DATED))
    assert sum(one.rows + one.rejected_rows for one in landed) == len(rows)
