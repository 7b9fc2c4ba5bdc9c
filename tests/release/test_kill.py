"""A killed release leaves no half release behind, here or where it is published; the next call ends well."""

import os
from pathlib import Path

import pytest

from tests.release.kill_release import ReleaseKills

#: More of them: ``WAREHOUSE_TEST_KILLS=20``, or ``python -m tests.release.kill_release``.
KILLS = int(os.environ.get("WAREHOUSE_TEST_KILLS", "2"))


@pytest.mark.integration
def test_kills_at_random_moments_never_leave_half_a_release(tmp_path: Path) -> None:
    test = ReleaseKills(tmp_path)
    test.run(KILLS, seed=5)
    assert len(test.kills) == KILLS
