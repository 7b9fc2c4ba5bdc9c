"""When one series passed another, and how far that depends on the choices."""

from collections.abc import Sequence

from orchestration.report import wording
from orchestration.report.charts.intervals import Interval, intervals
from orchestration.report.figure import Figure, Panel, Record, Table, grouped, without_data
from orchestration.report.figures.common import DOWNLOAD_KINDS, capital, count, crossover_sentence, dated, share, text
from orchestration.report.published import Published

MART = "report_crossovers"


def crossovers(published: Published) -> Figure:
    """Each crossover with its date under the default choices and the interval over the sensitivity cases."""
    records = published.rows(f"from {MART} order by crossover_id, is_default desc, case_id")
    defaults = list(published.intervals.values())
    dated_ones = []
    for crossover_id, rows in grouped(records, "crossover_id").items():
        first = rows[0]
        if first["earliest_date"] is None:
            continue
        default = published.intervals.get(crossover_id, {}).get("crossing_date")
        name = _name(first)
        span = f"{wording.day(first['earliest_date'])} to {wording.day(first['latest_date'])}"
        cases = [(row["crossing_date"], row["case_id"]) for row in rows if row["crossing_date"] is not None]
        dated_ones.append(Interval(name, default, first["earliest_date"], first["latest_date"], cases, span))
    figure = Figure(
        name="crossovers",
        title="Crossovers, each with its interval over the sensitivity cases",
        marts=(MART,),
        finding=_finding(defaults),
        panels=(
            Panel(
                "",
                lambda ink: intervals(ink, dated_ones),
                note="Dot: date under the default choices. Ticks: dates of the other cases. Bar: earliest to latest.",
            ),
        )
        if dated_ones
        else (),
        table=Table(
            (
                text("crossover_id", "Crossover"),
                text("case_id", "Case"),
                text("status", "Status"),
                dated("crossing_date", "Passed on"),
                dated("earliest_date", "Earliest of all cases"),
                dated("latest_date", "Latest of all cases"),
                dated("first_measured_date", "Measured from"),
                dated("last_measured_date", "Measured to"),
                count("measured_dates", "Dates measured"),
                share("coverage", "Coverage"),
                text("reason", "Why no date"),
            ),
            tuple(records),
        ),
        choices=("report_crossover_min_coverage", "report_crossover_derivatives", "report_performance_metric"),
        kinds=(*DOWNLOAD_KINDS, "edges", "inference_tokens", "evaluations"),
        notes=(*map(crossover_sentence, defaults), *_without(published)),
    )
    return figure if records else without_data(figure, published.reason(MART))


def _name(row: Record) -> str:
    return f"{capital(row['challenger'])} past {row['incumbent']}: {row['measure']}"


def _finding(defaults: Sequence[Record]) -> str:
    """How many are dated, and how far the narrowest and the widest interval go."""
    crossed = [row for row in defaults if row["crossing_date"] is not None]
    text = f"{len(crossed)} of {len(defaults)} crossovers have a date under the default choices."
    if not crossed:
        return text
    days = sorted(((row["latest_date"] - row["earliest_date"]).days, _name(row)) for row in crossed)
    (shortest, first), (longest, last) = days[0], days[-1]
    return f"{text} Over the cases the narrowest interval has {shortest} days ({first}), the widest {longest} ({last})."


def _without(published: Published) -> tuple[str, ...]:
    """Crossovers of which no case says anything."""
    rows = published.rows(
        f"select part, reason from report_coverage where report = '{MART}' and status = 'absent' order by part"  # noqa: S608
    )
    names = wording.listed([row["part"].replace("_", " ") for row in rows])
    return (f"Not measurable with these inputs: {names} ({rows[0]['reason']}).",) if rows else ()
