"""Telling each cause once to each service; what is over is forgotten, so that its return is told again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestration.alerts.alert import Alert, Cause
from orchestration.alerts.services import Service
from orchestration.alerts.told import Told, read_told, write_told
from orchestration.settings import Settings


@dataclass(frozen=True)
class Telling:
    """What came of it.

    Attributes:
        titles: of the alerts that a service took just now.
        silent: names of the services that did not take one.
    """

    titles: tuple[str, ...]
    silent: tuple[str, ...]

    def sentence(self) -> str:
        """The outcome in words."""
        told = f"Told: {'; '.join(self.titles)}." if self.titles else "Nothing new to tell."
        if not self.silent:
            return told
        return f"{told} {', '.join(self.silent)} did not take an alert; it is tried again, look at the service."


def remembered(told: Told, causes: Iterable[Cause], services: Iterable[Service]) -> Told:
    """What still matters of a record: causes that are there, services that are named."""
    named = {service.id for service in services}
    return {cause: told.get(cause, frozenset()) & named for cause in causes}


def tell(settings: Settings, alerts: Sequence[Alert], services: Sequence[Service]) -> Telling:
    """Tells all that is wrong now to whoever has not taken it yet.

    Each success is on record before the next is tried. What could not be delivered stays untold and is tried again by
    the next call; a service that fails once is left alone until then.

    Args:
        settings: the home that keeps the record.
        alerts: everything that is wrong now.
        services: whom to tell.

    Raises:
        WarehouseError: the record cannot be written; nothing more is sent then.
    """
    before = read_told(settings)
    told = remembered(before, (alert.cause for alert in alerts), services)
    if told != before:
        write_told(settings, told)
    titles: dict[str, None] = {}
    silent: dict[str, None] = {}
    for alert in alerts:
        for service in services:
            if service.id in told[alert.cause] or service.name in silent:
                continue
            if service.send(alert.title, alert.body):
                told[alert.cause] |= {service.id}
                write_told(settings, told)
                titles[alert.title] = None
            else:
                silent[service.name] = None
    return Telling(tuple(titles), tuple(silent))
