"""When one series passed another, and how far that depends on the choices."""

from orchestration.report import wording
from orchestration.report.charts.intervals import Interval, intervals
from orchestration.report.figure import Figure, Panel, Table, grouped, without_data
from orchestration.report.figures.common import DOWNLOAD_KINDS, count, crossover_sentence, dated, share, text
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
        name = f"{first['challenger']} pass {first['incumbent']}: {first['measure']}"
        span = f"{wording.day(first['earliest_date'])} to {wording.day(first['latest_date'])}"
        cases = [(row["crossing_date"], row["case_id"]) for row in rows if row["crossing_date"] is not None]
        dated_ones.append(Interval(name, default, first["earliest_date"], first["latest_date"], cases, span))
    figure = Figure(
        name="crossovers",
        title="Crossovers, each with its interval over the sensitivity cases",
        marts=(MART,),
        finding=" ".join(map(crossover_sentence, defaults)),
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
        notes=_without(published),
    )
    return figure if records else without_data(figure, published.reason(MART))


def _without(published: Published) -> tuple[str, ...]:
    """Crossovers of which no case says anything."""
    rows = published.rows(
        f"select part, reason from report_coverage where report = '{MART}' and status = 'absent' order by part"  # noqa: S608
    )
    names = wording.listed([row["part"].replace("_", " ") for row in rows])
    return (f"Not measurable with these inputs: {names} ({rows[0]['reason']}).",) if rows else ()
