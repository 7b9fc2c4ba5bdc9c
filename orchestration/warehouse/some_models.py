"""Rows of some models out of a view of the rows of all.

A join with the models that are wanted would make the rows of all others first; ids that are written into the query are
looked for where the view begins, and no other row is made.
"""

from collections.abc import Iterable
from typing import NamedTuple

from orchestration.warehouse import duckdb


def of_models(models: Iterable[str]) -> str:
    """The condition on rows of these models, with their ids in it."""
    ids = ", ".join(map(duckdb.literal, models))
    return f"model_id IN ({ids})" if ids else "false"


def tracked_models(connection: duckdb.Connection, database: str) -> list[str]:
    """Ids on the newest primary lists of tracked models, in order.

    Args:
        connection: to which the published copy is attached.
        database: under which name.
    """
    return _models(connection, database, "is_mainline")


class Sample(NamedTuple):
    """An even part of the canonical models.

    Attributes:
        models: their ids, in order.
        stands_for: of how many models each is one.
    """

    models: list[str]
    stands_for: int


def sampled_models(connection: duckdb.Connection, database: str, least: int) -> Sample:
    """One of so many canonical models, chosen by the engine's hash of the id: the same as long as the engine is.

    Args:
        connection: to which the published copy is attached.
        database: under which name.
        least: how many there should be at least, if there are; there may be twice as many.
    """
    counted = f"SELECT count(*) FILTER (is_canonical) FROM {_dim_model(database)}"  # noqa: S608 - quoted names
    stands_for = max(connection.execute(counted).fetchall()[0][0] // least, 1)
    return Sample(_models(connection, database, f"is_canonical AND hash(model_id) % {stands_for} = 0"), stands_for)


def _models(connection: duckdb.Connection, database: str, condition: str) -> list[str]:
    rows = connection.execute(
        f"SELECT model_id FROM {_dim_model(database)} WHERE {condition} ORDER BY model_id"  # noqa: S608 - quoted names
    ).fetchall()
    return [model for (model,) in rows]


def _dim_model(database: str) -> str:
    return f"{duckdb.identifier(database)}.marts.dim_model"
