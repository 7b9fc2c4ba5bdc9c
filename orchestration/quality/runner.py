"""Runs suites of expectations on a subject. Whatever cannot be evaluated is said to be so, never taken for good."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from orchestration.errors import WarehouseError
from orchestration.quality.declared import Expectation, Frame, Suite
from orchestration.quality.engine import Batch, Outcome, validate
from orchestration.quality.results import Check, Verdict, plain, rows_in_words, threshold_of
from orchestration.settings import Settings
from orchestration.warehouse import duckdb
from orchestration.warehouse.frames import Frames, Subject, frames

#: What Great Expectations leaves out of its judgement, and so is no value that was judged.
_NULL_CHECKS = ("column_values_to_not_be_null", "column_values_to_be_null")

_Judgement = tuple[Verdict, str]


def run_suites(
    settings: Settings, subject: Subject, suites: Iterable[Suite], docs: Path | None = None
) -> tuple[Check, ...]:
    """Judges a subject by suites.

    Args:
        settings: which home.
        subject: what is judged.
        suites: what it should be like.
        docs: empty folder for the browsable data docs; None makes none.

    Returns:
        One check per expectation, in the order of their declaration.
    """
    looked = _look(settings, subject, list(suites))
    batches = [Batch(suite, frame, rows) for suite, frame, rows in looked if isinstance(rows, pd.DataFrame)]
    try:
        outcomes = validate(batches, docs) if batches else {}
        trouble = "Great Expectations gave no result for it"
    except Exception as error:  # whatever goes wrong there, the expectations are not met
        outcomes, trouble = {}, f"Great Expectations stopped ({type(error).__name__}: {_one_line(error)})"
    return tuple(
        _check(
            suite, frame, expectation, *_judged(expectation, rows, outcomes.get(suite.check_name(expectation)), trouble)
        )
        for suite, frame, rows in looked
        for expectation in frame.expectations
    )


def _look(
    settings: Settings, subject: Subject, suites: Sequence[Suite]
) -> list[tuple[Suite, Frame, pd.DataFrame | _Judgement]]:
    """Every frame with its rows, or with what is to be said without them."""
    wanted = [(suite, frame) for suite in suites for frame in suite.frames]
    try:
        with frames(settings, subject) as opened:
            return [(suite, frame, _rows(opened, subject, frame)) for suite, frame in wanted]
    except (WarehouseError, duckdb.Error) as error:
        return [(suite, frame, ("not_evaluated", _one_line(error))) for suite, frame in wanted]


def _rows(opened: Frames, subject: Subject, frame: Frame) -> pd.DataFrame | _Judgement:
    missing = [table for table in frame.previous if table not in subject.previous]
    if missing:
        which = f"the release before has no {missing[0]}" if subject.previous else "there is no release before"
        return "passed", f"nothing to compare: {which}"
    try:
        rows = opened.select(frame.sql)
    except (WarehouseError, duckdb.Error) as error:
        return "not_evaluated", _one_line(error)
    if rows.empty:
        return ("not_evaluated", "no row to judge") if frame.empty is None else ("passed", f"no row: {frame.empty}")
    return rows


def _judged(
    expectation: Expectation, rows: pd.DataFrame | _Judgement, outcome: Outcome | None, trouble: str
) -> _Judgement:
    """The verdict on one expectation and what was observed."""
    if not isinstance(rows, pd.DataFrame):
        return rows
    if outcome is None:
        return "not_evaluated", trouble
    if outcome.error is not None:
        return "not_evaluated", outcome.error
    columns = [str(value) for name, value in expectation.arguments.items() if name.startswith("column")]
    nulls = int(rows[columns].isna().any(axis=1).sum()) if expectation.type not in _NULL_CHECKS else 0
    if nulls:
        return "not_evaluated", f"{nulls} of {len(rows)} rows have no {' or '.join(columns)}"
    if outcome.met:
        return "passed", _observed(rows, columns, outcome)
    return "failed", rows_in_words(outcome.failing, len(rows)) if outcome.failing else plain(outcome.observed)


def _observed(rows: pd.DataFrame, columns: list[str], outcome: Outcome) -> str:
    if outcome.observed is not None:
        return plain(outcome.observed)
    if len(columns) == 1 and pd.api.types.is_numeric_dtype(rows[columns[0]]):
        low, high = rows[columns[0]].min(), rows[columns[0]].max()
        return plain(low) if low == high else f"{plain(low)} to {plain(high)} in {len(rows)} rows"
    return f"all of {len(rows)} rows"


def _check(suite: Suite, frame: Frame, expectation: Expectation, verdict: Verdict, observed: str) -> Check:
    return Check(
        name=suite.check_name(expectation),
        table=suite.table,
        severity=expectation.severity,
        verdict=verdict,
        threshold=threshold_of(expectation.arguments),
        observed=observed,
        what_to_do=frame.what_to_do,
        why=expectation.why,
        since=expectation.since,
    )


def _one_line(error: object) -> str:
    return " ".join(str(error).split())
