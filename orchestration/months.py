"""Calendar months, each given by its first day."""

import re
from datetime import date, timedelta

from orchestration.errors import ConfigurationError

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def parse_month(text: str) -> date:
    """The first day of a month written ``YYYY-MM``.

    Raises:
        ConfigurationError: the text is no month.
    """
    match = _MONTH.fullmatch(text)
    if match is None or not int(match[1]):
        raise ConfigurationError(f"{text!r} is not a month; write it as YYYY-MM, e.g. 2026-10.")
    return date(int(match[1]), int(match[2]), 1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=31)).replace(day=1)


def month_before(month: date) -> date:
    """The first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def months_from(first: date, last: date) -> list[date]:
    """Months from the first to the last, both included.

    Raises:
        ConfigurationError: the last is before the first.
    """
    if last < first:
        raise ConfigurationError(f"The months run backwards: {last:%Y-%m} is before {first:%Y-%m}; swap them.")
    months = [first]
    while months[-1] < last:
        months.append(month_after(months[-1]))
    return months
