"""What a record of each kind looks like on disk: one Arrow schema and one key per kind.

Only the columns that a later layer needs are here; the bytes as received are kept beside them. Timestamps are UTC
without a zone, counts are 64-bit integers, a value that the provider did not give is null.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import pyarrow as pa


class RecordKind(StrEnum):
    """The kinds of record; the value is also the name of the data file in a snapshot."""

    READINGS = "readings"
    EDGES = "edges"
    ORGANIZATION_TOTALS = "organization_totals"
    REGISTRY_MODELS = "registry_models"
    REGISTRY_PARAMETERS = "registry_parameters"
    REGISTRY_REGIONS = "registry_regions"
    REGISTRY_RELEASE_DATES = "registry_release_dates"
    INFERENCE_TOKENS = "inference_tokens"
    MODEL_PRICES = "model_prices"
    EVALUATIONS = "evaluations"
    SOURCE_MODELS = "source_models"


@dataclass(frozen=True)
class RecordType:
    """Schema and key of one kind of record.

    Attributes:
        schema: columns as they are written to Parquet.
        key: columns that identify a record within one snapshot; they are never null.
        of_conflicting: which of several records with the same key and different values counts: the last one received,
            or none, where each could be the right one.
    """

    schema: pa.Schema
    key: tuple[str, ...]
    of_conflicting: Literal["last", "none"] = "last"


_TIMESTAMP = pa.timestamp("us")

RECORD_TYPES: dict[RecordKind, RecordType] = {
    # One model as one provider saw it on one day: identity, attributes and counters.
    RecordKind.READINGS: RecordType(
        pa.schema(
            [
                ("model_id", pa.string()),  # Hub repository id as received, e.g. Qwen/Qwen3-8B
                ("hub_id", pa.string()),  # the Hub's immutable object id (`_id`)
                ("sha", pa.string()),  # git revision of the repository
                ("source_name", pa.string()),  # the provider's own name for the model, where it has one
                ("status", pa.string()),  # the provider's own status of the row, e.g. removed
                ("read_at", _TIMESTAMP),  # when the provider read the counters
                ("created_at", _TIMESTAMP),
                ("last_modified_at", _TIMESTAMP),
                ("release_date", pa.date32()),
                ("downloads_30d", pa.int64()),
                ("downloads_total", pa.int64()),
                ("likes", pa.int64()),
                ("pipeline_tag", pa.string()),
                ("library_name", pa.string()),
                ("license", pa.string()),
                ("gated", pa.string()),  # false | auto | manual
                ("is_private", pa.bool_()),
                ("is_disabled", pa.bool_()),
                ("total_parameters", pa.int64()),
                ("active_parameters", pa.int64()),
                ("is_moe", pa.bool_()),
                ("family", pa.string()),
                ("tags", pa.list_(pa.string())),
                ("base_models", pa.list_(pa.struct([("relation", pa.string()), ("model_id", pa.string())]))),
            ]
        ),
        key=("model_id",),
    ),
    # One declared dependency of a model on a base model.
    RecordKind.EDGES: RecordType(
        pa.schema(
            [
                ("derivative_model_id", pa.string()),
                ("base_model_id", pa.string()),
                ("relation", pa.string()),  # the provider's word for it; staging maps it to ours
                ("created_at", _TIMESTAMP),  # creation of the derivative, where the list has it
            ]
        ),
        key=("derivative_model_id", "base_model_id", "relation"),
    ),
    # An organisation's totals as a provider summed them; a check, never a fact.
    RecordKind.ORGANIZATION_TOTALS: RecordType(
        pa.schema(
            [
                ("organization_name", pa.string()),
                ("models", pa.int64()),
                ("downloads_30d", pa.int64()),
                ("likes", pa.int64()),
                ("variant", pa.string()),
            ]
        ),
        key=("organization_name",),
    ),
    RecordKind.REGISTRY_MODELS: RecordType(
        pa.schema([("organization_id", pa.string()), ("model_name", pa.string()), ("model_id", pa.string())]),
        key=("model_id",),
    ),
    RecordKind.REGISTRY_PARAMETERS: RecordType(
        pa.schema(
            [
                ("model_id", pa.string()),
                ("total_parameters", pa.int64()),
                ("active_parameters", pa.int64()),
                ("is_moe", pa.bool_()),
                ("notes", pa.string()),
            ]
        ),
        key=("model_id",),
    ),
    RecordKind.REGISTRY_REGIONS: RecordType(
        pa.schema([("organization_id", pa.string()), ("region", pa.string()), ("notes", pa.string())]),
        key=("organization_id",),
    ),
    RecordKind.REGISTRY_RELEASE_DATES: RecordType(
        pa.schema(
            [
                ("model_id", pa.string()),
                ("hub_created_date", pa.date32()),
                ("release_date", pa.date32()),
                ("notes", pa.string()),
            ]
        ),
        key=("model_id",),
    ),
    # Tokens that one model served in one period. The snapshot date says as of when; a snapshot holds many periods.
    RecordKind.INFERENCE_TOKENS: RecordType(
        pa.schema(
            [
                ("token_date", pa.date32()),  # the day, UTC, or the day by which the provider names a longer period
                ("period_days", pa.int32()),  # 1 for a day, 7 for a week
                ("model_slug", pa.string()),  # the provider's slug as received
                ("tokens", pa.int64()),
                ("prompt_tokens", pa.int64()),
                ("completion_tokens", pa.int64()),
                ("requests", pa.int64()),
            ]
        ),
        key=("token_date", "period_days", "model_slug"),
    ),
    # What one model costs on one day, in US dollars for one token.
    RecordKind.MODEL_PRICES: RecordType(
        pa.schema(
            [
                ("price_date", pa.date32()),
                ("model_slug", pa.string()),
                ("blended_usd_per_token", pa.float64()),
                ("prompt_usd_per_token", pa.float64()),
                ("completion_usd_per_token", pa.float64()),
            ]
        ),
        key=("price_date", "model_slug"),
    ),
    # One score of one model by one metric, in the metric's own unit.
    RecordKind.EVALUATIONS: RecordType(
        pa.schema(
            [
                ("metric", pa.string()),
                ("category", pa.string()),  # part of the benchmark; 'overall' where there are none
                ("source_model_name", pa.string()),
                ("score", pa.float64()),
                ("score_low", pa.float64()),  # the provider's own interval, where it gives one
                ("score_high", pa.float64()),
                ("votes", pa.int64()),
                ("index_version", pa.string()),  # where the provider states it
                ("published_date", pa.date32()),  # when the provider published the score
            ]
        ),
        key=("metric", "category", "source_model_name"),
        of_conflicting="none",
    ),
    # A model as a provider that uses names of its own describes it: what leads from its name to a Hub repository.
    RecordKind.SOURCE_MODELS: RecordType(
        pa.schema(
            [
                ("source_model_name", pa.string()),
                ("canonical_name", pa.string()),  # the provider's own name for all variants of the model
                ("display_name", pa.string()),
                ("organization_name", pa.string()),
                ("country", pa.string()),
                ("hub_model_id", pa.string()),  # as received: an id or the address of its page
                ("openrouter_id", pa.string()),
                ("family", pa.string()),
                ("license", pa.string()),
                ("is_open_weights", pa.bool_()),
                ("release_date", pa.date32()),
                ("total_parameters", pa.int64()),
                ("active_parameters", pa.int64()),
            ]
        ),
        key=("source_model_name",),
    ),
}

#: A record that was received but not accepted: its place in what was received (1 = first), the record as text (cut to
#: 2,000 characters; the received bytes hold the rest) and one sentence that says why.
REJECTED_SCHEMA = pa.schema([("record_number", pa.int64()), ("record", pa.string()), ("reason", pa.string())])
