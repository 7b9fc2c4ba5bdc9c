"""Figures of a built warehouse, chosen by chance and explained."""

import random

from orchestration.explain.chain import explain
from orchestration.explain.explanation import Explanation
from orchestration.settings import Settings
from orchestration.warehouse.query import open_copy

#: Rows of each mart.
ROWS = 20


def explained_at_random(settings: Settings, seed: int) -> dict[str, Explanation]:
    """Explains rows of every ``report_*`` mart of the published copy that has any, all figures of each row."""
    chance = random.Random(seed)
    found = {}
    with open_copy(settings) as connection:
        tables = connection.execute(
            "SELECT table_name, estimated_size FROM duckdb_tables() "
            "WHERE schema_name = 'marts' AND starts_with(table_name, 'report_') ORDER BY 1"
        ).fetchall()
    for mart, rows in tables:
        if rows:
            ids = sorted(chance.sample(range(rows), min(rows, ROWS)))
            with open_copy(settings) as connection:
                found[mart] = explain(connection, mart, f"row_id IN {(*ids, ids[0])}", max_rows=ROWS, top=1)
    return found
