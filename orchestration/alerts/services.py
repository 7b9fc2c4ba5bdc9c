"""Services that take alerts, by the apprise URLs of WAREHOUSE_ALERTS. The URLs hold secrets and are never shown."""

import logging
from dataclasses import dataclass
from typing import Protocol

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from orchestration.errors import ConfigurationError
from orchestration.settings import Settings

# Its log may name parts of the URLs; what people need to know of a failure is said here.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class Service(Protocol):
    """Somebody who can be told.

    Attributes:
        id: the same for the same address, without giving it away.
        name: for people, without secrets.
    """

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102

    def send(self, title: str, body: str) -> bool:
        """Tells; whether it was taken."""


@dataclass(frozen=True)
class AppriseService:
    """One address; see :class:`Service`."""

    id: str
    name: str
    address: Apprise

    def send(self, title: str, body: str) -> bool:
        """See the protocol."""
        return bool(
            self.address.notify(body, title, NotifyType.WARNING, body_format=NotifyFormat.TEXT, interpret_escapes=False)
        )


def alert_services(settings: Settings) -> list[AppriseService]:
    """The services of the setting; none when it is not set.

    Raises:
        ConfigurationError: one of its addresses is none.
    """
    if settings.alerts is None:
        return []
    text = settings.alerts.get_secret_value()
    asset = AppriseAsset(app_id="Open-model warehouse", app_desc="Open-model warehouse", app_url="", async_mode=False)
    all_of_them = Apprise(asset=asset)
    words = [word for word in text.split() if word.strip(",")]
    # A word that is no URL would be left out without a sound.
    if not words or not all("://" in word for word in words) or not all_of_them.add(text):
        raise ConfigurationError(
            "WAREHOUSE_ALERTS names an address that apprise does not know, so nobody is alerted; write apprise URLs "
            "(such as mailto://USER:PASSWORD@HOST), divided by blanks or commas, and start Dagster again."
        )
    services = []
    for number, server in enumerate(all_of_them, start=1):
        alone = Apprise(asset=asset)
        alone.add(server)
        name = f"{server.service_name} (number {number} of WAREHOUSE_ALERTS)"
        # A short hash of the address; not every kind of service has one.
        identity = str(server.url_id() or name)  # type: ignore[no-untyped-call]
        services.append(AppriseService(identity, name, alone))
    return services
