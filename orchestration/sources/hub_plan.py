"""What to ask the Hub for: the listings of each table, from the registry of tracked models."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from orchestration.sources.hub_client import HubError
from orchestration.sources.hub_listing import Listing
from orchestration.sources.hub_models import model_id_of

#: Every field that the marts need, in one pass; the Hub adds the immutable ``_id`` and ``id`` by itself.
EXPAND = (
    "baseModels",
    "createdAt",
    "disabled",
    "downloads",
    "downloadsAllTime",
    "gated",
    "lastModified",
    "library_name",
    "likes",
    "pipeline_tag",
    "private",
    "safetensors",
    "sha",
    "tags",
)
#: Models per page: the most that the Hub gives.
PAGE_SIZE = 1000

_MODELS = "/api/models"


@dataclass(frozen=True)
class Plan:
    """The listings of one table.

    Attributes:
        listings: what is asked for in any case, in order. None is sorted by the Hub: without an order it goes by the
            immutable id, so that a model does not move between pages while they are read.
        organizations: organisation -> its tracked models, for those that are asked for as a whole.
    """

    listings: tuple[Listing, ...]
    organizations: dict[str, tuple[str, ...]]

    def follow_up(self, listing: Listing, rows: int, models: list[bytes]) -> list[Listing]:
        """What a finished listing makes necessary.

        An organisation that lists nothing may have a new name: its tracked models are asked for one by one, because
        the Hub redirects a single model to its new id. The organisation found there is then listed as a whole, so
        that every organisation in the snapshot is complete.

        Raises:
            HubError: a model exists though its organisation lists nothing: that list was cut.
        """
        if listing.is_single:
            found = [organization_of(model_id) for model in models if (model_id := model_id_of(model))]
            if organization_of(listing.name) in filter(None, found):
                raise HubError(f"{listing.name} exists, but its organisation was listed without any model")
            return [of_organization(organization) for organization in found if organization]
        if rows == 0:
            for organization, tracked in self.organizations.items():
                if listing == of_organization(organization):
                    return [of_model(model_id) for model_id in tracked]
        return []


def tracked_plan(model_ids: Iterable[str]) -> Plan:
    """All models of every organisation that has a tracked model."""
    organizations: dict[str, tuple[str, ...]] = defaultdict(tuple)
    single = []
    for model_id in sorted(set(model_ids)):
        if organization := organization_of(model_id):
            organizations[organization] += (model_id,)
        else:
            single.append(of_model(model_id))
    return Plan((*map(of_organization, organizations), *single), dict(organizations))


def derivatives_plan(model_ids: Iterable[str]) -> Plan:
    """All models that declare a tracked model as their base."""
    return Plan(
        tuple(_listing(f"filter=base_model:{name}", filter=f"base_model:{name}") for name in sorted(set(model_ids))), {}
    )


def full_plan() -> Plan:
    """All models."""
    return Plan((_listing("all models"),), {})


def organization_of(model_id: str) -> str:
    """The organisation in a model id; empty for the few old ids without one."""
    return model_id.rpartition("/")[0]


def of_organization(name: str) -> Listing:
    """All models of one organisation."""
    return _listing(f"author={name}", author=name)


def of_model(model_id: str) -> Listing:
    """One model."""
    query = urlencode([("expand", field) for field in EXPAND])
    return Listing(model_id, f"{_MODELS}/{quote(model_id)}", query, is_single=True)


def _listing(name: str, **conditions: str) -> Listing:
    fields = [("expand", field) for field in EXPAND]
    return Listing(name, _MODELS, urlencode([*conditions.items(), ("limit", PAGE_SIZE), *fields]))
