"""``hf_archive``: dated dumps of Hub metadata and counters, read by configuration alone.

Each ``[[hf_archive]]`` entry of a ``--sources`` file declares one raw table, or some days of it: where the files are,
how their day is known, and which of their fields is which column of ours (mapping.py). A file that holds many days
lands as one snapshot a day; all of them refer to the same received file.
"""

from collections.abc import Iterator
from functools import partial
from threading import Event
from typing import Any, Literal

from pydantic import Field as Setting
from pydantic import field_validator, model_validator

from orchestration.errors import ConfigurationError, Unreachable
from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.sources.ahead import Work, read_ahead
from orchestration.sources.dated_files import RowsRead, file_candidates
from orchestration.sources.fields import Format, Shape
from orchestration.sources.footprint import memory_for_files
from orchestration.sources.locations import LocatedFile, SourceEntry, located_files, parse_entries
from orchestration.sources.mapping import Column, check_columns
from orchestration.sources.parsing import Parsing
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec
from orchestration.sources.tabular import memory_to_land, rows_of

NAME = "hf_archive"
DEFAULT_PRIORITY = 100
#: Kinds of records that archives hold.
KINDS = (RecordKind.READINGS, RecordKind.EDGES, RecordKind.ORGANIZATION_TOTALS)

#: The public hub-stats layout: one file of all models a day, as the Hub's own API names the fields.
HUB_STATS_COLUMNS: dict[str, Any] = {
    "model_id": "id",
    "created_at": "createdAt",
    "downloads_30d": "downloads",
    "downloads_total": "downloadsAllTime",
    "likes": "likes",
    "tags": "tags",
    "last_modified_at": {"column": "lastModified", "optional": True},
    "pipeline_tag": {"column": "pipeline_tag", "optional": True},
    "library_name": {"column": "library_name", "optional": True},
    "total_parameters": {"column": "safetensors.total", "optional": True},
    "base_models": {"column": "baseModels", "optional": True},
    "gated": {"column": "gated", "optional": True},
    "is_private": {"column": "private", "optional": True},
    "is_disabled": {"column": "disabled", "optional": True},
    "sha": {"column": "sha", "optional": True},
    "hub_id": {"column": "_id", "optional": True},
}

#: A dump of all models with less than half of the models of the one before it is partial.
HUB_STATS: dict[str, Any] = {"table": "hub_stats", "minimum_rows_share": 0.5}


class ArchiveEntry(SourceEntry):
    """One table of the archive.

    Attributes:
        table: name of the raw table.
        kind: kind of its records.
        layout: a known layout; its settings and columns are the default, and ``columns`` adds to them.
        format: format of the files, where their suffix does not say.
        records_path: dotted path to the list of records inside a JSON document.
        orient: ``columns`` for JSON that pandas wrote as an object of columns.
        date_column: the field that says which day a record describes; its day in UTC where it has a time.
        where: field -> pattern (``*`` stands for anything); only records that match all of them belong to the table.
        columns: column of ours -> where it comes from.
    """

    table: str = Setting(pattern=r"^[a-z0-9][a-z0-9_]*$")
    kind: RecordKind = RecordKind.READINGS
    layout: Literal["hub_stats"] | None = None
    format: Format | None = None
    records_path: str | None = None
    orient: Literal["records", "columns"] = "records"
    date_column: str | None = None
    where: dict[str, str] = Setting(default_factory=dict)
    columns: dict[str, Column] = Setting(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _with_layout(cls, values: Any) -> Any:
        if isinstance(values, dict) and values.get("layout") == "hub_stats":
            return HUB_STATS | values | {"columns": HUB_STATS_COLUMNS | values.get("columns", {})}
        return values

    @field_validator("kind", mode="before")
    @classmethod
    def _as_kind(cls, value: Any) -> Any:
        if value not in KINDS:
            raise ValueError(f"is none of {', '.join(KINDS)}")
        return RecordKind(value)

    @model_validator(mode="after")
    def _is_whole(self) -> "ArchiveEntry":
        rules = [self.snapshot_date, self.date_pattern, self.date_column]
        if sum(rule is not None for rule in rules) != 1:
            raise ValueError("needs exactly one of snapshot_date, date_pattern and date_column")
        check_columns(self.kind, self.columns)
        return self

    @property
    def parsing(self) -> Parsing:
        """How the files are read."""
        shape = Shape(self.format, self.records_path, self.orient)
        return Parsing(self.kind, self.columns, shape, self.where, self.date_column)


def archived(request: IngestRequest) -> Iterator[Candidate | Failure]:
    """Candidates of all days of all entries that are asked for.

    Raises:
        ConfigurationError: an entry is wrong; nothing has been read by then.
    """
    for entry in parse_entries(ArchiveEntry, NAME, request.entries):
        if request.tables and entry.table not in request.tables:
            continue
        try:
            with located_files(entry.location, request.settings) as files:
                yield from _of_files(request, entry, [file for file in files if _is_wanted(request, entry, file)])
        except Unreachable as error:
            yield Failure(entry.table, "failed", str(error), snapshot_date=entry.snapshot_date, unreachable=True)


def _of_files(request: IngestRequest, entry: ArchiveEntry, files: list[LocatedFile]) -> Iterator[Candidate | Failure]:
    """Candidates of files in their order; where each is one day, as many at a time as memory and threads allow."""
    parsing, stop = entry.parsing, Event()
    rows = [rows_of(file, parsing.shape) for file in files]
    total = None if None in rows else sum(filter(None, rows))
    count = RowsRead(request, f"{NAME}/{entry.table}", total, stop)

    def read(file: LocatedFile) -> Iterator[Candidate | Failure]:
        return file_candidates(
            request, entry, file, parsing, source=NAME, table=entry.table, priority=DEFAULT_PRIORITY, count=count
        )

    yield from read_ahead(
        (
            Work(
                memory_to_land(file, parsing.fields, parsing.shape) if entry.date_column is None else None,
                partial(read, file),
            )
            for file in files
        ),
        threads=request.settings.threads,
        memory=memory_for_files(request.settings.memory_bytes),
        size=lambda found: found.records.nbytes if isinstance(found, Candidate) else 0,
        stop=stop,
    )


def _is_wanted(request: IngestRequest, entry: ArchiveEntry, file: LocatedFile) -> bool:
    try:
        day = entry.date_of(file.location)
    except ConfigurationError:  # said when its turn comes
        return True
    return day is None or request.wants(entry.table, day)


SPEC = SourceSpec(
    name=NAME,
    title="Dated dumps of Hub metadata and counters",
    live_location=None,
    licence="as declared per table",
    citation="Hugging Face Hub, model metadata and counters, as collected by the archive named per snapshot",
    max_age=None,
    tables=(
        TableSpec(
            "*", RecordKind.READINGS, "Models, edges or totals of a table named in the sources file.", live=False
        ),
    ),
    connector=archived,
    priority=DEFAULT_PRIORITY,
)
