"""Where the history of a table lies, beside the raw store that it belongs to.

history/<source>/<table>/history.json                    which snapshots and files make it up; replaced in one step
history/<source>/<table>/changes/<month>-<sum>.parquet   change rows, by model key and time
history/<source>/<table>/models/<month>-<sum>.parquet    ids of the models that were first seen then
history/<source>/<table>/newest/...                      the newest snapshot with keys, to difference the next one

Files are named by what is in them and never changed; one that ``history.json`` does not name is left by a kill.
"""

from pathlib import Path

from orchestration.snapshots.layout import table_folder

HISTORY = "history"
INDEX_NAME = "history.json"


def history_folder(raw: Path, source: str, table: str) -> Path:
    """Folder of the history of a table.

    Args:
        raw: the folder ``raw/`` of the same home.
        source: name of the source.
        table: name of the table.

    Raises:
        ConfigurationError: a name cannot be a folder.
    """
    return raw.parent / HISTORY / table_folder(source, table)
