"""The page: figures to one HTML file that loads nothing.

Everything from outside is text to the template, which escapes it; in the JSON of a chart ``<``, ``>``, ``&`` and ``'``
are escapes too, so that no ``</script>`` can end it. The policy in the page forbids every request, every script but the
two of the page (by their hashes) and the evaluation of text as code.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import vl_convert
from markupsafe import Markup, escape

from orchestration.pages import page_environment
from orchestration.report import wording
from orchestration.report.charts.base import config
from orchestration.report.figure import Figure, Panel
from orchestration.report.palette import Ink, style_variables
from orchestration.report.published import Build, Published, Source

TITLE = "Open models in figures"
#: Says that a folder holds a report of ours; only such a folder is ever replaced.
GENERATOR = "open-model-warehouse report"
VEGA_LITE = "6.4"

_CODE = re.compile("`([^`]*)`")
_TEMPLATES = Path(__file__).with_name("templates")


def render(published: Published, figures: Sequence[Figure]) -> str:
    """The HTML of the page."""
    style = _style()
    scripts = [_bundle(), _text("page.js")]
    environment = page_environment(_TEMPLATES)
    environment.filters |= {
        "alternative": alternative,
        "coded": coded,
        "csv_link": _csv_link,
        "drawn": _drawn,
        "source_line": lambda figure: source_line(published.sources, figure),
        "sources_of": lambda figure: sources_of(published.sources, figure),
    }
    newest = max((source.newest for source in published.sources), default=None)
    return environment.get_template("page.html.j2").render(
        title=TITLE,
        generator=GENERATOR,
        policy=_policy(style, scripts),
        style=style,
        scripts=scripts,
        config=config(Ink(is_page=True)),
        figures=figures,
        build=published.build,
        built=f"{published.build.built_at:%Y-%m-%d %H:%M} UTC",
        newest=wording.day(newest) if newest else "unknown",
        comments=published.comments,
        choices=published.choices,
    )


def alternative(figure: Figure, panel: Panel, build: Build) -> str:
    """What the chart shows, for who does not see it: the finding with its numbers."""
    parts = (
        "Synthetic data, no measurement." if build.synthetic else "",
        f"{panel.title or figure.title}.",
        panel.finding or figure.finding,
    )
    return " ".join(filter(None, parts)) + " The table below has all values."


def coded(text: str) -> Markup:
    """A text with what stands between backticks set as code; everything else is escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def sources_of(sources: Sequence[Source], figure: Figure) -> list[Source]:
    """The sources whose kinds of records feed the figure; of all, where it names no kinds."""
    return [source for source in sources if not figure.kinds or set(source.kinds) & set(figure.kinds)]


def source_line(sources: Sequence[Source], figure: Figure) -> str:
    """Sources, licences and vintage of a figure in one line."""
    found = sources_of(sources, figure)
    if not found:
        return "Source: none in this build."
    names = dict.fromkeys(f"{source.source} ({source.licence})" for source in found)
    newest = max(source.newest for source in found)
    synthetic = " Synthetic." if any(source.synthetic for source in found) else ""
    return f"Source: {wording.listed(list(names))}. Newest snapshot {wording.day(newest)}.{synthetic}"


def _drawn(panel: Panel) -> dict[str, Any]:
    spec: dict[str, Any] = panel.draw(Ink(is_page=True)).to_dict(validate=False)
    # The height is the chart's own: only the width follows the page. The page has one config for all charts.
    return spec | {"config": {}, "autosize": {"type": "fit-x", "contains": "padding"}}


def _csv_link(figure: Figure) -> str:
    """The CSV as a link that needs no file and no script; the mark lets spreadsheets read UTF-8."""
    data = base64.b64encode(("\ufeff" + figure.table.csv()).encode()).decode()
    return f"data:text/csv;charset=utf-8;base64,{data}"


def _style() -> str:
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {style_variables(1)} }} }}"
    return f":root {{ {style_variables(0)} }}\n@media screen {{ {dark} }}\n{_text('page.css')}"


def _policy(style: str, scripts: Sequence[str]) -> str:
    hashes = " ".join(map(_hash, scripts))
    return f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text("utf-8")


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and their embedding as one script, from the installed package."""
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    # A script ends at the first such tag, also inside a text; in a text of JavaScript both forms are the same.
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--").replace("\r\n", "\n")
