"""What a release is made from: the published copy of a finished build, untouched since."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from orchestration.errors import ConfigurationError, DataRefused
from orchestration.months import month_after
from orchestration.release.provenance import Snapshot, snapshots_of
from orchestration.settings import Settings
from orchestration.warehouse import dbt, duckdb
from orchestration.warehouse.build import finished_build
from orchestration.warehouse.contract import Contract, contract_of
from orchestration.warehouse.evidence import manifest_of_build
from orchestration.warehouse.publish import BuildRecord, current_copy, current_record, is_sealed


@dataclass(frozen=True)
class FinishedCopy:
    """A published copy and all that is known about its making.

    Attributes:
        settings: of its home.
        database: its file.
        build: its record.
        contract: what the project declares about its tables.
        dbt_vars: the variables of the dbt project.
        snapshots: which it was made from.
    """

    settings: Settings
    database: Path
    build: BuildRecord
    contract: Contract
    dbt_vars: dict[str, Any]
    snapshots: tuple[Snapshot, ...]


def finished_copy(settings: Settings) -> FinishedCopy:
    """The current copy of a home, once it is certain that nobody has edited it or the build behind it.

    Raises:
        ConfigurationError: nothing is published.
        DataRefused: the copy or the build was edited, or they do not belong together.
    """
    database = current_copy(settings)
    build = current_record(settings)
    if build is None or not is_sealed(database):
        raise DataRefused(
            f"{database} is not the copy that was published (it was edited or damaged); make a new one with "
            "`warehouse build --full-refresh`."
        )
    finished = finished_build(settings)
    if finished is None:
        raise DataRefused(
            f"{settings.build_database} is not the untouched result of a finished build (a build failed, or a mart was "
            "edited by hand); run `warehouse build`."
        )
    if finished.fingerprint != build.fingerprint:
        raise DataRefused(
            f"The published copy {build.build_id} is not of the newest build; run `warehouse build` to publish it."
        )
    manifest = manifest_of_build(settings)
    contract = contract_of(manifest)
    if contract is None:
        raise ConfigurationError(
            f"{manifest} does not say which columns are keys; run `warehouse build --full-refresh`."
        )
    try:
        with duckdb.connect_read_only(settings, database) as connection:
            snapshots = snapshots_of(connection, database.stem)
    except duckdb.Error as error:
        raise ConfigurationError(
            f"{database.name} does not say which snapshots it was made from ({error}); run `warehouse build`."
        ) from None
    return FinishedCopy(settings, database, build, contract, dbt.variables(), snapshots)


def require_month(copy: FinishedCopy, month: date) -> None:
    """A release is about a month that is over and not long past.

    Raises:
        DataRefused: the build does not reach the end of the month, or lies far beyond it.
    """
    newest = max((snapshot.snapshot_date for snapshot in copy.snapshots), default=None)
    last_day = month_after(month) - timedelta(days=1)
    if newest is None or newest < last_day:
        raise DataRefused(
            f"Build {copy.build.build_id} ends on {newest}, so {month:%Y-%m} is not complete; ingest and build again "
            "once it is over."
        )
    if newest >= month_after(month_after(month)):
        raise DataRefused(
            f"Build {copy.build.build_id} reaches to {newest}, far beyond {month:%Y-%m}; release what was known then "
            f"with `warehouse release --backfill {month:%Y-%m} {month:%Y-%m}`."
        )
