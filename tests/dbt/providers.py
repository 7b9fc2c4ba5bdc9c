"""Providers of tokens and scores, and the repositories that their names mean: every trap is one name."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from orchestration.snapshots.candidate import Candidate
from orchestration.snapshots.records import RecordKind
from tests.dbt.warehouse_factory import candidate

DAY = date(2026, 5, 1)

#: What the Hub holds; the registry lists it all, so that names without a maker may mean it.
REPOSITORIES = (
    "meta-llama/Meta-Llama-3-8B",
    "meta-llama/Meta-Llama-3-8B-Instruct",
    "meta-llama/Llama-3.1-8B",
    "meta-llama/Llama-3.1-8B-Instruct",
    "meta-llama/Llama-3.1-405B-Instruct",
    "meta-llama/Llama-3.1-405B-Instruct-FP8",
    "Qwen/Qwen2.5-32B",
    "Qwen/Qwen2.5-32B-Instruct",
    "Qwen/Qwen3-30B-A3B",
    "Qwen/Qwen3-30B-A3B-Instruct-2507",
    "Qwen/Qwen3-30B-A3B-Thinking-2507",
    "Qwen/Qwen3-Next-80B-A3B-Thinking",
    "deepseek-ai/DeepSeek-V3",
    "deepseek-ai/DeepSeek-V3-Base",
    "deepseek-ai/DeepSeek-V3-0324",
    "deepseek-ai/DeepSeek-V3.1",
    "deepseek-ai/DeepSeek-R1",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    "zai-org/GLM-4.5",
    "zai-org/GLM-4.5-Air",
    "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16",
    "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-NVFP4",
    "mosaicml/mpt-30b-instruct",
    "mistralai/Mistral-7B-Instruct-v0.1",
    "mistralai/Mistral-7B-Instruct-v0.2",
    "allenai/OLMo-7B",
    "allenai/OLMo-7B-hf",
    "openai/gpt-oss-120b",
)
#: Copies that others uploaded under the same name.
COPIES = ("unsloth/DeepSeek-R1", "someone/GLM-4.5")

#: Source, name -> the repository that it means; None: it must stay without one.
MEANINGS: dict[tuple[str, str], str | None] = {
    # Versions that differ in one digit.
    ("lmarena", "llama-3-8b-instruct"): "meta-llama/Meta-Llama-3-8B-Instruct",
    ("lmarena", "llama-3.1-8b-instruct"): "meta-llama/Llama-3.1-8B-Instruct",
    ("lmarena", "llama-31-8b-instruct"): None,
    # A plain name: the chat model on an arena, the base model where base models are measured.
    ("lmarena", "qwen2.5-32b"): "Qwen/Qwen2.5-32B-Instruct",
    ("epoch", "Qwen2.5-32B"): "Qwen/Qwen2.5-32B",
    ("epoch", "qwen2.5-32b-instruct"): "Qwen/Qwen2.5-32B-Instruct",
    # Two words for chat are two models.
    ("lmarena", "mpt-30b-chat"): None,
    # Releases of the same name, and modes that are a repository of their own or not.
    ("lmarena", "qwen3-30b-a3b"): "Qwen/Qwen3-30B-A3B",
    ("lmarena", "qwen3-30b-a3b-instruct-2507"): "Qwen/Qwen3-30B-A3B-Instruct-2507",
    ("lmarena", "qwen3-30b-a3b-thinking-2507"): "Qwen/Qwen3-30B-A3B-Thinking-2507",
    ("lmarena", "qwen3-30b-a3b-no-thinking"): "Qwen/Qwen3-30B-A3B",
    ("lmarena", "qwen3-next-80b-a3b-thinking"): "Qwen/Qwen3-Next-80B-A3B-Thinking",
    ("lmarena", "deepseek-v3-0324"): "deepseek-ai/DeepSeek-V3-0324",
    ("epoch", "DeepSeek-V3.1_thinking"): "deepseek-ai/DeepSeek-V3.1",
    ("epoch", "DeepSeek-V3 (0324)"): "deepseek-ai/DeepSeek-V3-0324",
    # A distill carries the base's name.
    ("lmarena", "deepseek-r1-distill-qwen-32b"): "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
    ("lmarena", "deepseek-r1"): "deepseek-ai/DeepSeek-R1",
    # Effort is not part of the name.
    ("epoch", "gpt-oss-120b_high"): "openai/gpt-oss-120b",
    ("lmarena", "gpt-oss-120b (medium)"): "openai/gpt-oss-120b",
    # Precision: the one that is named, else the plain repository, else sixteen bits.
    ("lmarena", "llama-3.1-405b-instruct-fp8"): "meta-llama/Llama-3.1-405B-Instruct-FP8",
    ("lmarena", "llama-3.1-405b-instruct-bf16"): "meta-llama/Llama-3.1-405B-Instruct",
    ("lmarena", "nemotron-3-ultra-550b-a55b"): "nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16",
    # Two repositories fit, or the name does not say which.
    ("lmarena", "olmo-7b"): None,
    ("epoch", "Mistral-7B-Instruct"): None,
    # Another maker's model of the same name; a maker whose models are closed.
    ("lmarena", "glm-4.5"): "zai-org/GLM-4.5",
    ("lmarena", "gpt-4o"): None,
    ("lmarena", "gpt-oss-120b-clone"): None,
    # Without a maker only the registry's models are meant.
    ("livebench", "deepseek-r1"): "deepseek-ai/DeepSeek-R1",
    # Slugs: an id, an id with variant, a permaslug of the list, days after ids, the other source's link.
    ("openrouter", "deepseek-ai/deepseek-r1:free"): "deepseek-ai/DeepSeek-R1",
    ("openrouter", "deepseek/deepseek-chat-v3"): "deepseek-ai/DeepSeek-V3",
    ("openrouter", "deepseek/deepseek-chat-v3-0324"): "deepseek-ai/DeepSeek-V3-0324",
    ("openrouter", "z-ai/glm-4.5-20250728:free"): "zai-org/GLM-4.5",
    ("openrouter", "z-ai/glm-new-20260620"): "zai-org/GLM-New",
    ("openrouter", "z-ai/glm-new-20270101"): None,
    ("openrouter", "anthropic/claude-opus"): None,
    ("openrouter", "openrouter/cloaked-alpha"): None,
}

_MAKERS = {
    "deepseek": "DeepSeek",
    "llama": "Meta",
    "qwen": "Alibaba",
    "gpt-oss-120b-clone": "Nobody in particular",
    "gpt": "OpenAI",
    "nemotron": "Nvidia",
    "olmo": "Allen AI",
    "mistral": "Mistral",
    "glm": "Z.ai",
    "mpt": "MosaicML",
}


def registry() -> Iterator[Candidate]:
    """All repositories on one list."""
    records = [
        {"organization_id": model_id.split("/")[0], "model_name": model_id.split("/")[1], "model_id": model_id}
        for model_id in REPOSITORIES
    ]
    yield candidate("models", DAY, records, kind=RecordKind.REGISTRY_MODELS)


def copies() -> Iterator[Candidate]:
    """Repositories that the registry does not list."""
    yield candidate("dump", DAY, [{"model_id": model_id} for model_id in COPIES])


def leaderboards(source: str) -> Iterator[Candidate]:
    """A score for every name of a leaderboard, and who made the models where the leaderboard tells it."""
    names = [name for of, name in MEANINGS if of == source]
    metric = {"lmarena": "arena_text_score", "epoch": "epoch_capabilities_index", "livebench": "livebench"}[source]
    category = "coding: repair" if source == "livebench" else "overall"
    version = "2026-05-01" if source == "livebench" else None
    scores = [
        {"metric": metric, "category": category, "source_model_name": name, "score": 1.0, "index_version": version}
        for name in names
    ]
    table = "leaderboard_text" if source == "lmarena" else "evaluations"
    yield candidate(table, DAY, scores, kind=RecordKind.EVALUATIONS)
    if source != "livebench":
        described = [
            {"source_model_name": name, "organization_name": _maker(name), "license": _licence(name)} for name in names
        ]
        yield candidate("models", DAY, described, kind=RecordKind.SOURCE_MODELS)


def openrouter() -> Iterator[Candidate]:
    """A model list of May, and two vintages of tokens that disagree on a day."""
    listed = [
        ("deepseek/deepseek-chat", "deepseek/deepseek-chat-v3", "deepseek-ai/DeepSeek-V3"),
        ("z-ai/glm-4.5", "z-ai/glm-4.5-20250728", "zai-org/GLM-4.5"),
        ("z-ai/glm-4.5:free", "z-ai/glm-4.5-20250728", "zai-org/GLM-4.5"),
        ("anthropic/claude-opus", "anthropic/claude-opus", None),
        ("openrouter/cloaked-alpha", "openrouter/cloaked-alpha", None),
    ]
    models = [
        {
            "source_model_name": name,
            "canonical_name": canonical,
            "openrouter_id": name,
            "hub_model_id": hub_id,
            "is_open_weights": True if hub_id else None,
        }
        for name, canonical, hub_id in listed
    ]
    yield candidate("models", DAY, models, kind=RecordKind.SOURCE_MODELS)
    slugs = [name for source, name in MEANINGS if source == "openrouter"]
    yield _vintage(date(2026, 6, 3), {date(2026, 6, 1): 10, date(2026, 6, 2): 4}, slugs)
    yield _vintage(date(2026, 6, 4), {date(2026, 6, 2): 20, date(2026, 6, 3): 5}, slugs[1:])
    # An old vintage that arrives late tells only what no newer one does.
    yield _vintage(date(2026, 6, 2), {date(2026, 5, 31): 7, date(2026, 6, 1): 1}, slugs)


def artificial_analysis() -> Iterator[Candidate]:
    """What another source knows of OpenRouter's ids, and an index that is put on a new scale in June."""
    models = [
        {
            "source_model_name": "glm-new",
            "hub_model_id": "https://huggingface.co/zai-org/GLM-New",
            "openrouter_id": "z-ai/glm-new",
            "organization_name": "zai",
            "is_open_weights": True,
            "release_date": date(2026, 6, 18),
        },
    ]
    yield candidate("models", DAY, models, kind=RecordKind.SOURCE_MODELS)
    for day, scale in ((date(2026, 5, 1), 1.0), (date(2026, 5, 15), 1.001), (date(2026, 6, 1), 0.5)):
        scores = [
            {
                "metric": "artificial_analysis_intelligence_index",
                "category": "estimated" if number % 3 else "overall",
                "source_model_name": f"model-{number}",
                "score": scale * number,
            }
            for number in range(40)
        ]
        scores.append(
            {"metric": "a_benchmark_of_tomorrow", "category": "overall", "source_model_name": "model-1", "score": 1.0}
        )
        yield candidate("evaluations", day, scores, kind=RecordKind.EVALUATIONS)


def _vintage(as_of: date, days: dict[date, int], slugs: list[str]) -> Candidate:
    records: list[dict[str, Any]] = [
        {"token_date": day, "period_days": 1, "model_slug": slug, "tokens": tokens}
        for day, tokens in days.items()
        for slug in [*slugs, "other"]
    ]
    return candidate("rankings_daily", as_of, records, kind=RecordKind.INFERENCE_TOKENS)


def _maker(name: str) -> str | None:
    words = name.lower()
    return next((maker for word, maker in _MAKERS.items() if word in words), None)


def _licence(name: str) -> str:
    return "Proprietary" if name == "gpt-4o" else "MIT"
