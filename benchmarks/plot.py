"""Growth and ratios as one picture."""

from collections.abc import Iterator, Sequence

import altair as alt
import vl_convert

from benchmarks.job import Figure
from benchmarks.plan import Plan
from benchmarks.table import NOTICE
from orchestration.report.charts.base import config
from orchestration.report.page import VEGA_LITE
from orchestration.report.palette import MEASURES, Ink

#: Pixels of what is drawn, and of the names left of it.
_WIDTH, _NAMES = 600, 280
_INK = Ink(is_page=False)
_COLOURS = {"pandas": _INK(MEASURES[1]), "polars": _INK(MEASURES[2])}


def picture(plan: Plan, figures: Sequence[Figure]) -> str:
    """SVG of a run: cost of one more day at the checkpoints, and how many times slower or larger the other ways are."""
    title = alt.TitleParams(f"Benchmarks: {plan.models:,} models, {plan.days} days", subtitle=NOTICE, fontSize=17)
    # Names are measured with another font than a browser may draw them with.
    padding = {"left": 60, "top": 14, "right": 14, "bottom": 14}
    whole = alt.vconcat(*_parts(figures), spacing=24).properties(title=title, padding=padding)
    spec = whole.resolve_scale(color="independent").to_dict(validate=False) | {"config": config(_INK)}
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    return svg


def _parts(figures: Sequence[Figure]) -> Iterator[alt.TopLevelMixin]:
    lines = sorted({figure.series for figure in figures if figure.series is not None})
    if lines:
        width = _WIDTH / len(lines) - 35
        yield alt.hconcat(*(_growth(figures, line, width) for line in lines))
    ratios = [
        {"what": figure.name, "way": way, "ratio": ratio}
        for figure in figures
        for way in _COLOURS
        if (ratio := figure.ratio(getattr(figure, way))) is not None
    ]
    if ratios:
        yield _ratios(ratios)


def _growth(figures: Sequence[Figure], line: str, width: float) -> alt.Chart:
    rows = [{"day": figure.day, "cost": figure.ours} for figure in figures if figure.series == line]
    base = alt.Chart(alt.InlineData(values=rows), width=width, height=180, title=f"One more day: {line}")
    return base.mark_line(point=True, color=_INK(MEASURES[0])).encode(
        x=alt.X("day:Q", title="day of the history", axis=alt.Axis(grid=False)),
        y=alt.Y("cost:Q", title="seconds a million models", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=5)),
    )


def _ratios(rows: list[dict[str, object]]) -> alt.LayerChart:
    title = "How many times slower or larger the other ways are; left of 1 they are better"
    base = alt.Chart(alt.InlineData(values=rows), width=_WIDTH, height=alt.Step(15), title=title)
    colours = alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values()))
    axis = alt.Axis(tickCount=6, format="~g")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("ratio:Q", title=None, scale=alt.Scale(type="log"), axis=axis),
        y=alt.Y("what:N", title=None, sort=None, axis=alt.Axis(labelLimit=_NAMES)),
        color=alt.Color("way:N", scale=colours),
        shape=alt.Shape("way:N", legend=None),
    )
    same = alt.Chart(alt.InlineData(values=[{"ratio": 1}])).mark_rule(strokeDash=[3, 3]).encode(x="ratio:Q")
    return points + same
