"""The ``epoch`` feed: the capabilities index and two benchmarks, one CSV each, every quarter."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from orchestration.sample.calendar import LAST_DAY, days_between
from orchestration.sample.feeds import SampleSnapshot, at, csv_file
from orchestration.sample.hostile import HOSTILE_NAMES
from orchestration.sample.noise import hexadecimal, stable_key
from orchestration.sample.offerings import Offering
from orchestration.sample.scores import Rated, capabilities_index, rated, share_solved
from orchestration.sample.troubles import trouble

SOURCE = "epoch"

_FIRST_READING = date(2024, 12, 31)
#: Of every second reading only the scores were landed.
_DESCRIBED_EVERY = 2
#: Benchmarks and the ability that solves half of each.
_BENCHMARKS = {"gpqa_diamond": 22.0, "math_level_5": 14.0}
_COUNTRIES = {
    "us": "United States of America",
    "cn": "China",
    "fr": "France",
    "ca": "Canada",
    "kr": "Korea (Republic of)",
}
_INDEX_HEADER = (
    *("Model version", "ECI Score", "Release date", "Organization", "Country", "Model accessibility"),
    *("Training compute (FLOP)", "Confidence", "Model name", "Description", "Display name"),
)
_BENCHMARK_HEADER = (
    *("Model version", "mean_score", "Best score (across scorers)", "Release date", "Organization", "Country"),
    *("Training compute (FLOP)", "Training compute notes", "stderr", "Log viewer", "Logs", "Started at", "id"),
)


def snapshots(scale: int) -> Iterator[SampleSnapshot]:
    """Every reading of the period; whatever the scale, the same models are rated."""
    for number, day in enumerate(reading_days()):
        files = partial(benchmarks, day)
        yield SampleSnapshot(SOURCE, "evaluations", day, at(day), "*.csv", files, {})
        if number % _DESCRIBED_EVERY == 0 or day == reading_days()[-1]:
            yield SampleSnapshot(SOURCE, "models", day, at(day), "*.csv", files, {})


def reading_days() -> list[date]:
    """The last day of every quarter."""
    days = days_between(_FIRST_READING, LAST_DAY)
    return [day for day in days if day.month % 3 == 0 and (day + timedelta(days=1)).day == 1]


def benchmarks(day: date) -> dict[str, bytes]:
    """All files of a reading."""
    everyone = rated("epoch", day)
    index = [_INDEX_HEADER, *(_index_line(one) for one in everyone)]
    if day == trouble("hostile_names_at_epoch").first:
        index += [(name, 90, "2026-03-01", name, name, name, "", "", name, "", name) for name in HOSTILE_NAMES]
    files = csv_file("epoch_capabilities_index.csv", index)
    for benchmark, hardness in _BENCHMARKS.items():
        lines = [_benchmark_line(one, benchmark, hardness) for one in everyone if _is_measured(one, benchmark)]
        files |= csv_file(f"{benchmark}.csv", [_BENCHMARK_HEADER, *lines])
    return files


def _index_line(one: Rated) -> tuple[object, ...]:
    """Single efforts and hosts may be listed without a score or access; a name may end with a line break."""
    offering, noise = one.offering, stable_key(f"epoch {one.name}")
    is_variant = "_" in one.name or "/" in one.name
    score = "" if is_variant and noise % 4 == 0 else capabilities_index(one)
    access = "" if is_variant and noise % 3 == 0 else _access(offering)
    name = f"{offering.name}\n" if noise % 13 == 0 else offering.name
    return one.name, score, offering.released, *_origin(offering), access, "", "Likely", name, "", offering.name


def _benchmark_line(one: Rated, benchmark: str, hardness: float) -> tuple[object, ...]:
    run = hexadecimal(f"{benchmark} {one.name}", 22)
    score = share_solved(one, benchmark, hardness)
    log, note = f"https://logs.invalid/{run}.eval", "Made up for the sample,\nlike every figure here"
    started = f"{one.offering.released + timedelta(days=15)}T10:00:00.000Z"
    return (
        *(one.name, score, score, one.offering.released, *_origin(one.offering)),
        *("", note, 0.02, "", log, started, run),
    )


def _is_measured(one: Rated, benchmark: str) -> bool:
    return stable_key(f"measured {benchmark} {one.name}") % 5 > 0


def _origin(offering: Offering) -> tuple[str, str]:
    provider = offering.provider
    return provider.epoch, _COUNTRIES.get(provider.country or "", "")


def _access(offering: Offering) -> str:
    if not offering.is_open:
        return "API access"
    is_free = offering.license in ("apache-2.0", "mit")
    return "Open weights (unrestricted)" if is_free else "Open weights (restricted use)"
