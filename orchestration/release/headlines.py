"""The figures that a reader of the report looks at first, in two releases side by side."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.release.database import parquet
from orchestration.release.diff_record import Headline, HeadlineValue
from orchestration.release.manifest import ReleaseManifest
from orchestration.warehouse import duckdb


@dataclass(frozen=True)
class _Figure:
    """Where a headline stands: one value per month and series of a mart."""

    title: str
    unit: str
    table: str
    series: str
    value: str
    condition: str = "true"


_FIGURES = (
    _Figure(
        "Cumulative downloads by region",
        "count",
        "report_cumulative_downloads_by_region",
        "region",
        "cumulative_downloads",
    ),
    _Figure(
        "Share of new derivatives by region of the base",
        "share",
        "report_derivative_share_monthly",
        "series",
        "share",
        "dimension = 'region'",
    ),
    _Figure(
        "Share of tokens of the most used open models by region",
        "share",
        "report_inference_share_monthly",
        "series",
        "share",
        "dimension = 'region'",
    ),
)


def headlines_of(
    connection: duckdb.Connection, earlier: tuple[Path, ReleaseManifest], later: tuple[Path, ReleaseManifest]
) -> tuple[Headline, ...]:
    """The headlines whose marts both releases have, with the columns that they need.

    Args:
        connection: any.
        earlier: folder and manifest of the earlier release.
        later: of the later one.
    """
    found = (_headline(connection, figure, earlier, later) for figure in _FIGURES)
    return tuple(one for one in found if one.values)


def _headline(
    connection: duckdb.Connection,
    figure: _Figure,
    earlier: tuple[Path, ReleaseManifest],
    later: tuple[Path, ReleaseManifest],
) -> Headline:
    before, after = earlier[1].month, later[1].month
    (then_before,) = _months(connection, figure, earlier, before)
    now_before, now_after = _months(connection, figure, later, before, after)
    series = sorted({*then_before, *now_before, *now_after})
    values = tuple(HeadlineValue(one, then_before.get(one), now_before.get(one), now_after.get(one)) for one in series)
    return Headline(figure.title, figure.unit, before, after, values)


def _months(
    connection: duckdb.Connection, figure: _Figure, release: tuple[Path, ReleaseManifest], *months: date
) -> list[dict[str, float | int]]:
    """Series and value of each month, as one release tells them; nothing where it has no such figure."""
    folder, manifest = release
    table = next((one for one in manifest.marts if one.name == figure.table), None)
    needed = {"month", figure.series, figure.value}
    if table is None or not needed <= {column.name for column in table.columns}:
        return [{} for _ in months]
    query = f"""
        SELECT {figure.series}, {figure.value} FROM {parquet(folder, table)}
        WHERE month = ? AND {figure.condition} AND {figure.value} IS NOT NULL
    """  # noqa: S608 - constants of this module and a quoted path
    return [dict(connection.execute(query, [month]).fetchall()) for month in months]
