"""Horizontal bars; names stand above their bars, so that they fit a phone."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from orchestration.report.charts.base import BILLIONS, ROW, Drawing, chart, colours, heads, places, tips
from orchestration.report.palette import GRID, NEUTRAL, QUIET, Ink, Series


@dataclass(frozen=True)
class Bar:
    """One bar, or one piece of a bar.

    Attributes:
        name: what stands above the bar.
        value: its length.
        text: its value for readers.
        look: series whose colour it has.
        piece: what the piece is, for the tooltip; empty where the bar has one piece.
    """

    name: str
    value: float
    text: str
    look: Series = NEUTRAL
    piece: str = ""


def bars(ink: Ink, shown: Sequence[Bar]) -> Drawing:
    """Bars in the given order, each with its value at its end."""
    rows = [
        {"order": number, "name": bar.name, "value": bar.value, "text": bar.text, "series": bar.look.name}
        for number, bar in enumerate(shown)
    ]
    looks = tuple(dict.fromkeys(bar.look for bar in shown))
    # Room for the value behind the longest bar.
    x = _lengths("value:Q", max((bar.value for bar in shown), default=0) * 1.25)
    base = chart(ink, rows, ROW * len(shown)).encode(y=places())
    return alt.layer(
        base.mark_bar(height=17, yOffset=8).encode(
            x=x, color=colours(ink, _unique(looks)), tooltip=tips("name", {"text": "downloads"})
        ),
        heads(ink, [bar.name for bar in shown]),
        base.mark_text(align="left", baseline="middle", dx=6, yOffset=8, fontSize=12, color=ink(QUIET)).encode(
            x=x, text="text:N"
        ),
    )


def stacked_bars(ink: Ink, pieces: Sequence[Bar], series: Sequence[Series], *, is_share: bool) -> Drawing:
    """Bars made of pieces, in the order of the series; pieces of the same series keep their own order."""
    names = list(dict.fromkeys(piece.name for piece in pieces))
    order = {one.name: number for number, one in enumerate(series)}
    ends = dict.fromkeys(names, 0.0)
    rows = []
    for piece in sorted(pieces, key=lambda piece: order[piece.look.name]):
        low, high = ends[piece.name], ends[piece.name] + piece.value
        ends[piece.name] = high
        place = {"order": names.index(piece.name), "low": low, "high": high, "series": piece.look.name}
        rows.append(place | {"name": f"{piece.name}: {piece.piece or piece.look.name}", "text": piece.text})
    x = _lengths("low:Q", 1 if is_share else max(ends.values(), default=0), is_share=is_share)
    tooltip = tips("name", {"text": "share" if is_share else "downloads"})
    return alt.layer(
        chart(ink, rows, ROW * len(names))
        .mark_bar(height=17, yOffset=8, stroke=ink(GRID), strokeWidth=0.75)
        .encode(y=places(), x=x, x2="high:Q", color=colours(ink, series, legend=True), tooltip=tooltip),
        heads(ink, names),
    )


def _lengths(field: str, maximum: float, *, is_share: bool = False) -> alt.X:
    axis = alt.Axis(
        domain=False, ticks=False, tickCount=4, labelExpr="format(datum.value, '.0%')" if is_share else BILLIONS
    )
    return alt.X(field, title=None, scale=alt.Scale(domain=[0, maximum or 1], nice=False), axis=axis)


def _unique(looks: Sequence[Series]) -> list[Series]:
    """One look for each name: undeclared series share a colour, not a name."""
    return list({one.name: one for one in looks}.values())
