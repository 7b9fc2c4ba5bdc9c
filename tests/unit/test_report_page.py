"""The report's page and folder from a published copy: escaping, reasons, bytes, the folder that it replaces."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from orchestration.errors import ConfigurationError
from orchestration.report.figure import Figure
from orchestration.report.figures import FIGURES
from orchestration.report.page import render
from orchestration.report.palette import Ink, series_of
from orchestration.report.pictures import picture
from orchestration.report.published import NO_REASON, Published
from orchestration.report.write import write_report
from orchestration.settings import Settings
from tests.fakes.report_copy import HOSTILE, choices, make_copy, plausible


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    home = tmp_path_factory.mktemp("home")
    return Published(Settings(home=home), make_copy(home))


@pytest.fixture(scope="module")
def figures(published: Published) -> dict[str, Figure]:
    return {figure.name: figure for figure in (make(published) for make in FIGURES)}


@pytest.fixture(scope="module")
def folder(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("out") / "report"
    write_report(published.settings, published.database, target)
    return target


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "index.html").read_text("utf-8")


class Elements(HTMLParser):
    """Tags of a page with their attributes, and the texts of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and self.scripts[-1] == "":
            self.scripts[-1] = data


def test_every_figure_has_a_finding_with_numbers_a_table_and_known_choices(figures: dict[str, Figure]) -> None:
    assert len(figures) == len(FIGURES)
    for figure in figures.values():
        assert re.search(r"\d", figure.finding), figure.name
        assert figure.finding.endswith("."), figure.name
        assert figure.table.records, figure.name
        assert set(figure.choices) <= set(choices()), figure.name


def test_the_copy_describes_every_choice_of_the_project(published: Published) -> None:
    assert set(published.choices) == set(choices())


def test_the_finding_is_computed(figures: dict[str, Figure]) -> None:
    finding = figures["cumulative-downloads-by-region"].finding.replace("\N{NO-BREAK SPACE}", " ")
    assert finding == (
        "Cumulative downloads as of 31 March 2026: China 1.24 billion, United States 345 million and Europe "
        "63.1 million."
    )


def test_a_series_has_one_colour_in_all_figures(figures: dict[str, Figure]) -> None:
    """In the charts as drawn: each name stands for one colour, the one that the palette declares."""
    seen: dict[str, set[str]] = {}
    for figure in figures.values():
        for panel in figure.panels:
            collect_colours(panel.draw(Ink(is_page=True)).to_dict(), seen)
    assert {"China", "Qwen", "NVIDIA"} <= set(seen)
    assert {name for name, colours in seen.items() if len(colours) > 1} == set()
    assert seen["Qwen"] == {f"var({series_of('Qwen').variable})"}


def collect_colours(node: object, seen: dict[str, set[str]]) -> None:
    if isinstance(node, dict):
        scale = (node.get("color") or {}).get("scale") if isinstance(node.get("color"), dict) else None
        if scale and "range" in scale:
            for name, colour in zip(scale["domain"], scale["range"], strict=True):
                seen.setdefault(name, set()).add(colour)
        for value in node.values():
            collect_colours(value, seen)
    elif isinstance(node, list):
        for value in node:
            collect_colours(value, seen)


def test_no_line_crosses_index_versions(figures: dict[str, Figure]) -> None:
    """One chart for each version, none with points of two; and a month that is unknown breaks the line."""
    panels = figures["performance-frontier"].panels
    assert len(panels) == len({panel.title for panel in panels}) == 3
    drawn = {panel.title.rpartition(" ")[2]: json.dumps(panel.draw(Ink(is_page=True)).to_dict()) for panel in panels}
    assert '"2025-07-01"' in drawn["2"]
    assert '"2025-08-01"' not in drawn["2"]
    assert '"2025-07-01"' not in drawn["3"]
    assert '"2025-08-01"' in drawn["3"]


def test_a_month_that_is_not_known_stays_empty(figures: dict[str, Figure]) -> None:
    [by_region, _] = figures["inference-share"].panels
    drawn = json.dumps(by_region.draw(Ink(is_page=True)).to_dict())
    assert '"date": "2025-05-01"' in drawn
    assert '"date": "2025-06-01"' not in drawn


def test_crossovers_come_with_their_interval(figures: dict[str, Figure]) -> None:
    notes = " ".join(figures["cumulative-downloads-by-region"].notes)
    assert "on 12 August 2025; 2 of 11 cases give dates from 20 July 2025 to 12 August 2025." in notes
    assert "no date under the default choices; the challenger is behind on every date." in " ".join(
        figures["inference-share"].notes
    )


# ---- the page --------------------------------------------------------------------------------------------------------


