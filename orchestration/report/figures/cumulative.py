"""Cumulative downloads: by region, by organisation, and of new entrants since their start (METRICS 1.1 to 1.3)."""

from collections.abc import Sequence
from datetime import date

from orchestration.report import wording
from orchestration.report.charts.lines import Points, lines
from orchestration.report.figure import Figure, Panel, Record, Table, grouped, months_from, newest, without_data
from orchestration.report.figures.common import (
    DOWNLOAD_KINDS,
    MONTH,
    SCOPE_CHOICES,
    band,
    count,
    crossover,
    dated,
    share,
    text,
    thin_data,
)
from orchestration.report.palette import ORGANIZATIONS, REGIONS, Series
from orchestration.report.published import Published

#: Regions of the report's figure; the others are in the table.
_REGIONS = REGIONS[:3]
#: Organisations beside the report's that are drawn when they are among the largest.
_LARGEST = 8

_CHOICES = (*SCOPE_CHOICES, "report_start_level", "report_window_start", "report_spikes")


def by_region(published: Published) -> Figure:
    """Cumulative downloads of tracked models by region of the publisher."""
    records = published.rows("from report_cumulative_downloads_by_region order by month, region")
    names = {series.key: series.name for series in REGIONS}
    figure = Figure(
        name="cumulative-downloads-by-region",
        title="Cumulative downloads by region of the publisher",
        marts=("report_cumulative_downloads_by_region",),
        finding=_leaders(records, "region", _REGIONS, "cumulative_downloads", "cumulative downloads"),
        panels=_panel(_points(records, "region", "cumulative_downloads"), _REGIONS, published, "downloads_china_us"),
        table=Table(
            (
                MONTH,
                text("region", "Region"),
                dated("as_of_date", "As of"),
                count("cumulative_downloads", "Cumulative downloads"),
                share("cumulative_share", "Share"),
                count("new_downloads", "New downloads"),
                share("new_share", "Share of new"),
                count("models_in_scope", "Models in scope"),
                count("models_with_data", "Models with data"),
            ),
            tuple({**record, "region": names.get(record["region"], record["region"])} for record in records),
        ),
        choices=_CHOICES,
        kinds=DOWNLOAD_KINDS,
        notes=(
            *_notes(records, crossover(published, "downloads_china_us")),
            "The chart has the report's three regions; all regions are in the table, and shares are of all regions.",
        ),
    )
    return figure if records else without_data(figure, published.reason("report_cumulative_downloads_by_region"))


def by_organization(published: Published) -> Figure:
    """Cumulative downloads of tracked models by organisation."""
    records = published.rows(
        "from report_cumulative_downloads_by_organization order by month, cumulative_downloads desc, organization_id"
    )
    series = _organizations(published, records)
    shown = _of(records, series)
    figure = Figure(
        name="cumulative-downloads-by-organization",
        title="Cumulative downloads by organisation",
        marts=("report_cumulative_downloads_by_organization",),
        finding=_leaders(shown, "organization_id", series, "cumulative_downloads", "cumulative downloads"),
        panels=_panel(
            _points(shown, "organization_id", "cumulative_downloads"), series, published, "downloads_qwen_llama"
        ),
        table=Table(
            (
                MONTH,
                text("organization_id", "Organisation"),
                dated("as_of_date", "As of"),
                count("cumulative_downloads", "Cumulative downloads"),
                share("cumulative_share", "Share"),
                count("new_downloads", "New downloads"),
                share("new_share", "Share of new"),
                count("models_in_scope", "Models in scope"),
                count("models_with_data", "Models with data"),
            ),
            tuple(shown),
        ),
        choices=_CHOICES,
        kinds=DOWNLOAD_KINDS,
        notes=(
            *_notes(shown, crossover(published, "downloads_qwen_llama")),
            "Drawn are the organisations that the report names and the eight largest; shares are of all organisations.",
        ),
    )
    return figure if records else without_data(figure, published.reason("report_cumulative_downloads_by_organization"))


