"""Growth after the release: downloads by age, on logarithmic scales."""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt

from orchestration.report.charts.base import BILLIONS, Drawing, chart, chart_width, colours, dashes, tips
from orchestration.report.palette import Ink, Series
from orchestration.report.wording import amount

#: Ticks of a scale of downloads.
_POWERS = [10**power for power in range(1, 11)]


@dataclass(frozen=True)
class Curve:
    """One model, or one baseline: downloads by days since the release."""

    name: str
    look: Series
    points: tuple[tuple[int, float], ...]


def curves(ink: Ink, baselines: Sequence[Curve], models: Sequence[Curve], ages: Sequence[int]) -> Drawing:
    """Baselines as thick lines, models as thin ones in the colour of their organisation; pointing names the model."""
    x_axis = alt.Axis(values=list(ages), grid=False, ticks=False, format="d", labelOverlap="greedy")
    x = alt.X(
        "age:Q",
        title="days since the release",
        scale=alt.Scale(type="log", domain=[min(ages), max(ages)], nice=False),
        axis=x_axis,
    )
    y = alt.Y(
        "value:Q",
        title=None,
        scale=alt.Scale(type="log", nice=False, padding=8),
        axis=alt.Axis(labelExpr=BILLIONS, values=_POWERS, domain=False, ticks=False),
    )
    looks = list({curve.look.name: curve.look for curve in (*baselines, *models)}.values())
    color, dash = colours(ink, looks, legend=True), dashes(looks)
    layers = []
    for shown, width, size in ((baselines, 4, 40), (models, 1.75, 55)):
        rows = [
            {
                "age": age,
                "value": value,
                "name": curve.name,
                "series": curve.look.name,
                "text": f"{amount(value)} downloads after {age} days",
            }
            for curve in shown
            for age, value in curve.points
            if value > 0
        ]
        base = chart(ink, rows, 240).encode(x=x, y=y, color=color, detail="name:N")
        layers += [
            base.mark_line(strokeWidth=width, strokeJoin="round").encode(strokeDash=dash),
            base.mark_point(size=size, filled=True, opacity=1).encode(tooltip=tips("name", {"text": "known"})),
        ]
    return alt.layer(*layers).properties(width=chart_width(ink), height=240)
