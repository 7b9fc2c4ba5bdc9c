"""What has been told already, so that nobody hears twice of one cause: ``$WAREHOUSE_HOME/alerts/told.json``."""

from collections.abc import Mapping

import msgspec

from orchestration.alerts.alert import Cause
from orchestration.settings import Settings
from orchestration.snapshots.disk import replace_durably, writing

#: Cause -> ids of the services that took it.
Told = dict[Cause, frozenset[str]]


class _Entry(msgspec.Struct, frozen=True):
    cause: Cause
    services: tuple[str, ...]


def read_told(settings: Settings) -> Told:
    """What has been told; nothing when there is no record, or it is damaged: twice is better than never."""
    path = settings.root / "alerts" / "told.json"
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=list[_Entry])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return {entry.cause: frozenset(entry.services) for entry in entries}


def write_told(settings: Settings, told: Mapping[Cause, frozenset[str]]) -> None:
    """Replaces the record in one step.

    Raises:
        ConfigurationError: the home cannot be written.
        WarehouseError: the disk is full.
    """
    folder = settings.root / "alerts"
    entries = [_Entry(cause, tuple(sorted(services))) for cause, services in told.items()]
    with writing(settings.root, "What was told in alerts was not recorded"):
        folder.mkdir(parents=True, exist_ok=True)
        replace_durably(folder / "told.json", msgspec.json.format(msgspec.json.encode(entries)))
