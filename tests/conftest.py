"""What holds for every test: what a busy machine may cost, and which tests share what is built once."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example of a property takes says how busy the machine is, nothing else.
settings.register_profile("warehouse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warehouse")

_TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps tests that share a built warehouse in one worker; a file of unit tests stands for itself."""
    for item in items:
        folder, *rest = item.path.relative_to(_TESTS).parts
        name = rest[-1] if rest else folder
        shared = folder if folder != "unit" else "sample" if name.startswith("test_sample_") else name
        item.add_marker(pytest.mark.xdist_group(shared))
