"""Shares of tokens among the most used open models (METRICS 1.8)."""

from collections.abc import Sequence

from orchestration.report import wording
from orchestration.report.charts.shares import monthly_shares
from orchestration.report.figure import Figure, Panel, Record, Table, newest, without_data
from orchestration.report.figures.common import MONTH, count, crossover, share, text
from orchestration.report.figures.derivatives import monthly
from orchestration.report.palette import NEUTRAL, ORGANIZATIONS, REGIONS, Series
from orchestration.report.published import Published

MART = "report_inference_share_monthly"


def shares(published: Published) -> Figure:
    """Whose models get the tokens, among the most used open models of each month."""
    records = published.rows(f"from {MART} where share is not null order by month, dimension, tokens desc, series")
    by_region = [record for record in records if record["dimension"] == "region"]
    by_organization = [record for record in records if record["dimension"] == "organization"]
    regions = tuple(series for series in REGIONS if any(row["series"] == series.key for row in by_region))
    named = {row["series"] for row in by_organization}
    organizations = (*(series for series in ORGANIZATIONS if series.key in named), NEUTRAL)
    figure = Figure(
        name="inference-share",
        title="Share of tokens among the most used open models, by region and organisation",
        marts=(MART,),
        finding=_finding(by_region, regions),
        panels=(
            *_panel("By region of the model's organisation", by_region, regions),
            *_panel("By organisation", by_organization, organizations),
        ),
        table=Table(
            (
                MONTH,
                text("dimension", "Dimension"),
                text("series", "Series"),
                count("tokens", "Tokens"),
                share("share", "Share"),
                share("share_low", "Share, low"),
                share("share_high", "Share, high"),
                count("tokens_in_scope", "Tokens in scope"),
                count("tokens_of_all", "All tokens"),
                count("tokens_unknown", "Tokens of unknown openness"),
                count("models_in_scope", "Models in scope"),
                count("days_with_data", "Days with data"),
            ),
            tuple(records),
        ),
        choices=("report_inference_models", "report_inference_free", "report_inference_unknown"),
        kinds=("inference_tokens", "source_models", "model_prices", "registry_regions"),
        notes=tuple(filter(None, (_denominator(by_region), crossover(published, "inference_china_us")))),
    )
    return figure if records else without_data(figure, published.reason(MART))


def _panel(title: str, records: Sequence[Record], series: tuple[Series, ...]) -> tuple[Panel, ...]:
    found = monthly(records, series)
    panel = Panel(title, lambda ink: monthly_shares(ink, found, series), series, is_wide=False)
    return (panel,) if found else ()


def _finding(records: Sequence[Record], regions: Sequence[Series]) -> str:
    if not records:
        return ""
    last = {row["series"]: row for row in records if row["month"] == newest(records)}
    parts = [
        f"{one.name} {wording.percent(row['share'])} ({wording.percent(row['share_low'])} to "
        f"{wording.percent(row['share_high'])})"
        for one in regions
        if (row := last.get(one.key))
    ]
    return (
        f"Shares of tokens in {wording.month(newest(records))}: {wording.listed(parts)}. In brackets: if all unknown "
        "tokens were those of others, or of this region."
    )


def _denominator(records: Sequence[Record]) -> str:
    """What the shares are shares of, in the newest month."""
    if not records:
        return ""
    last = next(row for row in records if row["month"] == newest(records))
    return (
        f"Shares are of the {wording.amount(last['tokens_in_scope'])} tokens of {last['models_in_scope']} open models, "
        f"not of all traffic: {wording.month(last['month'])} has {wording.amount(last['tokens_of_all'])} in all, "
        f"{wording.amount(last['tokens_unknown'])} of them of unknown openness; {last['days_with_data']} days have "
        "data."
    )
