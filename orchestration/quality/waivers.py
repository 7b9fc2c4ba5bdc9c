"""Waivers: conditions that may fail, each for a reviewed reason and only until a day."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from orchestration.errors import ConfigurationError
from orchestration.quality.results import Condition, Waiver, plain
from orchestration.settings import PROJECT_ROOT

#: Reviewed with the code; no setting points elsewhere.
WAIVERS_FILE = PROJECT_ROOT / "expectations" / "waivers.toml"

_EXAMPLE = "write condition, reason, who and expires (a date) under [[waiver]]"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    condition: str
    reason: str
    who: str
    expires: date
    month: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    waiver: tuple[_Entry, ...] = ()


@dataclass(frozen=True)
class Waivers:
    """What the file says for one month on one day: the waivers that hold, and those that have expired."""

    valid: tuple[Waiver, ...]
    expired: tuple[Waiver, ...]

    def unknown(self, names: Iterable[str]) -> tuple[Waiver, ...]:
        """Waivers of conditions that do not exist: a typing error would waive nothing, unnoticed."""
        known = set(names)
        return tuple(waiver for waiver in (*self.valid, *self.expired) if waiver.condition not in known)

    def applied(self, condition: Condition) -> Condition:
        """The condition, waived if it needs to be and a waiver that holds names it."""
        if condition.verdict not in ("failed", "not_evaluated"):
            return condition
        found: Mapping[str, Waiver] = {waiver.condition: waiver for waiver in self.valid}
        waiver = found.get(condition.name)
        return condition if waiver is None else msgspec.structs.replace(condition, verdict="waived", waiver=waiver)


def read_waivers(path: Path, month: str, today: date) -> Waivers:
    """Reads the waivers that concern a month, ``YYYY-MM``.

    Raises:
        ConfigurationError: the file is not one of waivers, or a waiver gives no reason or no name.
    """
    try:
        entries = msgspec.convert(tomllib.loads(path.read_text("utf-8")), type=_File).waiver
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigurationError(f"{path} cannot be read as waivers ({error}); {_EXAMPLE}.") from None
    for entry in entries:
        if not (entry.reason.strip() and entry.who.strip()):
            raise ConfigurationError(
                f"{path}: the waiver of {plain(entry.condition)} has no reason or nobody who gives it."
            )
    concerned = [entry for entry in entries if entry.month in (None, month)]
    return Waivers(
        valid=tuple(_waiver(entry) for entry in concerned if entry.expires >= today),
        expired=tuple(_waiver(entry) for entry in concerned if entry.expires < today),
    )


def _waiver(entry: _Entry) -> Waiver:
    return Waiver(
        condition=entry.condition,
        reason=entry.reason,
        who=entry.who,
        expires=entry.expires.isoformat(),
        month=entry.month,
    )
