"""The report page in a browser: drawn, quiet, readable at every width and in both themes, usable with the mouse."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from orchestration.report.write import write_report
from orchestration.settings import Settings
from tests.fakes.report_copy import make_copy
from tests.integration.browser import chromium

pytestmark = [pytest.mark.integration, pytest.mark.browser]

WIDTHS = (360, 1440)
THEMES = ("light", "dark")
#: What a chart is made of in SVG; backgrounds and axes are other groups.
MARKS = ".mark-line path, .mark-rect path, .mark-symbol path, .mark-rule line"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    return write_report(Settings(home=home), make_copy(home), home / "report").page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Opened:
    """The page as one reader has it, with everything that it complained of or asked for."""

    def __init__(self, browser: Browser, file: Path, width: int, theme: str = "light") -> None:
        scheme = "dark" if theme == "dark" else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("html[data-drawn]", timeout=120_000)


@pytest.fixture(scope="module", params=[(width, theme) for width in WIDTHS for theme in THEMES], ids=str)
def opened(request: pytest.FixtureRequest, browser: Browser, page_file: Path) -> Opened:
    return Opened(browser, page_file, *request.param)


@pytest.fixture(scope="module")
def desk(browser: Browser, page_file: Path) -> Page:
    return Opened(browser, page_file, 1440).page


def test_nothing_is_complained_of_and_nothing_is_fetched(opened: Opened, page_file: Path) -> None:
    assert opened.complaints == []
    assert opened.requests == [page_file.as_uri()]


def test_every_chart_is_drawn_with_marks(opened: Opened) -> None:
    charts = opened.page.query_selector_all(".chart")
    assert len(charts) > 20
    for chart in charts:
        assert chart.get_attribute("data-drawn") == "yes"
        assert len(chart.query_selector_all(MARKS)) >= 2, chart.get_attribute("id")


def test_nothing_is_wider_than_the_window(opened: Opened) -> None:
    width = opened.page.viewport_size["width"] if opened.page.viewport_size else 0
    assert opened.page.evaluate("document.documentElement.scrollWidth") == width
    assert opened.page.evaluate("document.body.scrollWidth") == width
    too_wide = """
        width => [...document.querySelectorAll(".chart svg")]
            .filter(svg => svg.getBoundingClientRect().right > width).map(svg => svg.closest(".chart").id)
    """
    assert opened.page.evaluate(too_wide, width) == []


def test_the_theme_follows_the_reader(browser: Browser, page_file: Path) -> None:
    colours = []
    for theme in THEMES:
        page = Opened(browser, page_file, 1440, theme).page
        line = "#cumulative-downloads-by-region-1 .mark-line path"
        colours.append(
            (
                page.evaluate("getComputedStyle(document.body).backgroundColor"),
                page.evaluate(f"getComputedStyle(document.querySelector('{line}')).stroke"),
            )
        )
    assert colours == [
        ("rgb(255, 255, 255)", "rgb(192, 52, 44)"),
        ("rgb(20, 24, 29)", "rgb(255, 138, 122)"),
    ]


def test_pointing_at_a_date_shows_all_its_values(desk: Page) -> None:
    desk.locator("#cumulative-downloads-by-region-1").scroll_into_view_if_needed()
    columns = desk.locator("#cumulative-downloads-by-region-1 .columns_marks path, .columns path")
    columns.nth(columns.count() - 1).hover()
    tip = desk.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    shown = tip.inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert "31 March 2026" in shown
    assert "China" in shown
    assert "1.24 billion" in shown
    assert "United States" in shown


def test_a_hostile_name_is_a_text_in_the_tooltip(desk: Page) -> None:
    desk.locator("#top-models-1").scroll_into_view_if_needed()
    desk.locator("#top-models-1 .mark-rect path").nth(2).hover()
    tip = desk.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert "evil/</script><script>alert(1)</script>" in tip.inner_text()


def test_the_table_opens_and_closes(desk: Page) -> None:
    table = desk.locator("#inference-share details.rows table")
    assert not table.is_visible()
    desk.locator("#inference-share details.rows summary").click()
    assert table.is_visible()
    assert "DeepSeek" in table.inner_text() or "deepseek-ai" in table.inner_text()
    desk.locator("#inference-share details.rows summary").press("Enter")
    assert not table.is_visible()


def test_the_csv_is_the_table(desk: Page) -> None:
    with desk.expect_download() as started:
        desk.locator("#top-models .files a[download]").click()
    download = started.value
    assert download.suggested_filename == "top-models.csv"
    text = Path(download.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == desk.locator("#top-models tbody tr").count()
    assert rows[0]["model_id"] == "Qwen/Qwen3-8B"
    assert rows[0]["downloads"] == "9000000"
    assert "'=HYPERLINK(1)/a" in {row["model_id"] for row in rows}


def test_a_reader_without_sight_finds_headings_landmarks_and_texts(desk: Page) -> None:
    for role in ("banner", "main", "contentinfo", "navigation"):
        assert desk.get_by_role(role).count() == 1, role  # type: ignore[arg-type]
    assert desk.get_by_role("heading", level=1).count() == 1
    assert desk.get_by_role("img").count() == desk.locator(".chart").count()
    said = desk.get_by_role("img").first.get_attribute("aria-label") or ""
    assert "China 1.24\N{NO-BREAK SPACE}billion" in said
    assert desk.get_by_role("note").first.is_visible()
