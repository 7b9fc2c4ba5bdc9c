"""The real data, landed once and built once for all tests that read it."""

import pytest

from tests.dbt.warehouse_factory import WarehouseFactory
from tests.integration.landed import Landed


@pytest.fixture(scope="session")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    return Landed(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def real_marts(landed: Landed) -> WarehouseFactory:
    """All marts built from the real data, with every data test and unit test."""
    warehouse = WarehouseFactory(landed.settings.root)
    warehouse.build()
    return warehouse
