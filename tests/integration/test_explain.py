"""Figures of the real data, chosen by chance, add up back to the snapshots that they were read from."""

import pytest

from orchestration.warehouse.publish import publish
from tests.dbt.warehouse_factory import WarehouseFactory
from tests.fakes.explained import explained_at_random
from tests.integration.landed import Landed

pytestmark = pytest.mark.integration


def test_rows_of_every_report_mart_add_up(landed: Landed, real_marts: WarehouseFactory) -> None:
    publish(landed.settings, fingerprint="e" * 64, synthetic=False, engine_versions="test")
    found = explained_at_random(landed.settings, seed=20260401)
    marts = {name for (name,) in real_marts.rows("SELECT DISTINCT mart FROM ops.figure_parts")}
    filled = {mart for mart in marts if mart.startswith("report_") and real_marts.rows(f"FROM marts.{mart} LIMIT 1")}
    assert set(found) == filled
    assert {mart: explanation.faults for mart, explanation in found.items() if explanation.faults} == {}
    assert {each.source for each in found["report_cumulative_downloads_by_region"].snapshots} == {
        "hf_archive",
        "tracked_models",
    }
