"""The best model over time, for each index and version apart (METRICS 1.9)."""

from collections.abc import Sequence
from datetime import date

from orchestration.report import wording
from orchestration.report.charts.base import plain_axis
from orchestration.report.charts.lines import Points, lines
from orchestration.report.figure import Figure, Panel, Record, Table, grouped, months_from, newest, without_data
from orchestration.report.figures.common import MONTH, count, crossover, number, text
from orchestration.report.palette import OPENNESS, REGIONS, Series
from orchestration.report.published import Published

MART = "report_performance_frontier"
#: Beside the closed frontier, which is what the regions' open models are measured against.
_SERIES: tuple[Series, ...] = (*REGIONS[:3], OPENNESS[1])


#: Scales that the figure's text tells of; every panel tells of its own.
_TOLD = 3
_NAMES = {"artificial_analysis": "Artificial Analysis", "lmarena": "LMArena", "epoch": "Epoch AI"}


def frontier(published: Published) -> Figure:
    """Scores of the best open model by region, and of the best closed one."""
    records = published.rows(f"from {MART} order by source, metric, index_version, basis, dimension, series, month")
    drawn = [record for record in records if _is_drawn(record)]
    figure = Figure(
        name="performance-frontier",
        title="Best open model by region, and best closed model, for each index and version",
        marts=(MART,),
        finding=" ".join(map(_finding, _scales(drawn)[:_TOLD])),
        panels=tuple(_panel(rows) for rows in _scales(drawn)),
        table=Table(
            (
                text("source", "Source"),
                text("metric", "Metric"),
                text("index_version", "Version"),
                text("basis", "Basis"),
                text("dimension", "Dimension"),
                text("series", "Series"),
                MONTH,
                number("score", "Score"),
                text("source_model_name", "Best model"),
                number("gap_points", "Behind closed, points"),
                count("gap_months", "Behind closed, months"),
                count("models_in_scope", "Models in scope"),
                count("models_with_data", "Models with data"),
            ),
            tuple(records),
        ),
        choices=("report_performance_metric",),
        kinds=("evaluations", "source_models", "registry_regions"),
        notes=tuple(
            filter(
                None,
                (
                    "A model counts from the month of its release with its newest score in the version (basis "
                    "`released`); the table has the months' snapshots too (basis `observed`). Versions have scales of "
                    "their own: each has its own chart, and no line goes from one to another.",
                    crossover(published, "performance_china_us"),
                ),
            )
        ),
    )
    return figure if drawn else without_data(figure, published.reason(MART))


def _is_drawn(record: Record) -> bool:
    if record["basis"] != "released":
        return False
    is_region = record["dimension"] == "region_of_open_models" and record["series"] in {one.key for one in REGIONS[:3]}
    return is_region or (record["dimension"] == "openness" and record["series"] == "closed")


def _scales(records: Sequence[Record]) -> list[list[Record]]:
    """One group for each source, metric and version, a scale of its own; the newest first."""
    scales: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        scales.setdefault((record["source"], record["metric"], record["index_version"]), []).append(record)
    return sorted(scales.values(), key=newest, reverse=True)


def _panel(records: Sequence[Record]) -> Panel:
    points: Points = {key: _monthly(rows) for key, rows in grouped(records, "series").items()}
    scores = [record["score"] for record in records if record["score"] is not None]
    margin = 0.06 * (max(scores) - min(scores)) or 1.0
    axis = plain_axis(min(scores) - margin, max(scores) + margin, ",.2~f")
    return Panel(
        _name(records[0]),
        lambda ink: lines(ink, points, _SERIES, wording.decimal, y=axis, height=240, step=True, when=wording.month),
        finding=_finding(records),
        is_wide=False,
    )


def _monthly(records: Sequence[Record]) -> list[tuple[date, float | None]]:
    known = {record["month"]: record["score"] for record in records}
    return [(month, known.get(month)) for month in months_from(min(known), max(known))]


def _name(record: Record) -> str:
    source = record["source"]
    metric = record["metric"].removeprefix(source).strip("_").replace("_", " ")
    return f"{_NAMES.get(source, source)}: {metric}, version {record['index_version']}"


def _finding(records: Sequence[Record]) -> str:
    """The newest month of a scale: the best of each series."""
    last = {row["series"]: row for row in records if row["month"] == newest(records)}
    parts = [
        f"{one.name} {wording.decimal(last[one.key]['score'], 1)} ({last[one.key]['source_model_name']})"
        for one in _SERIES
        if one.key in last
    ]
    return f"{_name(records[0])}, {wording.month(newest(records))}: {wording.listed(parts)}."
