"""Alerts: plain sentences without secrets or markup, told once per cause, and again when a cause returns."""

import errno
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orchestration.alerts.alert import Alert, Cause, harmless
from orchestration.alerts.causes import FailedRun, of_release, of_runs, of_sources
from orchestration.alerts.services import alert_services
from orchestration.alerts.tell import remembered, tell
from orchestration.alerts.told import read_told, write_told
from orchestration.errors import ConfigurationError, WarehouseError
from orchestration.release.due import Decision, Work
from orchestration.settings import Settings
from orchestration.snapshots.candidate import Failure
from orchestration.snapshots.store import SnapshotStore
from orchestration.status import warehouse_status
from tests.fakes.alert_service import AlertService, alert_service
from tests.fakes.candidates import candidate, land
from tests.fakes.faults import Stopped, counting_steps, failing_from, stopped_at

SINCE = datetime(2026, 11, 6, 7, 31, tzinfo=UTC)
HF = Alert(Cause("source", "hf_hub", ("tracked",)), "hf_hub is late", "Since Monday.")
RUN = Alert(Cause("run", "daily_refresh", ("dbt_build",)), "daily_refresh failed", "Look.")


@pytest.fixture
def service() -> Iterator[AlertService]:
    with alert_service() as running:
        yield running


def settings_for(home: Path, *addresses: str) -> Settings:
    return Settings(home=home, alerts=SecretStr(" ".join(addresses)))


def telling(settings: Settings, *alerts: Alert) -> str:
    """One tick of the sensor."""
    return tell(settings, alerts, alert_services(settings)).sentence()


# ---- once per cause --------------------------------------------------------------------------------------------------


def test_a_cause_is_told_once_and_again_when_it_returns(tmp_path: Path, service: AlertService) -> None:
    settings = settings_for(tmp_path, service.address)
    assert telling(settings, HF) == "Told: hf_hub is late."
    for _ in range(3):
        assert telling(settings, HF) == "Nothing new to tell."
    assert telling(settings, HF, RUN) == "Told: daily_refresh failed."
    assert telling(settings) == "Nothing new to tell."
    assert read_told(settings) == {}
    telling(settings, HF)
    assert service.titles == ["hf_hub is late", "daily_refresh failed", "hf_hub is late"]


@pytest.mark.parametrize(
    "other",
    [
        Cause("source", "hf_hub", ("full", "tracked")),
        Cause("source", "openrouter", ("tracked",)),
        Cause("run", "hf_hub", ("tracked",)),
    ],
    ids=["other details", "other subject", "other kind"],
)
def test_another_cause_is_news(tmp_path: Path, service: AlertService, other: Cause) -> None:
    settings = settings_for(tmp_path, service.address)
    telling(settings, HF)
    assert telling(settings, Alert(other, "Other", "Body.")) == "Told: Other."


def test_the_same_cause_in_other_words_is_no_news(tmp_path: Path, service: AlertService) -> None:
    settings = settings_for(tmp_path, service.address)
    telling(settings, HF)
    telling(settings, Alert(HF.cause, HF.title, "Six days old by now."))
    assert service.taken == [("hf_hub is late", "Since Monday.")]


causes = st.builds(Cause, st.sampled_from(["gate", "run"]), st.sampled_from("ab"), st.just(()))


@given(st.lists(st.sets(causes), max_size=8))
def test_each_time_that_a_cause_begins_is_told_once(ticks: list[set[Cause]]) -> None:
    """Whatever comes and goes: told = number of ticks at which a cause is there and was not there before."""

    class Listener:
        id = name = "listener"

    told: dict[Cause, frozenset[str]] = {}
    heard: list[Cause] = []
    for now in ticks:
        told = remembered(told, now, [Listener()])  # type: ignore[list-item]
        heard += [cause for cause in now if "listener" not in told[cause]]
        told = dict.fromkeys(now, frozenset({"listener"}))
    begins = [cause for before, now in zip([set(), *ticks], ticks, strict=False) for cause in now - before]
    assert sorted(map(repr, heard)) == sorted(map(repr, begins))


# ---- services that fail ----------------------------------------------------------------------------------------------


