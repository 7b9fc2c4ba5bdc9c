"""``warehouse release 2026-07 --publish``, on the home and the small project of a folder, with a gate that passes.

python -m tests.release.short_release FOLDER
"""

import sys
from pathlib import Path
from types import ModuleType

from orchestration import cli
from orchestration.settings import Settings
from tests.release.toy_release import ToyGate, ToyRelease

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    gate, toy_gate = ModuleType("orchestration.quality.gate"), ToyGate()
    gate.evaluate_gate, gate.check_export = toy_gate.evaluate, toy_gate.check_export  # type: ignore[attr-defined]
    sys.modules[gate.__name__] = gate
    with ToyRelease(Settings(home=folder / "home"), folder / "dbt").in_place():
        sys.argv = ["warehouse", "release", "2026-07", "--publish", (folder / "place").as_uri()]
        cli.main()
