"""Numbers, dates and lists as a reader expects them in a sentence."""

from collections.abc import Sequence
from datetime import date

_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_NO_BREAK = "\N{NO-BREAK SPACE}"


def amount(number: float | None) -> str:
    """A count to three digits or so: ``1.15 billion``, ``52,300``, ``unknown``."""
    if number is None:
        return "unknown"
    for scale, name in _SCALES:
        # What would round up to 1,000 of a scale is one of the next.
        if abs(number) >= scale * 0.9995:
            return f"{_short(number / scale)}{_NO_BREAK}{name}"
    return f"{number:,.0f}"


def percent(share: float | None) -> str:
    """A share of 0 to 1 in per cent."""
    return "unknown" if share is None else f"{100 * share:.1f}{_NO_BREAK}%"


def decimal(number: float | None, digits: int = 2) -> str:
    """A number with so many decimals."""
    return "unknown" if number is None else f"{number:,.{digits}f}"


def month(day: date) -> str:
    """``March 2026``."""
    return f"{day:%B %Y}"


def day(moment: date) -> str:
    """``31 March 2026``."""
    return f"{moment.day} {moment:%B %Y}"


def listed(parts: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    return f" {last} ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _short(number: float) -> str:
    digits = 2 if abs(number) < 10 else 1 if abs(number) < 100 else 0
    return f"{number:,.{digits}f}"
