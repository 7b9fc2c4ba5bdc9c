"""Bad input through the command line: one clear sentence, the right exit code, and nothing wrong is current."""

import gzip
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from orchestration import cli
from orchestration.snapshots.layout import REJECTED_NAME
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.store import SnapshotStore
from orchestration.snapshots.verify import verify_store

GOOD_DAY, BAD_DAY = date(2026, 3, 1), date(2026, 3, 2)


@dataclass
class Archive:
    """A home in which one good day of one archive has landed, and a second day that is bad in some way."""

    folder: Path
    command: Callable[..., tuple[int, str, str]] = field(repr=False)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def store(self) -> SnapshotStore:
        return SnapshotStore(self.home / "raw")

    def sources(self, name: str, entry: str = "") -> Path:
        path = self.folder / f"{name}.toml"
        path.write_text(
            f"[[hf_archive]]\ntable = 'counters'\nlocation = '{name}'\n"
            + (entry or f"snapshot_date = {BAD_DAY}\n")
            + "[hf_archive.columns]\nmodel_id = 'id'\ndownloads_total = 'downloads'\n"
            + "tags = {column = 'tags', optional = true}\n"
        )
        return path

    def ingest(self, name: str, content: bytes | None, entry: str = "") -> tuple[int, str, str]:
        if content is not None:
            (self.folder / name).write_bytes(content)
        return self.command("ingest", "--sources", self.sources(name, entry))

    def outcomes(self, verdict: str) -> list[Outcome]:
        return [outcome for outcome in self.store.outcomes() if outcome.outcome == verdict]

    def require_only_the_good_day(self) -> None:
        """Nothing but the good day is there, nothing is left lying about, and the store is sound."""
        [manifest] = self.store.manifests()
        assert manifest.snapshot_date == GOOD_DAY
        assert self.store.read(manifest)["model_id"].to_pylist() == ["org/a", "org/b", "org/c"]
        assert not list(self.home.glob("raw/.staging/*/*"))
        assert list(verify_store(self.home / "raw")) == []

    def rejected(self, day: date) -> list[dict[str, object]]:
        manifest = self.store.current("hf_archive", "counters", day)
        assert manifest is not None
        return list(pq.read_table(self.home / "raw" / manifest.folder / REJECTED_NAME).to_pylist())

    def current_ids(self, day: date) -> list[str] | None:
        manifest = self.store.current("hf_archive", "counters", day)
        return None if manifest is None else sorted(self.store.read(manifest)["model_id"].to_pylist())


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Archive:
    monkeypatch.setenv("WAREHOUSE_HOME", str(tmp_path / "home"))

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["warehouse", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(end.value.code or 0), out, err

    archive = Archive(tmp_path, command)
    good = b"id,downloads\norg/a,1\norg/b,2\norg/c,3\n"
    code, _, _ = archive.ingest("good.csv", good, f"snapshot_date = {GOOD_DAY}\n")
    assert code == 0
    return archive


def table(**columns: list[object]) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue().to_pybytes()


GOOD_JSON = json.dumps([{"id": "org/a", "downloads": 1}, {"id": "org/b", "downloads": 2}]).encode()
GOOD_PARQUET = table(id=["org/a"], downloads=[1])
HTML = b"<!DOCTYPE html>\n<html><body>429 Too Many Requests</body></html>\n"
TOMORROW = date.today() + timedelta(days=3)

#: name of the file -> its bytes, what follows the location in the entry, and words of the sentence.
REFUSED: dict[str, tuple[str, bytes, str, str]] = {
    "truncated gzip": ("m.json.gz", gzip.compress(GOOD_JSON * 50)[:-9], "", "is a truncated gzip file"),
    "gzip of nothing": ("m.json.gz", gzip.compress(b""), "", "is empty"),
    "no gzip at all": ("m.csv.gz", b"\x1f\x8bno gzip", "", "gzip file; fetch it again"),
    "HTML for JSON": ("m.json", HTML, "", "is an HTML or XML page"),
    "HTML for JSONL": ("m.jsonl", HTML, "", "is an HTML or XML page"),
    "HTML for CSV": ("m.csv", HTML, "", "is an HTML or XML page"),
    "HTML for Parquet": ("m.parquet", HTML, "", "cannot be read as parquet"),
    "cut JSON": ("m.json", GOOD_JSON[:-5], "", "cannot be read as json (Input data was truncated)"),
    "cut Parquet": ("m.parquet", GOOD_PARQUET[:-20], "", "cannot be read as parquet"),
    "wrong columns of CSV": (
        "m.csv",
        b"name,count\na,1\n",
        "",
        "has no column id, downloads (it has: name, count); correct the columns in the sources file",
    ),
    "wrong columns of JSON": (
        "m.json",
        b'[{"name": "a", "count": 1}]',
        "",
        "has no column id, downloads (it has: name, count); correct the columns in the sources file",
    ),
    "wrong columns of Parquet": (
        "m.parquet",
        table(name=["a"], count=[1]),
        "",
        "has no column id, downloads (it has: name, count); correct the columns in the sources file",
    ),
    "all counters negative": (
        "m.csv",
        b"id,downloads\norg/a,-1\norg/b,-2\n",
        "",
        "all 2 were rejected (first: downloads_total is negative)",
    ),
    "all counters text": (
        "m.csv",
        b"id,downloads\norg/a,many\norg/b,few\n",
        "",
        "all 2 were rejected (first: downloads_total is not a whole number)",
    ),
    "counters are lists": (
        "m.json",
        b'[{"id": "org/a", "downloads": [1, 2]}]',
        "",
        "(first: downloads is not a single value)",
    ),
    "a given future day": (
        "m.csv",
        b"id,downloads\norg/a,1\n",
        f"snapshot_date = {TOMORROW}\n",
        "lies in the future (today is ",
    ),
    "a future day in the name": (
        f"m-{TOMORROW}.csv",
        b"id,downloads\norg/a,1\n",
        "date_pattern = '(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})'\n",
        "lies in the future (today is ",
    ),
    "a future day in a column": (
        "m.csv",
        f"id,downloads,day\norg/a,1,{TOMORROW}\n".encode(),
        "date_column = 'day'\n",
        "lies in the future (today is ",
    ),
    "no day in a column": ("m.csv", b"id,downloads,day\norg/a,1,soon\n", "date_column = 'day'\n", "belong to no day"),
    "a day before there was a Hub": (
        "m.csv",
        b"id,downloads\norg/a,1\n",
        "snapshot_date = 0202-06-01\n",
        "lies before",
    ),
    "an empty file": ("m.csv", b"", "", "is empty; fetch it again"),
    "an empty JSON file": ("m.json", b"", "", "is empty; fetch it again"),
    "blank lines": ("m.jsonl", b"\n\n \n", "", "is empty; fetch it again"),
    "a header and nothing else": ("m.csv", b"id,downloads\n", "", "has no records; look at the file"),
    "0 models in JSON": ("m.json", b"[]", "", "has no records; look at the file"),
    "0 models in Parquet": ("m.parquet", table(id=[], downloads=[]), "", "has no records; look at the file"),
    "an answer that is an error": ("m.json", b'{"error": "rate limited"}', "", "does not hold a list of records"),
    "a bomb of brackets": ("m.json", b"[" * 500_000, "", "is nested too deeply to be data"),
    "no UTF-8": ("m.csv", b"id,downloads\norg/\xff\xfe,1\n", "", "is not UTF-8 text"),
    "bytes of a picture": ("m.json", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "", "so it is not json"),
    "a pickle": (
        "m.parquet",
        b"\x80\x04\x95\x1f\x00\x00\x00\x8c\x05posix\x8c\x06system\x93.",
        "",
        "cannot be read as parquet",
    ),
}


@pytest.mark.parametrize(("name", "content", "entry", "words"), REFUSED.values(), ids=REFUSED)
def test_a_bad_file_is_refused_with_one_sentence(
    archive: Archive, name: str, content: bytes, entry: str, words: str
) -> None:
    code, out, err = archive.ingest(name, content, entry)
    assert code == 1
    assert err.splitlines()[-1] == "Error: 1 of 1 snapshots did not land; the reasons are above."
    [reason] = [line for line in out.splitlines() if line.startswith("  ")]
    assert reason.startswith("  refused: ")
    assert words in reason
    assert name in reason
    archive.require_only_the_good_day()
    [outcome] = archive.outcomes("refused")
    assert reason.endswith(str(outcome.reason))
    assert archive.store.received_path(outcome.received[0]).read_bytes() == content


NO_ID = "model_id is not a Hub repository id"


@pytest.mark.parametrize(
    ("row", "number", "reason"),
    [
        ("org/b,-5", 2, "downloads_total is negative"),
        ("org/b,many", 2, "downloads_total is not a whole number"),
        ("org/b,1.5", 2, "downloads_total is not a whole number"),
        ("org/b,99999999999999999999", 2, "downloads_total is not a whole number"),
        ("org/a,1", 1, "duplicate key; record 2 is kept"),
        ("../../etc/passwd,7", 2, NO_ID),
        ('"a\'b",7', 2, NO_ID),
        ('"org/""b",7', 2, NO_ID),
        ('"org/\nb",7', 2, NO_ID),
        ("org/\U0001f917\u6a21\u578b,7", 2, NO_ID),
        ("org/\u202eb,7", 2, NO_ID),
        ("<script>alert(1)</script>,7", 2, NO_ID),
        ("=1+1,7", 2, NO_ID),
        (",7", 2, "model_id is missing"),
        ("org/b,7,8,9", 2, "has 4 fields, the header has 2"),
    ],
)
def test_a_bad_record_is_set_aside_with_its_reason_and_the_others_land(
    archive: Archive, row: str, number: int, reason: str
) -> None:
    code, out, _ = archive.ingest("m.csv", f"id,downloads\norg/a,1\n{row}\norg/c,3\n".encode())
    assert code == 0
    assert "2 rows landed, 1 records rejected\n  rejected: " + reason.partition(";")[0] in out
    assert archive.current_ids(BAD_DAY) == ["org/a", "org/c"]
    [rejected] = archive.rejected(BAD_DAY)
    assert (rejected["record_number"], rejected["reason"]) == (number, reason)


@pytest.mark.parametrize("text", ["org/\0b", "org/\n", "../x", "org/\U0001f917", "\ud800"], ids=ascii)
def test_a_hostile_id_in_json_is_set_aside(archive: Archive, text: str) -> None:
    records = [{"id": "org/a", "downloads": 1}, {"id": text, "downloads": 7}]
    code, _, _ = archive.ingest("m.json", json.dumps(records).encode())
    if code == 0:
        assert archive.current_ids(BAD_DAY) == ["org/a"]
        [rejected] = archive.rejected(BAD_DAY)
        assert rejected["reason"] == NO_ID
    else:  # a lone surrogate is no text in any encoding, so the document is not one of JSON
        assert (code, text) == (1, "\ud800")
        archive.require_only_the_good_day()


def test_text_of_any_kind_in_other_columns_lands_as_it_is(archive: Archive) -> None:
    tags = ["\U0001f917 \u6a21\u578b", "'; drop table marts.dim_model; --", "{{ 7 * 7 }}", "../..", "=1+1", "a\nb"]
    code, _, _ = archive.ingest("m.json", json.dumps([{"id": "org/a", "downloads": 1, "tags": tags}]).encode())
    assert code == 0
    manifest = archive.store.current("hf_archive", "counters", BAD_DAY)
    assert manifest is not None
    assert archive.store.read(manifest)["tags"].to_pylist() == [tags]
    assert {path.name for path in archive.folder.iterdir()} == {
        "home",
        "good.csv",
        "good.csv.toml",
        "m.json",
        "m.json.toml",
    }


@pytest.mark.parametrize("location", ["missing.csv", "missing-*.csv", "folder", "missing/../../x.csv"])
def test_a_missing_file_is_unreachable(archive: Archive, location: str) -> None:
    (archive.folder / "folder").mkdir()
    (archive.folder / "sources.toml").write_text(
        f"[hf_archive]\ntable = 'counters'\nlocation = '{location}'\nsnapshot_date = {BAD_DAY}\n"
        "columns = {model_id = 'id', downloads_total = 'downloads'}\n"
    )
    code, out, err = archive.command("ingest", "--sources", archive.folder / "sources.toml")
    assert code == 3
    assert re.search(r"failed: No file at .*; correct the location in the sources file\.", out)
    assert len(err.splitlines()) == 1
    archive.require_only_the_good_day()
    [outcome] = archive.outcomes("failed")
    assert outcome.unreachable


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "does not exist"),
        ("[[hf_archive]", "cannot be read as TOML"),
        ("hf_archive = 1", "must be a table or an array of tables"),
        ("[moon]\nlocation = 'x'", "There is no source 'moon'"),
        (
            "[hf_archive]\ntable = '../../etc'\nlocation = 'x'\nsnapshot_date = 2026-01-01",
            "entry 1 of the sources file",
        ),
        ("[hf_archive]\ntable = 'x'\nlocation = 'x'", "needs exactly one of snapshot_date, date_pattern"),
        ("[hf_archive]\ntable = 'x'\nlocation = 1\nsnapshot_date = 2026-01-01", "location"),
        ("[hf_archive]\ntable = 'x'\nsnapshot_date = 2026-01-01", "location"),
        ("[hf_archive]\ntable = 'x'\nlocation = 'x'\nsnapshot_date = 'soon'", "snapshot_date"),
        ("[hf_archive]\ntable = 'x'\nlocation = 'x'\ndate_pattern = '('", "is not a regular expression"),
    ],
)
def test_a_wrong_configuration_is_named_before_anything_is_read(archive: Archive, text: str | None, words: str) -> None:
    path = archive.folder / "sources.toml"
    if text is not None:
        path.write_text(text)
    code, _, err = archive.command("ingest", "--sources", path)
    assert code == 2
    assert err.startswith("Error: ")
    assert words in err
    assert len(err.splitlines()) == 1
    archive.require_only_the_good_day()


