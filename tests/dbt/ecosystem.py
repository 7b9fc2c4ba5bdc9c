"""A small ecosystem with the troubles of models, lists and lineage built in; what each part is for stands beside it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.records import RecordKind
from tests.dbt.warehouse_factory import Record, candidate

FIRST, SECOND, THIRD = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)

#: What model cards really hold where a base model belongs.
HOSTILE_BASES = (
    "../../etc/passwd",
    '"><img src=x onerror=alert(1)>',
    "'; drop table dim_model; --",
    "=HYPERLINK(1)",
    "/home/user/models/llama",
    "a/b/c",
    "lab/a..b",
    "lab/a--b",
    "lab/m.git",
    "lab/\u202egpj.exe",
    "lab/one two",
    "{{ env_var('HF_TOKEN') }}",
    "",
)
HOSTILE_LICENSE = "<script>alert('licence')</script>"


def registry() -> Iterator[Candidate]:
    """Two dated lists: a renamed namespace is on them twice or once, one model moves, one leaves, one enters."""
    yield _list(
        "models", FIRST, "THUDM/Star-7B", "zai-org/Star-7B", "zai-org/moves", "zai-org/leaves", "zai-org/never-read"
    )
    yield _list("models", SECOND, "THUDM/Star-7B", "zai-org/Star-7B", "zai-org/enters-2B", "zai-org/never-read")
    yield _list("extra_models", SECOND, "zai-org/moves", "zai-org/gone", "THUDM/only-old")
    # What only an older list said is withdrawn.
    yield _registry(
        "model_parameters",
        RecordKind.REGISTRY_PARAMETERS,
        {"model_id": "zai-org/leaves", "total_parameters": 9_000_000_000},
        day=FIRST,
    )
    yield _registry(
        "organization_regions",
        RecordKind.REGISTRY_REGIONS,
        {"organization_id": "user", "region": "eu"},
        {"organization_id": "zai-org", "region": "other"},
        day=FIRST,
    )
    yield _registry(
        "model_parameters",
        RecordKind.REGISTRY_PARAMETERS,
        # Declared for the old name only; the model is the same.
        {"model_id": "THUDM/Star-7B", "total_parameters": 7_100_000_000, "active_parameters": 3, "is_moe": True},
    )
    yield _registry(
        "organization_regions",
        RecordKind.REGISTRY_REGIONS,
        {"organization_id": "zai-org", "region": "china"},
        {"organization_id": "THUDM", "region": "china"},
        {"organization_id": "neuralmagic", "region": "other"},  # the seed says us
        {"organization_id": "unheard-of", "region": "eu"},
        {"organization_id": "ring", "region": "atlantis"},
    )
    yield _registry(
        "release_date_corrections",
        RecordKind.REGISTRY_RELEASE_DATES,
        {"model_id": "zai-org/Star-7B", "release_date": date(2025, 12, 24)},
    )


def listings() -> Iterator[Candidate]:
    """The Hub's own listings of whole organisations: a model vanishes from the last one."""
    star = reading("zai-org/Star-7B", total=1_000, tags=["license:mit", "license:other"], created="2025-12-20")
    gone = reading("zai-org/gone", total=500, downloads_30d=50, likes=5)
    yield candidate("tracked", FIRST, [star, gone], is_complete="organizations")
    second = [star | {"downloads_total": 1_500}, gone | {"downloads_total": 520}]
    yield candidate("tracked", SECOND, second, is_complete="organizations")
    yield candidate("tracked", THIRD, [star | {"downloads_total": 2_500}], is_complete="organizations")


def hub_dump() -> Iterator[Candidate]:
    """A dump with tags: several parents, a nested family, a ring, self-edges, hostile and renamed bases."""
    yield candidate(
        "dump",
        SECOND,
        [
            reading("THUDM/Star-7B", total=2_000),
            reading("zai-org/only-old", total=5),
            reading("user/tune", based_on("finetune", "THUDM/Star-7B"), total=70, created="2026-01-10"),
            reading("user/quant", based_on("quantized", "user/tune"), total=30, created="2026-01-11"),
            reading("user/merge", based_on("merge", "user/tune", "other/base-3B"), total=9, created="2026-01-12"),
            reading("user/of-merge", based_on("finetune", "user/merge"), created="2026-01-13"),
            reading("user/mentions", ["base_model:zai-org/Star-7B"], created="2026-01-14"),
            reading("user/self", based_on("finetune", "user/self")),
            # The old name is named as the base of the new one.
            reading("zai-org/Star-7B", [*based_on("finetune", "THUDM/Star-7B"), "license:mit"], total=1_500),
            reading("ring/first", based_on("finetune", "ring/last"), created="2025-01-01"),
            reading("ring/middle", based_on("finetune", "ring/first"), created="2025-02-01"),
            reading("ring/last", based_on("finetune", "ring/middle"), created="2025-03-01"),
            reading("ring/child", based_on("adapter", "ring/last"), created="2025-03-02"),
            reading("hostile/m", [f"base_model:{base}" for base in HOSTILE_BASES], license=HOSTILE_LICENSE),
            reading("no_namespace"),
        ],
        priority=50,
    )


def edge_lists() -> Iterator[Candidate]:
    """Curated lists: one types what a tag only mentions, one no longer holds an edge, one dates unknown models."""
    yield _edges(FIRST, ("user/mentions", "THUDM/Star-7B", "quantised"), ("user/dropped", "other/base-3B", "finetuned"))
    yield _edges(
        SECOND,
        ("user/kept", "other/base-3B", "adapter"),
        ("user/mentions", "zai-org/Star-7B", "quantised"),
        created_at=datetime(2026, 1, 20),
    )


def reading(model_id: str, tags: list[str] | None = None, **values: Any) -> Record:
    """A reading, with short names for the columns that most tests are about."""
    total, created = values.pop("total", None), values.pop("created", None)
    return {
        "model_id": model_id,
        "tags": tags,
        "downloads_total": total,
        "created_at": None if created is None else datetime.fromisoformat(created),
        **values,
    }


def based_on(relation: str, *bases: str) -> list[str]:
    """Tags as the Hub writes them: each base once with and once without the relation."""
    return [f"base_model:{part}{base}" for base in bases for part in ("", f"{relation}:")]


def _list(table: str, day: date, *model_ids: str) -> Candidate:
    records = [
        {"model_id": model_id, "organization_id": model_id.split("/")[0], "model_name": model_id.split("/")[1]}
        for model_id in model_ids
    ]
    return candidate(table, day, records, kind=RecordKind.REGISTRY_MODELS)


def _registry(table: str, kind: RecordKind, *records: Record, day: date = SECOND) -> Candidate:
    return candidate(table, day, records, kind=kind)


def _edges(day: date, *edges: tuple[str, str, str], created_at: datetime | None = None) -> Candidate:
    records = [
        {"derivative_model_id": derivative, "base_model_id": base, "relation": relation, "created_at": created_at}
        for derivative, base, relation in edges
    ]
    return candidate("edge_list", day, records, kind=RecordKind.EDGES)
