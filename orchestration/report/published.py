"""What the page reads: the marts and ops of one published copy, and nothing else."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.errors import ConfigurationError
from orchestration.report.palette import ORGANIZATIONS, Series, series_of
from orchestration.settings import Settings
from orchestration.warehouse.query import query
from orchestration.warehouse.results import printable

#: What a reader is told when the marts do not say why something is missing.
NO_REASON = "the inputs of this build hold nothing that it could be made from"


@dataclass(frozen=True)
class Source:
    """One source with its licence, as far as it is in the copy."""

    source: str
    licence: str
    citation: str
    kinds: tuple[str, ...]
    newest: date
    snapshots: int
    synthetic: bool


@dataclass(frozen=True)
class Build:
    """What the copy was made from."""

    build_id: str
    built_at: datetime
    synthetic: bool
    notice: str | None


@dataclass(frozen=True)
class Published:
    """Questions to one published copy; every text of the answers is free of controls and invisible marks."""

    settings: Settings
    database: Path

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The answer to a question as records.

        Raises:
            ConfigurationError: the copy lacks a table or column; it was made by another version.
        """
        try:
            with query(self.settings, sql, self.database) as result:
                return [dict(zip(result.columns, map(_readable, row), strict=True)) for row in result.rows]
        except ConfigurationError as error:
            raise ConfigurationError(
                f"{self.database.name} does not have what the report page reads; make a new one with "
                f"`warehouse build`. {error}"
            ) from None

    @cached_property
    def build(self) -> Build:
        """The copy's own record."""
        [row] = self.rows("select build_id, built_at, synthetic, notice from ops.builds")
        return Build(**row)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Sources and licences of all usable snapshots."""
        rows = self.rows(
            """
            select
                source, licence, citation, list(distinct kind order by kind) as kinds,
                max(snapshot_date) as newest, count(*) as snapshots, bool_or(synthetic) as synthetic
            from ops.snapshots where is_usable group by source, licence, citation order by source, licence, citation
            """
        )
        return tuple(Source(**row | {"kinds": tuple(row["kinds"])}) for row in rows)

    @cached_property
    def choices(self) -> Mapping[str, tuple[str, str]]:
        """Value and meaning of each choice that the report leaves open, by its name."""
        rows = self.rows("select choice, chosen_value, meaning from ops.report_choices")
        return {row["choice"]: (row["chosen_value"], row["meaning"]) for row in rows}

    @cached_property
    def comments(self) -> Mapping[tuple[str, str], str]:
        """Definitions by table and column; the table's own under an empty column."""
        rows = self.rows(
            """
            select table_name, column_name, comment from duckdb_columns()
            where schema_name = 'marts' and comment is not null
            union all
            select table_name, '' as column_name, comment from duckdb_tables()
            where schema_name = 'marts' and comment is not null
            union all
            select view_name as table_name, '' as column_name, comment from duckdb_views()
            where schema_name = 'marts' and comment is not null
            """
        )
        notice = self.build.notice or ""
        return {(row["table_name"], row["column_name"]): row["comment"].removeprefix(notice).strip() for row in rows}

    @cached_property
    def organizations(self) -> Mapping[str, str]:
        """Display names by organisation, of those whose name is nobody else's."""
        rows = self.rows("select organization_id, display_name from dim_organization where display_name is not null")
        uses = Counter([*(row["display_name"] for row in rows), *(series.name for series in ORGANIZATIONS)])
        return {row["organization_id"]: row["display_name"] for row in rows if uses[row["display_name"]] == 1}

    @cached_property
    def month(self) -> date | None:
        """The newest month of which most is known: by whole days, or by a 30-day figure near its end."""
        [row] = self.rows(
            """
            with months as (
                select month, sum(models_observed + models_by_30_day_figure) / sum(models_with_data) as share
                from report_organization_monthly group by month
            )
            select coalesce(max(month) filter (share >= 0.5), max(month)) as month from months
            """
        )
        month: date | None = row["month"]
        return month

    @cached_property
    def intervals(self) -> Mapping[str, dict[str, Any]]:
        """The default case of each crossover, which carries the interval over all cases."""
        return {row["crossover_id"]: row for row in self.rows("from report_crossovers where is_default")}

    def organization(self, key: str) -> Series:
        """The look of an organisation."""
        return series_of(key, self.organizations.get(key))

    def reason(self, mart: str) -> str:
        """Why a mart has no rows, as `report_coverage` says."""
        rows = self.rows(
            f"""
            select reason, count(*) as parts from report_coverage
            where report = '{mart}' and status = 'absent' and reason is not null
            group by reason order by parts desc, reason limit 1
            """  # noqa: S608 - the name of a mart, from this package
        )
        return rows[0]["reason"] if rows else NO_REASON


def _readable(value: Any) -> Any:
    return printable(value) if isinstance(value, str) else value
