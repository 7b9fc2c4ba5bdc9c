"""The report page of a release: drawn from the release's own database."""

from pathlib import Path

from orchestration.settings import Settings


def write_report_page(settings: Settings, database: Path, target: Path) -> None:
    """Writes the page into a folder.

    Raises:
        ConfigurationError: the database lacks a mart of the report.
    """
    # The charts' libraries take a second to load; a release that is refused does without.
    from orchestration.report.write import write_report  # noqa: PLC0415

    write_report(settings, database, target)
