"""OpenRouter: stored documents in every shape, with every defect, and the live services as they answer or do not."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.errors import ConfigurationError
from orchestration.snapshots.manifest import Outcome
from orchestration.sources.openrouter_live import FIRST_EXPORT, missing_exports, windows
from tests.fakes import hub as fake
from tests.fakes.archives import Archive
from tests.fakes.hub import Fault, serving
from tests.fakes.live_source import LiveSource
from tests.fakes.openrouter_api import DATA_API, EXPORTS, FakeOpenRouter, api_model, export_csv, tokens_of

DAY = date(2026, 7, 1)
TODAY = date(2026, 10, 8)
ONE_DAY = timedelta(days=1)
KEY = "sk-or-right"
ROWS = [
    {"date": "2026-06-29", "model_permaslug": "qwen/qwen3-235b:free", "total_tokens": "9007199254740991"},
    {"date": "2026-06-29", "model_permaslug": "other", "total_tokens": "5"},
    {"date": "2026-06-30", "model_permaslug": "qwen/qwen3-235b:free", "total_tokens": 0},
]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def land(archive: Archive, content: object, feed: str = "rankings_daily", **entry: Any) -> list[Outcome]:
    """Lands one document; text goes to the file as it is."""
    text = content if isinstance(content, str) else json.dumps(content)
    usual = {"location": archive.write("document.json", text), "feed": feed, "snapshot_date": DAY}
    return archive.land(usual | entry, name="openrouter")


def tokens(archive: Archive, table: str = "rankings_daily") -> list[tuple[Any, ...]]:
    names = ["token_date", "period_days", "model_slug", "tokens"]
    return sorted(archive.records(table, DAY, "openrouter").select(names).rows())


# ---- stored rankings -------------------------------------------------------------------------------------------------

VINTAGE: dict[str, dict[str, Any]] = {"2026-06-29": {}, "2026-06-30": {}}
for row in ROWS:
    VINTAGE[str(row["date"])][str(row["model_permaslug"])] = row


@pytest.mark.parametrize("content", [{"data": ROWS, "meta": {"as_of": "2026-07-01T02:00:00Z"}}, ROWS, VINTAGE])
def test_every_shape_of_the_daily_rankings_says_the_same(archive: Archive, content: object) -> None:
    (outcome,) = land(archive, content)
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 3, 0)
    assert tokens(archive) == [
        (date(2026, 6, 29), 1, "other", 5),
        (date(2026, 6, 29), 1, "qwen/qwen3-235b:free", 2**53 - 1),
        (date(2026, 6, 30), 1, "qwen/qwen3-235b:free", 0),
    ]


def test_an_export_is_a_csv_with_more_columns(archive: Archive) -> None:
    location = archive.write("2026-07-01.csv", export_csv(DAY))
    (outcome,) = archive.land(
        {"location": location, "date_pattern": r"(?P<date>\d{4}-\d{2}-\d{2})\.csv"}, name="openrouter"
    )
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 90, 0)
    assert (date(2026, 6, 30), 1, "other", tokens_of(date(2026, 6, 30))["other"]) in tokens(archive)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"total_tokens": "-5"}, "tokens is negative"),
        ({"total_tokens": "12.5"}, "total_tokens is '12.5', not a whole number"),
        ({"total_tokens": ""}, "total_tokens is missing"),
        ({"total_tokens": None}, "total_tokens is missing"),
        ({"total_tokens": "many"}, "total_tokens is 'many', not a number"),
        ({"total_tokens": True}, "total_tokens is True, not a number"),
        ({"total_tokens": ["1"]}, "total_tokens is ['1'], not a number"),
        ({"total_tokens": "9" * 30}, f"total_tokens is {'9' * 30}, not small enough for a count"),
        ({"total_tokens": str(2**53 + 1)}, "tokens is too large for a count"),
        ({"model_permaslug": ""}, "model_slug is missing"),
        ({"model_permaslug": 5}, "model_permaslug is 5, not a text"),
        ({"model_permaslug": "a\nb"}, "model_slug is empty, too long or has control characters"),
        ({"date": "yesterday"}, "date is 'yesterday', not a date"),
        ({"date": None}, "token_date is missing"),
        ({"date": "2026-07-03"}, "token_date lies after the snapshot of 2026-07-01"),
    ],
)
def test_a_wrong_row_is_rejected_and_the_others_land(archive: Archive, change: dict[str, Any], reason: str) -> None:
    wrong = {"date": "2026-06-30", "model_permaslug": "a/wrong", "total_tokens": "1"} | change
    (outcome,) = land(archive, {"data": [*ROWS, wrong]})
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 3, 1)
    assert rejected(archive, outcome) == [(4, json.dumps(wrong, separators=(",", ":")), reason)]


def rejected(archive: Archive, outcome: Outcome) -> list[tuple[Any, ...]]:
    manifest = archive.store.current("openrouter", outcome.table_name, DAY)
    assert manifest is not None
    path = archive.store.root / manifest.folder / "rejected.parquet"
    return pl.read_parquet(path, hive_partitioning=False).rows()


def test_of_rows_with_the_same_day_and_slug_the_last_wins(archive: Archive) -> None:
    (outcome,) = land(archive, {"data": [*ROWS, ROWS[1] | {"total_tokens": "6"}]})
    assert (outcome.rows, outcome.rejected_rows) == (3, 1)
    assert (date(2026, 6, 29), 1, "other", 6) in tokens(archive)
    assert rejected(archive, outcome)[0][2] == "duplicate key; record 4 is kept"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"data": []}, "document.json holds no rows"),
        ([], "document.json holds no rows"),
        ({}, "document.json holds no rows"),
        ({"data": {}}, "does not hold daily rankings"),
        ({"data": None}, "does not hold daily rankings"),
        ("5", "does not hold daily rankings"),
        ({"error": "no"}, "does not hold daily rankings"),
        ({"data": ["a", "b"]}, "2 of 2 records cannot be used (2: the record has no named fields"),
        ({"data": [{"day": "2026-06-30"}] * 3}, "3 of 3 records cannot be used (3: total_tokens is missing)"),
        ({"data": ROWS, "meta": {"as_of": "2026-07-03T00:00:00Z"}}, "says that it is as of 2026-07-03, after its day"),
        ({"data": ROWS, "meta": {"as_of": "soon"}}, "in meta, as_of is 'soon', not a date"),
        ({"data": ROWS, "meta": [1]}, "in meta, the record has no named fields"),
        ('{"data": [{"date": "2026-06-30", "model_permas', "cannot be read as json"),
        ("<html>Too many requests</html>", "is an HTML or XML page, not json"),
    ],
)
def test_a_document_of_another_shape_is_refused(archive: Archive, content: object, sentence: str) -> None:
    (outcome,) = land(archive, content)
    assert (outcome.outcome, outcome.table_name, outcome.snapshot_date) == ("refused", "rankings_daily", DAY)
    assert sentence in str(outcome.reason)
    assert len(outcome.received) == 1, "the bytes are kept"


def test_an_answer_says_itself_as_of_when(archive: Archive) -> None:
    (outcome,) = land(archive, {"data": ROWS, "meta": {"as_of": "2026-07-02T02:00:00Z"}}, snapshot_date=None)
    assert (outcome.outcome, outcome.snapshot_date) == ("landed", date(2026, 7, 2))
    (outcome,) = land(archive, {"data": ROWS, "meta": {"as_of": "2027-07-02T02:00:00Z"}}, snapshot_date=None)
    assert "lies in the future" in str(outcome.reason)


def test_vintages_stay_beside_each_other(archive: Archive) -> None:
    land(archive, ROWS)
    land(archive, [ROWS[0] | {"total_tokens": "7"}], snapshot_date=date(2026, 7, 2))
    assert archive.store.snapshot_dates("openrouter", "rankings_daily") == [DAY, date(2026, 7, 2)]
    assert len(tokens(archive)) == 3


def test_the_licence_of_the_rankings_is_not_that_of_the_list_of_models(archive: Archive) -> None:
    land(archive, ROWS)
    land(archive, {"data": [api_model("a/b")]}, "models")
    rankings, models = (archive.store.current("openrouter", table, DAY) for table in ("rankings_daily", "models"))
    assert rankings is not None
    assert models is not None
    assert rankings.licence == "CC-BY-4.0"
    assert rankings.citation == (
        "Source: OpenRouter (openrouter.ai/rankings), as of 2026-07-01. Licensed under CC BY 4.0."
    )
    assert models.licence == "no licence stated; factual extract"
    assert models.citation == "OpenRouter (openrouter.ai/models), list of models as of 2026-07-01"


# ---- stored lists, prices and weeks ----------------------------------------------------------------------------------


def test_the_list_of_models_leads_to_hub_ids_and_prices(archive: Archive) -> None:
    listed = [
        api_model("qwen/qwen3-8b", hugging_face_id="Qwen/Qwen3-8B"),
        api_model("~openai/gpt-5", pricing={"prompt": "0", "completion": None}),
        api_model("openrouter/auto", pricing={"prompt": "-1", "completion": "-1"}, created=None),
    ]
    models, prices = land(archive, {"data": listed}, "models")
    assert (models.rows, models.rejected_rows) == (3, 0)
    assert (prices.rows, prices.rejected_rows) == (2, 1)
    rows = {row["source_model_name"]: row for row in archive.records("models", DAY, "openrouter").to_dicts()}
    assert rows["qwen/qwen3-8b"]["hub_model_id"] == "Qwen/Qwen3-8B"
    assert rows["qwen/qwen3-8b"]["is_open_weights"] is True
    assert rows["qwen/qwen3-8b"]["canonical_name"] == "qwen/qwen3-8b-20250807"
    assert rows["qwen/qwen3-8b"]["release_date"] == date(2025, 8, 7)
    # Not linked is not closed.
    assert (rows["~openai/gpt-5"]["hub_model_id"], rows["~openai/gpt-5"]["is_open_weights"]) == (None, None)
    assert rows["~openai/gpt-5"]["organization_name"] == "openai"
    assert rows["openrouter/auto"]["release_date"] is None
    found = {row["model_slug"]: row for row in archive.records("model_prices", DAY, "openrouter").to_dicts()}
    assert found["qwen/qwen3-8b"]["completion_usd_per_token"] == 0.000004
    assert (found["~openai/gpt-5"]["prompt_usd_per_token"], found["~openai/gpt-5"]["completion_usd_per_token"]) == (
        0.0,
        None,
    )
    assert rejected(archive, prices)[0][2] == "prompt is negative: a router has no price of its own"


@pytest.mark.parametrize("change", [{"id": ""}, {"id": 5}, {"created": 10**17}, {"created": "soon"}, {"pricing": 3}])
def test_a_wrong_model_does_not_take_the_others_with_it(archive: Archive, change: dict[str, Any]) -> None:
    outcomes = land(archive, {"data": [api_model("a/b"), api_model("c/d"), api_model("e/f") | change]}, "models")
    assert {outcome.outcome for outcome in outcomes} == {"landed"}
    assert sum(outcome.rejected_rows for outcome in outcomes) >= 1


@pytest.mark.parametrize("feed", ["models", "prices", "weekly_top_models", "rankings_page"])
@pytest.mark.parametrize("content", ["5", [], {"data": 1}, {"data": []}, {"models": {}}])
def test_other_feeds_say_what_they_miss(archive: Archive, feed: str, content: object) -> None:
    outcomes = land(archive, content, feed)
    assert {outcome.outcome for outcome in outcomes} == {"refused"}


def test_blended_prices_by_date(archive: Archive) -> None:
    content = {"2026-06-30": {"a/b": 1.5e-6, "openrouter/auto": -1, "c/d": 0}}
    (outcome,) = land(archive, content, "prices")
    assert (outcome.rows, outcome.rejected_rows) == (2, 1)
    prices = archive.records("blended_prices", DAY, "openrouter")
    assert set(prices.select("model_slug", "blended_usd_per_token").rows()) == {("a/b", 1.5e-6), ("c/d", 0.0)}


def test_weeks_without_a_split_are_tokens_all_the_same(archive: Archive) -> None:
    text = (
        "date,rank,slug,total_tokens,prompt_tokens,completion_tokens,request_count\n"
        "2026-05-04,1,a/b,3960000000000,3930178213986,28350185690,49354567\n"
        "2026-05-11,1,a/b,4000000000000,,,\n"
    )
    location = archive.write("weekly.csv", text)
    (outcome,) = archive.land(
        {"location": location, "feed": "weekly_top_models", "snapshot_date": DAY}, name="openrouter"
    )
    assert outcome.rows == 2
    rows = archive.records("weekly_top_models", DAY, "openrouter").sort("token_date")
    assert rows["period_days"].to_list() == [7, 7]
    assert rows["prompt_tokens"].to_list() == [3_930_178_213_986, None]
    assert rows["requests"].to_list() == [49_354_567, None]


# ---- scrapes of the rankings page ------------------------------------------------------------------------------------

TRILLION = 10**12


def page(leader: int, *, authors: int | None = 4 * TRILLION, apps: int | None = None, **meta: Any) -> dict[str, Any]:
    """A scrape with two models, of which the first has so many tokens; Saturday's, as the page stood in March."""
    models = [{"model_id": "xiaomi/mimo", "tokens": leader}, {"model_id": "z-ai/glm", "tokens": leader // 2}]
    return {
        "meta": {"fetched_at": "2026-03-28T18:37:46+00:00", "counts": {"models": 2}} | meta,
        "models": models,
        "market_share": [] if authors is None else [{"author": "xiaomi", "tokens": authors}],
        "apps": [] if apps is None else [{"name": "Kilo Code", "tokens": apps}],
    }


def land_page(archive: Archive, content: dict[str, Any], day: date = date(2026, 3, 28)) -> Outcome:
    content["meta"]["fetched_at"] = f"{day}T07:08:00+00:00"
    (outcome,) = land(archive, content, "rankings_page", snapshot_date=day)
    return outcome


def test_a_good_scrape_has_the_tokens_of_the_week_so_far(archive: Archive) -> None:
    assert land_page(archive, page(3 * TRILLION)).outcome == "landed"
    rows = archive.records("rankings_page", date(2026, 3, 28), "openrouter")
    assert set(rows.select("token_date", "period_days", "tokens").rows()) == {
        (date(2026, 3, 28), 6, 3 * TRILLION),  # a Saturday
        (date(2026, 3, 28), 6, 3 * TRILLION // 2),
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (page(0) | {"models": []}, "is an empty scrape (no models); the page's layout has changed"),
        (
            page(53_810_188),
            "its largest model has 53,810,188 tokens, the largest of its market_share 4,000,000,000,000",
        ),
        (page(53_810_188, authors=None, apps=894 * 10**9), "the largest of its apps 894,000,000,000"),
        (page(3 * TRILLION, counts={"models": 9}), "says that it has 9 models and has 2"),
        (page(3 * TRILLION, counts=9), "in meta, counts is 9, not an object"),
        (page(3 * TRILLION) | {"models": {"a": 1}}, "is not a scrape of the rankings page"),
    ],
)
def test_a_bad_scrape_is_refused_with_what_shows_it(archive: Archive, content: dict[str, Any], sentence: str) -> None:
    outcome = land_page(archive, content)
    assert outcome.outcome == "refused"
    assert sentence in str(outcome.reason)


@pytest.mark.parametrize(
    ("content", "day"),
    [
        (page(1_664 * 10**9, authors=132 * 10**9), date(2026, 3, 29)),  # the authors' counter has started anew
        (page(30 * 10**9), date(2026, 3, 30)),  # the models' counter has: hours of a Monday against a whole week
        (page(5 * TRILLION, authors=None), date(2026, 3, 28)),  # nothing to compare with
    ],
)
def test_a_counter_that_starts_anew_is_no_reason_to_refuse(
    archive: Archive, content: dict[str, Any], day: date
) -> None:
    assert land_page(archive, content, day).outcome == "landed"
    rows = archive.records("rankings_page", day, "openrouter")
    assert rows["period_days"].unique().to_list() == [day.isoweekday()]


def test_a_scrape_is_held_against_the_last_good_one(archive: Archive) -> None:
    """Where all lists of a page are of the wrong kind, only another day can show it."""
    assert land_page(archive, page(3 * TRILLION)).outcome == "landed"
    outcome = land_page(archive, page(53_810_188, authors=None), date(2026, 4, 1))
    assert outcome.outcome == "refused"
    assert "that of rankings_page of 2026-03-28 has 3,000,000,000,000" in str(outcome.reason)
    # A later day is no measure of an earlier one.
    assert land_page(archive, page(53_810_188, authors=None), date(2026, 3, 1)).outcome == "landed"
    assert land_page(archive, page(3 * 10**9, authors=None), date(2026, 4, 1)).outcome == "landed"


def test_a_scrape_is_held_against_the_weekly_series(archive: Archive) -> None:
    location = archive.write("weekly.csv", "date,slug,total_tokens\n2026-03-23,a/b,1490000000000\n")
    archive.land(
        {"location": location, "feed": "weekly_top_models", "snapshot_date": date(2026, 3, 23)}, name="openrouter"
    )
    outcome = land_page(archive, page(53_810_188, authors=None), date(2026, 4, 1))
    assert "that of weekly_top_models of 2026-03-23 has 1,490,000,000,000" in str(outcome.reason)


# ---- live ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def openrouter(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOpenRouter]:
    with serving(FakeOpenRouter(TODAY)) as running:
        monkeypatch.setenv("OPENROUTER_ENDPOINT", running.url + "/")
        monkeypatch.delenv("OPENROUTER_API_KEY", raising=False)
        yield running


@pytest.fixture
def live(tmp_path: Path, openrouter: FakeOpenRouter) -> LiveSource:
    return LiveSource(tmp_path, "openrouter", TODAY)


@pytest.fixture
def key(openrouter: FakeOpenRouter, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OPENROUTER_API_KEY", f" {KEY}\n")  # as a shell's `$(cat file)` would not, but an editor does
    return KEY


def next_day(live: LiveSource, openrouter: FakeOpenRouter, days: int = 1) -> None:
    openrouter.today += days * ONE_DAY
    openrouter.asked.clear()
    live.set_day(openrouter.today)


@given(first=st.dates(date(2025, 1, 1), date(2027, 1, 1)), days=st.integers(0, 900), longest=st.integers(1, 400))
def test_windows_cover_every_day_once(first: date, days: int, longest: int) -> None:
    last = first + days * ONE_DAY
    covered = [
        date.fromordinal(number)
        for start, end in windows(first, last, longest)
        for number in range(start.toordinal(), end.toordinal() + 1)
    ]
    assert covered == [first + number * ONE_DAY for number in range(days + 1)]
    assert all((end - start).days < longest for start, end in windows(first, last, longest))


def test_the_first_fetch_with_a_key_has_all_history(live: LiveSource, openrouter: FakeOpenRouter, key: str) -> None:
    rankings, models, prices = live.ingest()
    assert [one.outcome for one in (rankings, models, prices)] == ["landed"] * 3
    assert openrouter.windows == [("2025-01-01", "2026-01-01"), ("2026-01-02", "2026-10-07")]
    records = live.records("rankings_daily")
    days = (TODAY - date(2025, 1, 1)).days
    assert records.height == rankings.rows == 3 * days
    assert records["token_date"].max() == date(2026, 10, 7), "the last whole day"
    assert dict(records.filter(token_date=date(2026, 1, 1)).select("model_slug", "tokens").iter_rows()) == tokens_of(
        date(2026, 1, 1)
    )
    manifest = live.manifest("rankings_daily")
    assert manifest.snapshot_date == TODAY
    assert manifest.location == f"{openrouter.url}{DATA_API}"
    assert "as of 2026-10-08" in manifest.citation
    # What was received is kept as it was received.
    kept = [json.loads(live.store.received_path(entry.sha256).read_bytes()) for entry in manifest.received]
    assert [one["meta"]["version"] for one in kept] == ["v1", "v1"]


def test_the_key_is_sent_and_written_nowhere(live: LiveSource, openrouter: FakeOpenRouter, key: str) -> None:
    openrouter.faults = [Fault(fake.status(500), about=DATA_API, after=1, times=9)]
    outcomes = live.ingest()
    openrouter.faults = [Fault(fake.html_page, about=DATA_API)]
    outcomes += live.ingest()
    openrouter.faults = []
    outcomes += live.ingest()
    assert [one.outcome for one in outcomes if one.table_name == "rankings_daily"] == ["failed", "refused", "landed"]
    asked = [one for one in openrouter.asked if one.path == DATA_API]
    assert {one.authorization for one in asked} == {f"Bearer {key}"}
    assert {one.authorization for one in openrouter.asked if one.path != DATA_API} == {None}
    assert not any(key in str(one.query) for one in openrouter.asked)
    assert key.encode() not in live.everything()
    assert not any(key in str(one.reason) for one in outcomes)


def test_a_later_fetch_asks_for_what_may_have_changed(live: LiveSource, openrouter: FakeOpenRouter, key: str) -> None:
    live.ingest("rankings_daily")
    next_day(live, openrouter)
    (outcome,) = live.ingest("rankings_daily")
    assert openrouter.windows == [("2026-09-03", "2026-10-08")]
    assert (outcome.snapshot_date, outcome.rows) == (date(2026, 10, 9), 3 * 36)
    # Again on the same day: the same window, so that the newest revision does not hold less than the first.
    (again,) = live.ingest("rankings_daily")
    assert openrouter.windows[1] == openrouter.windows[0]
    assert again.outcome == "unchanged"
    # After a long pause no day is left out.
    next_day(live, openrouter, days=100)
    live.ingest("rankings_daily")
    assert openrouter.windows == [("2026-09-04", "2027-01-16")]


def test_the_first_day_again_has_all_history_again(live: LiveSource, openrouter: FakeOpenRouter, key: str) -> None:
    assert [live.ingest("rankings_daily")[0].outcome for _ in range(2)] == ["landed", "unchanged"]
    assert len(openrouter.windows) == 4


def test_a_stored_vintage_does_not_shorten_history(
    live: LiveSource, openrouter: FakeOpenRouter, key: str, tmp_path: Path
) -> None:
    stored = tmp_path / "vintage.json"
    stored.write_text(json.dumps(ROWS))
    live.ingest(entries=({"location": str(stored), "snapshot_date": date(2026, 10, 1)},))
    live.ingest("rankings_daily")
    assert openrouter.windows[0][0] == "2025-01-01"


def of_rankings(live: LiveSource) -> Outcome:
    (outcome,) = live.ingest("rankings_daily")
    return outcome


Answer = Callable[[Any, bytes], None]


@pytest.mark.parametrize(
    ("answer", "outcome", "sentence"),
    [
        (fake.cut_json, "refused", "gave no rows for 2026-01-02 to 2026-10-07; try again later"),
        (fake.html_page, "refused", "gave no rows for 2026-01-02"),
        (fake.ok(b'{"data": []}'), "refused", "gave no rows for 2026-01-02"),
        (fake.ok(b'{"data": {"a": 1}}'), "refused", "gave no rows for 2026-01-02"),
        (fake.ok(b'{"error": {"code": 1}}'), "refused", "gave no rows for 2026-01-02"),
        (
            fake.ok(b'{"data": [{}], "meta": {"as_of": "2026-10-10T00:00:00Z"}}'),
            "refused",
            "says that it is as of 2026-10-10, after its day (2026-10-08)",
        ),
        (fake.status(500), "failed", "answered with HTTP 500; try again later"),
        (fake.status(429), "failed", "answered with HTTP 429; try again later"),
        (fake.status(401), "failed", "answered with HTTP 401; correct its key"),
        (fake.status(400), "failed", "answered with HTTP 400"),
        (fake.cut_body, "failed", "could not be read"),
        (fake.dropped, "failed", "could not be read"),
        (fake.slow(1.0), "failed", "could not be read"),
    ],
)
@pytest.mark.usefixtures("key")
def test_a_bad_answer_is_one_sentence(
    live: LiveSource, openrouter: FakeOpenRouter, answer: Answer, outcome: str, sentence: str
) -> None:
    openrouter.faults = [Fault(answer, about=DATA_API, after=1, times=None)]
    found = of_rankings(live)
    assert found.outcome == outcome
    assert sentence in str(found.reason)
    assert found.unreachable == (outcome == "failed")
    if outcome == "refused":
        assert found.received, "what came is kept"


def test_passing_trouble_is_waited_out(live: LiveSource, openrouter: FakeOpenRouter, key: str) -> None:
    openrouter.faults = [
        Fault(fake.status(429, Retry_After="0"), about=DATA_API),
        Fault(fake.status(503), about=DATA_API),
    ]
    assert of_rankings(live).outcome == "landed"
    assert len(openrouter.windows) == 4


def test_the_key_follows_no_redirect(live: LiveSource, openrouter: FakeOpenRouter, key: str) -> None:
    with serving(FakeOpenRouter(TODAY)) as elsewhere:
        openrouter.faults = [Fault(fake.status(307, Location=f"{elsewhere.url}{DATA_API}"), about=DATA_API)]
        outcome = of_rankings(live)
        assert elsewhere.asked == []
    assert (outcome.outcome, outcome.unreachable) == ("failed", True)
    assert "answered with HTTP 307" in str(outcome.reason)


@pytest.mark.parametrize("wrong", ["two words", "sk-or-ä", "sk\x07"])
def test_what_cannot_be_a_key_is_not_shown(
    live: LiveSource, openrouter: FakeOpenRouter, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", wrong)
    with pytest.raises(ConfigurationError, match="OPENROUTER_API_KEY is not a key") as error:
        live.ingest("rankings_daily")
    assert wrong not in str(error.value)
    assert openrouter.asked == []


# ---- live, without a key ---------------------------------------------------------------------------------------------


def test_without_a_key_the_newest_export_lands_once_its_sum_is_right(
    live: LiveSource, openrouter: FakeOpenRouter
) -> None:
    openrouter.exports = {TODAY}
    outcome = of_rankings(live)
    assert (outcome.outcome, outcome.snapshot_date, outcome.rows) == ("landed", TODAY, 90)
    assert openrouter.files[:3] == [f"{TODAY}.manifest.json", "2026-09-19.manifest.json", f"{TODAY}.manifest.json"]
    assert openrouter.files[-1] == f"{TODAY}.csv", "the manifest is read first"
    assert live.manifest("rankings_daily").location == f"{openrouter.url}{EXPORTS}{TODAY}.csv"
    assert of_rankings(live).outcome == "unchanged"


def test_an_export_that_is_not_there_yet_is_that_of_yesterday(live: LiveSource, openrouter: FakeOpenRouter) -> None:
    openrouter.exports = {TODAY - ONE_DAY, FIRST_EXPORT}
    live.ingest("rankings_daily", day=TODAY)  # as the daily job asks
    assert live.store.snapshot_dates("openrouter", "rankings_daily") == [FIRST_EXPORT, TODAY - ONE_DAY]


def test_without_any_export_the_sentence_names_the_key(live: LiveSource, openrouter: FakeOpenRouter) -> None:
    openrouter.exports = {TODAY - 3 * ONE_DAY}
    outcome = of_rankings(live)
    assert (outcome.outcome, outcome.unreachable) == ("failed", True)
    assert "has no export of the last 3 days (to 2026-10-08); try again later, or set a key" in str(outcome.reason)


@pytest.mark.parametrize("wrong", ["0" * 64, "", "none"])
def test_an_export_with_another_sum_is_refused_and_kept(
    live: LiveSource, openrouter: FakeOpenRouter, wrong: str
) -> None:
    openrouter.exports, openrouter.sums = {TODAY}, {TODAY: wrong}
    outcome = of_rankings(live)
    assert (outcome.outcome, outcome.snapshot_date) == ("refused", TODAY)
    assert f"{EXPORTS}{TODAY}.csv has sha256" in str(outcome.reason)
    assert len(outcome.received) == 2
    openrouter.sums = {}
    assert of_rankings(live).outcome == "landed"


@pytest.mark.parametrize("answer", [fake.html_page, fake.cut_json, fake.ok(b"{}"), fake.ok(b'{"files": {"csv": {}}}')])
def test_a_manifest_that_promises_nothing_is_refused(
    live: LiveSource, openrouter: FakeOpenRouter, answer: Answer
) -> None:
    openrouter.exports = {TODAY}
    openrouter.faults = [Fault(answer, about=f"{TODAY}.manifest.json", times=None)]
    outcome = of_rankings(live)
    assert outcome.outcome == "refused"
    assert "its manifest says None" in str(outcome.reason)


def test_a_cut_export_does_not_land(live: LiveSource, openrouter: FakeOpenRouter) -> None:
    openrouter.exports = {TODAY}
    openrouter.faults = [Fault(fake.cut_close_delimited, about=f"{TODAY}.csv", times=None)]
    assert of_rankings(live).outcome == "refused"
    openrouter.faults = [Fault(fake.status(502), about=EXPORTS, times=None)]
    assert (of_rankings(live).outcome, of_rankings(live).unreachable) == ("failed", True)


def test_after_a_pause_the_exports_between_are_fetched(live: LiveSource, openrouter: FakeOpenRouter) -> None:
    openrouter.exports = {FIRST_EXPORT + number * ONE_DAY for number in range(200)}
    openrouter.today = FIRST_EXPORT + 100 * ONE_DAY
    live.set_day(openrouter.today)
    # One in the middle is out of order: it alone is asked for again.
    broken = FIRST_EXPORT + 42 * ONE_DAY
    openrouter.faults = [Fault(fake.status(500), about=f"{broken}.csv", times=None)]
    assert sorted(one.outcome for one in live.ingest("rankings_daily")) == ["failed", *["landed"] * 4]
    openrouter.faults = []
    assert sorted(one.outcome for one in live.ingest("rankings_daily")) == ["landed", "unchanged"]
    days = {
        day
        for snapshot in live.store.snapshot_dates("openrouter", "rankings_daily")
        for day in live.records("rankings_daily", snapshot)["token_date"]
    }
    assert len(days) == 130
    assert (min(days), max(days)) == (FIRST_EXPORT - 30 * ONE_DAY, openrouter.today - ONE_DAY)
    next_day(live, openrouter)
    assert [one.outcome for one in live.ingest("rankings_daily")] == ["landed"]


@given(
    newest=st.integers(0, 400),
    held=st.sets(st.integers(0, 400), max_size=12),
)
def test_exports_held_and_fetched_cover_every_day(newest: int, held: set[int]) -> None:
    day = FIRST_EXPORT + newest * ONE_DAY
    known = {FIRST_EXPORT + number * ONE_DAY for number in held}
    fetched = missing_exports(day, known)
    assert fetched == sorted(set(fetched))
    covered = {other - number * ONE_DAY for other in known | set(fetched) for number in range(1, 31)}
    wanted = {day - number * ONE_DAY for number in range(1, (day - FIRST_EXPORT).days + 31)}
    assert wanted <= covered
    assert not set(fetched) & (known - {day}), "what is held is not fetched, but for the newest"


# ---- live list of models ---------------------------------------------------------------------------------------------


def test_the_list_of_models_describes_today(live: LiveSource, openrouter: FakeOpenRouter) -> None:
    models, prices = live.ingest("models", "model_prices")
    assert (models.outcome, models.rows, prices.rows) == ("landed", 2, 2)
    assert live.manifest("models").snapshot_date == TODAY
    (only,) = live.ingest("model_prices")
    assert (only.table_name, only.outcome) == ("model_prices", "unchanged")


def test_half_a_list_of_models_is_refused(live: LiveSource, openrouter: FakeOpenRouter) -> None:
    openrouter.models = [api_model(f"a/m{number}") for number in range(10)]
    live.ingest("models")
    next_day(live, openrouter)
    openrouter.models = openrouter.models[:4]
    (outcome,) = live.ingest("models")
    assert outcome.outcome == "refused"
    assert "4 rows, less than 50% of the 10" in str(outcome.reason)


def test_a_past_day_is_not_asked_for(live: LiveSource, openrouter: FakeOpenRouter) -> None:
    outcomes = live.ingest(day=TODAY - ONE_DAY)
    assert {(one.table_name, one.outcome) for one in outcomes} == {("rankings_daily", "failed"), ("models", "failed")}
    assert "is given out as of 2026-10-08 only, not as of 2026-10-07" in str(outcomes[0].reason)
    assert openrouter.asked == []


def test_trouble_with_one_list_does_not_keep_the_other(live: LiveSource, openrouter: FakeOpenRouter) -> None:
    openrouter.faults = [Fault(fake.status(500), about="/models", times=None)]
    openrouter.exports = {TODAY}
    assert [(one.table_name, one.outcome) for one in live.ingest()] == [
        ("rankings_daily", "landed"),
        ("models", "failed"),
    ]
