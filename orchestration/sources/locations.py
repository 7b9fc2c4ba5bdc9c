"""Where a source's bytes are: entries of a ``--sources`` file, globs and URLs, and which day a file describes."""

import re
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from glob import escape, glob, has_magic
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit, urlunsplit

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from tenacity import RetryCallState, retry, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from orchestration.errors import ConfigurationError, Unreachable
from orchestration.settings import Settings

Entry = TypeVar("Entry", bound="SourceEntry")


class NotThere(Unreachable):
    """The server answers, and has nothing at this address."""


class SourceEntry(BaseModel):
    """One table of a ``--sources`` file; connectors extend it with what their formats need.

    Attributes:
        location: file path, glob or URL; a relative path is relative to the file's ``root``.
        snapshot_date: the day that the data describes, where the file does not say.
        date_pattern: regular expression searched in the path, with named parts ``date`` (ISO) or ``year``, ``month``
            and ``day``.
        source_revision: the provider's version of this copy, e.g. a commit.
        licence: licence of this copy, where it differs from the source's.
        citation: how to cite this copy.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    location: str
    snapshot_date: date | None = None
    date_pattern: str | None = None
    source_revision: str | None = None
    licence: str | None = None
    citation: str | None = None
    is_complete: Literal["all", "organizations"] | None = None
    minimum_rows_share: float | None = Field(default=None, gt=0, le=1)
    priority: int | None = None

    @field_validator("location")
    @classmethod
    def _is_an_address(cls, location: str) -> str:
        try:
            if is_url(location) and urlsplit(location).port == 0:
                raise ValueError("port 0")
        except ValueError as error:
            raise ValueError(f"is not an address: {error}") from None
        return location

    @field_validator("date_pattern")
    @classmethod
    def _names_a_date(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        try:
            names = set(re.compile(pattern).groupindex)
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from None
        if "date" not in names and not {"year", "month", "day"} <= names:
            raise ValueError("needs the named parts (?P<date>...) or (?P<year>...), (?P<month>...) and (?P<day>...)")
        return pattern

    def date_of(self, location: str) -> date | None:
        """The day that a file describes, by the entry's own rule; None when only the file's content can say.

        Raises:
            ConfigurationError: the pattern does not match, or what it matches is no date.
        """
        if self.snapshot_date is not None:
            return self.snapshot_date
        if self.date_pattern is None:
            return None
        match = re.search(self.date_pattern, location)
        if match is None:
            raise ConfigurationError(f"date_pattern {self.date_pattern!r} does not match {location}; correct it.")
        parts = match.groupdict()
        try:
            if parts.get("date"):
                return date.fromisoformat(parts["date"])
            return date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        except ValueError as error:
            raise ConfigurationError(f"date_pattern finds no valid date in {location} ({error}).") from None


@dataclass(frozen=True)
class LocatedFile:
    """A file at hand: its bytes on disk and where they came from."""

    path: Path
    location: str

    @property
    def name(self) -> str:
        """File name, without folders or query."""
        return Path(urlsplit(self.location).path).name if is_url(self.location) else self.path.name


def load_sources_file(path: Path) -> dict[str, tuple[dict[str, Any], ...]]:
    """Reads a ``--sources`` file: source name -> entries, with locations made absolute.

    The file is TOML: one table or array of tables per source, and an optional top-level ``root`` (relative to the
    file) against which relative locations are resolved.

    Raises:
        ConfigurationError: the file is missing, is not TOML or has another shape.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"The sources file {path} does not exist.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"The sources file {path} cannot be read as TOML: {error}.") from None
    root = (path.parent / document.pop("root", ".")).resolve()
    sources: dict[str, tuple[dict[str, Any], ...]] = {}
    for name, value in document.items():
        entries = value if isinstance(value, list) else [value]
        if not all(isinstance(entry, dict) for entry in entries):
            raise ConfigurationError(f"{path}: [{name}] must be a table or an array of tables ([[{name}]]).")
        sources[name] = tuple({**entry, "location": _absolute(entry.get("location"), root)} for entry in entries)
    return sources


