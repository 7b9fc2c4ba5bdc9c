"""The mainline models: families expanded to repositories, with what a Hub listing says about each."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from orchestration.sample.noise import stable_key
from orchestration.sample.tables import expand, rows

#: Words in a name that make a repository less wanted than the plain one, most telling first.
_VARIANTS = (
    (
        re.compile(r"gguf|awq|gptq|int4|int8|[48]bits?\b|onnx|tflite|pytorch|flax|mlx|litert|marlin|tgi|qe\b", re.I),
        0.08,
    ),
    (re.compile(r"fp8|nvfp4|w4a16|w8a8|mxfp8|-original|qat|bf16|fp32|eagle|dspark", re.I), 0.12),
    (re.compile(r"-(sft|dpo|rm|reward|rlvr\d?|prm)\b", re.I), 0.1),
    (re.compile(r"base|-pt\b|-pt-|pretrain", re.I), 0.2),
)
#: Formats for one computer at home; the registry keeps them out of its primary list.
_LOCAL_FORMAT = re.compile(r"gguf|awq|gptq|onnx|tflite|mlx|litert", re.I)
_QUANTIZED = re.compile(r"[-_.](gguf|awq|gptq.*|int4.*|int8|fp8.*|nvfp4.*|w4a16|mxfp8|4bits?|8bits?|onnx|mlx)$", re.I)
_TUNED = re.compile(r"[-_](instruct|chat|it|sft|dpo|think|thinking|instruct-hf|chat-hf)$", re.I)
_SIZE = re.compile(r"(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)([BbMm])(?![A-Za-z])")
_SIZE_POPULARITY = ((0.4, 0.6), (10, 1.0), (50, 0.5), (100, 0.3), (250, 0.2), (float("inf"), 0.15))


@dataclass(frozen=True)
class Model:
    """One first-party repository.

    Attributes:
        model_id: Hub repository id today.
        released: day of the official release.
        created: day on which the repository was made.
        size_b: billions of parameters, None where the name does not say and no list does.
        is_curated: whether the size comes from the families' own column rather than from the name.
        task: text | vision | any | seq2seq | translation | image.
        weight: popularity within the organisation.
        base: the first-party or foreign model it builds on, and how.
        copy: 0 for the model itself, above for the copies that ``scale`` makes.
    """

    model_id: str
    released: date
    created: date
    size_b: float | None
    is_curated: bool
    active_b: float | None
    license: str
    task: str
    weight: float
    base: tuple[str, str] | None = None
    copy: int = 0

    @property
    def organization(self) -> str:
        """The Hub namespace."""
        return self.model_id.partition("/")[0]

    @property
    def name(self) -> str:
        """The repository's name within its namespace."""
        return self.model_id.partition("/")[2]

    @property
    def listed_from(self) -> date:
        """First day on which the Hub lists it: the release, or the creation where that came later."""
        return max(self.released, self.created)

    @property
    def is_local_format(self) -> bool:
        """Whether the repository holds a format for local inference only."""
        return _LOCAL_FORMAT.search(self.name) is not None

    @property
    def is_quantized(self) -> bool:
        """Whether the name says that the weights are quantised."""
        return _QUANTIZED.search(self.name) is not None


@cache
def models(scale: int = 1) -> tuple[Model, ...]:
    """All mainline models, ordered by id; with a scale above 1 each is followed by its copies."""
    early = {row["model_id"]: int(row["days_early"]) for row in rows("release_dates")}
    released = sorted((model for row in rows("families") for model in _family(row, early)), key=lambda m: m.model_id)
    bases = _declared_bases()
    known = {model.model_id for model in released}
    based = [replace(model, base=bases.get(model.model_id) or _base(model, known)) for model in released]
    return tuple(_copy(model, number) for model in based for number in range(scale))


def copy_id(model_id: str, number: int) -> str:
    """The id of a copy that ``scale`` makes; number 0 is the model itself."""
    return f"{model_id}-copy{number}" if number else model_id


def _family(row: dict[str, str], early: dict[str, int]) -> list[Model]:
    released = date.fromisoformat(row["released"])
    family = []
    for name, popularity in (pair for word in row["models"].split() for pair in expand(word)):
        model_id = f"{row['organization']}/{name}"
        size = float(row["size_b"]) if row["size_b"] else _size_in(name)
        created = released - timedelta(days=early.get(model_id, stable_key(model_id) % 4))
        family.append(
            Model(
                model_id=model_id,
                released=released,
                created=created,
                size_b=size,
                is_curated=bool(row["size_b"] or row["active_b"]),
                active_b=float(row["active_b"]) if row["active_b"] else None,
                license=row["license"],
                task=row["task"],
                weight=popularity * float(row["weight"]) * _variant_popularity(name) * _size_popularity(size),
            )
        )
    return family


def _size_in(name: str) -> float | None:
    match = _SIZE.search(name)
    if match is None:
        return None
    return float(match[1]) / (1000 if match[2] in "Mm" else 1)


def _size_popularity(size_b: float | None) -> float:
    return next(share for limit, share in _SIZE_POPULARITY if (size_b or 1) < limit)


def _variant_popularity(name: str) -> float:
    return next((share for pattern, share in _VARIANTS if pattern.search(name)), 1.0)


def _declared_bases() -> dict[str, tuple[str, str]]:
    return {
        model: (base, row["relation"])
        for row in rows("base_models")
        for (model, _), (base, _) in zip(expand(row["models"]), expand(row["base_models"]), strict=True)
    }


def _base(model: Model, known: set[str]) -> tuple[str, str] | None:
    """A quantised variant builds on the plain one, a tuned one on the base, where the organisation has it."""
    for pattern, relation in ((_QUANTIZED, "quantized"), (_TUNED, "finetune")):
        plain = pattern.sub("", model.model_id)
        for candidate in (plain, f"{plain}-Base", f"{plain}-pt", f"{plain}-hf"):
            if model.model_id not in (candidate, plain) and candidate in known:
                return candidate, relation
    return None


def _copy(model: Model, number: int) -> Model:
    base = (copy_id(model.base[0], number), model.base[1]) if model.base else None
    return replace(model, model_id=copy_id(model.model_id, number), base=base, copy=number)
