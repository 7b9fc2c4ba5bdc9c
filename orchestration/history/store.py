"""The history of one table: takes a snapshot in, gives any of them back.

    draft = history.with_snapshot(manifest, records)    files are written; nothing refers to them yet
    history.reconstruct(manifest, draft)                from these files
    history.commit(draft)                               now they count

The newest snapshot is kept with its keys, so a new day costs two days' reading, however long the history. A snapshot
that arrives late lies between two others: its own rows and those of its successor are made anew in the files of their
months, and all others stay as they are.
"""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.errors import DataRefused
from orchestration.history.change_files import file_name, merged_changes, time_of, times, write_rows
from orchestration.history.columns import KIND, MODELS_SCHEMA, SNAPSHOT_COLUMN
from orchestration.history.difference import (
    Integers,
    KeyedRecords,
    Matched,
    change_rows,
    mask,
    match_ids,
    usual_value,
)
from orchestration.history.index import HistoryFile, HistoryIndex, HistorySnapshot, read_index, write_index
from orchestration.history.layout import INDEX_NAME, history_folder
from orchestration.history.reconstruct import ChangeRows, reconstructed
from orchestration.snapshots.content import canonical
from orchestration.snapshots.disk import read_parquet
from orchestration.snapshots.manifest import Manifest


