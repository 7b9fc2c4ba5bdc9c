"""Takes the picture of the README from a home's newest report: ``python -m tests.integration.write_report_picture``.

Run ``warehouse demo`` (or ``warehouse report``) first; the page is the one of ``$WAREHOUSE_HOME``.
"""

from orchestration.settings import PROJECT_ROOT, Settings
from tests.integration.browser import chromium

PICTURE = PROJECT_ROOT / "docs" / "report.png"
SIZE = {"width": 1200, "height": 1280}


def main() -> None:
    pages = sorted((Settings().root / "report").glob("*/index.html"))
    with chromium() as browser:
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.goto(pages[-1].as_uri())
        page.wait_for_selector("html[data-drawn]", timeout=120_000)
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
