"""Documents: single fields, formats, what belongs together, and what is refused as a whole."""

import gzip
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.snapshots.manifest import Outcome
from orchestration.snapshots.records import RECORD_TYPES
from orchestration.sources import artificial_analysis, epoch, leaderboards, lmarena, models_dev, openrouter_feeds
from orchestration.sources.decoding import decoded
from orchestration.sources.documents import Document, Feed
from orchestration.sources.locations import LocatedFile
from orchestration.sources.received_records import ReceivedRecord, frame_of, rows_of
from orchestration.sources.validation import split_records
from tests.fakes.archives import Archive

DAY = date(2026, 7, 1)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def land_models(archive: Archive, *lines: dict[str, Any], **entry: Any) -> Outcome:
    """Lands lines of models.dev, the plainest of the document sources."""
    location = archive.write("models.jsonl", "\n".join(map(json.dumps, lines)))
    usual = {"location": location, "snapshot_date": DAY}
    (outcome,) = archive.land(usual | entry, name="models_dev")
    return outcome


# ---- single fields ---------------------------------------------------------------------------------------------------

FIELD = ReceivedRecord(
    {
        "text": " a ",
        "blank": "  ",
        "null": None,
        "zero": 0,
        "tokens": "9007199254740993",
        "decimal": "12.5",
        "exponent": "2e3",
        "time": "2026-07-01T23:59:59Z",
        "day": date(2026, 7, 1),
        "moment": datetime(2026, 7, 1, 23, 59),
        "flag": False,
        "part": {"text": "b"},
        "items": [1],
    }
)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (FIELD.text("text"), "a"),
        (FIELD.text("blank"), None),
        (FIELD.text("null"), None),
        (FIELD.text("absent"), None),
        (FIELD.number("zero"), 0.0),
        (FIELD.number("zero", required=True), 0.0),
        (FIELD.number("decimal"), 12.5),
        (FIELD.number("exponent"), 2000.0),
        (FIELD.number("blank"), None),
        (FIELD.whole_number("zero", required=True), 0),
        (FIELD.whole_number("tokens"), 2**53 + 1),
        (FIELD.billions("decimal"), 12_500_000_000),
        (FIELD.day("time"), date(2026, 7, 1)),
        (FIELD.day("day"), date(2026, 7, 1)),
        (FIELD.day("moment"), date(2026, 7, 1)),
        (FIELD.flag("flag"), False),
        (FIELD.flag("absent"), None),
        (FIELD.part("part").text("text"), "b"),
        (FIELD.part("absent").text("text"), None),
        (FIELD.items("items"), [1]),
        (FIELD.items("absent"), []),
    ],
)
def test_a_field_is_typed(found: object, expected: object) -> None:
    assert found == expected
    assert type(found) is type(expected)


Read = Callable[[ReceivedRecord], object]


@pytest.mark.parametrize(
    ("value", "read", "sentence"),
    [
        (1, lambda one: one.text("x"), "x is 1, not a text"),
        ("\ud800", lambda one: one.text("x"), "not valid Unicode"),
        ("", lambda one: one.text("x", required=True), "x is missing"),
        (" ", lambda one: one.whole_number("x", required=True), "x is missing"),
        (True, lambda one: one.number("x"), "x is True, not a number"),
        ("1_000", lambda one: one.number("x"), "x is '1_000', not a number"),
        ("nan", lambda one: one.number("x"), "not a number"),
        ("1e999", lambda one: one.number("x"), "not a number"),
        (float("nan"), lambda one: one.number("x"), "not a number"),
        ([], lambda one: one.number("x"), "not a number"),
        ("12.5", lambda one: one.whole_number("x"), "x is '12.5', not a whole number"),
        ("--5", lambda one: one.whole_number("x"), "not a number"),
        ("9" * 30, lambda one: one.whole_number("x"), "not small enough for a count"),
        (10**30, lambda one: one.whole_number("x"), "not small enough for a count"),
        (1e17, lambda one: one.billions("x"), "not small enough for a count"),
        ("July", lambda one: one.day("x"), "x is 'July', not a date"),
        (20260701, lambda one: one.day("x"), "not a date"),
        ("yes", lambda one: one.flag("x"), "not true or false"),
        ([1], lambda one: one.part("x"), "not an object"),
        ({}, lambda one: one.items("x"), "not a list"),
    ],
)
def test_a_wrong_field_is_named(value: object, read: Read, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(ReceivedRecord({"x": value}))


def test_what_cannot_be_read_keeps_its_record_and_says_why() -> None:
    rows = rows_of([{"x": "a"}, "no record", {"x": 1}, {(1, 2): 3}], lambda one: {"model_slug": one.text("x")})
    assert rows[0] == {"model_slug": "a", "record": '{"x":"a"}'}
    assert [row.get("defect") for row in rows] == [
        None,
        "the record has no named fields, or not as many values as the header has names",
        "x is 1, not a text",
        None,
    ]
    assert [row["record"] for row in rows[1:]] == ['"no record"', '{"x":1}', "{(1, 2): 3}"]
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"x": deep}
    assert rows_of([deep], lambda one: {})[0]["defect"] == "the record is nested too deeply"


