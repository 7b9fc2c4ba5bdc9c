"""Artificial Analysis: dumps of its page, answers of its API, and what goes wrong with either."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import ConfigurationError
from orchestration.plan import plan_ingest
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Outcome
from tests.fakes import hub as fake
from tests.fakes.archives import Archive
from tests.fakes.artificial_analysis_api import FakeArtificialAnalysis, api_model
from tests.fakes.hub import Fault, serving
from tests.fakes.live_source import LiveSource

DAY = date(2026, 7, 3)
TODAY = date(2026, 11, 20)
GLM = {
    "slug": "glm-4-5v",
    "name": "GLM-4.5V (Non-reasoning)",
    "release_date": "2025-08-11",
    "creator": {"slug": "zai", "name": "Z AI", "country": "cn"},
    "evaluations": {
        "artificial_analysis_intelligence_index": 6.99849110680714,
        "artificial_analysis_intelligence_index_is_estimated": True,
        "artificial_analysis_coding_index": None,
        "aa_lcr": 0,
        "aa_omniscience": -53.5,
    },
    "capabilities": {"total_parameters": 108, "active_parameters": 12.5},
    "open_weights": {
        "is_open_weights": True,
        "license_name": "MIT",
        "huggingface_url": "https://huggingface.co/zai-org/GLM-4.5V",
        "openrouter_api_id": "z-ai/glm-4.5v",
    },
}
CLOSED = {
    "slug": "gpt-5",
    "name": "GPT-5",
    "release_date": None,
    "creator": {"slug": "openai"},
    "evaluations": {
        "artificial_analysis_intelligence_index": 60.5,
        "artificial_analysis_intelligence_index_is_estimated": False,
    },
    "open_weights": {"is_open_weights": False, "huggingface_url": None},
}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


def dump(*models: Any, **meta: Any) -> dict[str, Any]:
    return {"meta": {"fetched_at": "2026-07-03T08:23:34+00:00", "model_count": len(models)} | meta, "models": models}


def land(archive: Archive, content: object, **entry: Any) -> list[Outcome]:
    text = content if isinstance(content, str) else json.dumps(content)
    return archive.land({"location": archive.write("llms.json", text)} | entry, name="artificial_analysis")


def scores(archive: Archive) -> set[tuple[Any, ...]]:
    names = ["metric", "category", "source_model_name", "score"]
    return set(archive.records("evaluations", DAY, "artificial_analysis").select(names).rows())


def test_a_dump_has_models_and_scores_of_its_day(archive: Archive) -> None:
    models, evaluations = land(archive, dump(GLM, CLOSED))
    assert (models.outcome, models.snapshot_date, models.rows) == ("landed", DAY, 2)
    assert (evaluations.outcome, evaluations.rows, evaluations.rejected_rows) == ("landed", 4, 0)
    # A score of 0 and one below it are scores; one that is not given is none; an estimate says so.
    assert scores(archive) == {
        ("artificial_analysis_intelligence_index", "estimated", "glm-4-5v", 6.99849110680714),
        ("aa_lcr", "overall", "glm-4-5v", 0.0),
        ("aa_omniscience", "overall", "glm-4-5v", -53.5),
        ("artificial_analysis_intelligence_index", "overall", "gpt-5", 60.5),
    }
    rows = {row["source_model_name"]: row for row in archive.records("models", DAY, "artificial_analysis").to_dicts()}
    assert rows["glm-4-5v"] == {
        "source_model_name": "glm-4-5v",
        "canonical_name": None,
        "display_name": "GLM-4.5V (Non-reasoning)",
        "organization_name": "zai",
        "country": "cn",
        "hub_model_id": "https://huggingface.co/zai-org/GLM-4.5V",
        "openrouter_id": "z-ai/glm-4.5v",
        "family": None,
        "license": "MIT",
        "is_open_weights": True,
        "release_date": date(2025, 8, 11),
        "total_parameters": 108_000_000_000,
        "active_parameters": 12_500_000_000,
    }
    assert (rows["gpt-5"]["is_open_weights"], rows["gpt-5"]["release_date"]) == (False, None)


def test_an_older_answer_of_the_api_is_read_too(archive: Archive) -> None:
    models, evaluations = land(archive, {"status": 200, "data": [api_model("qwen3-8b")]}, snapshot_date=DAY)
    assert (models.outcome, models.rows, evaluations.rows) == ("landed", 1, 2)
    assert archive.records("models", DAY, "artificial_analysis")["organization_name"].to_list() == ["alibaba"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("5", "holds no list of models"),
        ({"models": []}, "holds no list of models"),
        ({"data": {"a": 1}}, "holds no list of models"),
        ({"meta": {}}, "holds no list of models"),
        (dump(GLM, CLOSED, model_count=445), "says that it has 445 models and has 2; fetch it again"),
        (dump(GLM, fetched_at="today"), "fetched_at is 'today', not a date"),
        (dump(GLM, fetched_at="2027-07-03T00:00:00Z"), "lies in the future"),
        ({"models": [GLM]}, "has no date; set snapshot_date or date_pattern"),
        (dump("a", "b"), "2 of 2 records cannot be used"),
        ("<html>", "is an HTML or XML page"),
        ('{"models": [{"slug": "g', "cannot be read as json"),
    ],
)
def test_a_dump_of_another_shape_is_refused(archive: Archive, content: object, sentence: str) -> None:
    outcomes = land(archive, content)
    assert {outcome.outcome for outcome in outcomes} == {"refused"}
    assert sentence in str(outcomes[0].reason)


@pytest.mark.parametrize(
    ("change", "table"),
    [
        ({"slug": None}, "models"),
        ({"release_date": "soon"}, "models"),
        ({"open_weights": {"is_open_weights": "yes"}}, "models"),
        ({"capabilities": {"total_parameters": "many"}}, "models"),
        ({"creator": "zai"}, "models"),
        ({"evaluations": {"gpqa": "high"}}, "evaluations"),
        ({"evaluations": {"gpqa": True}}, "evaluations"),
        ({"evaluations": {"gpqa": {"score": 1}}}, "evaluations"),
    ],
)
def test_a_wrong_model_does_not_take_the_others_with_it(archive: Archive, change: dict[str, Any], table: str) -> None:
    outcomes = {one.table_name: one for one in land(archive, dump(GLM, CLOSED, GLM | {"slug": "x"} | change))}
    assert {one.outcome for one in outcomes.values()} == {"landed"}
    assert outcomes[table].rejected_rows >= 1


def test_a_model_with_two_scores_of_one_metric_has_none(archive: Archive) -> None:
    other = GLM | {"evaluations": {"aa_lcr": 0.5}}
    _, evaluations = land(archive, dump(GLM, CLOSED, other))
    assert evaluations.rejected_rows == 2
    assert "aa_lcr" not in {metric for metric, *_ in scores(archive)}


# ---- live ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeArtificialAnalysis]:
    with serving(FakeArtificialAnalysis([api_model(f"m{number}", number) for number in range(5)])) as running:
        monkeypatch.setenv("ARTIFICIAL_ANALYSIS_ENDPOINT", running.url)
        monkeypatch.setenv("ARTIFICIAL_ANALYSIS_API_KEY", running.key)
        yield running


@pytest.fixture
def live(tmp_path: Path, api: FakeArtificialAnalysis) -> LiveSource:
    return LiveSource(tmp_path, "artificial_analysis", TODAY)


def test_all_pages_are_one_snapshot_with_the_version_of_the_index(
    live: LiveSource, api: FakeArtificialAnalysis
) -> None:
    models, evaluations = live.ingest()
    assert (models.outcome, models.snapshot_date, models.rows) == ("landed", TODAY, 5)
    assert (evaluations.outcome, evaluations.rows) == ("landed", 10)
    assert [one.query["page"] for one in api.asked] == [["1"], ["2"], ["3"]]
    records = live.records("evaluations")
    versions = records.select("metric", "index_version").unique().rows()
    assert set(versions) == {("artificial_analysis_intelligence_index", "4.1"), ("gpqa", None)}
    manifest = live.manifest("models")
    assert manifest.location == f"{api.url}/api/v2/language/models/free"
    assert len(manifest.received) == 3
    assert manifest.citation == "Artificial Analysis (artificialanalysis.ai)"
    assert [one.outcome for one in live.ingest()] == ["unchanged", "unchanged"]


def test_the_key_is_written_nowhere(live: LiveSource, api: FakeArtificialAnalysis) -> None:
    api.faults = [Fault(fake.status(500), times=3)]
    outcomes = live.ingest() + live.ingest()
    assert [one.outcome for one in outcomes] == ["failed", "landed", "landed"]
    assert {one.api_key for one in api.asked} == {api.key}
    assert api.key.encode() not in live.everything()


Answer = Callable[[Any, bytes], None]
OTHER_PAGE = json.dumps({"data": [api_model("x")], "pagination": {"page": 1, "has_more": True}}).encode()
NO_MODELS = json.dumps({"data": [], "pagination": {"page": 2, "has_more": True}}).encode()


@pytest.mark.parametrize(
    ("answer", "outcome", "sentence"),
    [
        (fake.cut_json, "refused", "page 2, is no page of models"),
        (fake.html_page, "refused", "page 2, is no page of models"),
        (fake.ok(b"[]"), "refused", "page 2, is no page of models"),
        (fake.ok(b'{"data": [{}]}'), "refused", "page 2, is no page of models"),
        (fake.ok(OTHER_PAGE), "refused", "answered for page 2 with another or an empty one"),
        (fake.ok(NO_MODELS), "refused", "answered for page 2 with another or an empty one"),
        (fake.status(500), "failed", "answered with HTTP 500; try again later"),
        (fake.status(429, Retry_After="0"), "failed", "answered with HTTP 429; try again later"),
        (fake.status(403), "failed", "answered with HTTP 403; correct its key"),
        (fake.status(302, Location="http://127.0.0.1:9/"), "failed", "answered with HTTP 302"),
        (fake.cut_body, "failed", "could not be read"),
        (fake.slow(1.0), "failed", "could not be read"),
    ],
)
def test_a_bad_page_is_one_sentence_and_nothing_lands(
    live: LiveSource, api: FakeArtificialAnalysis, answer: Answer, outcome: str, sentence: str
) -> None:
    api.faults = [Fault(answer, after=1, times=None)]
    (found,) = live.ingest()
    assert (found.outcome, found.unreachable) == (outcome, outcome == "failed")
    assert sentence in str(found.reason)
    if outcome == "refused":
        assert len(found.received) == 2


def test_a_change_of_the_index_between_two_pages_is_refused(live: LiveSource, api: FakeArtificialAnalysis) -> None:
    api.versions = ["4.1", "4.2"]
    (found,) = live.ingest()
    assert found.outcome == "refused"
    assert "changed the version of its index while it was read; fetch it again" in str(found.reason)


def test_half_a_list_is_refused(live: LiveSource, api: FakeArtificialAnalysis) -> None:
    live.ingest()
    live.set_day(date(2026, 11, 21))
    api.models = api.models[:2]
    assert {one.outcome for one in live.ingest()} == {"refused"}


def test_a_wrong_key_is_named_as_such(
    live: LiveSource, api: FakeArtificialAnalysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTIFICIAL_ANALYSIS_API_KEY", "aa-wrong")
    (found,) = live.ingest()
    assert "answered with HTTP 401; correct its key" in str(found.reason)
    assert "aa-wrong" not in str(found.reason)


def test_without_a_key_it_is_left_out_unless_it_is_named(
    live: LiveSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "other")

    def planned(**asked: Any) -> list[str]:
        return [one.spec.name for one in plan_ingest(settings, **asked)]

    assert "artificial_analysis" in planned()
    monkeypatch.delenv("ARTIFICIAL_ANALYSIS_API_KEY")
    assert "artificial_analysis" not in planned()
    with pytest.raises(ConfigurationError, match="answers only with a key; set ARTIFICIAL_ANALYSIS_API_KEY or name"):
        planned(sources=["artificial_analysis"])
    stored = tmp_path / "sources.toml"
    stored.write_text('[artificial_analysis]\nlocation = "llms.json"\n')
    assert planned(sources_file=stored) == ["artificial_analysis"]
    with pytest.raises(ConfigurationError, match="needs a key: set ARTIFICIAL_ANALYSIS_API_KEY"):
        live.ingest()


def test_a_past_day_is_not_asked_for(live: LiveSource, api: FakeArtificialAnalysis) -> None:
    (found,) = live.ingest(day=date(2026, 11, 1))
    assert (found.outcome, api.asked) == ("failed", [])
    assert "can be had for 2026-11-20 only, not for 2026-11-01" in str(found.reason)
