"""Under what a release may be published: from the licences of its snapshots and the reviewed rules on them."""

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.release.manifest import LicenceEntry
from orchestration.release.provenance import Snapshot
from orchestration.settings import PROJECT_ROOT

LICENCES = PROJECT_ROOT / "expectations" / "licences.toml"


class Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One licence or set of terms, and what it asks."""

    conditions: Literal["none", "attribution", "own_terms", "share_alike"]
    url: str | None = None


class Mix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A declared mix: releases whose licences are all among these may be published so."""

    licences: frozenset[str]
    publish_under: str
    title: str
    why: str
    since: date


class LicenceRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reviewed rules."""

    licence: dict[str, Licence]
    mix: tuple[Mix, ...] = ()


def read_rules(path: Path = LICENCES) -> LicenceRules:
    """Reads the reviewed rules.

    Raises:
        ConfigurationError: they cannot be read.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=LicenceRules)
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as rules on licences ({error}); correct it.") from None


def licence_of_release(rules: LicenceRules, snapshots: Iterable[Snapshot]) -> LicenceEntry:
    """What a release made from these snapshots may be published under.

    Raises:
        DataRefused: a licence is not listed, or the mix is not declared.
    """
    sources: dict[str, set[str]] = {}
    for snapshot in snapshots:
        sources.setdefault(snapshot.licence, set()).add(f"{snapshot.source}/{snapshot.table_name}")
    for name in sorted(sources.keys() - rules.licence.keys()):
        raise DataRefused(
            f"The licence {name!r} of {_some(sources[name])} is not listed in expectations/{LICENCES.name}; add what "
            "it asks."
        )
    conditions = {rules.licence[name].conditions for name in sources}
    if conditions <= {"none"}:
        return _plain(rules, "CC0-1.0", "All sources are in the public domain.")
    if conditions <= {"none", "attribution"}:
        return _plain(rules, "CC-BY-4.0", "All sources ask for attribution at most.")
    if conditions == {"share_alike"} and len(sources) == 1:
        return _plain(rules, next(iter(sources)), "All sources carry this share-alike licence.")
    for mix in rules.mix:
        if sources.keys() <= mix.licences:
            return LicenceEntry(mix.publish_under, mix.title, _url(rules, mix.publish_under), mix.why)
    listed = "; ".join(f"{name} ({_some(sources[name])})" for name in sorted(sources))
    raise DataRefused(
        f"The release would mix licences that no mix in expectations/{LICENCES.name} declares: {listed}; declare the "
        "mix, or leave a source out."
    )


def _plain(rules: LicenceRules, name: str, why: str) -> LicenceEntry:
    return LicenceEntry(name, name, _url(rules, name), why)


def _url(rules: LicenceRules, name: str) -> str | None:
    licence = rules.licence.get(name)
    return licence.url if licence else None


def _some(tables: Collection[str]) -> str:
    """A few of the names, and how many more there are."""
    shown = ", ".join(sorted(tables)[:3])
    return shown if len(tables) <= 3 else f"{shown} and {len(tables) - 3} more"
