"""What OpenRouter gives out today: the Data API with a key, the dated exports without, and the list of models.

The API answers for windows of days of the past; each answer shows them as they are known today. An export is dated,
never changes, and holds the thirty days before its date.
"""

import hashlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

from orchestration.errors import DataRefused, Unreachable
from orchestration.settings import Settings
from orchestration.snapshots.candidate import ReceivedFile
from orchestration.snapshots.reader import SnapshotReader
from orchestration.sources.locations import LocatedFile, NotThere, download, without_credentials

NAME = "openrouter"
TABLE = "rankings_daily"
ENDPOINT = "https://openrouter.ai"
#: First day that the Data API serves, and the longest window that it answers.
FIRST_DAY = date(2025, 1, 1)
LONGEST_WINDOW_DAYS = 366
#: A later fetch asks again for the days before the last one, which may have been restated.
RESTATED_DAYS = 35
#: Date of the first export, and the days that one holds.
FIRST_EXPORT = date(2026, 9, 19)
EXPORT_DAYS = 30
#: An export appears during the day: the newest one may be that of yesterday or, after a mishap, of the day before.
NEWEST_EXPORTS = 3
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Answer:
    """Files that describe one day: as of when, and what they are."""

    snapshot_date: date
    files: list[LocatedFile]


class BadAnswer(DataRefused):
    """An answer that is not what it should be; ``received`` holds what came."""

    def __init__(self, reason: str, files: list[LocatedFile], snapshot_date: date) -> None:
        super().__init__(reason)
        self.received = tuple(ReceivedFile(file.path, file.location, file.name) for file in files)
        self.snapshot_date = snapshot_date


def models_today(settings: Settings, folder: Path, today: date) -> Answer:
    """The list of models.

    Raises:
        Unreachable: it could not be had.
    """
    return Answer(today, [_fetched(f"{_endpoint()}/api/v1/models", folder / "models.json", settings)])


def rankings_of_api(settings: Settings, store: SnapshotReader, folder: Path, today: date, key: str) -> Answer:
    """The daily rankings as known today: all days at first, later those since shortly before the last fetch.

    Args:
        settings: time-out, attempts and waits.
        store: tells which fetch was the last.
        folder: receives the files.
        today: the day of the snapshot; the days asked for end with the one before, the last whole one.
        key: goes into a header and nowhere else.

    Raises:
        Unreachable: a window could not be had.
        BadAnswer: a window has no rows.
    """
    url = f"{_endpoint()}/api/v1/datasets/rankings-daily"
    # Only the API's own snapshots reach back without a gap; a stored vintage may be newer and hold a month.
    last = next((day for day in _stored_days(store, url) if day < today), None)
    first = FIRST_DAY if last is None else max(FIRST_DAY, last - timedelta(days=RESTATED_DAYS))
    files: list[LocatedFile] = []
    for start, end in windows(first, today - _DAY, LONGEST_WINDOW_DAYS):
        target = folder / f"rankings_daily_{start}_{end}.json"
        asked = f"{url}?start_date={start}&end_date={end}"
        files.append(_fetched(asked, target, settings, {"authorization": f"Bearer {key}"}))
        if not _rows(target.read_bytes()):
            raise BadAnswer(f"{url} gave no rows for {start} to {end}; try again later.", files, today)
    return Answer(today, files)


def rankings_of_exports(
    settings: Settings, store: SnapshotReader, folder: Path, today: date
) -> Iterator[Answer | BadAnswer | Unreachable]:
    """The exports that are needed to hold every day since the first one, oldest first.

    One that is wrong does not keep the others from being read, and the next fetch asks for it again. A day on which
    none was made has none: its days are in the export before or after, or cannot be had.
    """
    base = f"{_endpoint()}/api/v1/datasets/exports/rankings-daily"
    try:
        newest = _newest_export(base, settings, folder, today)
    except Unreachable as error:
        yield error
        return
    for day in missing_exports(newest, _stored_days(store, base)):
        try:
            yield _export(base, settings, folder, day)
        except (BadAnswer, Unreachable) as error:
            if day == newest or not isinstance(error, NotThere):
                yield error


def missing_exports(newest: date, held: Collection[date]) -> list[date]:
    """Dates of the exports to fetch, oldest first, so that with those held every day since the first one is covered."""
    days, day = [newest], newest
    while day > FIRST_EXPORT:
        reached = day - timedelta(days=EXPORT_DAYS)
        known = [other for other in held if reached <= other < day]
        if known:
            day = min(known)
        else:
            day = max(reached + _DAY, FIRST_EXPORT)
            days.append(day)
    return sorted(days)


def windows(first: date, last: date, longest: int) -> list[tuple[date, date]]:
    """Date windows without gap or overlap, oldest first, each of at most so many days."""
    starts = range(first.toordinal(), last.toordinal() + 1, longest)
    return [(date.fromordinal(start), date.fromordinal(min(start + longest - 1, last.toordinal()))) for start in starts]


def _newest_export(base: str, settings: Settings, folder: Path, today: date) -> date:
    for day in (today - days * _DAY for days in range(NEWEST_EXPORTS)):
        try:
            _fetched(f"{base}/{day}.manifest.json", folder / f"{day}.manifest.json", settings)
        except NotThere:
            continue
        return day
    raise Unreachable(
        f"{base} has no export of the last {NEWEST_EXPORTS} days (to {today}); try again later, or set a key."
    )


def _export(base: str, settings: Settings, folder: Path, day: date) -> Answer:
    """One export, whose bytes are those that its manifest promises."""
    manifest = _fetched(f"{base}/{day}.manifest.json", folder / f"{day}.manifest.json", settings)
    export = _fetched(f"{base}/{day}.csv", folder / f"{day}.csv", settings)
    promised, found = _promised_sha256(manifest.path.read_bytes()), _sha256(export.path)
    if promised != found:
        raise BadAnswer(
            f"{export.location} has sha256 {found[:12]}…, its manifest says {str(promised)[:12]}…; fetch it again "
            "later.",
            [export, manifest],
            day,
        )
    return Answer(day, [export])


def _promised_sha256(manifest: bytes) -> str | None:
    try:
        return msgspec.json.decode(manifest, type=_Manifest).files["csv"].sha256
    except (msgspec.DecodeError, KeyError):
        return None


class _File(msgspec.Struct):
    sha256: str


class _Manifest(msgspec.Struct):
    files: dict[str, _File]


def _rows(answer: bytes) -> bool:
    """Whether an answer of the API has rows."""
    try:
        return bool(msgspec.json.decode(answer, type=_Data).data)
    except (msgspec.DecodeError, RecursionError):
        return False


class _Data(msgspec.Struct):
    data: list[object]


def _stored_days(store: SnapshotReader, location: str) -> list[date]:
    """Days whose snapshot came from a location or from below it, newest first."""
    manifests = (store.current(NAME, TABLE, day) for day in reversed(store.snapshot_dates(NAME, TABLE)))
    below = f"{location}/"
    return [one.snapshot_date for one in manifests if one and f"{one.location}/".startswith(below)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetched(url: str, target: Path, settings: Settings, headers: dict[str, str] | None = None) -> LocatedFile:
    download(url, target, settings, headers)
    return LocatedFile(target, without_credentials(url))


def _endpoint() -> str:
    """Where OpenRouter is; tests and mirrors set ``OPENROUTER_ENDPOINT``."""
    return os.environ.get("OPENROUTER_ENDPOINT", ENDPOINT).rstrip("/")
