"""Figures of a warehouse of one day, chosen by chance, add up back to the snapshots that they were read from."""

from tests.fakes.explained import explained_at_random
from tests.orchestration.conftest import Orchestrated


def test_rows_of_every_report_mart_add_up(built: Orchestrated) -> None:
    found = explained_at_random(built.settings, seed=20260401)
    assert {mart: explanation.faults for mart, explanation in found.items() if explanation.faults} == {}
    assert {"report_coverage", "report_crossovers", "report_reconciliation"} <= set(found)
