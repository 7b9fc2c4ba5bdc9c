"""Small and read-only disks for tests: a real file system where one may be mounted, else the kernel's file limit."""

import errno
import os
import resource
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.fakes.faults import failing_from


class MountedDisk:
    """A tmpfs of its own: it can be filled, freed and made read-only."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self._megabytes = megabytes
        self._mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs")

    def fill(self, *, leave_kilobytes: int) -> None:
        """Takes all space but some."""
        free = shutil.disk_usage(self.folder).free - (leave_kilobytes << 10)
        with (self.folder / "filler").open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, free)

    def free(self) -> None:
        """Gives the space back."""
        (self.folder / "filler").unlink(missing_ok=True)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Nothing can be written for as long as this lasts."""
        self._mount("-o", "remount,ro")
        try:
            yield
        finally:
            self._mount("-o", f"remount,rw,size={self._megabytes}m")

    def unmount(self) -> None:
        """Removes it with all that is on it."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)

    def _mount(self, *options: str) -> None:
        subprocess.run(["mount", *options, str(self.folder)], check=True, capture_output=True)


class LimitedDisk:
    """A folder of the ordinary disk in which no file may grow beyond a limit, and where writing can be refused."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self, *, leave_kilobytes: int) -> None:
        """No file may have more than this; the kernel refuses the byte that is too many."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (max(1, leave_kilobytes << 10), self._before[1]))

    def free(self) -> None:
        """Files may grow again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)

    def read_only(self) -> AbstractContextManager[object]:
        """Whatever Python would write is refused as on a read-only file system."""
        return failing_from(self.folder, errno.EROFS)

    unmount = free


Disk = MountedDisk | LimitedDisk


@contextmanager
def disk(folder: Path, *, megabytes: int, mounted: bool) -> Iterator[Disk]:
    """A small disk; a limited one, with a warning, where no file system may be mounted."""
    folder.mkdir()
    made: Disk
    try:
        made = MountedDisk(folder, megabytes) if mounted else LimitedDisk(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        warnings.warn(f"no tmpfs can be mounted here ({error}); the kernel's file limit stands in", stacklevel=3)
        made = LimitedDisk(folder)
    try:
        yield made
    finally:
        made.free()
        made.unmount()
