"""Lines over time that break where nothing is known, each with its name at its end."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import altair as alt

from orchestration.report.charts.base import (
    Drawing,
    chart,
    chart_width,
    colours,
    columns,
    counts_axis,
    dashes,
    domain_of,
    months_axis,
)
from orchestration.report.palette import BAND, Ink, Series

#: Days and values by the key of a series; a null breaks the line.
Points = Mapping[str, Sequence[tuple[date, float | None]]]

_NAME_HEIGHT = 15


def lines(
    ink: Ink,
    points: Points,
    series: Sequence[Series],
    say: Callable[[float | None], str],
    *,
    y: alt.Y | None = None,
    height: int = 380,
    step: bool = False,
    band: tuple[date, date] | None = None,
    is_named: bool = True,
    when: Callable[[date], str] = "{:%B %Y}".format,
) -> Drawing:
    """Lines over time; pointing at a date shows all values of that date.

    Args:
        ink: colours.
        points: values over time.
        series: their looks, in the order of tooltips.
        say: value to text.
        y: vertical axis with a domain; counts from 0 when absent.
        height: of the plot, in pixels.
        step: whether a value holds until the next.
        band: interval to be marked, e.g. of a crossover.
        is_named: whether names stand at the ends; otherwise the figure needs a legend.
        when: day to the head of its tooltip.
    """
    shown = [one for one in series if any(value is not None for _, value in points.get(one.key, ()))]
    axis = y or counts_axis(_largest(points) * 1.05)
    rows = [
        {"date": day.isoformat(), "value": value, "series": one.name} for one in shown for day, value in points[one.key]
    ]
    x = months_axis(day for one in shown for day, _ in points[one.key])
    base = chart(ink, rows, height).encode(x=x, y=axis, color=colours(ink, shown, legend=not is_named))
    layers = [
        *([_band(ink, band, height)] if band else []),
        base.mark_line(strokeWidth=2.25, interpolate="step-after" if step else "linear", strokeJoin="round").encode(
            strokeDash=dashes(shown)
        ),
        # A dot keeps a value visible whose neighbours are unknown.
        base.mark_point(size=12, filled=True, opacity=1).transform_filter("isValid(datum.value)"),
        *(_names(ink, points, shown, axis, height) if is_named else []),
        columns(ink, _texts(points, shown, say, when), shown, height),
    ]
    return alt.layer(*layers).properties(width=chart_width(ink), height=height)


def apart(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions moved so that they lie at least a gap apart, in their order, between two bounds.

    Where there is no room for all, the gap shrinks.
    """
    gap = min(gap, (high - low) / max(len(positions) - 1, 1))
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    moved: list[float] = []
    for index in order:
        moved.append(max(positions[index], moved[-1] + gap if moved else low))
    limit = high
    for place in reversed(range(len(moved))):
        moved[place] = limit = min(moved[place], limit)
        limit -= gap
    return [place for _, place in sorted(zip(order, moved, strict=True))]


def _largest(points: Points) -> float:
    return max((value for series in points.values() for _, value in series if value is not None), default=0) or 1


def _names(ink: Ink, points: Points, series: Sequence[Series], axis: alt.Y, height: int) -> list[alt.Chart]:
    """The name of each line beside its last value, set apart where they would overlap, and a thread to the value."""
    low, high = domain_of(axis)
    pixel = (high - low) / height
    ends = [next((day, value) for day, value in reversed(points[one.key]) if value is not None) for one in series]
    places = apart([value for _, value in ends], _NAME_HEIGHT * pixel, low + 6 * pixel, high - 6 * pixel)
    last = max((day for day, _ in ends), default=date.min).isoformat()
    rows = [
        {"date": last, "value": end if day.isoformat() == last else None, "place": place, "series": one.name}
        for one, place, (day, end) in zip(series, places, ends, strict=True)
    ]
    base = chart(ink, rows, height).encode(x=alt.X("date:T"), color=colours(ink, series))
    thread = base.mark_rule(xOffset=3, x2Offset=15, opacity=0.55).encode(
        x2="date:T", y=alt.Y("value:Q"), y2=alt.Y2("place:Q")
    )
    name = base.mark_text(align="left", baseline="middle", dx=18, fontSize=12, fontWeight=600)
    return [thread, name.encode(y=alt.Y("place:Q"), text="series:N")]


def _texts(
    points: Points, series: Sequence[Series], say: Callable[[float | None], str], when: Callable[[date], str]
) -> list[dict[str, Any]]:
    """One row a date: the column that it takes and the text of each series."""
    values = [dict(points[one.key]) for one in series]
    half = timedelta(days=15)
    return [
        {
            "date": (day - half).isoformat(),
            "end": (day + half).isoformat(),
            "when": when(day),
            **{f"s{number}": say(known.get(day)) for number, known in enumerate(values)},
        }
        for day in sorted({day for known in values for day in known})
    ]


def _band(ink: Ink, band: tuple[date, date], height: int) -> alt.Chart:
    rows = [{"date": band[0].isoformat(), "end": (band[1] + timedelta(days=1)).isoformat()}]
    return chart(ink, rows, height).mark_rect(color=ink(BAND), opacity=0.22).encode(x=alt.X("date:T"), x2="end:T")