def parse_entries(model: type[Entry], source: str, raw: tuple[dict[str, Any], ...]) -> list[Entry]:
    """Validates the entries of one source.

    Raises:
        ConfigurationError: an entry has a wrong or missing setting; the sentence names it.
    """
    entries = []
    for number, values in enumerate(raw, start=1):
        try:
            entries.append(model.model_validate(values))
        except ValidationError as error:
            first = error.errors()[0]
            setting = ".".join(str(part) for part in first["loc"]) or "entry"
            message = first["msg"].removeprefix("Value error, ")
            raise ConfigurationError(
                f"{source}, entry {number} of the sources file ({values.get('location')}): {setting}: {message}."
            ) from None
    return entries


@contextmanager
def located_files(location: str, settings: Settings) -> Iterator[list[LocatedFile]]:
    """The files behind a location, in name order; URLs are downloaded for as long as the context lasts.

    Raises:
        Unreachable: nothing is there, or the server does not answer.
    """
    if not is_url(location):
        # A file may be called like a pattern: what is there under the very name is meant.
        paths = [location] if Path(location).is_file() else sorted(glob(location, recursive=True))
        files = [LocatedFile(Path(path), path) for path in paths if Path(path).is_file()]
        if not files:
            raise Unreachable(f"No file at {location}; correct the location in the sources file.")
        yield files
        return
    with tempfile.TemporaryDirectory(prefix="warehouse-") as folder:
        target = Path(folder) / (Path(urlsplit(location).path).name or "download")
        download(location, target, settings)
        yield [LocatedFile(target, without_credentials(location))]


def download(url: str, target: Path, settings: Settings, headers: Mapping[str, str] | None = None) -> None:
    """Fetches a URL into a file, with time-outs and retries (429 and 5xx, backoff with jitter, ``Retry-After``).

    Args:
        url: what is asked for.
        target: file that receives the answer.
        settings: time-out, attempts and waits.
        headers: e.g. a key; with any, redirects are not followed, so that it goes to no other host.

    Raises:
        NotThere: the server has nothing at this address.
        Unreachable: the server does not answer, or answers with an error.
    """
    backoff = wait_exponential_jitter(
        initial=settings.request_wait_seconds,
        max=settings.request_longest_wait_seconds,
        jitter=settings.request_wait_seconds,
    )

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = asked_to_wait(error.response) if isinstance(error, httpx2.HTTPStatusError) else None
        return min(max(backoff(state), asked or 0.0), settings.request_longest_wait_seconds)

    @retry(
        retry=retry_if_exception(_is_passing),
        stop=stop_after_attempt(settings.request_attempts),
        wait=wait,
        reraise=True,
    )
    def fetch() -> None:
        with httpx2.stream(
            "GET",
            url,
            headers=dict(headers or {}),
            timeout=settings.request_timeout_seconds,
            follow_redirects=not headers,
        ) as response:
            response.raise_for_status()
            with target.open("wb") as handle:
                for chunk in response.iter_bytes():
                    handle.write(chunk)

    try:
        fetch()
    except httpx2.HTTPStatusError as error:
        status = error.response.status_code
        remedy = "correct its key" if headers and status in {401, 403} else "try again later"
        kind = NotThere if status in {404, 410} else Unreachable
        raise kind(f"{without_credentials(url)} answered with HTTP {status}; {remedy}.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise Unreachable(f"{without_credentials(url)} could not be read ({error}); try again later.") from None


def asked_to_wait(response: httpx2.Response) -> float | None:
    """Seconds that ``Retry-After`` asks to wait, as a number or a date; None where it does not."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def is_url(location: str) -> bool:
    """Whether a location is fetched over HTTP."""
    return location.startswith(("http://", "https://"))


def without_credentials(url: str) -> str:
    """A URL without user, password and query: fit for manifests and messages."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        netloc = f"{host}:{parts.port}" if parts.port else host
    except ValueError:  # no URL: what could be a secret in one is left out all the same
        return re.split(r"[?#]", url)[0].rpartition("@")[2]
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def _is_passing(error: BaseException) -> bool:
    if isinstance(error, httpx2.HTTPStatusError):
        return error.response.status_code in {408, 429, 500, 502, 503, 504}
    return isinstance(error, httpx2.TransportError)


def _absolute(location: object, root: Path) -> object:
    if not isinstance(location, str) or is_url(location) or Path(location).is_absolute():
        return location
    path = root / location
    # Only the entry's own part is a pattern, whatever the folder above it is called.
    return str(Path(escape(str(root))) / location if has_magic(location) and not path.is_file() else path)
