"""The real data and the whole sample, each landed once and built once for all tests that read it."""

import pytest

from orchestration.sample import land_sample
from orchestration.settings import Settings
from orchestration.warehouse.build import build
from tests.dbt.warehouse_factory import WarehouseFactory
from tests.integration.browser import CHROMIUM, COMMAND, IN_CI
from tests.integration.landed import Landed


@pytest.fixture(scope="session")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    return Landed(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The whole sample, landed, built with every data test and published."""
    settings = Settings(home=tmp_path_factory.mktemp("sample"))
    for _ in land_sample(settings):
        pass
    build(settings)
    return settings


@pytest.fixture(scope="session")
def real_marts(landed: Landed) -> WarehouseFactory:
    """All marts built from the real data, with every data test and unit test."""
    warehouse = WarehouseFactory(landed.settings.root)
    warehouse.build()
    return warehouse


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without Chromium the browser tests are left out, and the run says so; in CI they run, and fail."""
    if CHROMIUM or IN_CI:
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.get_terminal_writer().line(
            f"\n{len(left_out)} browser tests are left out: Chromium is missing; get it with `{COMMAND}`.", yellow=True
        )
