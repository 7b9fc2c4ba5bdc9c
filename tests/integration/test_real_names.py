"""Names of the real providers, held against a sample that people reviewed without looking at the rules."""

import csv
from pathlib import Path

import pytest

from tests.dbt.warehouse_factory import WarehouseFactory

pytestmark = pytest.mark.integration

REVIEWED = Path(__file__).with_name("reviewed_names.csv")
#: Methods that name the very id that the source gives; it is right also where nobody read that repository.
GIVEN = {"exact_id", "declared_by_source"}


class Judged:
    """The reviewed names and what the warehouse makes of them."""

    def __init__(self, warehouse: WarehouseFactory) -> None:
        matched = {
            (source, name): (model_id, method)
            for source, name, model_id, method in warehouse.rows(
                "select source, source_model_name, model_id, match_method from marts.map_model_names"
            )
        }
        canonical = dict(warehouse.rows("select model_id, canonical_model_id from marts.dim_model"))
        with REVIEWED.open(encoding="utf-8", newline="") as lines:
            reviewed = list(csv.DictReader(lines))
        #: (source, name), repository that is meant, repository that was found, method, verdict of the reviewer
        self.names = [
            (key, canonical.get(row["model_id"]), *matched[key], row["verdict"])
            for row in reviewed
            if (key := (row["source"], row["source_model_name"]))
        ]

    def wrong(self) -> list[tuple[tuple[str, str], str | None, str]]:
        return [
            (key, meant, found)
            for key, meant, found, method, verdict in self.names
            if found is not None and found != meant and not (verdict == "unknown_repository" and method in GIVEN)
        ]

    def precision(self, *, with_decisions: bool) -> float:
        found = [one for one in self.names if one[2] is not None and (with_decisions or one[3] != "reviewed")]
        wrong = {key for key, _, _ in self.wrong()}
        return 1 - sum(one[0] in wrong for one in found) / len(found)


@pytest.fixture(scope="module")
def judged(real_marts: WarehouseFactory) -> Judged:
    return Judged(real_marts)


def test_the_sample_is_large_and_whole(judged: Judged) -> None:
    assert len(judged.names) >= 500
    assert sum(meant is not None for _, meant, *_ in judged.names) >= 300


@pytest.mark.parametrize("with_decisions", [True, False], ids=["all", "by rules alone"])
def test_a_match_is_right(judged: Judged, with_decisions: bool) -> None:
    assert judged.precision(with_decisions=with_decisions) >= 0.99, judged.wrong()


def test_most_that_can_be_matched_is(judged: Judged) -> None:
    known = [found for _, meant, found, *_ in judged.names if meant is not None]
    assert sum(found is not None for found in known) / len(known) >= 0.9


def test_nothing_closed_or_ambiguous_is_matched(judged: Judged) -> None:
    found = [key for key, _, found, _, verdict in judged.names if verdict in {"closed", "ambiguous"} and found]
    assert found == []


def test_coverage_of_what_is_open(real_marts: WarehouseFactory) -> None:
    shares = {
        (source, measure, openness): share
        for source, measure, openness, share in real_marts.rows(
            "select source, measure, openness, matched_share from marts.report_name_coverage"
        )
    }
    assert shares["artificial_analysis", "names", "linked_open"] >= 0.95
    assert shares["openrouter", "tokens", "open"] >= 0.9


def test_every_match_says_what_it_rests_on(real_marts: WarehouseFactory) -> None:
    assert real_marts.rows(
        "select count(*) from marts.map_model_names where model_id is not null "
        "and (match_evidence is null or match_confidence is null or not is_open_weights)"
    ) == [(0,)]