class History:
    """The history of one table of readings.

    Args:
        raw: the folder ``raw/`` of the home.
        source: name of the source.
        table: name of the table.
    """

    def __init__(self, raw: Path, source: str, table: str) -> None:
        self.folder = history_folder(raw, source, table)
        self._empty = HistoryIndex(source, table)

    def index(self) -> HistoryIndex:
        """What the history is now.

        Raises:
            DataRefused: the index is damaged.
        """
        return read_index(self.folder) or self._empty

    def holds(self, manifest: Manifest) -> bool:
        """Whether the history gives back what a manifest says."""
        return self.index().holds(manifest)

    def with_snapshot(self, manifest: Manifest, records_file: Path) -> HistoryIndex:
        """Writes what one more snapshot adds and returns the index that would name it. Nothing counts until committed.

        Args:
            manifest: of the snapshot; the history does not hold it yet.
            records_file: its records, in canonical order.

        Raises:
            DataRefused: a file that is to be read is damaged.
        """
        try:
            return self._drafted(self.index(), manifest, records_file)
        except (pa.ArrowException, LookupError) as error:
            raise DataRefused(
                f"{self.folder} cannot take in {records_file} ({error}); run `warehouse verify` and restore what it "
                "names."
            ) from None

    def reconstruct(self, snapshot_date: date, revision: int, index: HistoryIndex | None = None) -> pa.Table:
        """The records of a snapshot in canonical order, from the files of an index (by default of the present one).

        Raises:
            DataRefused: the history does not hold the snapshot, or a file of it is damaged.
        """
        index = index or self.index()
        snapshot = index.find(snapshot_date, revision)
        if snapshot is None:
            raise DataRefused(f"{self.folder} does not hold the snapshot of {snapshot_date}, revision {revision}.")
        try:
            parts = self._rows_until(index, snapshot)
            return canonical(reconstructed(parts, self._model_ids(index), snapshot.usual_read_at), KIND)
        except (OSError, pa.ArrowException, LookupError) as error:
            raise DataRefused(
                f"The snapshot of {snapshot_date} cannot be read from {self.folder} ({error}); run `warehouse verify`."
            ) from None

    def commit(self, index: HistoryIndex) -> None:
        """Makes an index the present one and removes the files that it does not name."""
        write_index(self.folder, index)
        self.sweep()

    def sweep(self) -> None:
        """Removes what a killed writer left behind; only for the one writer of the history."""
        for path in unnamed_files(self.folder, self.index()):
            path.unlink()

    # ---- inside ------------------------------------------------------------------------------------------------

    def _drafted(self, index: HistoryIndex, manifest: Manifest, records_file: Path) -> HistoryIndex:
        place = index.place_of(manifest.snapshot_date, manifest.revision)
        before = self._keyed(index, place - 1) if place > 0 else None
        column = _columns_of(records_file)
        ids = column("model_id")
        if before is None:
            matched = Matched(np.zeros(0, dtype=bool), np.zeros(len(ids), dtype=bool), ())
        else:
            matched = match_ids(before.column("model_id"), ids)
        keys, new_ids = self._keys(index, ids, before, matched)
        after = KeyedRecords(column, keys, usual_value(column(SNAPSHOT_COLUMN)))
        rows = change_rows(before, after, matched, manifest.snapshot_date, manifest.revision)
        month = _month(manifest.snapshot_date)

        files = list(index.files)
        if len(new_ids):
            numbers = pa.array(np.arange(index.models, index.models + len(new_ids)), pa.int32())
            models = pa.table([numbers, new_ids], schema=MODELS_SCHEMA)
            files.append(write_rows(self.folder, "models", month, models))
        if place == len(index.snapshots):
            files.append(write_rows(self.folder, "changes", month, rows))
            files = self._months_closed(files, month)
            files = [file for file in files if file.role not in {"newest_keys", "newest_records"}]
            files.append(write_rows(self.folder, "newest_keys", month, pa.table([keys], names=["model_key"])))
            files.append(self._kept(manifest, records_file, month))
        else:
            successor = index.snapshots[place]
            following = self._keyed(index, place)
            matched = match_ids(ids, following.column("model_id"))
            replaced = change_rows(after, following, matched, successor.snapshot_date, successor.revision)
            files = self._rows_replaced(files, month, manifest, rows)
            files = self._rows_replaced(files, _month(successor.snapshot_date), successor, replaced)
        entry = HistorySnapshot(
            manifest.snapshot_date, manifest.revision, manifest.rows, manifest.content_sha256, after.usual
        )
        return msgspec.structs.replace(
            index,
            snapshots=(*index.snapshots[:place], entry, *index.snapshots[place:]),
            files=tuple(files),
            models=index.models + len(new_ids),
        )

    def _keyed(self, index: HistoryIndex, place: int) -> KeyedRecords:
        """A snapshot with keys: the newest from where it is kept, another from the change rows."""
        snapshot = index.snapshots[place]
        kept = [*index.of("newest_records"), *index.of("newest_keys")]
        if place == len(index.snapshots) - 1 and all((self.folder / file.name).is_file() for file in kept):
            records, keys = (self.folder / file.name for file in kept)
            return KeyedRecords(_columns_of(records), _columns_of(keys)("model_key").to_numpy(), snapshot.usual_read_at)
        table = self.reconstruct(snapshot.snapshot_date, snapshot.revision, index)
        keys = pc.index_in(table["model_id"].combine_chunks(), value_set=self._model_ids(index)).to_numpy()
        return KeyedRecords(table.column, keys, snapshot.usual_read_at)

    def _keys(
        self, index: HistoryIndex, ids: pa.ChunkedArray, before: KeyedRecords | None, matched: Matched
    ) -> tuple[Integers, pa.Array]:
        """The key of each id, and the ids that get a new one, in their order."""
        keys = np.empty(len(ids), dtype=np.int32)
        if before is not None:
            keys[matched.after] = before.keys[matched.before]
        strangers = np.flatnonzero(~matched.after)
        found = ids.take(strangers).combine_chunks()
        # The few strangers are the hashed side, the millions of ids only pass by.
        known_at = pc.index_in(self._model_ids(index), value_set=found)
        is_known = mask(known_at.is_valid())
        is_new = np.ones(len(found), dtype=bool)
        returned = known_at.drop_null().to_numpy()
        is_new[returned] = False
        keys[strangers[returned]] = np.flatnonzero(is_known)
        keys[strangers[is_new]] = np.arange(index.models, index.models + is_new.sum())
        return keys, found.filter(pa.array(is_new))

    def _model_ids(self, index: HistoryIndex) -> pa.Array:
        """The id of each key."""
        files = index.of("models")
        if not files:
            return pa.array([], pa.string())
        models = pa.concat_tables([read_parquet(self.folder / file.name) for file in files])
        ids = pa.array(models["model_id"].combine_chunks())
        keys = models["model_key"].to_numpy()
        # Keys follow each other unless a snapshot came late.
        return ids if (np.diff(keys) == 1).all() else ids.take(np.argsort(keys))

    def _rows_until(self, index: HistoryIndex, snapshot: HistorySnapshot) -> list[ChangeRows]:
        parts = []
        last_month, last = _month(snapshot.snapshot_date), time_of(*snapshot.place)
        for file in index.of("changes"):
            path = self.folder / file.name
            if file.month < last_month:
                parts.append(_change_rows(path))
            elif file.month == last_month:
                counts = pa.array(times(read_parquet(path, ["snapshot_date", "revision"])) <= last)
                parts.append(_change_rows(path, counts))
        return parts

    def _months_closed(self, files: list[HistoryFile], open_month: str) -> list[HistoryFile]:
        """Merges the files of each month but the open one: rows of a model then lie side by side."""
        roles_and_months = [(file.role, file.month) for file in files if file.month < open_month]
        for role, month in sorted({each for each in roles_and_months if roles_and_months.count(each) > 1}):
            parts = [file for file in files if (file.role, file.month) == (role, month)]
            tables = [read_parquet(self.folder / part.name) for part in parts]
            merged = merged_changes(tables) if role == "changes" else pa.concat_tables(tables).sort_by("model_key")
            files = [file for file in files if file not in parts]
            files.append(write_rows(self.folder, role, month, merged))
        return files

    def _rows_replaced(
        self, files: list[HistoryFile], month: str, snapshot: Manifest | HistorySnapshot, rows: pa.Table
    ) -> list[HistoryFile]:
        """Replaces the rows of one snapshot; its month is one file then."""
        parts = [file for file in files if (file.role, file.month) == ("changes", month)]
        place = time_of(snapshot.snapshot_date, snapshot.revision)
        tables = [read_parquet(self.folder / part.name) for part in parts]
        others = [table.filter(pa.array(times(table) != place)) for table in tables]
        files = [file for file in files if file not in parts]
        return [*files, write_rows(self.folder, "changes", month, merged_changes([*others, rows]))]

    def _kept(self, manifest: Manifest, records_file: Path, month: str) -> HistoryFile:
        """Keeps the records of the newest snapshot; a second name for the file costs nothing where the disk has it."""
        entry = next(file for file in manifest.files if file.name == manifest.records_file)
        name = file_name("newest_records", month, entry.sha256)
        target = self.folder / name
        if not target.exists():
            staged = target.with_name(".staged")
            staged.unlink(missing_ok=True)
            try:
                staged.hardlink_to(records_file)
            except OSError:
                shutil.copyfile(records_file, staged)
            staged.replace(target)
        return HistoryFile("newest_records", month, name, entry.sha256, entry.bytes, entry.rows)


