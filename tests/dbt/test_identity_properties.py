"""Groups of names: whatever pairs the evidence gives, each group is closed and has one canonical id."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dbt.warehouse_factory import WarehouseFactory

#: In the order in which a reason is preferred.
REASONS = ("same_hub_id", "declared_alias", "same_id_ignoring_case", "identical_counters", "renamed")
RENAMED_ORGANIZATION = "org0"

SEEN = pa.schema(
    [
        ("model_id", pa.string()),
        ("organization_id", pa.string()),
        ("model_name", pa.string()),
        ("hub_id", pa.string()),
        ("first_seen_date", pa.date32()),
        ("last_seen_date", pa.date32()),
    ]
)
PAIRS = pa.schema([("model_id", pa.string()), ("other_model_id", pa.string()), ("since_date", pa.date32())])

Seen = dict[str, date | None]
Pair = tuple[str, str, str]


@pytest.fixture(scope="module")
def query(download_cases: WarehouseFactory) -> str:
    compiled = download_cases.home / "build" / "dbt_target" / "compiled" / "warehouse" / "models"
    return (compiled / "intermediate" / "identity" / "int_models__canonical.sql").read_text("utf-8")


def canonical_ids(query: str, seen: Seen, pairs: Sequence[Pair]) -> dict[str, tuple[str, bool, str | None]]:
    """Model id -> canonical id, whether it is canonical, reason; by the compiled model."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse; create schema intermediate")
        connection.execute("create schema staging; create table staging.organization_aliases as select "
                           f"'{RENAMED_ORGANIZATION}' as alias_organization_id, 'x' as canonical_organization_id, "
                           "'renamed' as kind")  # fmt: skip
        rows = [{"model_id": m, "organization_id": m.split("/")[0], "last_seen_date": on} for m, on in seen.items()]
        connection.register("seen", pa.Table.from_pylist(rows, schema=SEEN))
        connection.execute("create table intermediate.int_models__seen as from seen")
        for reason in REASONS:
            found = [
                {"model_id": one, "other_model_id": other, "since_date": date(2025, 1, 1)}
                for one, other, why in pairs
                if why == reason
            ]
            connection.register("pairs", pa.Table.from_pylist(found, schema=PAIRS))
            connection.execute(f"create table intermediate.int_identity__{reason} as from pairs")
        result = connection.execute(query).to_arrow_table().to_pylist()
    return {row["model_id"]: (row["canonical_model_id"], row["is_canonical"], row["identity_reason"]) for row in result}


def groups(seen: Seen, pairs: Sequence[Pair]) -> list[set[str]]:
    """Connected groups of ids, by merging one pair after the other."""
    group_of = {model_id: {model_id} for model_id in seen}
    for one, other, _ in pairs:
        merged = group_of[one] | group_of[other]
        group_of |= dict.fromkeys(merged, merged)
    return [group for model_id, group in group_of.items() if model_id == min(group)]


@st.composite
def evidence(draw: st.DrawFn) -> tuple[Seen, list[Pair]]:
    organizations = draw(st.lists(st.sampled_from(["org0", "org1", "org2"]), min_size=1, max_size=12))
    last_seen = st.none() | st.integers(0, 3).map(lambda n: date(2025, 1, 1) + timedelta(days=n))
    seen = {f"{org}/m{n}": draw(last_seen) for n, org in zip(count(), organizations)}
    ids = sorted(seen)
    pair = st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.sampled_from(REASONS))
    return seen, [found for found in draw(st.lists(pair, max_size=12)) if found[0] != found[1]]


@settings(
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(found=evidence())
def test_every_group_is_closed_and_has_one_canonical_id(query: str, found: tuple[Seen, list[Pair]]) -> None:
    seen, pairs = found
    answer = canonical_ids(query, seen, pairs)
    assert set(answer) == set(seen)
    for group in groups(seen, pairs):
        # Outside a renamed namespace first, then the one read last, then by name.
        winner = min(
            group,
            key=lambda model_id: (
                model_id.startswith(f"{RENAMED_ORGANIZATION}/"),
                -(seen[model_id] or date.min).toordinal(),
                model_id,
            ),
        )
        for model_id in group:
            reasons = [why for *ids, why in pairs if model_id in ids]
            expected = None if model_id == winner else min(reasons, key=REASONS.index)
            assert answer[model_id] == (winner, model_id == winner, expected)
