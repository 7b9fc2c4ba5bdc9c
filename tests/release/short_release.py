"""``warehouse release 2026-07 --publish``, on the home and the small project of a folder, with a gate that passes.

python -m tests.release.short_release FOLDER
"""

import sys
from pathlib import Path

from orchestration import cli
from orchestration.release import assemble
from orchestration.settings import Settings
from tests.release.toy_release import ToyGate, ToyRelease

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    assemble.QualityGate = ToyGate  # type: ignore[assignment,misc]
    with ToyRelease(Settings(home=folder / "home"), folder / "dbt").in_place():
        sys.argv = ["warehouse", "release", "2026-07", "--publish", (folder / "place").as_uri()]
        cli.main()
