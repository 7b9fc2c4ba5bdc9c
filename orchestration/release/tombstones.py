"""Tombstones: ids that a release leaves out for legal reasons; raw snapshots and marts stay as they are.

A row that names such an id is left out, wherever the id stands in it, also in another case; of a derivative, which is
someone else's, only the reference is emptied.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from orchestration.errors import ConfigurationError
from orchestration.release.manifest import ColumnEntry
from orchestration.settings import PROJECT_ROOT
from orchestration.warehouse import duckdb

TOMBSTONES = PROJECT_ROOT / "expectations" / "tombstones.toml"

#: Columns of a row about another model.
_REFERENCES = {"base_model_id", "root_model_id"}


class Tombstone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One id that is left out, why, and who decided it when."""

    id: str
    reason: str
    decided_on: date
    decided_by: str

    @property
    def id_sha256(self) -> str:
        """What the release says instead of the id."""
        return hashlib.sha256(self.id.lower().encode()).hexdigest()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    tombstone: tuple[Tombstone, ...] = ()


def read_tombstones(path: Path = TOMBSTONES) -> tuple[Tombstone, ...]:
    """The reviewed list.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File).tombstone
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read as a list of tombstones ({error}); correct it.") from None


def selected(columns: Sequence[ColumnEntry], key: Sequence[str], tombstones: Sequence[Tombstone]) -> tuple[str, str]:
    """The SELECT list and the condition that leave out what the tombstones name."""
    names = [duckdb.identifier(column.name) for column in columns]
    if not tombstones:
        return ", ".join(names), "true"
    removed = f"({', '.join(duckdb.literal(tombstone.id.lower()) for tombstone in tombstones)})"
    chosen, conditions = [], []
    for column, name in zip(columns, names, strict=True):
        is_reference = column.name in _REFERENCES and column.name not in key and not column.required
        if column.type == "VARCHAR" and is_reference:
            chosen.append(f"CASE WHEN lower({name}) NOT IN {removed} THEN {name} END AS {name}")
        else:
            chosen.append(name)
            if column.type == "VARCHAR":
                conditions.append(f"coalesce(lower({name}) NOT IN {removed}, true)")
    return ", ".join(chosen), " AND ".join(conditions) or "true"
