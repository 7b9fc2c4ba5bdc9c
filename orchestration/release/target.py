"""What a place to publish to can do, and how its troubles are told."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from orchestration.errors import ConfigurationError, Unreachable, WarehouseError
from orchestration.release.version import Version
from orchestration.snapshots.public_text import public_text


class Target(Protocol):
    """A place that holds releases; a version is *finished* there once readers are told of it.

    Attributes:
        name: the place, without credentials.
    """

    name: str

    def finished_sums(self, version: Version) -> bytes | None:
        """The ``SHA256SUMS`` of a version that is finished there; None if it is not."""

    def upload(self, version: Version, folder: Path, again: Collection[str]) -> str:
        """Brings the files there, but for what is there already; gives the revision under which they can be read.

        Args:
            version: what they are.
            folder: the release.
            again: files that are to be sent although they seem to be there.
        """

    def revision_of(self, version: Version) -> str:
        """The revision of a finished version."""

    def files(self, revision: str) -> set[str]:
        """Paths of all files of a revision."""

    def read(self, revision: str, path: str) -> Iterator[bytes]:
        """The bytes of one file, in pieces."""

    def finish(self, version: Version, revision: str, sums: bytes) -> None:
        """Tells readers of a version that has been read back; again, if that was done before."""


@contextmanager
def reaching(name: str) -> Iterator[None]:
    """Turns whatever a client library raises into one clear sentence.

    Raises:
        Unreachable: the place could not be reached or refused.
        ConfigurationError: a library that it needs is missing.
    """
    try:
        yield
    except WarehouseError:
        raise
    except ImportError as error:
        raise ConfigurationError(f"{name} needs a library that is not installed ({error}); install it.") from error
    except Exception as error:
        reason = public_text(" ".join(str(error).split()) or type(error).__name__)
        raise Unreachable(
            f"{name} could not be reached or refused ({reason}); check address, credentials and network, and run it "
            "again: what has arrived is not sent twice."
        ) from error