# ---- formats ---------------------------------------------------------------------------------------------------------


def decode(folder: Path, name: str, content: bytes) -> Any:
    path = folder / name
    path.write_bytes(content)
    return decoded(LocatedFile(path, name))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", b'\xef\xbb\xbf{"a": [1]}', {"a": [1]}),
        ("a.json.gz", gzip.compress(b"[1]", mtime=0), [1]),
        ("rankings-daily", b"[1]", [1]),
        ("a.JSONL", b'{"a": 1}\n\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ("a.csv", b'\xef\xbb\xbfa,b\r\n1,"x\r\ny"\r\n\r\n', [{"a": "1", "b": "x\r\ny"}]),
        ("a.csv", "a,b\n1,x\u2028y\n".encode(), [{"a": "1", "b": "x\u2028y"}]),
        ("a.csv", b"a,b\n1\n1,2,3\n1,2\n", [["1"], ["1", "2", "3"], {"a": "1", "b": "2"}]),
        ("a.yml", b"- a: 2025-01-02\n", [{"a": date(2025, 1, 2)}]),
    ],
)
def test_a_document_is_decoded(tmp_path: Path, name: str, content: bytes, expected: object) -> None:
    assert decode(tmp_path, name, content) == expected


# Without a time of packing: the bytes name the test, and two workers must agree on the names.
CUT_GZIP = gzip.compress(b'{"a": "' + bytes(range(97, 123)) * 99 + b'"}', mtime=0)[:-9]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", b"a", "The format of a.txt cannot be told from its name"),
        ("a.json", b"", "a.json is empty; fetch it again"),
        ("a.json", b'{"data": [{"a"', "a.json cannot be read as json"),
        ("a.json", b"<!doctype html><title>Sorry</title>", "a.json is an HTML or XML page, not json"),
        ("a.json", b'"\xff"', "a.json .*"),
        ("a.json", b"[" * 5000 + b"]" * 5000, "a.json is nested too deeply"),
        ("a.json.gz", CUT_GZIP, "truncated gzip file"),
        ("a.jsonl", b'{"a": 1}\n{"a"\n', "a.jsonl cannot be read as jsonl"),
        ("a.csv", b'a,b\n1,"x\n', "a.csv cannot be read as csv"),
        ("a.csv", b"a,b,a\n1,2,3\n", "a.csv has the column 'a' twice"),
        ("a.csv", b"a\n\x00\n", "holds NUL bytes"),
        ("a.csv", b"a\n\xff\n", "is not UTF-8 text"),
        ("a.yml", b"a: [1\n", "a.yml cannot be read as yaml"),
        ("a.yml", b"a: 2025-13-01\n", "a.yml cannot be read as yaml"),
        ("a.yml", b"a: !!python/object:os.system {}\n", "a.yml cannot be read as yaml"),
        ("a.yml", b"a: &x [1]\nb: [*x, *x]\n", "a.yml uses YAML aliases"),
    ],
)
def test_a_broken_document_is_one_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(DataRefused, match=sentence) as refused:
        decode(tmp_path, name, content)
    assert "\n" not in str(refused.value)


# ---- what becomes of a document --------------------------------------------------------------------------------------

GOOD = {"id": "alibaba/qwen-max", "name": "Qwen Max", "open_weights": False, "release_date": "2024-04-03"}


def test_a_wrong_record_is_rejected_and_the_others_land(archive: Archive) -> None:
    outcome = land_models(archive, GOOD, GOOD | {"id": "x/y", "open_weights": "yes"}, GOOD | {"id": "z/z"})
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 2, 1)


def test_a_document_of_which_most_is_wrong_is_refused_with_its_records_kept(archive: Archive) -> None:
    wrong = [GOOD | {"id": f"x/{number}", "open_weights": "yes"} for number in range(3)]
    outcome = land_models(archive, GOOD, GOOD | {"id": "z/z"}, *wrong)
    assert (outcome.outcome, outcome.rejected_rows) == ("refused", 3)
    assert "3 of 5 records cannot be used (3: open_weights is 'yes', not true or false); look at" in str(outcome.reason)
    assert outcome.received
    assert outcome.rejected is not None
    # Half is not most.
    assert land_models(archive, GOOD, GOOD | {"id": "z/z"}, *wrong[:2]).outcome == "landed"


def test_a_list_that_is_there_twice_lands_once(archive: Archive) -> None:
    outcome = land_models(archive, GOOD, GOOD | {"id": "z/z"}, GOOD, GOOD | {"id": "z/z"})
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 2, 2)


def test_a_document_without_a_day_says_so(archive: Archive) -> None:
    outcome = land_models(archive, GOOD, snapshot_date=None)
    assert outcome.outcome == "refused"
    assert "has no date; set snapshot_date or date_pattern" in str(outcome.reason)


