"""Shares of a whole, month by month."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import altair as alt

from orchestration.report.charts.base import Drawing, chart, chart_width, colours, columns, months_axis
from orchestration.report.palette import Ink, Series
from orchestration.report.wording import month, percent


def monthly_shares(
    ink: Ink, shares: Mapping[date, Mapping[str, float]], series: Sequence[Series], *, height: int = 300
) -> Drawing:
    """Shares stacked to 100 %, as an area of one step a month; a month that is not known stays empty.

    Args:
        ink: colours.
        shares: month -> key of a series -> share of 0 to 1; what is left out counts 0.
        series: their looks, from the bottom up.
        height: of the plot, in pixels.
    """
    rows, texts = [], []
    for first, by_series in shares.items():
        span = {"date": first.isoformat(), "end": (first + timedelta(days=32)).replace(day=1).isoformat()}
        values = [by_series.get(one.key, 0.0) for one in series]
        texts.append(span | {"when": month(first)} | {f"s{n}": percent(value) for n, value in enumerate(values)})
        low = 0.0
        for one, value in zip(series, values, strict=True):
            rows.append(span | {"series": one.name, "low": low, "high": low + value})
            low += value
    axis = alt.Axis(format="%", tickCount=5, domain=False, ticks=False)
    y = alt.Y("low:Q", title=None, scale=alt.Scale(domain=[0, 1], clamp=True), axis=axis)
    area = (
        chart(ink, rows, height)
        .mark_rect()
        .encode(x=months_axis(shares), x2="end:T", y=y, y2="high:Q", color=colours(ink, series, legend=True))
    )
    return alt.layer(area, columns(ink, texts, series, height)).properties(width=chart_width(ink), height=height)
