"""Downloads by size class and organisation (METRICS 1.4)."""

from collections.abc import Sequence

from orchestration.report import wording
from orchestration.report.charts.bars import Bar, bars, stacked_bars
from orchestration.report.figure import Figure, Panel, Record, Table, grouped, without_data
from orchestration.report.figures.common import DOWNLOAD_KINDS, MONTH, SCOPE_CHOICES, count, share, text
from orchestration.report.palette import BAND, NEUTRAL, ORGANIZATIONS, Series
from orchestration.report.published import Published

#: What an organisation must have of a size class to be drawn apart.
_VISIBLE = 0.04


def by_size(published: Published) -> Figure:
    """Downloads of one month, and of all time, by size class by total parameters."""
    month = published.month
    records = published.rows(
        f"""
        select report_downloads_by_size.* from report_downloads_by_size
        left join dim_size_bucket using (size_bucket)
        where size_basis = 'total' and month = '{month}'
        order by low_parameters nulls last, downloads desc nulls last, organization_id
        """  # noqa: S608 - a date
        if month
        else "from report_downloads_by_size where false"
    )
    figure = Figure(
        name="downloads-by-size",
        title=f"Downloads by size of the model, {wording.month(month)}" if month else "Downloads by size of the model",
        marts=("report_downloads_by_size",),
        finding=_finding(published, records),
        panels=(
            Panel("Downloads of the month by size class (total parameters)", lambda ink: bars(ink, _classes(records))),
            _shares(published, records, "share_of_bucket", "Whose downloads of the month they are"),
            _shares(published, records, "total_share_of_bucket", "Whose downloads of all time they are"),
        ),
        table=Table(
            (
                MONTH,
                text("size_bucket", "Size class"),
                text("organization_id", "Organisation"),
                count("downloads", "Downloads of the month"),
                share("share_of_bucket", "Share of class"),
                count("downloads_total", "Downloads of all time"),
                share("total_share_of_bucket", "Share of class"),
                count("models_in_scope", "Models in scope"),
                count("models_with_data", "Models with data"),
            ),
            tuple(records),
        ),
        choices=SCOPE_CHOICES,
        kinds=DOWNLOAD_KINDS,
        notes=(
            "The class 7-9B holds everything from 5 to below 10 billion parameters, as in the report.",
            "Classes by active parameters are in the mart, with the size basis `active`.",
        ),
    )
    return figure if records else without_data(figure, published.reason("report_downloads_by_size"))


def _classes(records: Sequence[Record]) -> list[Bar]:
    sums = {name: rows[0]["downloads_of_bucket"] or 0 for name, rows in grouped(records, "size_bucket").items()}
    return [Bar(_class(name), value, wording.amount(value), BAND) for name, value in sums.items()]


def _shares(published: Published, records: Sequence[Record], value: str, title: str) -> Panel:
    """Shares of each class; who has little of every class is among the others."""
    largest = {record["organization_id"] for record in records if (record[value] or 0) >= _VISIBLE}
    declared = [one for one in ORGANIZATIONS if one.key in largest]
    pieces = []
    for name, rows in grouped(records, "size_bucket").items():
        rest = 1.0
        for row in rows:
            if row["organization_id"] in {one.key for one in declared} and row[value]:
                look = published.organization(row["organization_id"])
                pieces.append(Bar(_class(name), row[value], wording.percent(row[value]), look))
                rest -= row[value]
        if any(row[value] for row in rows) and rest > 1e-9:
            pieces.append(Bar(_class(name), rest, wording.percent(rest), NEUTRAL))
    legend: tuple[Series, ...] = (*declared, NEUTRAL)
    return Panel(title, lambda ink: stacked_bars(ink, pieces, legend, is_share=True), legend, is_wide=False)


def _class(name: str) -> str:
    return "unknown size" if name == "unknown" else f"{name} parameters"


def _finding(published: Published, records: Sequence[Record]) -> str:
    """The largest class, and who leads the smallest and the largest models."""
    if not records:
        return ""
    sums = {name: rows[0]["downloads_of_bucket"] or 0 for name, rows in grouped(records, "size_bucket").items()}
    first = max(sums, key=lambda name: sums[name])
    leaders = [
        f"{published.organization(rows[0]['organization_id']).name} has {wording.percent(rows[0]['share_of_bucket'])} "
        f"of those of {name}"
        for name, rows in grouped(records, "size_bucket").items()
        if name in {"<1B", "1-5B", "7-9B", "250B+"} and rows[0]["share_of_bucket"]
    ]
    total = sum(sums.values()) or 1
    return (
        f"Most downloads of the month, {wording.amount(sums[first])} or {wording.percent(sums[first] / total)}, go to "
        f"models of {_class(first)}. Of the downloads, {wording.listed(leaders)}."
    )