def test_the_page_loads_nothing_and_runs_only_its_own_scripts(page: str) -> None:
    elements = Elements(page)
    policy = next(a["content"] for tag, a in elements.tags if tag == "meta" and a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    for tag, attributes in elements.tags:
        assert tag not in {"img", "link", "iframe", "object", "base", "form"}, attributes
        assert "src" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    links = [a["href"] or "" for tag, a in elements.tags if tag == "a"]
    outside = [link for link in links if not link.startswith(("#", "figures/", "data:text/csv;"))]
    assert outside == ["https://arxiv.org/abs/2604.07190"]


def test_hostile_names_stay_texts(page: str) -> None:
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "evil/&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "evil/{{ 7 * 7 }}{% raw %}" in page
    assert "evil/49" not in page
    assert "evil/\\u202egpj.exe\\x07" in page
    assert "\u202e" not in page
    assert "Rankings &lt;b&gt;of&lt;/b&gt; OpenRouter." in page
    data = [text for text in Elements(page).scripts if text.startswith("{")]
    names = {row.get("name") for text in data for row in walk(json.loads(text)) if isinstance(row, dict)}
    assert HOSTILE[0] in names


def walk(node: object) -> list[object]:
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [node, *(found for child in children for found in walk(child))]


def test_the_page_says_what_it_is_made_from(page: str, published: Published) -> None:
    assert published.build.notice
    assert page.count(published.build.notice) == 2
    assert published.build.build_id in page
    assert "Newest snapshot 31 March 2026" in page
    assert "CC-BY-4.0" in page
    assert "report_start_level = as chosen" in page
    assert "What report_concentration holds, by its contract." in page


def test_every_chart_has_a_text_and_every_section_a_heading(page: str) -> None:
    elements = Elements(page)
    charts = [a for tag, a in elements.tags if a.get("class") == "chart"]
    assert len(charts) > 20
    for chart in charts:
        assert chart["role"] == "img"
        assert (chart["aria-label"] or "").startswith("Synthetic data, no measurement. ")
        assert re.search(r"\d", chart["aria-label"] or "")
    headings = {a["id"] for tag, a in elements.tags if tag == "h2" and a.get("id")}
    for tag, attributes in elements.tags:
        if tag == "section":
            assert attributes["aria-labelledby"] in headings
    assert {"header", "nav", "main", "footer"} <= {tag for tag, _ in elements.tags}


def test_real_inputs_have_no_banner(tmp_path: Path) -> None:
    published = Published(Settings(home=tmp_path), make_copy(tmp_path, synthetic=False, snapshots=[]))
    figures = [make(published) for make in FIGURES]
    assert "synthetic data" not in render(published, figures).lower()
    assert "SYNTHETIC" not in picture(published, figures[0])[0]


@pytest.mark.parametrize(
    ("mart", "name", "reason"),
    [
        ("report_inference_share_monthly", "inference-share", "no daily tokens are known for the month"),
        ("report_performance_frontier", "performance-frontier", NO_REASON),
    ],
)
def test_a_measure_without_data_is_a_section_with_its_reason(tmp_path: Path, mart: str, name: str, reason: str) -> None:
    published = Published(Settings(home=tmp_path), make_copy(tmp_path, **{mart: []}))
    figures = [make(published) for make in FIGURES]
    [absent] = [figure for figure in figures if figure.absent]
    assert (absent.name, absent.absent, absent.panels) == (name, reason, ())
    section = render(published, figures).partition(f'<section id="{name}"')[2].partition("</section>")[0]
    assert f'<p class="absent">Not shown: {reason}.</p>' in section
    assert 'class="chart"' not in section


def test_a_copy_without_any_figure_is_still_a_page(tmp_path: Path) -> None:
    empty = {name: [] for name in contracts_of_reports()}
    result = write_report(Settings(home=tmp_path), make_copy(tmp_path, **empty), tmp_path / "report")
    assert len(result.absent) == len(FIGURES)
    assert result.pictures == 0


def contracts_of_reports() -> list[str]:
    return [name for name in plausible() if name.startswith("report_") and name != "report_choices"]


# ---- pictures --------------------------------------------------------------------------------------------------------


def test_pictures_carry_title_source_and_mark(folder: Path, figures: dict[str, Figure]) -> None:
    for figure in figures.values():
        if not figure.panels:
            continue
        png = (folder / "figures" / f"{figure.name}.png").read_bytes()
        assert png.startswith(b"\x89PNG")
        svg = (folder / "figures" / f"{figure.name}.svg").read_text("utf-8")
        assert "SYNTHETIC: invented data" in svg
        assert "Source: " in svg
        assert figure.title.replace("'", "&#39;").split(",")[0] in svg.replace("&apos;", "&#39;").replace("'", "&#39;")
        assert "var(" not in svg
        assert "<script" not in svg


# ---- the folder ------------------------------------------------------------------------------------------------------


def test_the_same_copy_gives_the_same_bytes(published: Published, folder: Path, tmp_path: Path) -> None:
    write_report(published.settings, published.database, tmp_path / "again")
    first, second = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*.*")}
        for root in (folder, tmp_path / "again")
    )
    assert first == second
    assert len(first[Path("index.html")]) < 3_000_000


def test_an_older_report_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    empty = {name: [] for name in contracts_of_reports()}
    database = make_copy(tmp_path / "home", **empty)
    target = tmp_path / "out" / "report"
    result = write_report(Settings(home=tmp_path), database, target)
    (target / "figures" / "old.png").write_bytes(b"")
    assert write_report(Settings(home=tmp_path), database, target) == result
    assert not (target / "figures" / "old.png").exists()
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_with_anything_else_is_refused(published: Published, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(ConfigurationError, match="holds something that is not a report"):
        write_report(published.settings, published.database, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_copy_of_another_version_is_one_sentence(tmp_path: Path) -> None:
    from orchestration.warehouse import duckdb
    from orchestration.warehouse.publish import current_copy, publish

    settings = Settings(home=tmp_path)
    settings.build_database.parent.mkdir(parents=True)
    with duckdb.connect(settings, settings.build_database) as connection:
        connection.execute("CREATE SCHEMA marts; CREATE SCHEMA ops")
    publish(settings, fingerprint="f" * 64, synthetic=False, engine_versions="")
    with pytest.raises(ConfigurationError, match="make a new one with `warehouse build`"):
        write_report(settings, current_copy(settings), tmp_path / "report")
    assert not (tmp_path / "report").exists()
