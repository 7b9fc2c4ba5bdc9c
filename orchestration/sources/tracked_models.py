"""``tracked_models``: the registry of mainline models, its regions, parameters and date corrections.

Live, the CSVs are read from the public repository as they are today; as an archive, from stored copies whose file
names are those of the repository. When a model entered, left or moved between lists follows from the dated copies.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import NamedTuple

from orchestration.errors import Unreachable
from orchestration.snapshots.candidate import Candidate, Failure, ReceivedFile
from orchestration.snapshots.records import RecordKind
from orchestration.sources.dated_files import file_candidates
from orchestration.sources.fields import Shape
from orchestration.sources.locations import LocatedFile, SourceEntry, is_url, located_files, parse_entries
from orchestration.sources.mapping import Column, Columns
from orchestration.sources.parsing import Parsing
from orchestration.sources.spec import IngestRequest, SourceSpec, TableSpec

NAME = "tracked_models"
PRIORITY = 100
#: Folder of the repository's files on its main branch.
LIVE_LOCATION = "https://raw.githubusercontent.com/Interconnects-AI/tracked-models/main"


class RegistryTable(NamedTuple):
    """One CSV of the registry: its kind, its path in the repository and its columns."""

    kind: RecordKind
    path: str
    columns: Columns
    description: str


def _columns(**columns: str | dict[str, object]) -> Columns:
    return {name: Column.model_validate(column) for name, column in columns.items()}


_MODELS = _columns(organization_id="org", model_name="model", model_id="modelId")

TABLES: dict[str, RegistryTable] = {
    "models": RegistryTable(
        RecordKind.REGISTRY_MODELS, "models.csv", _MODELS, "The mainline list: models that the report counts."
    ),
    "extra_models": RegistryTable(
        RecordKind.REGISTRY_MODELS, "extra_models.csv", _MODELS, "Models that are tracked beside the mainline list."
    ),
    "model_parameters": RegistryTable(
        RecordKind.REGISTRY_PARAMETERS,
        "metadata/model_parameters.csv",
        _columns(
            model_id="model_id",
            total_parameters={"column": "total_params_b", "scale": 1e9},
            active_parameters={"column": "active_params_b", "scale": 1e9},
            is_moe="is_moe",
            notes="notes",
        ),
        "Curated total and active parameters of models.",
    ),
    "organization_regions": RegistryTable(
        RecordKind.REGISTRY_REGIONS,
        "metadata/organization_regions.csv",
        _columns(organization_id="hf_org", region="region", notes="notes"),
        "Region of each organisation.",
    ),
    "release_date_corrections": RegistryTable(
        RecordKind.REGISTRY_RELEASE_DATES,
        "metadata/release_date_corrections.csv",
        _columns(
            model_id="model_id",
            hub_created_date="hf_created_at",
            release_date="actual_release_date",
            notes="notes",
        ),
        "Release dates that differ from the creation of the repository.",
    ),
}


def tracked(request: IngestRequest) -> Iterator[Candidate | Failure]:
    """Candidates of all registry tables that are asked for: today's, or those of the entries' files.

    Raises:
        ConfigurationError: an entry is wrong; nothing has been read by then.
    """
    entries = parse_entries(SourceEntry, NAME, request.entries) or [SourceEntry(location=LIVE_LOCATION)]
    for entry in entries:
        if is_url(entry.location) and not entry.location.endswith((".csv", ".csv.gz")):
            yield from _live(request, entry)
        else:
            yield from _located(request, entry)


def _live(request: IngestRequest, folder: SourceEntry) -> Iterator[Candidate | Failure]:
    """Every table from a folder on the web: as it is today, unless the entry says which day it describes."""
    day = folder.snapshot_date or request.clock().date()
    for name, table in TABLES.items():
        location = f"{folder.location.rstrip('/')}/{table.path}"
        if request.wants(name, day):
            yield from _located(request, folder.model_copy(update={"location": location, "snapshot_date": day}))
        elif request.wants(name, request.snapshot_date or day):
            reason = (
                f"{NAME}/{name} can be had for {day} only, not for {request.snapshot_date}: what is at {location} "
                "describes no other day; name a stored copy in a sources file."
            )
            yield Failure(name, "failed", reason, snapshot_date=request.snapshot_date)


def _located(request: IngestRequest, entry: SourceEntry) -> Iterator[Candidate | Failure]:
    """The files of one entry; the name of each says which table it is."""
    try:
        with located_files(entry.location, request.settings) as files:
            for file in files:
                yield from _of_file(request, entry, file)
    except Unreachable as error:
        name = _stem(entry.location)
        if name in request.tables or name not in TABLES or not request.tables:
            yield Failure(name, "failed", str(error), entry.snapshot_date, unreachable=True)


def _of_file(request: IngestRequest, entry: SourceEntry, file: LocatedFile) -> Iterator[Candidate | Failure]:
    name = _stem(file.name)
    if request.tables and name not in request.tables:
        return
    reason = None
    if name not in TABLES:
        reason = f"{file.location} is no table of the registry ({', '.join(TABLES)}); correct the location."
    elif entry.snapshot_date is None and entry.date_pattern is None:
        reason = f"{file.location} has no date; set snapshot_date or date_pattern in the sources file."
    if reason is not None:
        yield Failure(name, "refused", reason, received=(ReceivedFile(file.path, file.location, file.name),))
        return
    parsing = Parsing(TABLES[name].kind, TABLES[name].columns, Shape(format="csv"))
    yield from file_candidates(request, entry, file, parsing, source=NAME, table=name, priority=PRIORITY)


def _stem(name: str) -> str:
    """File name without folders and suffixes."""
    return PurePosixPath(name).name.split(".")[0]


SPEC = SourceSpec(
    name=NAME,
    title="Registry of tracked open models",
    live_location=LIVE_LOCATION,
    licence="Apache-2.0",
    citation="Interconnects AI, tracked-models, the model registry of The ATOM Report",
    max_age=timedelta(days=14),
    tables=tuple(TableSpec(name, table.kind, table.description, live=True) for name, table in TABLES.items()),
    connector=tracked,
    priority=PRIORITY,
)
