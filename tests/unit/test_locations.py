"""Where files are and which day they describe, as a sources file says it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx2
import pytest

from orchestration.errors import ConfigurationError, Unreachable
from orchestration.settings import Settings
from orchestration.sources.locations import (
    NotThere,
    SourceEntry,
    asked_to_wait,
    download,
    load_sources_file,
    located_files,
    parse_entries,
    without_credentials,
)
from tests.fakes.files_over_http import FileServer, file_server

SETTINGS = Settings(request_attempts=3, request_timeout_seconds=5)
ISO = r"(?P<date>\d{4}-\d{2}-\d{2})"
PARTS = r"(?P<day>\d{2})-(?P<month>\d{2})-(?P<year>\d{4})"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server() as running:
        yield running


def names(location: str) -> list[str]:
    with located_files(location, SETTINGS) as files:
        return [file.name for file in files]


def sources(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("pattern", "location", "day"),
    [
        (ISO, "a/2026-05-24/models.csv", date(2026, 5, 24)),
        (PARTS, "transformersjs_01-06-2025.json.gz", date(2025, 6, 1)),
    ],
)
def test_the_day_in_a_path(pattern: str, location: str, day: date) -> None:
    assert SourceEntry(location="x", date_pattern=pattern).date_of(location) == day


@pytest.mark.parametrize("location", ["models_late.csv", "models_2026-02-30.csv"])
def test_a_path_without_a_day_says_so(location: str) -> None:
    with pytest.raises(ConfigurationError, match=location):
        SourceEntry(location="x", date_pattern=ISO).date_of(location)


def test_a_given_day_needs_no_pattern() -> None:
    assert SourceEntry(location="x", snapshot_date=date(2026, 8, 31)).date_of("models_late") == date(2026, 8, 31)
    assert SourceEntry(location="x").date_of("models") is None


@pytest.mark.parametrize(("pattern", "sentence"), [("(?P<date>", "not a regular expression"), (r"\d+", "named parts")])
def test_a_pattern_without_a_date_is_no_pattern(pattern: str, sentence: str) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"hub, entry 1 of the sources file \(x\): date_pattern: .*{sentence}"
    ):
        parse_entries(SourceEntry, "hub", ({"location": "x", "date_pattern": pattern},))


def test_a_sources_file_is_relative_to_its_root(tmp_path: Path) -> None:
    text = 'root = "../data"\n[[hub]]\nlocation = "a/*.csv"\n[[hub]]\nlocation = "/abs.csv"\n[web]\nlocation = "http://x/y"\n'
    (tmp_path / "conf").mkdir()
    loaded = load_sources_file(sources(tmp_path / "conf", text))
    assert [entry["location"] for entry in loaded["hub"]] == [str(tmp_path / "data/a/*.csv"), "/abs.csv"]
    assert loaded["web"] == ({"location": "http://x/y"},)


@pytest.mark.parametrize(
    ("text", "sentence"), [("a = [", "cannot be read as TOML"), ("hub = 5", r"\[hub\] must be a table")]
)
def test_a_sources_file_of_another_shape_says_so(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        load_sources_file(sources(tmp_path, text))
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml does not exist"):
        load_sources_file(tmp_path / "nowhere.toml")


def test_files_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).touch()
    (tmp_path / "d.csv").mkdir()
    assert names(str(tmp_path / "*.csv")) == ["a.csv", "b.csv"]


def test_nothing_at_a_location_is_unreachable(tmp_path: Path) -> None:
    for location in ("none.csv", "*.csv", "."):
        with pytest.raises(Unreachable, match="No file at"):
            names(str(tmp_path / location))


def test_only_the_entrys_own_part_is_a_pattern(tmp_path: Path) -> None:
    root = tmp_path / "data [2026]"
    root.mkdir()
    (root / "a.csv").touch()
    (root / "b[1].csv").touch()
    text = '[[hub]]\nlocation = "*.csv"\n[[hub]]\nlocation = "a.csv"\n[[hub]]\nlocation = "b[1].csv"\n'
    loaded = load_sources_file(sources(root, text))
    assert [names(entry["location"]) for entry in loaded["hub"]] == [["a.csv", "b[1].csv"], ["a.csv"], ["b[1].csv"]]


def test_a_url_is_there_for_as_long_as_it_is_needed(server: FileServer) -> None:
    server.files["/data/a.csv"] = b"id\n1\n"
    with located_files(f"{server.url}/data/a.csv?token=secret", SETTINGS) as (file,):
        assert file.path.read_bytes() == b"id\n1\n"
        assert (file.name, file.location) == ("a.csv", f"{server.url}/data/a.csv")
    assert not file.path.exists()


def test_passing_trouble_is_waited_out(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    server.files["/a.csv"] = b"id\n"
    server.statuses["/a.csv"] = [503, 429]
    assert names(f"{server.url}/a.csv") == ["a.csv"]
    server.statuses["/a.csv"] = [500, 500, 500]
    with pytest.raises(Unreachable, match="HTTP 500"):
        names(f"{server.url}/a.csv")


def test_lasting_trouble_is_not(server: FileServer) -> None:
    with pytest.raises(Unreachable, match=r"/gone\.csv answered with HTTP 404"):
        names(f"{server.url}/gone.csv")
    assert server.requested == ["/gone.csv"]


def test_nothing_at_an_address_is_told_from_trouble(server: FileServer, tmp_path: Path) -> None:
    server.statuses["/gone"] = [410]
    for path in ("/missing", "/gone"):
        with pytest.raises(NotThere, match=path):
            download(f"{server.url}{path}", tmp_path / "file", SETTINGS)
    server.statuses["/denied"] = [403]
    with pytest.raises(Unreachable, match="HTTP 403; try again later") as denied:
        download(f"{server.url}/denied", tmp_path / "file", SETTINGS)
    assert not isinstance(denied.value, NotThere)


def test_with_a_key_the_key_is_named_and_no_redirect_followed(server: FileServer, tmp_path: Path) -> None:
    server.statuses = {"/denied": [401], "/moved": [302]}
    for path, sentence in (("/denied", "HTTP 401; correct its key"), ("/moved", "HTTP 302; try again later")):
        with pytest.raises(Unreachable, match=sentence):
            download(f"{server.url}{path}?page=1", tmp_path / "file", SETTINGS, {"x-api-key": "secret"})
    assert server.requested == ["/denied?page=1", "/moved?page=1"]


@pytest.mark.parametrize("url", ["http://[broken", "http://x.example:99999/a", "http://\x01/a"])
def test_an_address_that_is_none_is_one_sentence(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="could not be read"):
        download(url, tmp_path / "file", Settings(request_attempts=1))
    if "x01" not in ascii(url):
        with pytest.raises(ConfigurationError, match="location: is not an address"):
            parse_entries(SourceEntry, "hub", ({"location": url},))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), (" 0 ", 0.0), ("soon", None), ("", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("-3", None)],
)
def test_how_long_a_server_asks_to_wait(value: str, seconds: float | None) -> None:
    assert asked_to_wait(httpx2.Response(429, headers={"Retry-After": value})) == seconds


def test_the_wait_that_is_asked_for_is_kept(
    server: FileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
    monkeypatch.setattr("orchestration.sources.locations.asked_to_wait", lambda response: 7.0)
    server.files["/a.csv"], server.statuses["/a.csv"] = b"id\n", [429, 503]
    settings = Settings(request_wait_seconds=0.0, request_longest_wait_seconds=5.0)
    download(f"{server.url}/a.csv", tmp_path / "file", settings)
    assert waited == [5.0, 5.0], "no longer than the longest wait"


def test_a_url_shows_no_credentials() -> None:
    assert without_credentials("https://user:pass@host:8443/a/b.csv?key=1#x") == "https://host:8443/a/b.csv"
    assert without_credentials("https://user:pass@[host/a/b.csv?key=1#x") == "[host/a/b.csv"
