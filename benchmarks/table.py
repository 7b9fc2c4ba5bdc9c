"""Results as a Markdown page, with targets beside the measured values."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from benchmarks.job import Figure, Result, Target, Way
from benchmarks.machine import Machine
from benchmarks.plan import FULL_DAYS, FULL_MODELS, Plan

NOTICE = (
    "SYNTHETIC: all data is generated (benchmarks/hub_history.py); ratios and growth may be quoted, seconds may not."
)
_HEADS = ("what", "unit", "ours", "peak MB", "pandas", "polars", "pandas / ours", "polars / ours", "target", "met")


def document(plan: Plan, machine: Machine, results: Sequence[Result]) -> str:
    """The page of a run."""
    growth = growth_ratios(figure for result in results for figure in result.figures)
    lines = [*_head(plan, machine)]
    for result in results:
        lines += ["", f"## {result.job}", "", f"{result.measures[0].upper()}{result.measures[1:]}."]
        lines += ["", f"Failed: {result.failed}"] if result.failed else ["", *_table(plan, result.figures)]
    if growth:
        lines += ["", "## Growth", "", "Cost of one more day per model: the last checkpoint over the first."]
        lines += ["", *_table(plan, growth)]
    return "\n".join(lines) + "\n"


def growth_ratios(figures: Iterable[Figure]) -> list[Figure]:
    """How the cost of one more day grows from the first checkpoint to the last, for each line of the plot.

    Where the machine's pace is known it is taken out: the cost is what a fixed piece of work cost at the same time.
    """
    lines: dict[str, dict[int, Figure]] = defaultdict(dict)
    for figure in figures:
        if figure.series is not None and figure.day is not None:
            lines[figure.series][figure.day] = figure
    return [
        _growth(series, points[min(points)], points[max(points)]) for series, points in lines.items() if len(points) > 1
    ]


def _growth(series: str, first: Figure, last: Figure) -> Figure:
    times, note = last.ours / first.ours, ""
    if first.pace and last.pace:
        slower = last.pace / first.pace
        note = f"{short(times)} by the clock; a fixed piece of work took {short(slower)} times as long around it"
        times /= slower
    return Figure(f"{series}: day {last.day} over day {first.day}", "times", times, target=Target(1.2), note=note)


def verdict(plan: Plan, figure: Figure) -> str:
    """Whether a target was met, or why that is not judged."""
    if figure.target is None:
        return ""
    if figure.target.full_size and not plan.is_full:
        return "not judged at this size"
    return "yes" if figure.target.is_met(figure.ours) else "**no**"


def short(value: float | None) -> str:
    """A number with three digits that count."""
    if value is None:
        return ""
    if abs(value) >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"


def _head(plan: Plan, machine: Machine) -> Iterator[str]:
    packages = ", ".join(f"{name} {version}" for name, version in machine.packages.items())
    runs = "run once" if plan.runs == 1 else f"the median of {plan.runs} runs, the ways in turn"
    yield f"# Benchmarks: {plan.models:,} models, {plan.days} days"
    yield ""
    yield f"**{NOTICE}**"
    yield ""
    yield f"Scale {plan.scale:g} of {FULL_MODELS:,} models x {FULL_DAYS} days. Each way in fresh processes, {runs};"
    yield "builds run once. Peak MB is the largest resident memory of a process. A ratio above 1: the other way is"
    yield "slower or larger."
    yield ""
    yield f"- {machine.date}: {machine.cpu}, {machine.cores} cores, {machine.memory_gib:g} GiB"
    yield f"- disk: {machine.disk_mb_per_second:,.0f} MB/s in a short write; {machine.system}"
    yield f"- Python {machine.python}; {packages}"
    yield ""
    yield "![Growth and ratios](results.svg)"


def _table(plan: Plan, figures: Iterable[Figure]) -> Iterator[str]:
    """A table without the columns that would be empty."""
    rows = [_HEADS, *(_row(plan, figure) for figure in figures)]
    used = [number for number in range(len(_HEADS)) if any(row[number] for row in rows[1:])]
    for number, row in enumerate(rows):
        yield f"| {' | '.join(row[column] for column in used)} |"
        if number == 0:
            yield f"|{'---|' * len(used)}"


def _row(plan: Plan, figure: Figure) -> tuple[str, ...]:
    bound = figure.target
    return (
        f"{figure.name} ({figure.note})" if figure.note else figure.name,
        figure.unit,
        short(figure.ours),
        short(figure.peak_mb and round(figure.peak_mb)),
        _way(figure.pandas),
        _way(figure.polars),
        short(figure.ratio(figure.pandas)),
        short(figure.ratio(figure.polars)),
        "" if bound is None else f"{'≥' if bound.at_least else '≤'} {short(bound.limit)}",
        verdict(plan, figure),
    )


def _way(way: Way | None) -> str:
    """Value and, in brackets, peak memory."""
    if way is None or way.failed:
        return f"failed: {way.failed}" if way else ""
    memory = f" ({short(round(way.peak_mb))} MB)" if way.peak_mb else ""
    return f"{short(way.value)}{memory}"