def unnamed_files(folder: Path, index: HistoryIndex) -> list[Path]:
    """Files in the folder of a history that its index does not name."""
    named = {folder / INDEX_NAME, *(folder / file.name for file in index.files)}
    return sorted(path for path in folder.rglob("*") if path.is_file() and path not in named)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _columns_of(path: Path) -> Callable[[str], pa.ChunkedArray]:
    """The columns of a file, each read when it is asked for, so that one at a time is in memory."""
    file = pq.ParquetFile(path)
    plain = {field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)}
    nowhere = _without_values(file) & plain

    def column(name: str) -> pa.ChunkedArray:
        if name in nowhere:
            return pa.chunked_array([pa.nulls(file.metadata.num_rows, file.schema_arrow.field(name).type)])
        return file.read([name])[name]

    return column


def _change_rows(path: Path, chosen: pa.Array | None = None) -> ChangeRows:
    """The chosen rows of a file of change rows."""
    column = _columns_of(path)
    with pq.ParquetFile(path) as file:
        return ChangeRows(column if chosen is None else _filtered(column, chosen), _without_values(file))


def _without_values(file: pq.ParquetFile) -> set[str]:
    """Columns of a file that hold no value at all, by its statistics: many of a listing's, which need not be read.

    A list may be empty without being null, which the statistics do not tell: lists are never among them.
    """
    found = set(file.schema_arrow.names)
    for number in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(number)
        for chunk in map(group.column, range(group.num_columns)):
            name, _, rest = chunk.path_in_schema.partition(".")
            has_values = chunk.statistics is None or chunk.statistics.null_count != chunk.num_values
            if has_values or ".list." in f".{rest}":
                found.discard(name)
    return found


def _filtered(column: Callable[[str], pa.ChunkedArray], chosen: pa.Array) -> Callable[[str], pa.ChunkedArray]:
    return lambda name: column(name).filter(chosen)
