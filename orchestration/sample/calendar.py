"""The days of the sample and their place in its matrices."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = date(2023, 11, 1)
LAST_DAY = date(2026, 10, 31)
#: Days that are simulated before the first snapshot: a 30-day figure needs what lies before it.
LEAD_DAYS = 40

#: Column ``n`` of every matrix is the day with this ordinal.
ORDINALS: NDArray[np.int64] = np.arange((FIRST_DAY - timedelta(days=LEAD_DAYS)).toordinal(), LAST_DAY.toordinal() + 1)


def column(day: date) -> int:
    """The column of a day."""
    return day.toordinal() - int(ORDINALS[0])


def days_between(first: date, last: date) -> list[date]:
    """All days from the first to the last, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
