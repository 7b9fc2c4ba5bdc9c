"""Listings of the Hub, page after page, that go on where an earlier attempt was interrupted.

Each page is on disk before the next one is asked for, and so is the way to the next one, in a folder under the raw
store: ``.listings/<source>/<table>/<day>/``. Listings are only ever read as a whole; until then nothing of them is a
snapshot.
"""

import gzip
import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from itertools import chain, islice
from pathlib import Path

import msgspec

from orchestration.snapshots.candidate import ReceivedFile
from orchestration.snapshots.disk import sync, write_durably
from orchestration.sources.hub_client import HubClient, HubError
from orchestration.sources.hub_models import model_texts

LISTINGS = ".listings"
_PROGRESS = "progress.json"
_UNUSABLE = "unusable-answer"
#: Answers that mean: there is no such organisation.
_UNKNOWN = frozenset({404})
#: Answers that mean: there is no such model, or not for everyone (the Hub does not tell which).
_HIDDEN = frozenset({401, 403, 404, 410, 451})
#: Answers to a cursor that is not valid any more.
_REFUSED_CURSOR = frozenset({400, 404, 409, 410, 416, 422})


class Listing(msgspec.Struct, frozen=True):
    """One list, or one model, to be read.

    Attributes:
        name: how a person would call it, e.g. ``author=Qwen``.
        path: path under the endpoint, quoted.
        query: what is asked for, as an encoded query.
        is_single: the answer is one model rather than a list of them; it may be absent or hidden.
    """

    name: str
    path: str
    query: str
    is_single: bool = False


class _Progress(msgspec.Struct):
    """How far the listings have come.

    Attributes:
        plan: hash of endpoint and planned listings; another plan starts anew.
        added: listings that were found to be needed on the way; they come after the planned ones.
        finished: listings read to their end.
        pages: pages on disk, of all listings.
        rows: models on them.
        next_page: what names the next page of the current listing; None: its first.
        first_page: pages on disk when the current listing began.
        first_row: models on them.
    """

    plan: str
    added: list[Listing] = []
    finished: int = 0
    pages: int = 0
    rows: int = 0
    next_page: str | None = None
    first_page: int = 0
    first_row: int = 0


#: Given a finished listing, the number of its models and those of its last page as JSON: what else must be read. Raises
#: HubError where that contradicts what was read before.
FollowUp = Callable[[Listing, int, list[bytes]], Iterable[Listing]]


class ListingInterruptedError(Exception):
    """Listings were not read to their end; the pages so far wait for the next attempt.

    Attributes:
        received: the answer that could not be used, if there was one.
    """

    def __init__(self, reason: str, received: tuple[ReceivedFile, ...]) -> None:
        super().__init__(reason)
        self.received = received


def listing_folder(root: Path, source: str, table: str, day: date) -> Path:
    """Where the pages of one table and day are kept until they land; ``root`` is the folder ``raw/``."""
    return root / LISTINGS / source / table / day.isoformat()


def remove_other_days(root: Path, source: str, day: date) -> None:
    """Removes what was interrupted on another day, of all tables: a snapshot must not mix two days."""
    for folder in (root / LISTINGS / source).glob("*/*"):
        if folder.name != day.isoformat():
            shutil.rmtree(folder, ignore_errors=True)


