"""How much of each figure is known, and why the rest is not."""

from collections import Counter
from collections.abc import Sequence

from orchestration.report import wording
from orchestration.report.charts.intervals import Cell, coverage_map
from orchestration.report.figure import Figure, Panel, Record, Table, without_data
from orchestration.report.figures.common import MONTH, count, share, text
from orchestration.report.palette import BAND
from orchestration.report.published import Published

MART = "report_coverage"


def coverage(published: Published) -> Figure:
    """A map of figures and months, and the reasons for what is thin or absent."""
    months = published.rows(
        f"""
        select
            report, month, count(*) as parts, count_if(status = 'measured') as measured,
            count_if(status = 'partial') as partial, count_if(status = 'absent') as absent,
            sum(least(with_data, in_scope)) / nullif(sum(in_scope), 0) as share_with_data,
            string_agg(distinct reason, '; ' order by reason) as reason
        from {MART} group by report, month order by report, month
        """  # noqa: S608
    )
    figure = Figure(
        name="coverage",
        title="How much of each figure is known, month by month",
        marts=(MART,),
        finding=_finding(months),
        panels=(
            Panel(
                "",
                lambda ink: coverage_map(ink, _cells(months), BAND),
                note="The fuller a cell, the more of the models, tokens or cases is known. Empty: nothing is.",
            ),
        ),
        table=Table(
            (
                text("report", "Mart"),
                MONTH,
                count("parts", "Parts"),
                count("measured", "Measured"),
                count("partial", "Partial"),
                count("absent", "Absent"),
                share("share_with_data", "Known"),
                text("reason", "Why not more"),
            ),
            tuple(months),
        ),
        choices=("report_coverage_measured",),
    )
    return figure if months else without_data(figure, published.reason(MART))


def _cells(records: Sequence[Record]) -> list[Cell]:
    return [
        Cell(
            _name(row["report"]), row["month"], _share(row), f"{wording.percent(row['share_with_data'])}, {_parts(row)}"
        )
        for row in records
    ]


def _share(record: Record) -> float:
    """Of what is in scope; where nobody can tell how much that is, the part of the parts that has any data."""
    if record["share_with_data"] is not None:
        return float(record["share_with_data"])
    return 1 - int(record["absent"]) / int(record["parts"])


def _parts(record: Record) -> str:
    return f"{record['measured']} parts measured, {record['partial']} partial, {record['absent']} absent"


def _name(mart: str) -> str:
    return mart.removeprefix("report_").replace("_", " ").replace("organization", "organisation").capitalize()


def _finding(records: Sequence[Record]) -> str:
    counts: Counter[str] = Counter()
    for row in records:
        counts.update({key: row[key] for key in ("measured", "partial", "absent")})
    total = sum(counts.values()) or 1
    empty = sorted(
        {_name(row["report"]) for row in records}
        - {_name(row["report"]) for row in records if row["absent"] < row["parts"]}
    )
    nothing = f" Nothing at all is known of {wording.listed([name.lower() for name in empty])}." if empty else ""
    return (
        f"Of {total:,} parts and months, {wording.percent(counts['measured'] / total)} are measured, "
        f"{wording.percent(counts['partial'] / total)} partial and {wording.percent(counts['absent'] / total)} absent."
        f"{nothing}"
    )
