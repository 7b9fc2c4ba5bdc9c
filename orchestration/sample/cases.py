"""What a labelled trouble of the sample is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta


@dataclass(frozen=True)
class Trouble:
    """One trouble.

    Attributes:
        case: number of the case that it is an example of; None where only the provider's own files show it.
        name: what the code and the tests call it.
        table: source and table that carry it.
        first: its first day.
        last: its last day, the same for a single day.
        expected: what marts should answer, in one sentence.
        model_ids: models that it concerns, as listed; empty: all of the table.
        values: sizes that the data was made with.
    """

    case: int | None
    name: str
    table: str
    first: date
    last: date
    expected: str
    model_ids: tuple[str, ...] = ()
    values: Mapping[str, float | int | str] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        """Every day from the first to the last."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]
