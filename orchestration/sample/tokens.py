"""How many tokens each model really served on each day: a market that grows, shared out by formula.

The market's total, the part of open models and the parts of organisations are facts; within an organisation a model's
part is its popularity times how far it is in its life, which is short: whoever calls models moves on to the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from orchestration.sample.calendar import LAST_DAY
from orchestration.sample.noise import stable_keys, uniform
from orchestration.sample.offerings import Offering, offerings
from orchestration.sample.tables import interpolate, months_between, rows

FIRST_TOKEN_DAY = date(2024, 11, 1)
#: Column ``n`` of the matrix is the day with this ordinal.
TOKEN_ORDINALS: NDArray[np.int64] = np.arange(FIRST_TOKEN_DAY.toordinal(), LAST_DAY.toordinal() + 1)

#: Monday to Sunday, relative to the mean of the week: closed models are used more at work.
_WEEKDAYS = {
    "open": np.array([1.01, 1.04, 1.05, 1.04, 1.02, 0.92, 0.92]),
    "closed": np.array([1.05, 1.09, 1.09, 1.07, 1.02, 0.84, 0.84]),
}
#: Part of all tokens on models that no ranking ever names.
_NAMELESS_SHARE = 0.02
_RISE_DAYS = 7.0
_DECLINE_DAYS = 80.0
_LASTING_SHARE = 0.01
#: Above 1: whoever calls models prefers the popular ones even more.
_HERDING = 1.3


@dataclass(frozen=True)
class Served:
    """Tokens of all served slugs.

    Attributes:
        slugs: permaslugs as rankings name them, with their variant.
        of: the model behind each slug.
        tokens: one row per slug and one column per day.
        nameless: tokens of each day on what has no slug of its own.
    """

    slugs: tuple[str, ...]
    of: tuple[Offering, ...]
    tokens: NDArray[np.int64]
    nameless: NDArray[np.int64]


@cache
def served() -> Served:
    """Tokens of the whole period."""
    everyone = [one for one in offerings() if one.permaslug]
    real = _tokens(everyone)
    slugs, of, tokens = [], [], []
    for one, row in zip(everyone, real, strict=True):
        free = np.rint(row * one.free_share).astype(np.int64)
        whole = np.rint(row).astype(np.int64)
        for suffix, part in (("", whole - free), (":free", free)):
            if part.any():
                slugs.append(f"{one.permaslug}{suffix}")
                of.append(one)
                tokens.append(part)
    nameless = np.rint(_total() * _NAMELESS_SHARE).astype(np.int64)
    return Served(tuple(slugs), tuple(of), np.array(tokens), nameless)


def token_column(day: date) -> int:
    """The column of a day."""
    return day.toordinal() - int(TOKEN_ORDINALS[0])


def _total() -> NDArray[np.float64]:
    (row,) = (row for row in rows("market") if row["part"] == "total")
    logarithms = [(day, float(np.log(value))) for day, value in months_between(row["months"])]
    total: NDArray[np.float64] = np.exp(interpolate(logarithms, TOKEN_ORDINALS)) * 1e9
    return total


def _tokens(everyone: Sequence[Offering]) -> NDArray[np.float64]:
    market = rows("market")
    (open_share,) = (_percent(row) for row in market if row["part"] == "open_share")
    amounts = {"open": open_share, "closed": 1 - _NAMELESS_SHARE - open_share}
    life = _life(everyone)
    tokens = np.zeros_like(life)
    for part, amount in amounts.items():
        parts = {}
        for row in (row for row in market if row["part"] == part):
            members = np.array([_is_of(one, part, row["organization"]) for one in everyone])
            lives = life[members].sum(axis=0)
            # Nobody's tokens before the organisation's first model.
            parts[row["organization"]] = np.where(lives > 0, _percent(row), 0.0), members, lives
        whole = np.sum([share for share, _, _ in parts.values()], axis=0)
        daily = _total() * amount * _WEEKDAYS[part][(TOKEN_ORDINALS - 1) % 7]
        for share, members, lives in parts.values():
            of_member = np.divide(life[members], lives, out=np.zeros_like(life[members]), where=lives > 0)
            tokens[members] = of_member * share / whole * daily
    keys = stable_keys([one.model for one in everyone])
    swing: NDArray[np.float64] = 0.94 + 0.12 * uniform("tokens of a day", keys[:, None], TOKEN_ORDINALS[None, :])
    return tokens * swing


def _life(everyone: Sequence[Offering]) -> NDArray[np.float64]:
    age = TOKEN_ORDINALS[None, :] - np.array([one.released.toordinal() for one in everyone])[:, None]
    lived = np.maximum(age, 0)
    rise = 1 - np.exp(-(lived + 1) / _RISE_DAYS)
    decline = _LASTING_SHARE + (1 - _LASTING_SHARE) * np.exp(-lived / _DECLINE_DAYS)
    popularity = np.array([one.popularity for one in everyone]) ** _HERDING
    return np.where(age >= 0, popularity[:, None] * rise * decline, 0.0)


def _is_of(one: Offering, part: str, organization: str) -> bool:
    return one.organization == organization and one.is_open == (part == "open")


def _percent(row: dict[str, str]) -> NDArray[np.float64]:
    return interpolate(months_between(row["months"]), TOKEN_ORDINALS) / 100
