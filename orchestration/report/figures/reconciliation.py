"""The published figures against what these inputs show."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from orchestration.report import wording
from orchestration.report.figure import Column, Figure, Record, Table, without_data
from orchestration.report.figures.common import DOWNLOAD_KINDS, number, share, text
from orchestration.report.published import Published

MART = "report_reconciliation"
_VERDICTS = {
    "reproduced": "reproduced",
    "differs": "differ",
    "partial_coverage": "are covered in part",
    "not_measurable": "are not measurable",
    "synthetic": "are synthetic and can reproduce nothing",
}


def reconciliation(published: Published) -> Figure:
    """One row per target, with its verdict and the reason for it."""
    records = published.rows(
        f"""
        from {MART}
        order by cast(regexp_extract(target_id, '[0-9]+') as integer), target_id desc
        """
    )
    shown = [{**record, "published": _published(record), "measured": _measured(record)} for record in records]
    counts = Counter(record["verdict"] for record in records)
    parts = [f"{counts[verdict]} {words}" for verdict, words in _VERDICTS.items() if counts[verdict]]
    figure = Figure(
        name="reconciliation",
        title="The report's published figures and what these inputs show (T1 to T24)",
        marts=(MART,),
        finding=f"Of {len(records)} published figures {wording.listed(parts)}.",
        panels=(),
        table=Table(
            (
                text("target_id", "Target"),
                text("quantity", "Quantity"),
                text("published_in", "Published for"),
                text("published", "Published"),
                text("measured", "Measured"),
                number("difference_pct", "Difference, %", 1),
                number("tolerance_pct", "Tolerance, %", 0),
                share("coverage", "Coverage"),
                Column("verdict", "Verdict", lambda verdict: str(verdict).replace("_", " ")),
                text("reason", "Reason"),
                text("confidence", "Confidence"),
                text("note", "Remark"),
            ),
            tuple(shown),
        ),
        choices=("report_reconciliation_case",),
        kinds=(*DOWNLOAD_KINDS, "edges", "inference_tokens"),
    )
    return figure if records else without_data(figure, published.reason(MART))


def _published(record: Record) -> str | None:
    first, last = record["published_date"], record["latest_published_date"]
    if first is not None:
        return f"{wording.day(first)} to {wording.day(last)}" if last and last != first else wording.day(first)
    return _value(record, record["published_value"])


def _measured(record: Record) -> str | None:
    day = record["measured_date"]
    return wording.day(day) if day is not None else _value(record, record["measured_value"])


def _value(record: Record, value: Any) -> str | None:
    """A value in the target's own unit; None stays None."""
    says: dict[str, Callable[[Any], str]] = {"downloads": wording.amount, "share": wording.percent}
    return None if value is None else says.get(record["unit"], wording.decimal)(value)