def test_what_a_service_did_not_take_is_tried_again(tmp_path: Path, service: AlertService) -> None:
    settings = settings_for(tmp_path, service.address)
    service.statuses = [500, 503]
    for _ in range(2):
        assert telling(settings, HF) == (
            "Nothing new to tell. JSON (number 1 of WAREHOUSE_ALERTS) did not take an alert; it is tried again, look "
            "at the service."
        )
    assert telling(settings, HF) == "Told: hf_hub is late."
    assert telling(settings, HF) == "Nothing new to tell."
    assert service.asked == 3


def test_a_service_that_is_down_does_not_keep_another_from_hearing_once(tmp_path: Path, service: AlertService) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"json://127.0.0.1:{free.getsockname()[1]}/other-token"
    settings = settings_for(tmp_path, closed, service.address)
    first = telling(settings, HF, RUN)
    assert first.startswith("Told: hf_hub is late; daily_refresh failed. JSON (number 1 of")
    assert telling(settings, HF, RUN).startswith("Nothing new to tell. JSON (number 1 of")
    assert service.titles == ["hf_hub is late", "daily_refresh failed"]


def test_a_service_that_fails_is_left_alone_until_the_next_tick(tmp_path: Path, service: AlertService) -> None:
    settings = settings_for(tmp_path, service.address)
    service.statuses = [500]
    telling(settings, HF, RUN)
    assert service.asked == 1
    telling(settings, HF, RUN)
    assert service.titles == ["hf_hub is late", "daily_refresh failed"]


@pytest.mark.parametrize("text", ["garbage", "json://127.0.0.1:1/a hidden-word", "nonsense://hidden-word/x", " , "])
def test_an_address_that_is_none_is_one_sentence_without_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="WAREHOUSE_ALERTS names an address that apprise does not") as error:
        alert_services(settings_for(tmp_path, text))
    assert "hidden" not in str(error.value)
    assert "garbage" not in str(error.value)


def test_addresses_are_divided_by_blanks_or_commas_and_may_hold_commas(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path, "json://h/1,json://h/2", "mailto://u:p@example.org?to=a@example.org,b@example.org"
    )
    services = alert_services(settings)
    assert len(services) == 3
    assert len({service.id for service in services}) == 3
    assert alert_services(Settings(home=tmp_path)) == []


def test_a_setting_of_nothing_alerts_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAREHOUSE_ALERTS", "")
    monkeypatch.setenv("WAREHOUSE_PUBLISH_TARGET", "")
    assert (Settings().alerts, Settings().publish_target) == (None, None)


# ---- the record ------------------------------------------------------------------------------------------------------


