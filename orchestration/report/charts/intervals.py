"""Charts of rows with a place on a scale: intervals of dates, ratios, and a map of what is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import altair as alt

from orchestration.report import wording
from orchestration.report.charts.base import ROW, Drawing, chart, chart_width, colours, heads, months_axis, places, tips
from orchestration.report.palette import BAND, GRID, QUIET, TEXT, Ink, Series

#: Ticks of a scale of ratios.
_RATIOS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]


@dataclass(frozen=True)
class Interval:
    """A date, the interval around it, and all dates within."""

    name: str
    default: date | None
    earliest: date
    latest: date
    cases: Sequence[tuple[date, str]]
    text: str


def intervals(ink: Ink, shown: Sequence[Interval]) -> Drawing:
    """One row each: a bar from the earliest to the latest date, a tick for each case, a dot for the default."""
    rows = [
        {
            "order": number,
            "name": one.name,
            "date": one.earliest.isoformat(),
            "end": one.latest.isoformat(),
            "default": one.default.isoformat() if one.default else None,
            "text": one.text,
        }
        for number, one in enumerate(shown)
    ]
    cases = [
        {"order": number, "date": day.isoformat(), "case": f"{one.name}: {case}", "text": wording.day(day)}
        for number, one in enumerate(shown)
        for day, case in one.cases
    ]
    x = months_axis(day for one in shown for day in (one.earliest, one.latest))
    base = chart(ink, rows, ROW * len(shown)).encode(y=places())
    return alt.layer(
        base.mark_bar(height=8, yOffset=9, color=ink(BAND), opacity=0.35, cornerRadius=4).encode(
            x=x, x2="end:T", tooltip=tips("name", {"text": "interval"})
        ),
        chart(ink, cases, ROW * len(shown))
        .mark_tick(thickness=2, height=14, yOffset=9, orient="vertical", color=ink(QUIET))
        .encode(y=places(), x=x, tooltip=tips("case", {"text": "passed on"})),
        base.mark_point(filled=True, size=110, yOffset=9, opacity=1, color=ink(TEXT)).encode(
            x=alt.X("default:T"), tooltip=tips("name", {"text": "interval"})
        ),
        heads(ink, [one.name for one in shown]),
    )


@dataclass(frozen=True)
class Ratio:
    """One model's two ratios to its baselines, and the text of each."""

    name: str
    look: Series
    values: tuple[float | None, float | None]
    texts: tuple[str, str]


def ratios(ink: Ink, shown: Sequence[Ratio], definitions: tuple[Series, Series]) -> Drawing:
    """One row each, on a logarithmic scale with a line at 1: a ring for the first definition, a disc for the second."""
    rows = [
        {"order": number, "name": one.name, "series": one.look.name, "value": value, "text": text, "kind": kind.name}
        for number, one in enumerate(shown)
        for kind, value, text in zip(definitions, one.values, one.texts, strict=True)
        if value
    ]
    looks = list({one.look.name: one.look for one in shown}.values())
    axis = alt.Axis(values=_RATIOS, labelExpr="datum.label + ' x'", domain=False, ticks=False, format="~g")
    x = alt.X("value:Q", title=None, scale=alt.Scale(type="log", nice=False, padding=14), axis=axis)
    base = chart(ink, rows, ROW * len(shown)).encode(
        y=places(), x=x, color=colours(ink, looks), tooltip=tips("name", {"kind": "baseline", "text": "adoption"})
    )
    first, second = ({"field": "kind", "equal": one.name} for one in definitions)
    level = chart(ink, [{"value": 1}], ROW * len(shown)).mark_rule(color=ink(QUIET), strokeDash=[4, 3]).encode(x=x)
    return alt.layer(
        level,
        base.mark_point(filled=False, size=90, strokeWidth=2, yOffset=9, opacity=1).transform_filter(first),
        base.mark_point(filled=True, size=100, yOffset=9, opacity=1).transform_filter(second),
        heads(ink, [one.name for one in shown]),
    )


@dataclass(frozen=True)
class Cell:
    """How much of one figure is known in one month: 0 to 1, or null where nobody can tell."""

    row: str
    month: date
    share: float | None
    text: str


def coverage_map(ink: Ink, cells: Sequence[Cell], look: Series) -> Drawing:
    """One row a figure, one cell a month: the fuller the colour, the more is known."""
    names = list(dict.fromkeys(cell.row for cell in cells))
    rows = [
        {
            "order": names.index(cell.row),
            "name": f"{cell.row}, {wording.month(cell.month)}",
            "date": cell.month.isoformat(),
            "end": cell.month.replace(day=28).isoformat(),
            "share": cell.share or 0,
            "text": cell.text,
        }
        for cell in cells
    ]
    x = months_axis(cell.month for cell in cells)
    full = alt.FillOpacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None)
    return alt.layer(
        chart(ink, rows, ROW * len(names))
        .mark_bar(height=14, yOffset=8, fill=ink(look), stroke=ink(GRID))
        .encode(y=places(), x=x, x2="end:T", fillOpacity=full, tooltip=tips("name", {"text": "known"})),
        heads(ink, names),
    ).properties(width=chart_width(ink))
