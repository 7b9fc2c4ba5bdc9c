"""The live connector against a Hub on loopback: the right set lands, or exactly why not; nothing wrong is current."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration.settings import Settings
from orchestration.snapshots.verify import verify_store
from orchestration.sources import hub_client
from orchestration.sources.hub_client import HubClient
from tests.fakes import hub as fake
from tests.fakes.hub import FakeHub, Fault, hub_model, running_hub
from tests.fakes.hub_warehouse import TODAY, HubWarehouse

QWEN = [hub_model(f"Qwen/m{number}", number) for number in range(1, 8)]
GOOGLE = [hub_model(f"google/g{number}", number) for number in range(11, 14)]
OTHERS = [
    hub_model("someone/tune", 21, tags=["base_model:Qwen/m1", "base_model:finetune:Qwen/m1", "license:mit"]),
    hub_model("someone/merge", 22, tags=["base_model:Qwen/m1", "base_model:merge:Qwen/m1", "base_model:google/g11"]),
    hub_model("someone/alone", 23),
]


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with running_hub([*QWEN, *GOOGLE, *OTHERS], page_size=3) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.url + "/")
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        yield running


@pytest.fixture
def warehouse(tmp_path: Path) -> HubWarehouse:
    house = HubWarehouse(tmp_path)
    house.track("Qwen/m1", "Qwen/m2", "google/g11")
    return house


def names(models: list[fake.Model]) -> set[str]:
    return {model["id"] for model in models}


def test_tracked_lands_all_models_of_the_tracked_organisations(hub: FakeHub, warehouse: HubWarehouse) -> None:
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 10, 0), outcome
    assert set(warehouse.current()) == names([*QWEN, *GOOGLE])
    row = warehouse.current()["Qwen/m3"]
    assert row["downloads_total"] == 300
    assert row["downloads_30d"] == 30
    assert row["hub_id"] == f"{3:024x}"
    assert row["created_at"] == datetime(2025, 6, 1, 10, 20, 30)
    assert row["license"] == "apache-2.0"
    assert row["total_parameters"] == 3_000_000
    manifest = warehouse.store.current("hf_hub", "tracked", TODAY)
    assert manifest is not None
    assert (manifest.is_complete, manifest.minimum_rows_share, manifest.priority) == ("organizations", 0.5, 10)
    assert [entry.name for entry in manifest.received] == [f"page-{number:05d}.json.gz" for number in range(1, 5)]
    assert not list(warehouse.listings.rglob("*.gz"))


def test_one_pass_asks_for_all_fields_with_token_and_page_size(hub: FakeHub, warehouse: HubWarehouse) -> None:
    warehouse.ingest("tracked")
    first = hub.asked[0]
    assert first.authorization == "Bearer hf_secret"
    assert first.query["limit"] == ["1000"]
    assert {"downloads", "downloadsAllTime", "likes", "tags", "createdAt", "lastModified", "pipeline_tag"} <= set(
        first.query["expand"]
    )
    assert {"library_name", "safetensors", "gated", "private", "disabled", "sha", "baseModels"} <= set(
        first.query["expand"]
    )
    assert len(hub.asked) == 4  # two organisations of three pages and one


def test_without_a_table_the_tracked_models_and_their_derivatives_are_fetched(
    hub: FakeHub, warehouse: HubWarehouse
) -> None:
    outcomes = warehouse.ingest()
    assert {(outcome.table_name, outcome.outcome) for outcome in outcomes} == {
        ("tracked", "landed"),
        ("derivatives", "landed"),
    }
    derivatives = warehouse.current("derivatives")
    assert set(derivatives) == {"someone/tune", "someone/merge"}
    assert derivatives["someone/merge"]["base_models"] == [
        {"relation": "merge", "model_id": "Qwen/m1"},
        {"relation": None, "model_id": "google/g11"},
    ]
    # The merge is listed under both of its bases; that is no duplicate.
    assert warehouse.rejected("derivatives") == []


def test_full_is_fetched_only_when_asked_for_and_is_complete(hub: FakeHub, warehouse: HubWarehouse) -> None:
    (outcome,) = warehouse.ingest("full")
    assert (outcome.table_name, outcome.rows) == ("full", 13)
    manifest = warehouse.store.current("hf_hub", "full", TODAY)
    assert manifest is not None
    assert manifest.is_complete == "all"


def test_full_needs_no_registry_but_the_others_say_what_to_do(hub: FakeHub, tmp_path: Path) -> None:
    house = HubWarehouse(tmp_path)
    assert [outcome.outcome for outcome in house.ingest("full")] == ["landed"]
    for outcome in house.ingest():
        assert outcome.outcome == "failed"
        assert "warehouse ingest tracked_models" in str(outcome.reason)


def test_models_tracked_beside_the_list_count_as_tracked(hub: FakeHub, warehouse: HubWarehouse) -> None:
    warehouse.track("someone/alone", table="extra_models")
    warehouse.ingest("tracked")
    assert names(OTHERS) <= set(warehouse.current())


def test_an_unknown_organisation_does_not_break_the_others(hub: FakeHub, warehouse: HubWarehouse) -> None:
    warehouse.track("Qwen/m1", "gone/m", "lost/m")
    hub.faults.append(Fault(fake.status(404), about="lost", times=None))
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "landed"
    assert set(warehouse.current()) == names(QWEN)


def test_a_renamed_organisation_is_found_through_its_models_and_listed_whole(
    hub: FakeHub, warehouse: HubWarehouse
) -> None:
    hub.renamed["old-name/m1"] = "Qwen/m1"
    warehouse.track("old-name/m1", "old-name/m2", "google/g11")
    hub.renamed["old-name/m2"] = "Qwen/m2"
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "landed"
    assert sum("Qwen" in asked.query.get("author", ()) for asked in hub.asked) == 3  # pages, each once
    assert set(warehouse.current()) == names([*QWEN, *GOOGLE])


def test_an_organisation_that_lists_nothing_though_its_model_exists_is_not_believed(
    hub: FakeHub, warehouse: HubWarehouse
) -> None:
    hub.faults.append(Fault(fake.ok(b"[]"), about="google"))
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "failed"
    assert "google/g11 exists, but its organisation was listed without any model" in str(outcome.reason)
    assert warehouse.current() == {}
    assert [outcome.outcome for outcome in warehouse.ingest("tracked")] == ["landed"]
    assert set(warehouse.current()) == names([*QWEN, *GOOGLE])


def test_a_tracked_model_without_an_organisation_is_asked_for_by_itself(hub: FakeHub, warehouse: HubWarehouse) -> None:
    warehouse.track("google/g11", "gpt2")
    hub.models.append(hub_model("gpt2", 99))
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "landed"
    assert set(warehouse.current()) == {*names(GOOGLE), "gpt2"}


@pytest.mark.parametrize(
    "fault",
    [
        fake.status(429, Retry_After="0"),
        fake.status(429, RateLimit='"api";r=0;t=1', RateLimit_Policy='"fixed window";"api";q=500;w=300'),
        fake.status(500),
        fake.status(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
        fake.html_page,
        fake.cut_json,
        fake.cut_body,
        fake.cut_close_delimited,
        fake.dropped,
        fake.ok(b""),
        fake.ok(b"[{},"),
        fake.ok(b'{"error":"try later"}'),
        fake.slow(1.2),
    ],
    ids=lambda fault: getattr(fault, "__qualname__", "fault").split(".")[0],
)
def test_passing_trouble_is_retried_and_the_right_set_lands(
    hub: FakeHub, warehouse: HubWarehouse, fault: fake.Callable[..., None]
) -> None:
    hub.faults.append(Fault(fault, after=1))
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 10, 0), outcome
    assert len(hub.asked) == 5


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (fake.status(500), "HTTP 500"),
        (fake.status(429), "rate limit"),
        (fake.html_page, "an HTML page instead of models"),
        (fake.cut_json, "cut JSON"),
        (fake.cut_body, "connection failed"),
        (fake.cut_close_delimited, "cut JSON"),
        (fake.dropped, "connection failed"),
        (fake.slow(1.2), "no answer within 1 seconds"),
        (fake.status(401), "HF_TOKEN"),
        (fake.status(403), "HF_TOKEN"),
        (fake.status(429, Retry_After="86400"), "asks to wait 86400 seconds"),
        (fake.status(418), "HTTP 418"),
    ],
)
def test_lasting_trouble_fails_with_a_reason_and_nothing_becomes_current(
    hub: FakeHub, warehouse: HubWarehouse, fault: fake.Callable[..., None], words: str
) -> None:
    warehouse.settings = {"request_attempts": 2}
    hub.faults.append(Fault(fault, after=2, times=None))
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "failed"
    assert outcome.unreachable
    assert words in str(outcome.reason)
    assert "hf_hub/tracked of 2026-08-01" in str(outcome.reason)
    assert "author=Qwen, page 3" in str(outcome.reason)
    assert "hf_secret" not in str(outcome.reason)
    assert warehouse.current() == {}


def test_the_answer_that_could_not_be_used_is_kept(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.faults.append(Fault(fake.html_page, times=None))
    (outcome,) = warehouse.ingest("tracked")
    assert [warehouse.store.received_path(sha256).read_bytes() for sha256 in outcome.received] == [
        b"<!doctype html><title>Sorry</title>"
    ]


def test_an_answer_that_never_ends_is_given_up(
    hub: FakeHub, warehouse: HubWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.settings = {"request_timeout_seconds": 0.5, "request_attempts": 1}
    monkeypatch.setattr("orchestration.sources.hub_client.WHOLE_ANSWER_FACTOR", 2)
    hub.faults.append(Fault(fake.drip(0.001), times=None))
    started = time.monotonic()
    (outcome,) = warehouse.ingest("tracked")
    assert "no whole answer within 1 second" in str(outcome.reason)
    assert time.monotonic() - started >= 1


def test_a_used_up_rate_limit_is_waited_for_before_it_is_met(
    hub: FakeHub, warehouse: HubWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(hub_client, "time", SimpleNamespace(monotonic=time.monotonic, sleep=waits.append))
    hub.headers = {"RateLimit": '"api";r=0;t=30'}
    warehouse.settings = {"request_longest_wait_seconds": 20}
    warehouse.ingest("tracked")
    assert len(hub.asked) == 4
    first, *others = waits
    assert first == 0
    assert all(0 < wait <= 20 for wait in others)  # between four requests, and no longer than the settings allow


def test_a_429_is_waited_for_as_long_as_asked(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.faults.append(Fault(fake.status(429, Retry_After="1")))
    started = time.monotonic()
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "landed"
    assert time.monotonic() - started >= 1


def test_an_interrupted_listing_goes_on_at_its_page(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.faults.append(Fault(fake.dropped, after=2, times=4))
    (failed,) = warehouse.ingest("tracked")
    assert failed.outcome == "failed"
    assert list(verify_store(warehouse.home / "raw")) == []  # what waits is no part of the store
    hub.asked.clear()
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.rows) == ("landed", 10)
    assert len(hub.asked) == 2  # the third page of Qwen, the page of google: nothing is asked for twice
    assert hub.asked[0].cursor is not None
    assert set(warehouse.current()) == names([*QWEN, *GOOGLE])
    assert not warehouse.listings.exists() or not list(warehouse.listings.rglob("*.gz"))


def test_a_killed_process_is_taken_up_without_asking_again(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.faults.append(Fault(fake.slow(60), after=3, times=1))
    code = (
        "import sys; from pathlib import Path; from tests.fakes.hub_warehouse import HubWarehouse;"
        "HubWarehouse(Path(sys.argv[1]), settings={'request_timeout_seconds': 60}).ingest('tracked')"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(warehouse.home)], cwd=Path(__file__).parents[2])
    try:
        deadline = time.monotonic() + 60
        while len(hub.asked) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(hub.asked) == 4
    assert warehouse.current() == {}
    hub.asked.clear()
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.rows) == ("landed", 10)
    assert [asked.query["author"] for asked in hub.asked] == [["google"]]


def test_a_landing_that_was_cut_off_asks_for_nothing_again(hub: FakeHub, warehouse: HubWarehouse) -> None:
    class Full(Exception):
        pass

    def refuse(*_args: object, **_settings: object) -> None:
        raise Full

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("orchestration.snapshots.store.SnapshotStore.land", refuse)
        with pytest.raises(Full):
            warehouse.ingest("tracked")
    hub.asked.clear()
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.rows, len(hub.asked)) == ("landed", 10, 0)


def test_an_expired_cursor_starts_the_listing_again_from_its_first_page(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.faults.append(Fault(fake.dropped, about="Qwen", after=2, times=4))
    warehouse.ingest("tracked")
    hub.asked.clear()
    hub.cursors_are_valid = False

    def heal(running: FakeHub) -> None:
        running.cursors_are_valid = bool(running.asked)

    hub.between = heal
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 10, 0)
    assert [asked.cursor is None for asked in hub.asked[:2]] == [False, True]
    assert set(warehouse.current()) == names([*QWEN, *GOOGLE])


def test_cursors_that_never_hold_end_in_a_failure(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.cursors_are_valid = False
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "failed"
    assert "HTTP 400" in str(outcome.reason)


def test_what_was_interrupted_yesterday_is_not_mixed_in(hub: FakeHub, warehouse: HubWarehouse) -> None:
    for table in ("full", "tracked"):
        hub.faults.append(Fault(fake.dropped, after=2, times=4))
        warehouse.ingest(table)
    assert len(list(warehouse.listings.glob("hf_hub/*/2026-08-01/*.gz"))) == 4
    warehouse.clock.now = datetime(2026, 8, 2, 6, tzinfo=UTC)
    hub.asked.clear()
    warehouse.ingest("tracked")
    assert len(hub.asked) == 4
    assert not list(warehouse.listings.glob("hf_hub/*/2026-08-01"))


def test_a_changed_registry_starts_anew(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.faults.append(Fault(fake.dropped, after=2, times=4))
    warehouse.ingest("tracked")
    warehouse.track("google/g11")
    warehouse.ingest("tracked")
    assert set(warehouse.current()) == names(GOOGLE)


def test_pages_that_go_round_in_a_circle_are_given_up(hub: FakeHub, warehouse: HubWarehouse) -> None:
    link = f'<{hub.url}/api/models?author=google&cursor=MA%3D%3D>; rel="next"'

    def answer(handler: fake.Handler, right: bytes) -> None:
        handler.reply(200, right, {"Link": link})

    hub.faults.append(Fault(answer, about="google", times=None))
    (outcome,) = warehouse.ingest("tracked")
    assert "round in a circle" in str(outcome.reason)
    assert warehouse.current() == {}


def test_the_token_does_not_follow_a_link_to_another_host(hub: FakeHub, warehouse: HubWarehouse) -> None:
    with running_hub() as elsewhere:

        def answer(handler: fake.Handler, right: bytes) -> None:
            handler.reply(
                200, right, {"Link": f'<{elsewhere.url}/api/models?author=google&cursor=Mw%3D%3D>; rel="next"'}
            )

        hub.faults.append(Fault(answer, about="google"))
        warehouse.ingest("tracked")
        assert elsewhere.asked == []
        assert hub.asked[-1].cursor == "Mw=="


def test_rows_that_move_between_pages_are_kept_once(hub: FakeHub, warehouse: HubWarehouse) -> None:
    def move(running: FakeHub) -> None:
        if len(running.asked) == 1:  # after the first page, its last model has moved to the next, with more downloads
            moved = running.models[2]
            running.models[2], running.models[3] = running.models[3], moved | {"downloadsAllTime": 999}

    hub.between = move
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "landed"
    assert warehouse.current()["Qwen/m3"]["downloads_total"] == 999
    (lost,) = warehouse.rejected()
    assert lost["reason"] == "duplicate key; record 4 is kept"
    assert lost["record_number"] == 3
    assert '"Qwen/m3"' in lost["record"]


def test_a_model_that_disappears_is_not_in_the_next_days_listing(hub: FakeHub, warehouse: HubWarehouse) -> None:
    warehouse.ingest("tracked")
    hub.models = [model for model in hub.models if model["id"] != "Qwen/m2"]
    warehouse.clock.now = datetime(2026, 8, 2, 6, tzinfo=UTC)
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "landed"
    assert set(warehouse.current(day=date(2026, 8, 2))) == names([*QWEN, *GOOGLE]) - {"Qwen/m2"}
    assert "Qwen/m2" in warehouse.current()


def test_less_than_half_of_yesterdays_rows_is_refused_and_yesterday_stays(
    hub: FakeHub, warehouse: HubWarehouse
) -> None:
    warehouse.ingest("tracked")
    hub.models = hub.models[:4]
    warehouse.clock.now = datetime(2026, 8, 2, 6, tzinfo=UTC)
    (outcome,) = warehouse.ingest("tracked")
    assert outcome.outcome == "refused"
    assert "10" in str(outcome.reason)
    newest = warehouse.store.newest("hf_hub", "tracked")
    assert newest is not None
    assert newest.snapshot_date == TODAY
    # A refused listing is not kept for another try: the next attempt asks again.
    hub.models, hub.asked = [*QWEN, *GOOGLE], []
    assert [outcome.outcome for outcome in warehouse.ingest("tracked")] == ["landed"]


def test_wrong_records_are_rejected_with_a_reason_and_the_good_ones_land(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.models[:7] = [
        hub_model("Qwen/good", 1),
        hub_model("Qwen/../../etc", 2, author="Qwen"),
        hub_model("Qwen/text", 3, downloads="many"),
        hub_model("Qwen/negative", 4, downloadsAllTime=-1),
        hub_model("Qwen/half", 5, likes=1.5),
        hub_model("Qwen/future", 6, createdAt="2031-01-01T00:00:00.000Z"),
        hub_model("Qwen/nul\0", 7, author="Qwen"),
        hub_model("Qwen/surrogate", 8, tags=["\ud800"]),
        hub_model("Qwen/quote'\"", 9, author="Qwen"),
        hub_model("Qwen/four-byte-😀", 10, author="Qwen"),
        hub_model("Qwen/when", 11, createdAt="yesterday"),
        {"author": "Qwen"},
    ]
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows) == ("landed", 4, 11)
    assert set(warehouse.current()) == {"Qwen/good", *names(GOOGLE)}
    reasons = {row["record_number"]: row["reason"] for row in warehouse.rejected()}
    assert reasons[2] == "model_id is not a Hub repository id"
    assert "`$.downloads`" in reasons[3]
    assert reasons[4] == "downloads_total is negative"
    assert "`$.likes`" in reasons[5]
    assert "created_at lies after" in reasons[6]
    assert reasons[8] == "text that is not Unicode"
    assert reasons[11] == "created_at is no date and time"
    assert reasons[12] == "model_id is missing"
    texts = {row["record_number"]: row["record"] for row in warehouse.rejected()}
    assert "Qwen/../../etc" in texts[2]


def test_a_past_day_is_refused_for_every_table(hub: FakeHub, warehouse: HubWarehouse) -> None:
    outcomes = warehouse.ingest(day=date(2026, 7, 1))
    assert [outcome.outcome for outcome in outcomes] == ["refused", "refused"]
    assert all("cannot be backfilled" in str(outcome.reason) for outcome in outcomes)
    assert hub.asked == []


def test_a_second_fetch_on_the_same_day_is_unchanged_or_a_revision(hub: FakeHub, warehouse: HubWarehouse) -> None:
    (first,) = warehouse.ingest("tracked")
    pages = [warehouse.store.received_path(sha256).read_bytes() for sha256 in first.received]
    assert {page[4:8] for page in pages} == {bytes(4)}  # no time of packing: the same answer is the same bytes
    (second,) = warehouse.ingest("tracked")
    assert (second.outcome, second.received) == ("unchanged", first.received)
    hub.models[0] = QWEN[0] | {"downloadsAllTime": 12345}
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.revision) == ("landed", 2)


def test_progress_names_rows_and_yesterdays_total(hub: FakeHub, warehouse: HubWarehouse) -> None:
    warehouse.ingest("tracked")
    assert [(report.what, report.rows, report.total) for report in warehouse.reports] == [
        ("hf_hub/tracked", rows, None) for rows in (0, 3, 6, 7, 10)
    ]
    warehouse.reports.clear()
    warehouse.clock.now = datetime(2026, 8, 2, 6, tzinfo=UTC)
    hub.models.append(hub_model("Qwen/new", 50))
    warehouse.ingest("tracked")
    warehouse.ingest("tracked")
    assert {report.total for report in warehouse.reports} == {10}


def test_an_endpoint_that_nobody_serves_is_unreachable(
    warehouse: HubWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://user:hunter2@127.0.0.1:9")
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.unreachable) == ("failed", True)
    assert "http://127.0.0.1:9" in str(outcome.reason)
    assert "hunter2" not in str(outcome.reason)
    assert HubClient(Settings()).location == "http://127.0.0.1:9"


def test_an_endpoint_that_is_no_address_is_said_so(warehouse: HubWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "hub.example")
    (outcome,) = warehouse.ingest("tracked")
    assert "HF_ENDPOINT is not a valid address" in str(outcome.reason)


def test_a_wait_may_be_asked_for_as_a_date(hub: FakeHub, warehouse: HubWarehouse) -> None:
    hub.faults.append(Fault(fake.status(503, Retry_After="Fri, 01 Jan 2100 00:00:00 GMT"), times=None))
    (outcome,) = warehouse.ingest("tracked")
    assert "HTTP 503, and it asks to wait" in str(outcome.reason)
    assert len(hub.asked) == 1


def test_a_broken_link_to_the_next_page_is_tried_again(hub: FakeHub, warehouse: HubWarehouse) -> None:
    def answer(handler: fake.Handler, right: bytes) -> None:
        handler.reply(200, right, {"Link": '<http://[broken>; rel="next"'})

    hub.faults.append(Fault(answer))
    (outcome,) = warehouse.ingest("tracked")
    assert (outcome.outcome, outcome.rows, outcome.rejected_rows, len(hub.asked)) == ("landed", 10, 0, 5)


@pytest.mark.parametrize("condition", ["", "author=someone&"])
def test_a_link_that_loses_the_condition_does_not_bring_in_other_models(
    hub: FakeHub, warehouse: HubWarehouse, condition: str
) -> None:
    def answer(handler: fake.Handler, right: bytes) -> None:
        handler.reply(200, right, {"Link": f'<{hub.url}/api/models?{condition}cursor=MQ%3D%3D>; rel="next"'})

    hub.faults.append(Fault(answer))
    warehouse.ingest("tracked")
    assert set(warehouse.current()) == names([*QWEN, *GOOGLE])


def test_an_answer_beyond_measure_is_given_up(
    hub: FakeHub, warehouse: HubWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.sources.hub_client.LARGEST_ANSWER", 1000)
    (outcome,) = warehouse.ingest("tracked")
    assert "an answer has more than" in str(outcome.reason)
    assert len(hub.asked) == 1


def test_offline_mode_is_honoured(hub: FakeHub, warehouse: HubWarehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (outcome,) = warehouse.ingest("tracked")
    assert "HF_HUB_OFFLINE forbids it" in str(outcome.reason)
    assert hub.asked == []


@pytest.mark.parametrize("seed", range(12))
def test_whatever_goes_wrong_the_right_set_lands_in_the_end(hub: FakeHub, warehouse: HubWarehouse, seed: int) -> None:
    chance = random.Random(seed)
    troubles = [
        fake.status(429, Retry_After="0"),
        fake.status(500),
        fake.status(502, b"<html>"),
        fake.html_page,
        fake.cut_json,
        fake.cut_body,
        fake.cut_close_delimited,
        fake.dropped,
        fake.status(400),
        fake.status(401),
        fake.ok(b"[null"),
    ]
    hub.page_size = chance.randint(1, 4)
    warehouse.settings = {"request_attempts": chance.randint(1, 3), "request_wait_seconds": 0.001}
    hub.faults = [
        Fault(chance.choice(troubles), after=chance.randint(0, 3), times=chance.randint(1, 4)) for _ in range(4)
    ]
    for _ in range(20):
        (outcome,) = warehouse.ingest("tracked")
        if outcome.outcome == "landed":
            break
        assert outcome.outcome == "failed"
        assert outcome.reason
        assert warehouse.current() == {}
    assert set(warehouse.current()) == names([*QWEN, *GOOGLE])
    assert {row["downloads_total"] for row in warehouse.current().values()} == {
        model["downloadsAllTime"] for model in [*QWEN, *GOOGLE]
    }
    assert warehouse.rejected() == []
