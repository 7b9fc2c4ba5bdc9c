"""What holds for every test: what a busy machine may cost, and which tests share what is built once."""

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

# How long an example of a property takes says how busy the machine is, nothing else.
settings.register_profile("warehouse", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("warehouse")


def shared_by(nodeid: str) -> str:
    """What tests share: the sample or the warehouses of their folder; a file of unit tests stands for itself."""
    path = nodeid.partition("::")[0]
    folder, _, name = path.rpartition("/")
    if name.startswith("test_sample_"):
        return f"{folder}: the sample"
    return path if folder == "tests/unit" else folder


class BySharedWarehouse(LoadScopeScheduling):
    """Keeps tests that share a built warehouse in one worker, so that it is built once."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> BySharedWarehouse | None:
    """The scheduler of ``--dist loadscope``."""
    return BySharedWarehouse(config, log) if config.getvalue("dist") == "loadscope" else None
