"""Shares of new derivatives by the organisation and region of the base (METRICS 1.7)."""

from collections.abc import Mapping, Sequence
from datetime import date

from orchestration.report import wording
from orchestration.report.charts.shares import monthly_shares
from orchestration.report.figure import Figure, Panel, Record, Table, grouped, newest, without_data
from orchestration.report.figures.common import MONTH, count, crossover, share, text
from orchestration.report.palette import NEUTRAL, REGIONS, Series
from orchestration.report.published import Published

#: First month of the report's figure.
_START = date(2024, 1, 1)


def shares(published: Published) -> Figure:
    """Whose models new derivatives are made of, month by month."""
    records = published.rows(
        f"""
        from report_derivative_share_monthly where month >= '{_START}' and share is not null
        order by month, dimension, new_derivatives desc, series
        """
    )
    by_region = [record for record in records if record["dimension"] == "region"]
    by_organization = [record for record in records if record["dimension"] == "organization"]
    highlighted = [
        published.organization(key)
        for key in dict.fromkeys(row["series"] for row in by_organization if row["series_role"] == "highlighted")
    ]
    highlighted.sort(key=lambda one: -_last_share(by_organization, one.key))
    regions = [series for series in REGIONS if any(row["series"] == series.key for row in by_region)]
    figure = Figure(
        name="derivative-share",
        title="Share of new derivatives by the base's organisation and region",
        marts=("report_derivative_share_monthly",),
        finding=_finding(by_organization, highlighted, by_region, regions),
        panels=(
            *_panel("By organisation of the base", by_organization, (*highlighted, NEUTRAL)),
            *_panel("By region of the base's organisation", by_region, tuple(regions)),
        ),
        table=Table(
            (
                MONTH,
                text("dimension", "Dimension"),
                text("series", "Series"),
                count("new_derivatives", "New derivatives"),
                share("share", "Share"),
                count("new_derivatives_of_all", "Of all"),
                count("models_in_scope", "Known before the threshold"),
                text("is_list_complete", "List complete"),
            ),
            tuple(row for row in records if row["dimension"] == "region" or row["series_role"] == "highlighted"),
        ),
        choices=(
            "report_derivative_min_downloads",
            "report_derivative_relations",
            "report_derivative_parent",
            "report_derivative_own",
        ),
        kinds=("edges", "readings", "registry_models", "registry_regions"),
        notes=_notes(published, by_region),
    )
    return figure if records else without_data(figure, published.reason("report_derivative_share_monthly"))


def monthly(records: Sequence[Record], series: Sequence[Series]) -> Mapping[date, Mapping[str, float]]:
    """Shares by month; what none of the series has goes to the rest, if the rest is one of them."""
    has_rest = NEUTRAL in series
    found: dict[date, dict[str, float]] = {}
    for month, rows in grouped(records, "month").items():
        known = {row["series"]: row["share"] for row in rows if any(one.key == row["series"] for one in series)}
        rest = {NEUTRAL.key: max(0.0, 1 - sum(known.values()))} if has_rest else {}
        found[month] = known | rest
    return found


def _panel(title: str, records: Sequence[Record], series: tuple[Series, ...]) -> tuple[Panel, ...]:
    found = monthly(records, series)
    panel = Panel(title, lambda ink: monthly_shares(ink, found, series), series, is_wide=False)
    return (panel,) if found else ()


def _last_share(records: Sequence[Record], key: str) -> float:
    return next((row["share"] for row in reversed(records) if row["series"] == key), 0.0)


def _finding(
    by_organization: Sequence[Record],
    highlighted: Sequence[Series],
    by_region: Sequence[Record],
    regions: Sequence[Series],
) -> str:
    """First and last shares of each series that is drawn."""
    if not by_region:
        return ""
    first, last = by_region[0]["month"], newest(by_region)
    parts = []
    for records, series in ((by_region, regions[:3]), (by_organization, highlighted)):
        for one in series:
            known = {row["month"]: row["share"] for row in records if row["series"] == one.key}
            parts.append(
                f"{one.name} {wording.percent(known.get(first, 0.0))} to {wording.percent(known.get(last, 0.0))}"
            )
    of_all = {row["month"]: row["new_derivatives_of_all"] for row in by_region}
    ends = [f"{wording.month(month)} ({of_all[month]:,} derivatives)" for month in (first, last)]
    return f"Shares of new derivatives, {ends[0]} to {ends[1]}: {wording.listed(parts)}."


def _notes(published: Published, records: Sequence[Record]) -> tuple[str, ...]:
    crossings = [
        crossover(published, name)
        for name in ("derivatives_china_us", "derivatives_qwen_llama", "derivatives_qwen_deepseek_us_eu")
    ]
    months = {row["month"]: row["is_list_complete"] for row in records}
    unsure = sum(1 for complete in months.values() if not complete)
    chance = (
        f"In {unsure} of {len(months)} months no listing of all derivatives was landed after the month ended: they are "
        "what chance collections hold."
    )
    undated = (
        f"{records[0]['derivatives_without_date']:,} kept derivatives have no date and are in no month."
        if records
        else ""
    )
    return tuple(filter(None, [*crossings, chance if unsure else "", undated]))