def test_a_record_that_is_damaged_tells_again_rather_than_never(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    write_told(settings, {HF.cause: frozenset({"a", "b"})})
    assert read_told(settings) == {HF.cause: frozenset({"a", "b"})}
    (tmp_path / "alerts" / "told.json").write_bytes(b'[{"cause": ')
    assert read_told(settings) == {}


def test_a_kill_while_the_record_is_written_leaves_the_old_or_the_new_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    old, new = {HF.cause: frozenset({"a"})}, {RUN.cause: frozenset({"a"})}
    with counting_steps(settings.root) as steps:
        write_told(settings, old)
    assert steps.step >= 3
    for step in range(1, steps.step + 1):
        write_told(settings, old)
        try:
            with stopped_at(settings.root, step):
                write_told(settings, new)
        except Stopped:
            pass
        assert read_told(settings) in (old, new)


def test_nothing_is_sent_that_could_not_be_recorded(tmp_path: Path, service: AlertService) -> None:
    settings = settings_for(tmp_path, service.address)
    with failing_from(tmp_path, errno.ENOSPC), pytest.raises(WarehouseError, match="the disk is full"):
        telling(settings, HF)
    assert service.asked == 0


def test_the_secret_is_nowhere(tmp_path: Path, service: AlertService, caplog: pytest.LogCaptureFixture) -> None:
    settings = settings_for(tmp_path, service.address)
    service.statuses = [500]
    with caplog.at_level(logging.INFO):
        said = [telling(settings, HF), telling(settings, HF)]
    record = (tmp_path / "alerts" / "told.json").read_text()
    shown = [*said, record, repr(settings), str(settings.model_dump()), settings.model_dump_json(), caplog.text]
    shown += [repr(service) for service in alert_services(settings)]
    assert "hf_hub" in record
    assert [text for text in shown if "secret-token" in text] == []


# ---- sentences -------------------------------------------------------------------------------------------------------


@given(st.text(max_size=3000))
def test_text_from_outside_is_one_line_without_marks(text: str) -> None:
    shown = harmless(text)
    assert shown.isprintable()
    assert len(shown) <= 400
    assert not set(shown) & set("<>[]`*~|@&\\")
    assert "://" not in shown


def test_text_from_outside_keeps_no_secret() -> None:
    assert harmless("https://user:key@hub.example/a?token=key <!channel>\n[x](y)") == (
        "https: //hub.example/a (!channel) (x)(y)"
    )


def test_a_refused_gate_says_what_since_when_and_what_to_do() -> None:
    why = "The gate refuses 2026-10: 1 of 9 conditions does not hold.\ndays.few: 29 days of <b>x</b> (allowed: 3). Do."
    run = FailedRun("monthly_release", "0" * 36, SINCE, {"quality__gate": why}, "2026-10", ("days.few",))
    [alert] = of_runs([run], released=["2026-09"])
    assert alert == Alert(
        Cause("gate", "2026-10", ("days.few",)),
        "The gate refuses 2026-10",
        "The gate refuses 2026-10: 1 of 9 conditions does not hold.\n"
        "days.few: 29 days of (b)x(/b) (allowed: 3). Do.\n"
        "Refused since 2026-11-06 07:31 UTC. Do what the reasons say; `warehouse gate 2026-10` shows whether that was "
        "enough. Within the month's window it is tried again every day.",
    )
    assert list(of_runs([run], released=["2026-10"])) == []


def test_many_reasons_are_cut() -> None:
    why = "\n".join(["The gate refuses.", *(f"reason {number}" for number in range(9))])
    run = FailedRun("monthly_release", "0" * 36, SINCE, {"quality__gate": why}, "2026-10", ("a",))
    [alert] = of_runs([run], released=[])
    assert "reason 4\nAnd 4 more.\nRefused since" in alert.body


def test_a_failed_run_says_which_step_and_why() -> None:
    run = FailedRun("daily_refresh", "12345678-rest", SINCE, {"raw__hf_hub": "tracked: It\ndoes not answer."})
    [alert] = of_runs([run], released=[])
    assert alert == Alert(
        Cause("run", "daily_refresh", ("raw__hf_hub",)),
        "daily_refresh failed",
        "raw__hf_hub: tracked: It does not answer.\n"
        "Failing since 2026-11-06 07:31 UTC. Look at run 12345678 in Dagster, mend the cause and run it again.",
    )


def test_a_late_source_says_since_when_and_what_the_last_attempt_came_to(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path / "raw")
    land(store, candidate(day=date(2026, 7, 1)), source="hf_hub", at=datetime(2026, 7, 1, 6, tzinfo=UTC))
    assert list(of_sources(warehouse_status(store, date(2026, 7, 3)))) == []
    failure = Failure("tracked", "failed", "It does not <answer>.", snapshot_date=date(2026, 7, 5))
    store.record_failure("hf_hub", failure, requested_at=datetime(2026, 7, 5, 6, tzinfo=UTC))
    [alert] = of_sources(warehouse_status(store, date(2026, 7, 5)))
    assert alert.cause == Cause("source", "hf_hub", ("tracked",))
    assert alert.title == "hf_hub is late"
    assert alert.body.splitlines() == [
        "The newest snapshot of hf_hub/tracked is of 2026-07-01, 4 days old (allowed: 2); late since 2026-07-04. "
        "The last attempt, 2026-07-05 06:00 UTC, failed: It does not (answer).",
        "Run `warehouse ingest hf_hub`; `warehouse status` shows more.",
    ]


def test_a_missed_release_is_a_cause_and_no_other_state_is() -> None:
    for work in Work:
        alerts = list(of_release(Decision(date(2026, 10, 1), work, "Why.")))
        assert [alert.cause for alert in alerts] == ([Cause("release", "2026-10")] if work is Work.MISSED else [])
