"""Kills ``warehouse release --publish`` at random moments and looks at what is there then and after the next call.

    python -m tests.release.kill_release --kills 20 --seed 1

The whole process group gets SIGKILL. At any moment there is no release under its name or a whole one, here and at the
place it is published to; ``latest`` names a whole one; and the next call ends well, with the tables of an undisturbed
run.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from orchestration.release.layout import SUMS
from orchestration.release.publication import publications
from orchestration.release.verify import release_problems
from orchestration.release.version import Version
from orchestration.settings import Settings
from tests.release.toy_release import ToyRelease


class HalfRelease(AssertionError):
    """Something is under the name of a release and is not a whole one, or the next call did not end well."""


@dataclass
class ReleaseKills:
    """Kills releases in copies of one built home.

    Attributes:
        folder: where copies are made.
        kills: for each kill, how many files of release and publication there were, and which of the two was whole.
    """

    folder: Path
    say: Callable[[str], None] = print
    kills: list[tuple[int, str]] = field(default_factory=list)

    def run(self, number_of_kills: int, seed: int) -> None:
        """Runs it all.

        Raises:
            HalfRelease: a rule was broken.
        """
        moments = random.Random(seed)
        toy = ToyRelease.make(self.folder / "built")
        toy.land_month(date(2026, 7, 1))
        toy.build()
        undisturbed = self._copy("undisturbed")
        self._end_well(undisturbed, self._started(undisturbed))
        total = self._files(undisturbed)
        tables = self._tables(undisturbed)
        while len(self.kills) < number_of_kills:
            home = self._copy(f"kill-{len(self.kills)}")
            process = self._started(home)
            # Loading libraries is most of a run: what has been written says better where it is.
            moment = moments.randint(1, total)
            while self._files(home) < moment and process.poll() is None:
                time.sleep(moments.uniform(0, 0.01))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            state = self._look(home)
            self.kills.append((moment, state))
            self.say(f"Killed after {moment} of {total} files: {state}.")
            self._end_well(home, self._started(home))
            if self._tables(home) != tables:
                raise HalfRelease(f"{home}: other tables than those of an undisturbed run.")
            writable_rmtree(home)

    def _copy(self, name: str) -> Path:
        return Path(shutil.copytree(self.folder / "built", self.folder / name, symlinks=True))

    def _started(self, home: Path) -> subprocess.Popen[bytes]:
        with (home / "output.txt").open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.release.short_release", str(home)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @staticmethod
    def _files(home: Path) -> int:
        """Files of the release, finished or not, here and at the place it is published to."""
        return sum(len(names) for part in ("home/releases", "place") for _, _, names in os.walk(home / part))

    def _end_well(self, home: Path, process: subprocess.Popen[bytes]) -> None:
        if process.wait() != 0:
            raise HalfRelease(f"{home}: exit code {process.returncode}: {(home / 'output.txt').read_text()}")
        if self._look(home) != "released, announced, recorded":
            raise HalfRelease(f"{home}: the run ended, but it is only {self._look(home)}.")

    def _look(self, home: Path) -> str:
        """What is there; everything under the name of a release must be one."""
        settings = Settings(home=home / "home")
        found = []
        for parent, what in ((settings.releases, "released"), (home / "place", "announced")):
            names = {path.name for path in parent.glob("[0-9]*")}
            finished = {name for name in names if parent == settings.releases or (parent / name / SUMS).exists()}
            for name in finished:
                problems = list(release_problems(settings, parent / name))
                if Version.parse(name) is None or problems:
                    raise HalfRelease(f"{parent / name} is no whole release: {problems}")
            pointer = parent / "latest"
            announced = pointer.read_text().strip() if pointer.exists() else ""
            if announced and announced not in finished:
                raise HalfRelease(f"{pointer} names {announced}, which is not whole.")
            if finished and (what == "released" or announced):
                found.append(what)
        if publications(settings):
            found.append("recorded")
        return ", ".join(found) or "nothing yet"

    @staticmethod
    def _tables(home: Path) -> list[str]:
        lines = (home / "place" / "2026.07.0" / SUMS).read_text().splitlines()
        return [line for line in lines if line[66:].startswith(("data/", "csv/"))]


def writable_rmtree(folder: Path) -> None:
    """Removes a folder that holds read-only releases."""
    for directory, _, _ in os.walk(folder):
        Path(directory).chmod(0o755)
    shutil.rmtree(folder)


def main() -> None:
    """Command line of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (default: 1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kill-release-", ignore_cleanup_errors=True) as folder:
        test = ReleaseKills(Path(folder))
        test.run(options.kills, options.seed)
        test.say(f"{len(test.kills)} kills, never a half release.")


if __name__ == "__main__":
    main()
