"""What all forms share: size, theme, axes, colours, and the column that shows the values of a date.

Texts of tooltips are made here, not in the browser, so that a page reads the same in every time zone and language.
Parameters have names of their own: the library would number them through the process, and bytes would differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt

from orchestration.report.figure import months_from
from orchestration.report.palette import BAND, GRID, QUIET, TEXT, Ink, Series

#: Pixels up to which a picture's legend has two columns.
_NARROW = 500
FONT = "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"
#: SI prefixes, with the reader's B in place of G.
BILLIONS = "replace(format(datum.value, '~s'), 'G', 'B')"
_MONTHS = "utcmonth(datum.value) == 0 ? utcFormat(datum.value, '%Y') : utcFormat(datum.value, '%b')"

#: Pixels of a row with a mark and, above it, what it is.
ROW = 38

#: What altair makes of layers.
Drawing = alt.LayerChart | alt.FacetChart

Rows = Iterable[Mapping[str, Any]]


def chart(ink: Ink, rows: Rows, height: int) -> alt.Chart:
    """An empty chart on some rows."""
    # A tuple: altair copies lists, row by row, each time that a layer is added.
    return alt.Chart(alt.InlineData(values=tuple(rows)), width=chart_width(ink), height=height)


def chart_width(ink: Ink) -> Any:
    """As wide as its place on the page, of a fixed width in a picture."""
    return "container" if ink.is_page else ink.width


def config(ink: Ink) -> dict[str, Any]:
    """Fonts, grid and text colours of every chart."""
    quiet = {"labelColor": ink(QUIET), "titleColor": ink(QUIET), "labelFontSize": 12, "titleFontSize": 12}
    axis = {"gridColor": ink(GRID), "domainColor": ink(GRID), "tickColor": ink(GRID), "titleFontWeight": 400}
    return {
        "background": "transparent" if ink.is_page else "#ffffff",
        "font": FONT if ink.is_page else "sans-serif",
        "aria": False,  # the figure carries one text with the finding; every mark would be read out otherwise
        "padding": {"left": 4, "top": 4, "right": 14, "bottom": 4},
        "view": {"stroke": None},
        "axis": quiet | axis,
        "legend": quiet | {"orient": "bottom", "title": None, "labelLimit": 260, "symbolType": "square"},
        "title": {"color": ink(TEXT), "anchor": "start", "fontSize": 14, "subtitleColor": ink(QUIET)},
    }


def counts_axis(maximum: float, title: str | None = None) -> alt.Y:
    """A vertical axis of counts from 0."""
    scale = alt.Scale(domain=[0, maximum], nice=False)
    axis = alt.Axis(labelExpr=BILLIONS, tickCount=5, domain=False, ticks=False)
    return alt.Y("value:Q", title=title, scale=scale, axis=axis)


def plain_axis(low: float, high: float, form: str) -> alt.Y:
    """A vertical axis between two values, with labels in a format of d3."""
    axis = alt.Axis(format=form, tickCount=5, domain=False, ticks=False)
    return alt.Y("value:Q", title=None, scale=alt.Scale(domain=[low, high], nice=False), axis=axis)


def domain_of(axis: alt.Y) -> tuple[float, float]:
    """The two values between which an axis of this module runs."""
    described: Any = axis.to_dict()
    low, high = described["scale"]["domain"]
    return low, high


def months_axis(days: Iterable[date]) -> alt.X:
    """A horizontal axis of days, in UTC, with whole years and as many months between as a phone has room for."""
    found = sorted(days)
    months = months_from(found[0].replace(day=1), found[-1]) if found else []
    step = 3 if len(months) <= 20 else 6 if len(months) <= 40 else 12
    ticks = [month for month in months if month >= found[0] and (month.month - 1) % step == 0] or months[:1]
    axis = alt.Axis(
        grid=False,
        ticks=False,
        labelExpr=_MONTHS,
        labelOverlap="greedy",
        values=[alt.DateTime(year=tick.year, month=tick.month, date=1, utc=True) for tick in ticks],
    )
    return alt.X("date:T", title=None, scale=alt.Scale(type="utc", nice=False), axis=axis)


def places() -> alt.Y:
    """One place a row, in their order; what a row is stands above its mark, so that it fits a phone."""
    scale = alt.Scale(type="band", paddingInner=0.1, paddingOuter=0.1)
    return alt.Y("order:O", title=None, axis=None, scale=scale)


def heads(ink: Ink, names: Sequence[str]) -> alt.Chart:
    """What each row is, above its mark."""
    rows = [{"order": number, "name": name} for number, name in enumerate(names)]
    mark = chart(ink, rows, ROW * len(names)).mark_text(
        align="left", baseline="middle", dy=-9, fontSize=12, color=ink(TEXT)
    )
    return mark.encode(y=places(), x=alt.value(0), text="name:N")


def colours(ink: Ink, series: Sequence[Series], *, legend: bool = False) -> alt.Color:
    """The colour of each series, by its name; a picture has a legend where the chart does not name its series."""
    scale = alt.Scale(domain=[one.name for one in series], range=[ink(one) for one in series])
    return alt.Color("series:N", scale=scale, legend=_legend(ink) if legend and not ink.is_page else None)


def _legend(ink: Ink) -> alt.Legend:
    return alt.Legend(columns=4 if ink.width > _NARROW else 2)


def dashes(series: Sequence[Series]) -> alt.StrokeDash:
    """The dashes of each series, by its name."""
    scale = alt.Scale(domain=[one.name for one in series], range=[list(one.dash) or [1, 0] for one in series])
    return alt.StrokeDash("series:N", scale=scale, legend=None)


def tips(head: str, texts: Mapping[str, str]) -> list[alt.Tooltip]:
    """What is shown on hovering: the field of the head, and of each line under its name."""
    lines = [alt.Tooltip(f"{field}:N", title=name) for field, name in texts.items()]
    return [alt.Tooltip(f"{head}:N", title="title"), *lines]


def columns(ink: Ink, rows: Rows, series: Sequence[Series], height: int) -> alt.Chart:
    """One column for each date, invisible until it is pointed at, that shows all values of the date.

    Rows have the column's ``date`` and ``end``, its head ``when``, and the texts ``s0``, ``s1``, … of the series.
    """
    shown = tips("when", {f"s{number}": one.name for number, one in enumerate(series)})
    mark = chart(ink, rows, height).mark_rect(color=ink(BAND)).encode(x=alt.X("date:T"), x2="end:T", tooltip=shown)
    if not ink.is_page:
        return mark.encode(opacity=alt.value(0))
    pointed = alt.selection_point(name="pointed", on="pointerover", clear="pointerout", fields=["date"], empty=False)
    return (
        mark.encode(opacity=alt.condition(pointed, alt.value(0.18), alt.value(0)))
        .add_params(pointed)
        .properties(name="columns")
    )
