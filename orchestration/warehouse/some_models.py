"""Rows of some models out of a view of the rows of all.

A join with the models that are wanted would make the rows of all others first; ids that are written into the query are
looked for where the view begins, and no other row is made.
"""

from collections.abc import Iterable

from orchestration.warehouse import duckdb


def of_models(models: Iterable[str]) -> str:
    """The condition on rows of these models, with their ids in it."""
    ids = ", ".join(map(duckdb.literal, models))
    return f"model_id IN ({ids})" if ids else "false"


def tracked_models(connection: duckdb.Connection, database: str) -> list[str]:
    """Ids of the models of a newest mainline list, in order.

    Args:
        connection: to which the published copy is attached.
        database: under which name.
    """
    return _models(connection, database, "is_mainline")


def sampled_models(connection: duckdb.Connection, database: str, most: int) -> list[str]:
    """Ids of an even part of all canonical models, in order: about ``most`` of them, or all when there are fewer.

    Args:
        connection: to which the published copy is attached.
        database: under which name.
        most: how many.
    """
    counted = f"SELECT count(*) FILTER (is_canonical) FROM {_dim_model(database)}"  # noqa: S608 - quoted names
    parts = max(connection.execute(counted).fetchall()[0][0] // most, 1)
    return _models(connection, database, f"is_canonical AND hash(model_id) % {parts} = 0")


def _models(connection: duckdb.Connection, database: str, condition: str) -> list[str]:
    rows = connection.execute(
        f"SELECT model_id FROM {_dim_model(database)} WHERE {condition} ORDER BY model_id"  # noqa: S608 - quoted names
    ).fetchall()
    return [model for (model,) in rows]


def _dim_model(database: str) -> str:
    return f"{duckdb.identifier(database)}.marts.dim_model"
