"""What several figures say alike."""

from collections.abc import Sequence
from datetime import date

from orchestration.report import wording
from orchestration.report.figure import Column, Record
from orchestration.report.published import Published

#: Kinds of snapshots that feed figures of downloads.
DOWNLOAD_KINDS = ("readings", "organization_totals", "registry_models", "registry_parameters", "registry_regions")

#: Choices that decide whose downloads count.
SCOPE_CHOICES = (
    "report_list_date",
    "report_lists",
    "report_double_namespaces",
    "report_quantisations",
    "report_left_out_models",
)

MONTH = Column("month", "Month", wording.month)


def text(key: str, head: str) -> Column:
    """A column of texts."""
    return Column(key, head)


def count(key: str, head: str) -> Column:
    """A column of whole numbers."""
    return Column(key, head, "{:,}".format, is_number=True)


def share(key: str, head: str) -> Column:
    """A column of shares."""
    return Column(key, head, wording.percent, is_number=True)


def number(key: str, head: str, digits: int = 2) -> Column:
    """A column of numbers with decimals."""
    return Column(key, head, f"{{:,.{digits}f}}".format, is_number=True)


def dated(key: str, head: str) -> Column:
    """A column of days."""
    return Column(key, head, date.isoformat)


def thin_data(records: Sequence[Record], what: str = "tracked models") -> str:
    """How many of the models are known, in a sentence."""
    in_scope = sum(record["models_in_scope"] or 0 for record in records)
    with_data = sum(record["models_with_data"] or 0 for record in records)
    return f"Known for {with_data:,} of {in_scope:,} {what}."


def crossover(published: Published, crossover_id: str) -> str | None:
    """When one side passed the other, with the interval over all cases, in a sentence; None where nobody asks."""
    row = published.intervals.get(crossover_id)
    return None if row is None else crossover_sentence(row)


def crossover_sentence(row: Record) -> str:
    """One crossover in a sentence: the default's date and the interval over the sensitivity cases."""
    who = f"{capital(row['challenger'])} and {row['incumbent']} ({row['measure']})"
    if row["crossing_date"] is None:
        return f"{who}: no date under the default choices; {row['reason'] or 'the reason is not known'}."
    return (
        f"{capital(row['challenger'])} passed {row['incumbent']} ({row['measure']}) on "
        f"{wording.day(row['crossing_date'])}; {interval(row)}."
    )


def interval(row: Record) -> str:
    """Earliest and latest date of a crossover over its cases."""
    cases = f"{row['cases_crossed']} of {row['cases']} cases"
    if row["earliest_date"] == row["latest_date"]:
        return f"{cases} give this date"
    return f"{cases} give dates from {wording.day(row['earliest_date'])} to {wording.day(row['latest_date'])}"


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def band(published: Published, crossover_id: str) -> tuple[date, date] | None:
    """The interval of a crossover to be marked in a chart."""
    row = published.intervals.get(crossover_id)
    return (row["earliest_date"], row["latest_date"]) if row and row["earliest_date"] else None