def new_entrants(published: Published) -> Figure:
    """Downloads of new entrants, counted from their start alone."""
    records = published.rows(
        """
        from report_new_entrants where series_role is not null and downloads_since_start is not null
        order by month, downloads_since_start desc, organization_id
        """
    )
    start = wording.month(min(record["month"] for record in records)) if records else ""
    series = [published.organization(key) for key in grouped(reversed(records), "organization_id")]
    series = sorted(series, key=lambda one: -_last(records, "organization_id", one.key, "downloads_since_start"))
    figure = Figure(
        name="new-entrants",
        title=f"Downloads of new entrants since {start}, with DeepSeek and OpenAI for scale".replace("since ,", "and"),
        marts=("report_new_entrants",),
        finding=_leaders(records, "organization_id", series, "downloads_since_start", f"downloads since {start}"),
        panels=_panel(_points(records, "organization_id", "downloads_since_start"), series, published, None),
        table=Table(
            (
                MONTH,
                text("organization_id", "Organisation"),
                text("series_role", "Role in the figure"),
                dated("as_of_date", "As of"),
                count("new_downloads", "New downloads"),
                count("downloads_since_start", "Since the start"),
                count("models_in_scope", "Models in scope"),
                count("models_with_data", "Models with data"),
            ),
            tuple(records),
        ),
        choices=(*SCOPE_CHOICES, "report_new_entrants_start"),
        kinds=DOWNLOAD_KINDS,
        notes=_notes(records, None),
    )
    return figure if records else without_data(figure, published.reason("report_new_entrants"))


def _panel(
    points: Points, series: Sequence[Series], published: Published, crossover_id: str | None
) -> tuple[Panel, ...]:
    marked = band(published, crossover_id) if crossover_id else None
    note = "The grey band is the interval of the crossover over the sensitivity cases." if marked else ""
    draw = lambda ink: lines(ink, points, series, wording.amount, band=marked, when=wording.day)  # noqa: E731
    return (Panel("", draw, note=note),)


def _points(records: Sequence[Record], key: str, value: str) -> Points:
    """Values at the newest day of each month, by series; a month without any breaks the line."""
    points: dict[str, list[tuple[date, float | None]]] = {}
    for series, rows in grouped(records, key).items():
        known = {row["month"]: row for row in rows}
        months = months_from(min(known), max(known))
        points[series] = [
            (known[month]["as_of_date"], known[month][value]) if month in known else (month, None) for month in months
        ]
    return points


def _organizations(published: Published, records: Sequence[Record]) -> list[Series]:
    """The report's organisations and the largest ones, in the order of their newest downloads."""
    last = [record for record in records if record["month"] == newest(records)]
    largest = [record["organization_id"] for record in last if record["region"] != "unknown"]
    named = {series.key for series in ORGANIZATIONS}
    return [published.organization(key) for place, key in enumerate(largest) if key in named or place < _LARGEST]


def _of(records: Sequence[Record], series: Sequence[Series]) -> list[Record]:
    keys = {one.key for one in series}
    return [record for record in records if record["organization_id"] in keys]


def _last(records: Sequence[Record], key: str, series: str, value: str) -> float:
    known = [record[value] for record in records if record[key] == series and record[value] is not None]
    return known[-1] if known else 0


def _leaders(records: Sequence[Record], key: str, series: Sequence[Series], value: str, what: str) -> str:
    """The newest values of the series, the largest first."""
    if not records:
        return ""
    last = {record[key]: record for record in records if record["month"] == newest(records)}
    known = [(last[one.key][value], one.name) for one in series if one.key in last and last[one.key][value] is not None]
    ranked = [f"{name} {wording.amount(number)}" for number, name in sorted(known, key=lambda pair: -pair[0])[:6]]
    as_of = wording.day(newest(last.values(), "as_of_date"))
    return f"{what[:1].upper()}{what[1:]} as of {as_of}: {wording.listed(ranked)}."


def _notes(records: Sequence[Record], passing: str | None) -> tuple[str, ...]:
    last = [record for record in records if record["month"] == newest(records)]
    known = f"In the newest month: {thin_data(last)[:1].lower()}{thin_data(last)[1:]}"
    return tuple(filter(None, (passing, known, _entries(records))))


def _entries(records: Sequence[Record]) -> str:
    """The month in which most models entered after the first: what they bring with them is no growth."""
    entered = {
        month: sum(row.get("entered_models") or 0 for row in rows) for month, rows in grouped(records, "month").items()
    }
    later = {month: models for month, models in entered.items() if month != min(entered)}
    if not any(later.values()):
        return ""
    month = max(later, key=lambda month: later[month])
    return (
        f"Most models entered in {wording.month(month)}: {later[month]:,}. A model brings all that its counter had "
        "reached when it was first read; that part of a rise is no growth."
    )
