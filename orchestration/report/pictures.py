"""The figures as pictures for slides: title, source line and synthetic mark are inside."""

import textwrap
from typing import Any

import altair as alt
import vl_convert

from orchestration.report.charts.base import config
from orchestration.report.figure import Figure, Panel
from orchestration.report.page import VEGA_LITE, source_line
from orchestration.report.palette import QUIET, Ink
from orchestration.report.published import Published

_WIDTH = 860
_HALF = 400
#: Panels beyond which a picture has two columns.
_ONE_COLUMN = 3
#: Pixels of the PNG for each pixel of the design.
_SCALE = 2
#: Characters of a line below the charts.
_LINE = 130
_ALARM = "#8a1c12"


def picture(published: Published, figure: Figure) -> tuple[str, bytes]:
    """SVG and PNG of a figure with panels."""
    spec = _spec(published, figure)
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    png: bytes = vl_convert.svg_to_png(svg, scale=_SCALE)
    return svg, png


def _spec(published: Published, figure: Figure) -> dict[str, Any]:
    wide = [panel for panel in figure.panels if panel.is_wide or len(figure.panels) <= _ONE_COLUMN]
    narrow = [panel for panel in figure.panels if panel not in wide]
    parts: list[Any] = [_titled(panel, _WIDTH) for panel in wide]
    if narrow:
        parts.append(_independent(alt.concat(*(_titled(panel, _HALF) for panel in narrow), columns=2)))
    parts.append(_foot(published, figure))
    mark = ["SYNTHETIC: invented data, no figure here is a measurement."] if published.build.synthetic else []
    title = alt.TitleParams(
        figure.title,
        subtitle=mark,
        subtitleColor=_ALARM,
        subtitleFontWeight=700,
        fontSize=19,
        subtitleFontSize=13,
        offset=14,
    )
    whole = _independent(alt.vconcat(*parts, spacing=22)).properties(title=title, padding=18)
    spec: dict[str, Any] = whole.to_dict(validate=False)
    return spec | {"config": config(Ink(is_page=False))}


def _titled(panel: Panel, width: int) -> Any:
    chart = panel.draw(Ink(is_page=False, width=width))
    return chart.properties(title=panel.title) if panel.title else chart


def _independent(chart: Any) -> Any:
    """Panels share no scales: each has its own series."""
    return chart.resolve_scale(color="independent", strokeDash="independent", fillOpacity="independent")


def _foot(published: Published, figure: Figure) -> alt.Chart:
    """The notes of the panels, the source line and the build, as lines of text."""
    notes = [panel.note for panel in figure.panels if panel.note]
    lines = [line for text in (*notes, _source(published, figure)) for line in textwrap.wrap(text, _LINE)]
    rows = [{"line": number, "text": line} for number, line in enumerate(lines)]
    mark = alt.Chart(alt.InlineData(values=rows), width=_WIDTH, height=alt.Step(16)).mark_text(
        align="left", fontSize=12, color=QUIET.light
    )
    return mark.encode(x=alt.value(0), y=alt.Y("line:O", axis=None), text="text:N")


def _source(published: Published, figure: Figure) -> str:
    return f"{source_line(published.sources, figure)} Build {published.build.build_id}, open-model warehouse."
