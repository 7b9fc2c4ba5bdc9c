"""What the Hub's list says about a repository, as JSON: the part that stays from day to day."""

import json
from datetime import date
from typing import Any

from orchestration.sample.catalogue import Model
from orchestration.sample.derivatives import Derivative
from orchestration.sample.identities import Appearance
from orchestration.sample.noise import hexadecimal, stable_key

_TASKS = {
    "text": "text-generation",
    "vision": "image-text-to-text",
    "any": "any-to-any",
    "seq2seq": "text2text-generation",
    "translation": "translation",
    "image": "image-classification",
}
_GATED = {"meta-llama": "manual", "google": "manual", "CohereLabs": "auto", "CohereForAI": "auto"}
#: Share of repositories without a safetensors header: older weights, other formats.
_WITHOUT_SIZE = 0.1


def model_row(appearance: Appearance, model: Model) -> bytes:
    """A mainline model as one listed id, open at the end."""
    library = "gguf" if "gguf" in model.name.lower() else "transformers"
    has_size = library != "gguf" and stable_key(f"header {model.model_id}") / 2**64 >= _WITHOUT_SIZE
    total = _exact_parameters(model) if has_size else None
    bases = (model.base,) if model.base else ()
    return _row(
        appearance.model_id,
        appearance.hub_id,
        appearance.created,
        task=_TASKS[model.task],
        library=library,
        license_id=model.license,
        gated=_GATED.get(appearance.model_id.partition("/")[0], False),
        total=total,
        bases=bases,
    )


def derivative_row(one: Derivative) -> bytes:
    """A derivative, open at the end."""
    return _row(
        one.model_id,
        hexadecimal(f"hub {one.model_id}", 24),
        one.created,
        task="text-generation",
        library="peft" if one.model_id.endswith("-LoRA") else "transformers",
        license_id=one.license,
        gated=False,
        total=None,
        bases=one.bases,
    )


def closed(row: bytes, downloads: int, total: int | None, likes: int) -> bytes:
    """A whole row: the part that stays, and the figures of a day."""
    shown = "null" if total is None else str(total)
    return b'%b,"downloads":%d,"downloadsAllTime":%b,"likes":%d}' % (row, downloads, shown.encode(), likes)


def with_fields(row: bytes, fields: dict[str, Any]) -> bytes:
    """An open row with more fields, or other ones."""
    return _json({**json.loads(row + b"}"), **fields})[:-1]


def _row(
    model_id: str,
    hub_id: str | None,
    created: date,
    *,
    task: str,
    library: str,
    license_id: str,
    gated: bool | str,
    total: int | None,
    bases: tuple[tuple[str, str | None], ...],
) -> bytes:
    noise = stable_key(model_id)
    tags = [library, *(["safetensors"] if total else []), task, "conversational", "en"]
    for base, relation in bases:
        tags += [f"base_model:{base}", *([f"base_model:{relation}:{base}"] if relation else [])]
    relation = bases[0][1] if bases else None
    listed_bases = {
        "relation": relation,
        "models": [{"_id": hexadecimal(f"hub {base}", 24), "id": base} for base, _ in bases],
    }
    row = {
        **({"_id": hub_id} if hub_id else {}),
        "id": model_id,
        "author": model_id.partition("/")[0],
        "sha": hexadecimal(f"sha {model_id}", 40),
        "createdAt": f"{created}T{noise % 24:02}:{noise // 24 % 60:02}:{noise // 1440 % 60:02}.000Z",
        "lastModified": f"{created}T23:59:{noise // 86400 % 60:02}.000Z",
        "private": False,
        "gated": gated,
        "disabled": False,
        "tags": [*tags, f"license:{license_id}", "endpoints_compatible", "region:us"],
        "pipeline_tag": task,
        "library_name": library,
        "safetensors": {"parameters": {"BF16": total}, "total": total} if total else None,
        "baseModels": listed_bases if bases and relation else None,
    }
    return _json(row)[:-1]


def _exact_parameters(model: Model) -> int | None:
    """A header's count is near the advertised size, never equal to it."""
    if model.size_b is None:
        return None
    return round(model.size_b * 1e9 * (0.99 + 0.04 * stable_key(f"size {model.model_id}") / 2**64))


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
