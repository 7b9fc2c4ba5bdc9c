"""Great Expectations, and nothing else: validates frames and writes the data docs.

It is imported when something is validated, never before: the import takes many seconds.
"""

import html
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from orchestration.quality.declared import Expectation, Frame, Suite


@dataclass(frozen=True)
class Batch:
    """Rows to be validated, and what they should be like."""

    suite: Suite
    frame: Frame
    rows: pd.DataFrame


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations says of one expectation.

    Attributes:
        met: whether the rows are as expected.
        error: why that cannot be said; None when it can.
        observed: the value of an aggregate; None for a check of each row.
        failing: the rows that fail, by key and checked columns.
    """

    met: bool
    error: str | None
    observed: Any
    failing: Sequence[Mapping[str, Any]]


def validate(batches: Sequence[Batch], docs: Path | None) -> dict[str, Outcome]:
    """Validates frames.

    Args:
        batches: each a frame with its rows.
        docs: empty folder for the data docs; None makes none.

    Returns:
        The outcome of each expectation by its name. An expectation of which Great Expectations says nothing is absent.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the package is imported
    import great_expectations as gx  # noqa: PLC0415 (many seconds)
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    # It tells of its temporary folders, whatever its callers want to hear.
    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    for site in context.get_site_names():
        context.delete_data_docs_site(site)
    if docs is not None:
        context.add_data_docs_site("quality", _site(docs))  # type: ignore[arg-type]
    source = context.data_sources.add_pandas("build")
    outcomes: dict[str, Outcome] = {}
    for batch in batches:
        name = f"{batch.suite.name}.{batch.frame.name}"
        whole = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("rows")
        suite = context.suites.add(
            gx.ExpectationSuite(name=name, expectations=list(map(_native, batch.frame.expectations)))
        )
        definition = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=whole, suite=suite))
        result = definition.run(
            batch_parameters={"dataframe": _harmless(batch.rows)},
            result_format={"result_format": "COMPLETE", **_index(batch.frame)},
        )
        for one in result.results:
            configuration: Any = one.expectation_config
            outcomes[f"{batch.suite.name}.{configuration.meta['name']}"] = _outcome(one, batch.frame)
    if docs is not None:
        context.build_data_docs()
    return outcomes


def _native(expectation: Expectation) -> Any:
    from great_expectations.expectations.expectation_configuration import (  # noqa: PLC0415
        ExpectationConfiguration,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity  # noqa: PLC0415

    configuration = ExpectationConfiguration(
        type=f"expect_{expectation.type}",
        kwargs=dict(expectation.arguments),
        meta={"name": expectation.name, "since": expectation.since},
        notes=[f"{expectation.name.replace('_', ' ')}: {expectation.why}"],
        severity=FailureSeverity(expectation.severity),
    )
    return configuration.to_domain_obj()


def _index(frame: Frame) -> dict[str, Any]:
    """How rows that fail are named: by the frame's key, where it has one."""
    return {"unexpected_index_column_names": list(frame.key)} if frame.key else {}


def _outcome(result: Any, frame: Frame) -> Outcome:
    found = result.result or {}
    if frame.key:
        failing = [_readable(row, frame) for row in found.get("unexpected_index_list") or ()]
    else:
        column = str(result.expectation_config.kwargs.get("column", "value"))
        failing = [{column: value} for value in found.get("unexpected_list") or ()]
    return Outcome(bool(result.success), _error(result.exception_info), found.get("observed_value"), failing)


def _error(info: Mapping[str, Any]) -> str | None:
    """The message of the exception inside an expectation: Great Expectations reports it as a mere failure."""
    for one in [info, *(value for value in info.values() if isinstance(value, dict))]:
        if one.get("raised_exception"):
            return " ".join(str(one.get("exception_message")).split())
    return None


def _harmless(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with text escaped: data docs write values into HTML as they are, and names come from outside."""
    texts = rows.select_dtypes(include=["str", "object"]).columns
    return rows.assign(**{name: rows[name].map(_escaped) for name in texts})


def _escaped(value: object) -> object:
    return html.escape(value) if isinstance(value, str) else value


def _readable(row: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    """A row as it came from DuckDB, its key first."""
    ordered = {name: None if pd.isna(row[name]) else row[name] for name in (*frame.key, *row)}
    return {name: html.unescape(value) if isinstance(value, str) else value for name, value in ordered.items()}


def _site(docs: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
