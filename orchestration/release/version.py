"""Versions of releases: ``YYYY.MM.N`` is the N-th release, from 0 on, of what was known about a month."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_VERSION = re.compile(r"(\d{4})\.(0[1-9]|1[0-2])\.(0|[1-9]\d*)")


@dataclass(frozen=True, order=True)
class Version:
    """A version; later months, then later releases of a month, are greater."""

    month: date
    number: int

    def __str__(self) -> str:
        return f"{self.month:%Y.%m}.{self.number}"

    @classmethod
    def parse(cls, text: str) -> "Version | None":
        """The version that a text is; None when it is none."""
        match = _VERSION.fullmatch(text)
        # Years before 1 are no dates.
        return cls(date(int(match[1]), int(match[2]), 1), int(match[3])) if match and int(match[1]) else None

    @classmethod
    def next(cls, existing: Iterable["Version"], month: date) -> "Version":
        """The version of the next release of a month."""
        return cls(month, 1 + max((version.number for version in existing if version.month == month), default=-1))

    def before(self, existing: Iterable["Version"]) -> "Version | None":
        """The greatest version below this one: what its changes are told against."""
        return max((version for version in existing if version < self), default=None)
