"""Hub-shaped model listings: deterministic pages as the list endpoint sends them."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.hub_history import organization_name

_FIRST_DAY = datetime(2023, 1, 1, tzinfo=UTC)


def model(number: int, random: np.random.Generator) -> dict[str, object]:
    """One listed model; the values are drawn, the fields are those of the live list."""
    total = int(random.pareto(0.7) * 50)
    created = (_FIRST_DAY + timedelta(minutes=int(random.integers(0, 1_500_000)))).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    base = f"{organization_name(number % 97)}/base-{number % 1009}"
    return {
        "_id": f"{number:024x}",
        "id": f"{organization_name(number % 4999)}/model-{number}-{random.integers(1 << 30):x}",
        "createdAt": created,
        "lastModified": created,
        "downloads": total // 12,
        "downloadsAllTime": total,
        "likes": total // 500,
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "private": False,
        "gated": False,
        "sha": f"{number:040x}",
        "tags": [
            "transformers",
            "safetensors",
            "license:apache-2.0",
            f"base_model:{base}",
            f"base_model:finetune:{base}",
        ]
        + [f"tag-{tag}" for tag in range(8)],
        "baseModels": {"relation": "finetune", "models": [{"_id": "0", "id": base}]},
        "safetensors": {"parameters": {"BF16": 7_000_000_000}, "total": 7_000_000_000},
    }


def write_pages(folder: Path, models: int, per_page: int = 1000) -> None:
    """Writes gzipped pages of a listing."""
    random = np.random.default_rng(7)
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, models, per_page):
        page = [model(number, random) for number in range(start, min(start + per_page, models))]
        path = folder / f"page-{start // per_page + 1:05d}.json.gz"
        path.write_bytes(gzip.compress(msgspec.json.encode(page), compresslevel=1, mtime=0))
