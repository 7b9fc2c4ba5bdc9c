"""A few days of the live sources as stored files, with the sources file that names them."""

import json
from datetime import date
from pathlib import Path

from tests.fakes.hub import hub_model

#: Days of the replay, oldest first.
DAYS = (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3))

REGISTRY = {
    "models": "org,model,modelId\nQwen,Qwen3-8B,Qwen/Qwen3-8B\nmeta-llama,Llama-3.1-8B,meta-llama/Llama-3.1-8B\n",
    "extra_models": "org,model,modelId\nAI-MO,Kimina,AI-MO/Kimina\n",
    "model_parameters": "model_id,total_params_b,active_params_b,is_moe,notes\nQwen/Qwen3-8B,8.2,,,\n",
    "organization_regions": "hf_org,region,notes\nQwen,china,\nmeta-llama,us,\n",
    "release_date_corrections": (
        "model_id,hf_created_at,actual_release_date,notes\nQwen/Qwen3-8B,2025-04-27,2025-04-28,1 day late\n"
    ),
}

SOURCES = """
[[tracked_models]]
location = "registry/*/*.csv"
date_pattern = '/(?P<date>\\d{4}-\\d{2}-\\d{2})/'

[[hf_hub]]
table = "tracked"
location = "hub/*/page-*.json"
date_pattern = '/(?P<date>\\d{4}-\\d{2}-\\d{2})/'
"""


def write_replay(folder: Path) -> Path:
    """Writes the files and gives the path of the sources file."""
    for number, day in enumerate(DAYS, start=1):
        registry = folder / "registry" / day.isoformat()
        registry.mkdir(parents=True)
        for name, text in REGISTRY.items():
            (registry / f"{name}.csv").write_text(text)
        write_hub_page(folder, day, number * 10)
    (folder / "sources.toml").write_text(SOURCES)
    return folder / "sources.toml"


def write_hub_page(folder: Path, day: date, downloads: int) -> Path:
    """One listing of two models whose all-time counters stand at ``downloads`` and one more."""
    models = [
        hub_model("Qwen/Qwen3-8B", 1, downloadsAllTime=downloads),
        hub_model("meta-llama/Llama-3.1-8B", 2, downloadsAllTime=downloads + 1),
    ]
    page = folder / "hub" / day.isoformat() / "page-1.json"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(json.dumps(models))
    return page
