"""The ``tracked_models`` feed: the registry's CSVs as they stood on the days on which its lists changed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial

from orchestration.sample.catalogue import Model, models
from orchestration.sample.feeds import SampleSnapshot, at, csv_file
from orchestration.sample.tables import rows
from orchestration.sample.troubles import trouble

SOURCE = "tracked_models"

Lines = Callable[[date, int], Iterable[tuple[object, ...]]]

#: Days on which the registry was read; between them it did not change.
LIST_DAYS = (
    date(2025, 8, 4),
    date(2025, 10, 6),
    date(2025, 12, 30),
    date(2026, 2, 8),
    date(2026, 3, 26),
    date(2026, 3, 27),
    date(2026, 5, 25),
    date(2026, 6, 29),
    date(2026, 8, 3),
    date(2026, 8, 31),
    date(2026, 9, 28),
    date(2026, 10, 26),
)
#: A release has to be seen before it can be listed.
_LISTING_DELAY = timedelta(days=4)
#: Number formats of smaller weights were left out until this day, except for the labs that release in them.
_PRECISION_LISTED_SINCE = date(2026, 3, 27)
_PRECISION_FROM_THE_START = frozenset({"Qwen", "zai-org", "meta-llama"})
#: Left out once, because their counters looked automated, and put back.
_LEFT_OUT = ("google/t5gemma-", date(2026, 2, 8), date(2026, 3, 25))
#: Reward models left the lists for good.
_REWARD_ENDINGS = ("-RM", "-reward", "-Reward", "-RM-7b", "-RM-72B")
_REWARD_MODELS_UNTIL = date(2026, 5, 24)
#: The tables beside the two lists exist from this day on.
_METADATA_SINCE = date(2025, 12, 30)
#: Every seventh size from a name is curated as well, and each with an active size.
_ALSO_CURATED = 7


def snapshots(scale: int) -> Iterator[SampleSnapshot]:
    """Every table of the registry on every day on which its lists changed."""
    for day in LIST_DAYS:
        for table, lines in _TABLES.items():
            if table in ("models", "extra_models") or day >= _METADATA_SINCE:
                files = partial(_file, table, lines, day, scale)
                yield SampleSnapshot(SOURCE, table, day, at(day), f"{table}.csv", files, {})


def list_of(model: Model, day: date) -> str | None:
    """The list that holds a model on a day: main, extra or None."""
    organization = _ORGANIZATIONS[model.organization]
    prefix, left, back = _LEFT_OUT
    if (
        day < model.listed_from + _LISTING_DELAY
        or (model.model_id.startswith(prefix) and left <= day <= back)
        or (model.name.endswith(_REWARD_ENDINGS) and day > _REWARD_MODELS_UNTIL)
        or (
            model.is_quantized and day < _PRECISION_LISTED_SINCE and model.organization not in _PRECISION_FROM_THE_START
        )
    ):
        return None
    if organization["extra_since"] and organization["extra_since"] <= day.isoformat() < organization["listed_since"]:
        return "extra"
    if not organization["listed_since"] or day.isoformat() < organization["listed_since"]:
        return None
    return "extra" if model.is_local_format else organization["list"]


_ORGANIZATIONS = {row["organization"]: row for row in rows("organizations")}


def _models(which: str, day: date, scale: int) -> Iterator[tuple[object, ...]]:
    """One list, with the models of the merged organisation under both of its names, as the real one has them."""
    merged = trouble("organization_merged")
    yield ("org", "model", "modelId")
    for model in models(scale):
        if list_of(model, day) == which:
            yield (model.organization, model.name, model.model_id)
            if model.organization == merged.values["to"] and model.released < merged.first:
                yield (merged.values["from"], model.name, f"{merged.values['from']}/{model.name}")


def _parameters(day: date, scale: int) -> Iterator[tuple[object, ...]]:
    yield ("model_id", "total_params_b", "active_params_b", "is_moe", "notes")
    for number, model in enumerate(models(scale)):
        if (model.is_curated or number % _ALSO_CURATED == 0) and model.size_b and list_of(model, day):
            is_moe = "true" if model.active_b else ""
            yield (model.model_id, f"{model.size_b:g}", f"{model.active_b:g}" if model.active_b else "", is_moe, "")


def _regions(day: date, scale: int) -> Iterator[tuple[object, ...]]:
    yield ("hf_org", "region", "notes")
    for name, organization in sorted(_ORGANIZATIONS.items()):
        yield (name, organization["region"], organization["notes"])


def _release_dates(day: date, scale: int) -> Iterator[tuple[object, ...]]:
    known = {model.model_id: model for model in models(scale)}
    yield ("# Release dates that differ from the day of creation; checked by hand",)
    yield ("model_id", "hf_created_at", "actual_release_date", "notes")
    for row in rows("release_dates"):
        model = known[row["model_id"]]
        if list_of(model, day):
            yield (model.model_id, model.created, model.released, row["notes"])


#: How each table is written.
_TABLES: dict[str, Lines] = {
    "models": partial(_models, "main"),
    "extra_models": partial(_models, "extra"),
    "model_parameters": _parameters,
    "organization_regions": _regions,
    "release_date_corrections": _release_dates,
}


def _file(table: str, lines: Lines, day: date, scale: int) -> dict[str, bytes]:
    return csv_file(f"{table}.csv", lines(day, scale))
