"""Warehouses that several test modules read; each is built once."""

from collections.abc import Iterator

import pytest

from tests.dbt import ecosystem
from tests.dbt import providers as invented
from tests.dbt.download_cases import CASES
from tests.dbt.warehouse_factory import WarehouseFactory


@pytest.fixture(scope="session")
def download_cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarehouseFactory]:
    """All cases of ``download_cases.py`` in one warehouse, built with its data tests and unit tests."""
    warehouse = WarehouseFactory(tmp_path_factory.mktemp("download_cases"))
    for make in CASES.values():
        warehouse.land("hf_archive", make())
    warehouse.build(
        "+fct_model_downloads_daily",
        "+fct_model_downloads_monthly",
        "+superseded_readings",
        "int_counters__tested",
        "snapshots",
        "tests/usage",
    )
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


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> WarehouseFactory:
    """The names, tokens and scores of ``providers.py``, built without what does not concern them."""
    warehouse = WarehouseFactory(tmp_path_factory.mktemp("providers"))
    warehouse.land("tracked_models", invented.registry())
    warehouse.land("hf_archive", invented.copies())
    for source in ("lmarena", "epoch", "livebench"):
        warehouse.land(source, invented.leaderboards(source))
    warehouse.land("openrouter", invented.openrouter())
    warehouse.land("artificial_analysis", invented.artificial_analysis())
    warehouse.build(
        "+fct_inference_tokens_daily",
        "+fct_model_evaluations",
        "+superseded_readings",
        "+unlisted_metrics",
        "+report_name_coverage",
        tests=False,
    )
    return warehouse
