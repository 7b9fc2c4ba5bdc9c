"""Warehouses that several test modules read; each is built once."""

from collections.abc import Iterator

import pytest

from tests.dbt import ecosystem
from tests.dbt.download_cases import CASES
from tests.dbt.warehouse_factory import WarehouseFactory


@pytest.fixture(scope="session")
def download_cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarehouseFactory]:
    """All cases of ``download_cases.py`` in one warehouse, built with its data tests and unit tests."""
    warehouse = WarehouseFactory(tmp_path_factory.mktemp("download_cases"))
    for make in CASES.values():
        warehouse.land("hf_archive", make())
    warehouse.build("+fct_model_downloads_monthly", "+superseded_readings", "snapshots", "tests/usage")
    yield warehouse


@pytest.fixture(scope="session")
def small_ecosystem(tmp_path_factory: pytest.TempPathFactory) -> WarehouseFactory:
    """The models, lists and edges of ``ecosystem.py``, built with their data tests and unit tests."""
    warehouse = WarehouseFactory(tmp_path_factory.mktemp("ecosystem"))
    warehouse.land("tracked_models", ecosystem.registry())
    warehouse.land("hf_hub", ecosystem.listings())
    warehouse.land("hf_archive", [*ecosystem.hub_dump(), *ecosystem.edge_lists()])
    warehouse.build("+marts.core", "+marts.lineage", "+lineage_exclusions")
    return warehouse
