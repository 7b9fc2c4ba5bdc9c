"""Reads the fact tables and names the state of the sample's code and facts."""

import csv
import itertools
import re
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).resolve().parent
FACTS = FOLDER / "facts"

_ALTERNATIVES = re.compile(r"\{([^}]*)\}")


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a fact table, without its leading comment lines."""
    lines = (FACTS / f"{name}.csv").read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def expand(pattern: str) -> list[tuple[str, float]]:
    """All names of a pattern and how popular each is: ``{a|b*3}-x`` gives a-x (1) and b-x (3)."""
    parts = _ALTERNATIVES.split(pattern)
    choices = [
        [_choice(text) for text in part.split("|")] if number % 2 else [(part, 1.0)]
        for number, part in enumerate(parts)
    ]
    return [
        ("".join(text for text, _ in combination), float(np.prod([weight for _, weight in combination])))
        for combination in itertools.product(*choices)
    ]


def months_between(text: str) -> list[tuple[date, float]]:
    """Anchors such as ``2023-11=0.7 2024-02=1.3`` as (middle of the month, value)."""
    anchors = (anchor.split("=") for anchor in text.split())
    return [(middle_of_month(month), float(value)) for month, value in anchors]


def middle_of_month(month: str) -> date:
    """The 15th of a month written ``YYYY-MM``."""
    return date.fromisoformat(f"{month}-15")


def interpolate(anchors: list[tuple[date, float]], days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Values at days (ordinals), linear between anchors and constant outside."""
    points = [day.toordinal() for day, _ in anchors]
    return np.interp(days, points, [value for _, value in anchors])


@cache
def fingerprint(scale: int) -> str:
    """Identity of what the sample says: its code, its facts and its scale."""
    digest = sha256()
    for path in sorted([*FOLDER.rglob("*.py"), *FACTS.glob("*.csv")]):
        digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sample-{digest.hexdigest()[:12]}-scale-{scale}"


def _choice(text: str) -> tuple[str, float]:
    name, _, weight = text.partition("*")
    return name, float(weight or 1)