class ListingReader:
    """Reads listings into a folder; a new reader on the same folder goes on where the last one stopped.

    Args:
        folder: see :func:`listing_folder`.
        client: whom to ask.
        planned: listings to read, in order.
        follow_up: called once for each finished listing.
        report: receives the number of models so far, after each page.
    """

    def __init__(
        self,
        folder: Path,
        client: HubClient,
        planned: Sequence[Listing],
        follow_up: FollowUp,
        report: Callable[[int], None],
    ) -> None:
        self._folder = folder
        self._client = client
        self._planned = planned
        self._follow_up = follow_up
        self._report = report
        self._progress = _Progress(_hash_of(client.endpoint, planned))
        self._asked: set[tuple[int, str | None]] = set()
        self._restarted: set[int] = set()

    def read(self) -> list[ReceivedFile]:
        """Reads all listings to their end.

        Returns:
            All pages in the order received, gzipped.

        Raises:
            ListingInterruptedError: a page could not be had; the next call goes on there.
        """
        self._resume()
        self._report(self._progress.rows)
        while (listing := self._current()) is not None:
            try:
                self._read_page(listing)
            except HubError as error:
                if not self._may_restart(error):
                    raise self._interrupted(listing, error) from None
                self._restart()
            write_whole(self._folder / _PROGRESS, msgspec.json.encode(self._progress))
            self._report(self._progress.rows)
        return [self._received(number) for number in range(1, self._progress.pages + 1)]

    def _current(self) -> Listing | None:
        listings = chain(self._planned, self._progress.added)
        return next(islice(listings, self._progress.finished, None), None)

    def _resume(self) -> None:
        """Takes up the progress of an interrupted attempt at the same plan, if all its pages are there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError, msgspec.DecodeError):
            known = msgspec.json.decode((self._folder / _PROGRESS).read_bytes(), type=_Progress)
            if known.plan == self._progress.plan and all(map(Path.exists, map(self._page, range(1, known.pages + 1)))):
                self._progress = known

    def _read_page(self, listing: Listing) -> None:
        """Asks for one page, keeps it and moves on, in memory; the caller makes the progress durable."""
        progress = self._progress
        if (progress.finished, progress.next_page) in self._asked:
            raise HubError("its pages go round in a circle")
        try:
            answer = self._client.get(listing.path, listing.query, progress.next_page, partial(_is_usable, listing))
        except HubError as error:
            if progress.next_page is not None or error.status not in (_HIDDEN if listing.is_single else _UNKNOWN):
                raise
            models, next_page = list[bytes](), None
        else:
            self._asked.add((progress.finished, progress.next_page))
            models, next_page = model_texts(answer.body), answer.next_page
            write_whole(self._page(progress.pages + 1), gzip.compress(answer.body, mtime=0))
            progress.pages += 1
            progress.rows += len(models)
        progress.next_page = None if listing.is_single else next_page
        if progress.next_page is None:
            self._add(listing, models)
            progress.finished += 1
            progress.first_page, progress.first_row = progress.pages, progress.rows

    def _add(self, listing: Listing, models: list[bytes]) -> None:
        """Adds what a finished listing makes necessary; if it contradicts another one, none of them counts."""
        try:
            found = self._follow_up(listing, self._progress.rows - self._progress.first_row, models)
        except HubError:
            self._progress = _Progress(self._progress.plan)
            (self._folder / _PROGRESS).unlink(missing_ok=True)
            raise
        self._progress.added.extend(
            new for new in found if new not in self._planned and new not in self._progress.added
        )

    def _may_restart(self, error: HubError) -> bool:
        """Whether a cursor was refused (they expire) for the first time in this listing."""
        progress = self._progress
        is_cursor = progress.next_page is not None and error.status in _REFUSED_CURSOR
        return is_cursor and progress.finished not in self._restarted

    def _restart(self) -> None:
        """Goes back to the first page of the current listing; its pages will be overwritten."""
        progress = self._progress
        self._restarted.add(progress.finished)
        self._asked = {(listing, page) for listing, page in self._asked if listing != progress.finished}
        progress.pages, progress.rows, progress.next_page = progress.first_page, progress.first_row, None

    def _interrupted(self, listing: Listing, error: HubError) -> ListingInterruptedError:
        received: tuple[ReceivedFile, ...] = ()
        if error.body:
            write_whole(self._folder / _UNUSABLE, error.body)
            received = (ReceivedFile(self._folder / _UNUSABLE, self._location, _UNUSABLE),)
        return ListingInterruptedError(
            f"{self._client.location} was not read to its end at {listing.name}, page "
            f"{self._progress.pages - self._progress.first_page + 1}: {error}; {self._progress.pages} pages are kept, "
            "run it again to go on from there.",
            received,
        )

    @property
    def _location(self) -> str:
        return f"{self._client.location}/api/models"

    def _page(self, number: int) -> Path:
        return self._folder / f"page-{number:05d}.json.gz"

    def _received(self, number: int) -> ReceivedFile:
        return ReceivedFile(self._page(number), self._location, self._page(number).name)


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that it is there whole and durably, or as it was before."""
    part = path.with_name(f"{path.name}.part")
    write_durably(part, data)
    part.replace(path)
    sync(path.parent)


def _is_usable(listing: Listing, body: bytes) -> bool:
    """Whether an answer is whole JSON of the shape that was asked for."""
    if body.lstrip()[:1] != (b"{" if listing.is_single else b"["):
        return False
    try:
        model_texts(body)
    except ValueError:
        return False
    return True


def _hash_of(endpoint: str, planned: Sequence[Listing]) -> str:
    return hashlib.sha256(msgspec.json.encode([endpoint, list(planned)])).hexdigest()
