"""What a change row holds.

A row says what of one model is different in one snapshot from the snapshot before it. Counters are given as
differences: a running sum gives the value, and small numbers that repeat compress far better than large ones. An
unknown counter counts as 0 and is marked so, a model that is not listed has only zeros: so a row depends on two
snapshots and on nothing before them, and a late snapshot changes its own rows and those of its successor, no others.
"""

import pyarrow as pa

from orchestration.snapshots.records import RECORD_TYPES, RecordKind

KIND = RecordKind.READINGS
RECORDS_SCHEMA = RECORD_TYPES[KIND].schema

#: Stored as differences.
COUNTERS = ("downloads_total", "downloads_30d", "likes")
#: Moves every day for every model, and for nearly all to the same value: that one is kept once per snapshot.
SNAPSHOT_COLUMN = "read_at"
#: Stored as they are, where they differ. A null struct means no change, so that null remains a value like any other.
ATTRIBUTES = tuple(name for name in RECORDS_SCHEMA.names if name != "model_id" and name not in COUNTERS)


def known(counter: str) -> str:
    """The column that says whether a counter has a value."""
    return f"{counter}_is_known"


def change(counter: str) -> str:
    """The column that holds the difference of a counter."""
    return f"{counter}_change"


def _attribute(name: str) -> pa.Field:
    value = pa.field("value", RECORDS_SCHEMA.field(name).type)
    usual = [pa.field("is_usual", pa.bool_())] if name == SNAPSHOT_COLUMN else []
    return pa.field(name, pa.struct([value, *usual]))


CHANGES_SCHEMA = pa.schema(
    [
        ("model_key", pa.int32()),
        ("snapshot_date", pa.date32()),
        ("revision", pa.int32()),
        ("is_listed", pa.bool_()),  # false: the model disappeared
        *((known(counter), pa.bool_()) for counter in COUNTERS),
        *((change(counter), pa.int64()) for counter in COUNTERS),
        *map(_attribute, ATTRIBUTES),
    ]
)

#: The id of each model, once. Keys are given in order of first arrival and never change.
MODELS_SCHEMA = pa.schema([("model_key", pa.int32()), ("model_id", pa.string())])

#: The keys of the newest snapshot's models, in the order of its records.
KEYS_SCHEMA = pa.schema([("model_key", pa.int32())])