def test_a_day_that_is_yet_to_come_is_refused(archive: Archive) -> None:
    outcome = land_models(archive, GOOD, snapshot_date=date(2026, 12, 1))
    assert outcome.outcome == "refused"
    assert "lies in the future" in str(outcome.reason)


def test_a_missing_file_is_unreachable_and_an_unknown_feed_a_wrong_setting(archive: Archive) -> None:
    missing = {"location": str(archive.folder / "none.json"), "snapshot_date": DAY}
    (failed,) = archive.land(missing, name="openrouter")
    assert (failed.table_name, failed.outcome, failed.unreachable) == ("rankings_daily", "failed", True)
    with pytest.raises(ConfigurationError, match=r"there is no feed 'rnkings'; feeds are rankings_daily, models"):
        archive.land(missing | {"feed": "rnkings"}, name="openrouter")


def test_only_the_wanted_day_and_table_are_read(archive: Archive) -> None:
    for day in ("2026-05-01", "2026-06-01"):
        archive.write(f"{day}/models.json", json.dumps({"data": [{"id": "a/b"}]}))
    archive.write("2026-07-01/models.json", "broken")
    entry = {
        "feed": "models",
        "location": str(archive.folder / "*/models.json"),
        "date_pattern": r"/(?P<date>\d{4}-\d{2}-\d{2})/",
    }
    (one,) = archive.land(entry, name="openrouter", tables=frozenset({"model_prices"}), snapshot_date=date(2026, 6, 1))
    assert (one.table_name, one.snapshot_date, one.outcome) == ("model_prices", date(2026, 6, 1), "landed")
    assert archive.land(entry, name="openrouter", tables=frozenset({"weekly_top_models"})) == []


def test_the_same_file_again_changes_nothing(archive: Archive) -> None:
    assert [land_models(archive, GOOD).outcome for _ in range(2)] == ["landed", "unchanged"]
    assert land_models(archive, GOOD | {"name": "Q"}).revision == 2


def test_terms_travel_to_the_manifest(archive: Archive) -> None:
    land_models(archive, GOOD)
    manifest = archive.store.current("models_dev", "models", DAY)
    assert manifest is not None
    assert (manifest.licence, manifest.citation) == ("MIT", "models.dev, an open registry of models")
    land_models(archive, GOOD, licence="CC0-1.0", citation="models.dev, as of {as_of}", source_revision="abc")
    manifest = archive.store.current("models_dev", "models", DAY)
    assert manifest is not None
    assert (manifest.licence, manifest.citation) == ("CC0-1.0", "models.dev, as of 2026-07-01")
    assert manifest.source_revision == "abc"


# ---- whatever arrives ------------------------------------------------------------------------------------------------

FEEDS: dict[str, Feed] = {
    **{f"openrouter {name}": feed for name, feed in openrouter_feeds.FEEDS.items()},
    **{f"lmarena {name}": feed for name, feed in lmarena.FEEDS.items()},
    "artificial_analysis": artificial_analysis.FEEDS["models"],
    "epoch": epoch.FEEDS["benchmarks"],
    "open_llm": Feed(("evaluations", "models"), lambda documents: leaderboards.read_open_llm(documents[0])),
    "livebench": Feed(("evaluations",), leaderboards.read_livebench),
    "aider": Feed(("evaluations",), lambda documents: leaderboards.read_aider(documents[0])),
    "models_dev": Feed(("models",), lambda documents: models_dev.read_models(documents[0])),
}
NAMES = st.sampled_from(
    re.findall(
        r"\w+",
        """date model_permaslug total_tokens data meta as_of models tokens model_id id hugging_face_id created pricing
        prompt slug evaluations gpqa open_weights is_open_weights creator release_date capabilities total_parameters
        commit_date category model rating leaderboard model_count score ci votes fetched_at counts market_share apps
        name eval_name fullname Score Name Shots CI_low Votes stderr IFEval pass_rate_1 pass_rate_2 edit_format weights
        url key""",
    )
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["", "text", "2026-06-01", "12.5", "-5", "1e400", "9" * 40, "a/b", "\ud800", "<b>"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=25
)


@pytest.mark.parametrize("name", FEEDS)
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(contents=st.lists(VALUES, min_size=1, max_size=2))
def test_any_content_becomes_records_or_one_sentence(name: str, contents: list[Any]) -> None:
    documents = [Document(one, LocatedFile(Path("board.csv"), "board.csv"), DAY) for one in contents]
    try:
        for part in FEEDS[name].read(documents):
            if isinstance(part, DataRefused):
                continue
            accepted, rejected = split_records(part.kind, frame_of(part.kind, part.rows), part.snapshot_date)
            assert accepted.schema == RECORD_TYPES[part.kind].schema
            assert accepted.num_rows + rejected.num_rows >= len(part.rows)
    except DataRefused as error:
        assert "\n" not in str(error)
