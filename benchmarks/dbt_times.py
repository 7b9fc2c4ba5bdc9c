"""Where the time of a build went, from what dbt leaves behind."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

#: Groups by the folder of a model; some readings are told by their names, the rest of the models is ``other``.
_GROUPS = {
    **dict.fromkeys(("staging", "readings"), "readings"),
    "downloads": "downloads",
    "usage": "downloads",
    **dict.fromkeys(("attributes", "identity", "organizations", "registry", "lineage", "core"), "dims"),
    **dict.fromkeys(("report", "report_basis"), "reports"),
    **dict.fromkeys(("inference", "evaluations", "names", "performance"), "services"),
    "ops": "ops",
}
_READINGS = ("int_readings", "int_snapshots")
#: What one more day of the Hub asks of the engine; the other groups are reports, services and records of operation.
ENGINE = ("readings", "downloads", "dims", "other")
#: Of these the models that match a day with the one before, classify and append what changed, and bring states, months
#: and the dimension up to it.
SAME_WORK = frozenset(
    {
        "int_readings__new",
        "int_models__keys",
        "int_readings__changes",
        "int_readings__states",
        "int_readings__series",
        "int_downloads__intervals",
        "int_downloads__last",
        "int_downloads__months",
        "fct_model_downloads_monthly",
        "int_attributes__counters",
        "dim_model",
    }
)


@dataclass(frozen=True)
class BuildTimes:
    """Seconds of one build.

    Attributes:
        start_up: until the first step of dbt runs: imports, catalog, parsing. It does not depend on the data.
        steps: from the first step's start to the last one's end.
        rest: after that: hashes of the tables, the published copy.
        nodes: what each step has of that wait, by group: ``seeds``, ``tests``, ``operations``, and the groups of
            models. Two steps run at a time and take turns on the machine, so while they do each has half of it: all
            steps together are the wait, but for moments in which none runs.
        same_work: ... the models of :data:`SAME_WORK` have of it.
    """

    start_up: float
    steps: float
    rest: float
    nodes: dict[str, list[float]]
    same_work: list[float]

    @property
    def fixed(self) -> float:
        """What dbt takes for a model whatever it holds: the median of the services, most of which have no rows here."""
        return median(self.nodes.get("services", [0.0]))

    @property
    def engine(self) -> float:
        """What the models that turn readings into facts and dimensions took beyond that."""
        return self._beyond_fixed([each for group in ENGINE for each in self.nodes.get(group, [])])

    @property
    def same(self) -> float:
        """What of that is the work that pandas and polars are given, too."""
        return self._beyond_fixed(self.same_work)

    def _beyond_fixed(self, seconds: Sequence[float]) -> float:
        return max(sum(seconds) - self.fixed * len(seconds), 0.0)


def build_times(build: Path, started: float, ended: float) -> BuildTimes:
    """Times of the build that has just run.

    Args:
        build: the folder ``build/`` of its home.
        started: when its process began, in seconds since the epoch.
        ended: when it ended.
    """
    run = json.loads((build / "dbt_target" / "run_results.json").read_bytes())
    nodes = json.loads((build / "manifest.json").read_bytes())["nodes"]
    return times_of(run["results"], {name: node["fqn"] for name, node in nodes.items()}, started, ended)


def times_of(
    results: list[Mapping[str, Any]], folders: Mapping[str, list[str]], started: float, ended: float
) -> BuildTimes:
    """Times of a run from dbt's results, with the path of each node in the project."""
    spans = {result["unique_id"]: _span(result) for result in results}
    nodes: dict[str, list[float]] = defaultdict(list)
    shares = _shares(spans)
    for name, share in shares.items():
        nodes[_group(name, folders.get(name, []))].append(share)
    same_work = [share for name, share in shares.items() if _model(name) in SAME_WORK]
    first, last = min(start for start, _ in spans.values()), max(end for _, end in spans.values())
    return BuildTimes(first - started, last - first, ended - last, dict(nodes), same_work)


def _span(result: Mapping[str, Any]) -> tuple[float, float]:
    """When a step began and ended."""
    moments = [_epoch(timing[end]) for timing in result["timing"] for end in ("started_at", "completed_at")]
    return min(moments), max(moments)


def _shares(spans: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Seconds of each step, those in which several ran divided between them."""
    shares = dict.fromkeys(spans, 0.0)
    moments = sorted({moment for span in spans.values() for moment in span})
    for begin, end in pairwise(moments):
        running = [name for name, (start, stop) in spans.items() if start <= begin and end <= stop]
        for name in running:
            shares[name] += (end - begin) / len(running)
    return shares


def _model(name: str) -> str | None:
    """Of which model a step is; None for tests, seeds and the rest."""
    kind, _, called = name.split(".")[:3]
    return called if kind == "model" else None


def _group(name: str, folders: list[str]) -> str:
    model = _model(name)
    if model is None:
        return f"{name.partition('.')[0]}s"
    if model.startswith(_READINGS):
        return "readings"
    return next((_GROUPS[folder] for folder in folders if folder in _GROUPS), "other")


def _epoch(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
