"""How concentrated downloads, derivatives and tokens are."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from orchestration.report import wording
from orchestration.report.charts.base import plain_axis
from orchestration.report.charts.lines import Points, lines
from orchestration.report.figure import Figure, Panel, Record, Table, grouped, months_from, newest, without_data
from orchestration.report.figures.common import DOWNLOAD_KINDS, MONTH, count, number, share, text
from orchestration.report.palette import MEASURES, Series
from orchestration.report.published import Published

MART = "report_concentration"
_INDICES = (
    ("herfindahl_index", "Herfindahl-Hirschman index (1: one has all)"),
    ("gini", "Gini coefficient (0: all have the same)"),
    ("top_10_share", "Share of the ten largest"),
)


def concentration(published: Published) -> Figure:
    """Three indices of concentration over time."""
    found = published.rows(f"from {MART} order by measure, level, month")
    records = [{**row, "series": f"{row['measure']} by {row['level']}"} for row in found]
    shown = tuple(one for one in MEASURES if any(row["series"] == one.key for row in records))
    figure = Figure(
        name="concentration",
        title="Concentration of downloads, derivatives and tokens",
        marts=(MART,),
        finding=_finding(records, shown),
        panels=tuple(_panel(records, shown, index, title) for index, title in _INDICES),
        table=Table(
            (
                text("measure", "Measure"),
                text("level", "Among"),
                MONTH,
                count("units", "Units"),
                count("units_above_zero", "With any"),
                number("total", "Total", 0),
                number("herfindahl_index", "HHI", 4),
                number("gini", "Gini", 4),
                share("top_10_share", "Ten largest"),
            ),
            tuple(records),
        ),
        kinds=(*DOWNLOAD_KINDS, "edges", "inference_tokens"),
    )
    return figure if records else without_data(figure, published.reason(MART))


def _panel(records: Sequence[Record], series: tuple[Series, ...], index: str, title: str) -> Panel:
    points: Points = {key: _monthly(rows, index) for key, rows in grouped(records, "series").items()}
    say = partial(wording.decimal, digits=3)
    axis = plain_axis(0, 1, ".1f")
    return Panel(
        title,
        lambda ink: lines(ink, points, series, say, y=axis, height=220, is_named=False, when=wording.month),
        legend=series,
        has_lines=True,
        is_wide=False,
    )


def _monthly(records: Sequence[Record], index: str) -> list[tuple[date, float | None]]:
    known = {record["month"]: record[index] for record in records}
    return [(month, known.get(month)) for month in months_from(min(known), max(known))]


def _finding(records: Sequence[Record], series: Sequence[Series]) -> str:
    parts = []
    for one in series:
        rows = [row for row in records if row["series"] == one.key]
        last = next(row for row in rows if row["month"] == newest(rows))
        parts.append(
            f"{one.name} in {wording.month(last['month'])}: HHI {wording.decimal(last['herfindahl_index'], 3)}, Gini "
            f"{wording.decimal(last['gini'])}, ten largest {wording.percent(last['top_10_share'])}"
        )
    return f"{'; '.join(parts)}." if parts else ""