def test_a_second_writer_is_turned_away_and_the_next_run_ends_well(archive: Archive) -> None:
    with FileLock(archive.home / "raw" / "hf_archive" / "ingest.lock"):
        code, _, err = archive.ingest("m.json", GOOD_JSON)
        assert code == 2
        assert re.fullmatch(r"Error: Another process is landing hf_archive in .*; wait for it to end and .*\.\n", err)
        archive.require_only_the_good_day()
    code, _, _ = archive.ingest("m.json", GOOD_JSON)
    assert code == 0
    assert archive.current_ids(BAD_DAY) == ["org/a", "org/b"]


def test_a_mended_file_lands_after_a_refused_one(archive: Archive) -> None:
    assert archive.ingest("m.json", GOOD_JSON[:-3])[0] == 1
    assert archive.ingest("m.json", GOOD_JSON)[0] == 0
    assert archive.current_ids(BAD_DAY) == ["org/a", "org/b"]
    assert [outcome.outcome for outcome in archive.store.outcomes()] == ["landed", "landed", "refused"]


def endless_line(name: str) -> Iterator[bytes]:
    """300 MB without a line end."""
    start, end = (b"id,downloads\n", b"") if ".csv" in name else (b'[{"downloads": 1, "id": "', b'"}]')
    yield start
    for _ in range(300):
        yield b"x" * (1 << 20)
    yield end


@pytest.mark.parametrize(
    ("name", "words", "megabytes"),
    [
        ("m.csv", "has a line of more than 64 MB; look at the file", 800),
        ("m.jsonl.gz", "has a line of more than 64 MB; look at the file", 800),
        ("m.json", "(first: is a record of more than 64 MB)", 1500),  # a document may be one line, and is held whole
    ],
)
def test_300_mb_in_one_line_is_refused_in_bounded_memory(
    archive: Archive, name: str, words: str, megabytes: int
) -> None:
    with (archive.folder / name).open("wb") as file:
        if name.endswith(".gz"):
            with gzip.open(file, "wb", 1) as packed:
                packed.writelines(endless_line(name))
        else:
            file.writelines(endless_line(name))
    measured = (
        "import resource; from orchestration import cli\n"
        "try: cli.main()\n"
        "finally: print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", measured, "ingest", "--sources", archive.sources(name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 1
    assert words in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert int(ended.stdout.split("peak ")[1]) < megabytes
    assert max(map(len, ended.stdout.splitlines())) < 5000
    archive.require_only_the_good_day()
