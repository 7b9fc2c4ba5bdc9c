"""Publishing: upload, read back, then announce; resumed after faults, never twice, never over another version."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx2
import huggingface_hub
import pytest
from huggingface_hub import constants
from moto.server import ThreadedMotoServer

from orchestration.errors import ConfigurationError, DataRefused, Unreachable
from orchestration.release import file_target
from orchestration.release.assemble import Release
from orchestration.release.file_target import FileTarget
from orchestration.release.hub_target import HubTarget
from orchestration.release.publication import fetch_release, publications, publish_release, target_of
from orchestration.release.sums import encode_sums, sums_of
from orchestration.release.verify import release_problems
from orchestration.release.version import Version
from orchestration.settings import Settings
from tests.fakes.hub_repository import FakeHubRepositories, HubFault, running_hub_repositories

JULY_0 = Version.parse("2026.07.0")
assert JULY_0 is not None


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path / "home")
    settings.releases.mkdir(parents=True)
    return settings


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHubRepositories]:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    with running_hub_repositories() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        yield hub
    huggingface_hub.close_session()


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    httpx2.post(f"{s3_url}/moto-api/reset")
    for name, value in {
        "AWS_ENDPOINT_URL": s3_url,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=s3_url)
    client.create_bucket(Bucket="bucket")
    return client


def next_version(folder: Path, name: str) -> Path:
    """The release under another version, as whole as before."""
    target = folder.with_name(name)
    folder.rename(target)
    manifest = json.loads((target / "release.json").read_text())
    (target / "release.json").write_text(json.dumps(manifest | {"version": name}))
    (target / "SHA256SUMS").write_bytes(encode_sums(sums_of(target)))
    return target


class Interrupted(BaseException):
    """The process is dead."""


# ---- a file system ---------------------------------------------------------------------------------------------------


def test_a_folder_gets_the_release_and_then_the_pointer(settings: Settings, released: Release, tmp_path: Path) -> None:
    place = tmp_path / "place"
    publication = publish_release(settings, released.folder, FileTarget(place.as_uri()))
    assert (place / "latest").read_text() == "2026.07.0\n"
    assert sums_of(place / "2026.07.0") == sums_of(released.folder)
    assert list(release_problems(settings, place / "2026.07.0")) == []
    sums = hashlib.sha256((released.folder / "SHA256SUMS").read_bytes()).hexdigest()
    assert (publication.version, publication.target, publication.sums_sha256) == ("2026.07.0", place.as_uri(), sums)
    assert publications(settings) == [publication]
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}
    assert publish_release(settings, released.folder, FileTarget(place.as_uri())) == publication
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before
    assert publications(settings) == [publication]


def test_another_release_of_the_same_version_is_refused(
    settings: Settings, released: Release, spoiled: Path, tmp_path: Path
) -> None:
    target = FileTarget((tmp_path / "place").as_uri())
    publish_release(settings, released.folder, target)
    (spoiled / "CITATION.cff").write_text("other")
    (spoiled / "SHA256SUMS").write_bytes(encode_sums(sums_of(spoiled)))
    before = sums_of(tmp_path / "place")
    with pytest.raises(DataRefused, match="never replaced"):
        publish_release(settings, spoiled, target)
    assert sums_of(tmp_path / "place") == before


def test_a_damaged_release_is_not_published(settings: Settings, spoiled: Path, tmp_path: Path) -> None:
    (spoiled / "gate.json").write_text("{}")
    with pytest.raises(DataRefused, match=r"damaged.*gate\.json"):
        publish_release(settings, spoiled, FileTarget((tmp_path / "place").as_uri()))
    assert not (tmp_path / "place").exists()


def test_the_pointer_never_goes_back(settings: Settings, released: Release, spoiled: Path, tmp_path: Path) -> None:
    target = FileTarget((tmp_path / "place").as_uri())
    publish_release(settings, next_version(spoiled, "2026.08.0"), target)
    publish_release(settings, released.folder, target)
    assert (tmp_path / "place" / "latest").read_text() == "2026.08.0\n"


def test_what_arrived_wrong_is_sent_again_before_it_is_announced(
    settings: Settings, released: Release, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    there = place / "2026.07.0" / "data" / "dim_model.parquet"
    there.parent.mkdir(parents=True)
    there.write_bytes(bytes(released.folder.joinpath("data/dim_model.parquet").stat().st_size))
    publish_release(settings, released.folder, FileTarget(place.as_uri()))
    assert sums_of(place / "2026.07.0") == sums_of(released.folder)


def test_a_place_with_a_foreign_file_in_the_version_is_not_announced(
    settings: Settings, released: Release, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    (place / "2026.07.0").mkdir(parents=True)
    (place / "2026.07.0" / "foreign.txt").write_text("mine")
    with pytest.raises(Unreachable, match=r"foreign\.txt"):
        publish_release(settings, released.folder, FileTarget(place.as_uri()))
    assert not (place / "latest").exists()
    assert not (place / "2026.07.0" / "SHA256SUMS").exists()


@pytest.mark.parametrize("moment", range(1, 30, 4))
def test_an_interrupted_upload_is_never_announced_and_is_taken_up_again(
    settings: Settings, released: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    place = tmp_path / "place"
    target = FileTarget(place.as_uri())
    copied = target._fs.put_file
    sent: list[str] = []

    def put(source: str, path: str) -> None:
        sent.append(path)
        if len(sent) == moment:
            Path(path).write_bytes(Path(source).read_bytes()[:10])
            raise Interrupted
        copied(source, path)

    monkeypatch.setattr(target._fs, "put_file", put)
    try:
        publish_release(settings, released.folder, target)
    except Interrupted:
        assert not (place / "latest").exists()
        assert target.finished_sums(JULY_0) is None
        publish_release(settings, released.folder, target)
    assert len(sent) - len(set(sent)) <= 1
    assert sums_of(place / "2026.07.0") == sums_of(released.folder)
    assert (place / "latest").read_text() == "2026.07.0\n"


@pytest.mark.parametrize("step", [1, 2])
def test_a_kill_while_it_is_announced_leaves_nothing_in_the_way(
    settings: Settings, released: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    place, taken = tmp_path / "place", []

    def killed(path: Path, data: bytes) -> None:
        path.write_bytes(data[: len(data) // 2])
        taken.append(path)
        if len(taken) == step:
            raise Interrupted
        path.write_bytes(data)

    target = FileTarget(place.as_uri())
    with monkeypatch.context() as patch, pytest.raises(Interrupted):
        patch.setattr(file_target, "write_durably", killed)
        publish_release(settings, released.folder, target)
    assert not (place / "latest").exists()
    publish_release(settings, released.folder, target)
    assert (place / "latest").read_text() == "2026.07.0\n"
    assert sums_of(place / "2026.07.0") == sums_of(released.folder)


@pytest.mark.parametrize("url", ["somewhere", "hf://models/a/b", "hf://datasets/a", "nosuch://a/b"])
def test_a_place_that_is_none_is_said(url: str) -> None:
    with pytest.raises((ConfigurationError, Unreachable), match=r"write|could not|library"):
        target_of(url)


def test_credentials_in_an_address_are_never_shown(settings: Settings, released: Release) -> None:
    target = FileTarget("memory://user:secret@place/folder")
    assert "secret" not in publish_release(settings, released.folder, target).target
    assert b"secret" not in (settings.releases / "publications.jsonl").read_bytes()


# ---- S3 --------------------------------------------------------------------------------------------------------------


def test_s3_gets_the_release_and_gives_it_back(settings: Settings, released: Release, s3: Any, tmp_path: Path) -> None:
    target = target_of("s3://bucket/folder")
    publish_release(settings, released.folder, target)
    assert s3.get_object(Bucket="bucket", Key="folder/latest")["Body"].read() == b"2026.07.0\n"
    fetch_release(target, "2026.07.0", tmp_path / "fetched")
    assert sums_of(tmp_path / "fetched") == sums_of(released.folder)


def test_s3_repairs_an_object_that_was_spoiled_and_keeps_the_pointer_until_then(
    settings: Settings, released: Release, s3: Any
) -> None:
    key = "folder/2026.07.0/data/dim_model.parquet"
    size = (released.folder / "data" / "dim_model.parquet").stat().st_size
    s3.put_object(Bucket="bucket", Key=key, Body=bytes(size))
    publish_release(settings, released.folder, target_of("s3://bucket/folder"))
    body = s3.get_object(Bucket="bucket", Key=key)["Body"].read()
    assert body == (released.folder / "data" / "dim_model.parquet").read_bytes()


@pytest.mark.parametrize("moment", [1, 9, 20])
def test_s3_that_fails_on_the_way_is_taken_up_where_it_was(
    settings: Settings, released: Release, s3: Any, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    target = FileTarget("s3://bucket/folder")
    put, sent = target._fs.put_file, []

    def failing(source: str, path: str) -> None:
        sent.append(path)
        if len(sent) == moment:
            raise OSError("the connection was reset")
        put(source, path)

    monkeypatch.setattr(target._fs, "put_file", failing)
    with pytest.raises(Unreachable, match="the connection was reset"):
        publish_release(settings, released.folder, target)
    keys = {each["Key"] for each in s3.list_objects_v2(Bucket="bucket").get("Contents", [])}
    assert not keys & {"folder/latest", "folder/2026.07.0/SHA256SUMS"}
    publish_release(settings, released.folder, target)
    assert s3.get_object(Bucket="bucket", Key="folder/latest")["Body"].read() == b"2026.07.0\n"
    assert len(sent) - len(set(sent)) == 1


def test_s3_that_does_not_answer_is_one_sentence(
    settings: Settings, released: Release, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unreachable, match="s3://nowhere/folder could not be reached or refused"):
        publish_release(settings, released.folder, target_of("s3://nowhere/folder"))
    assert publications(settings) == []


# ---- the Hub ---------------------------------------------------------------------------------------------------------


def test_the_hub_gets_one_commit_and_the_tag_last(
    settings: Settings, released: Release, hub: FakeHubRepositories, tmp_path: Path
) -> None:
    target = HubTarget("hf://datasets/org/name")
    publication = publish_release(settings, released.folder, target)
    repository = hub.repository
    assert repository.log[-2:] == ["commit main", "tag 2026.07.0"]
    assert repository.tags == {"2026.07.0": publication.revision}
    last_read = max(number for number, asked in enumerate(hub.asked) if "/resolve/" in asked)
    assert hub.asked.index("POST /api/datasets/org/name/tag/" + publication.revision) > last_read - 1
    fetch_release(target, "2026.07.0", tmp_path / "fetched")
    assert sums_of(tmp_path / "fetched") == sums_of(released.folder)
    log = list(repository.log)
    assert publish_release(settings, released.folder, target) == publication
    assert repository.log == log


def test_the_hub_loses_what_the_release_no_longer_has(
    settings: Settings, released: Release, spoiled: Path, hub: FakeHubRepositories
) -> None:
    target = HubTarget("hf://datasets/org/name")
    publish_release(settings, released.folder, target)
    repository = hub.repository
    repository.commits[repository.branches["main"]] |= {"data/old.parquet": b"old"}
    publish_release(settings, next_version(spoiled, "2026.08.0"), target)
    tree = repository.commits[repository.branches["main"]]
    assert "data/old.parquet" not in tree
    assert ".gitattributes" in tree
    assert set(repository.tags) == {"2026.07.0", "2026.08.0"}


def test_an_older_version_does_not_replace_the_newest_on_main(
    settings: Settings, released: Release, spoiled: Path, hub: FakeHubRepositories
) -> None:
    target = HubTarget("hf://datasets/org/name")
    publish_release(settings, next_version(spoiled, "2026.08.0"), target)
    newest = hub.repository.branches["main"]
    publish_release(settings, released.folder, target)
    assert hub.repository.branches["main"] == newest
    assert hub.repository.tags["2026.07.0"] == hub.repository.branches["release-2026.07.0"]


def test_a_version_that_the_hub_has_with_other_content_is_refused(
    settings: Settings, released: Release, spoiled: Path, hub: FakeHubRepositories
) -> None:
    target = HubTarget("hf://datasets/org/name")
    publish_release(settings, released.folder, target)
    (spoiled / "CITATION.cff").write_text("other")
    (spoiled / "SHA256SUMS").write_bytes(encode_sums(sums_of(spoiled)))
    with pytest.raises(DataRefused, match="never replaced"):
        publish_release(settings, spoiled, target)
    assert len(hub.repository.tags) == 1


@pytest.mark.parametrize(
    "fault",
    [
        HubFault("PUT", "/lfs/", "refuse", after=2),
        HubFault("POST", "/commit/", "refuse"),
        HubFault("POST", "/commit/", "lose"),
        HubFault("POST", "/tag/", "refuse"),
        HubFault("POST", "/tag/", "lose"),
        HubFault("GET", "/resolve/", "refuse", after=3),
    ],
    ids=lambda fault: f"{fault.what} {fault.about}",
)
def test_after_a_fault_of_the_hub_the_next_call_ends_well(
    settings: Settings, released: Release, hub: FakeHubRepositories, fault: HubFault
) -> None:
    hub.faults.append(HubFault(fault.method, fault.about, fault.what, fault.times, fault.after))
    target = HubTarget("hf://datasets/org/name")
    with pytest.raises(Unreachable, match="not sent twice"):
        publish_release(settings, released.folder, target)
    assert publications(settings) == []
    objects = hub.repository.log.count("object")
    publish_release(settings, released.folder, HubTarget("hf://datasets/org/name"))
    assert list(hub.repository.tags) == ["2026.07.0"]
    assert hub.repository.log.count("commit main") == 1
    # What had arrived was not sent a second time.
    assert hub.repository.log.count("object") == len(hub.repository.objects) >= objects


def test_a_hub_that_gives_back_other_bytes_is_not_believed(
    settings: Settings, released: Release, hub: FakeHubRepositories
) -> None:
    hub.faults.append(HubFault("GET", "dim_model.parquet", "spoil", times=None))
    with pytest.raises(Unreachable, match=r"does not give back.*dim_model\.parquet"):
        publish_release(settings, released.folder, HubTarget("hf://datasets/org/name"))
    assert hub.repository.tags == {}


def test_the_token_is_in_no_record_and_no_message(
    settings: Settings, released: Release, hub: FakeHubRepositories
) -> None:
    hub.faults.append(HubFault("POST", "/commit/", "refuse"))
    with pytest.raises(Unreachable) as failure:
        publish_release(settings, released.folder, HubTarget("hf://datasets/org/name"))
    assert "hf_secret" not in str(failure.value)
    publish_release(settings, released.folder, HubTarget("hf://datasets/org/name"))
    assert b"hf_secret" not in (settings.releases / "publications.jsonl").read_bytes()
