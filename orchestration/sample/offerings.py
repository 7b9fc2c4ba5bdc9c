"""The models that providers serve and rate, and what each of them calls a model."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from orchestration.sample.catalogue import Model, models
from orchestration.sample.tables import expand, rows

Weights = Literal["tracked", "untracked", "closed", "secret"]
#: A provider's name and the part of the model's ability that it shows, e.g. ``gpt-5-low`` and 0.88.
Name = tuple[str, float]


@dataclass(frozen=True)
class Provider:
    """What others call an organisation.

    Attributes:
        organization: Hub namespace, or what stands for one.
        country: two letters, None where nobody knows.
    """

    organization: str
    openrouter: str
    analysis: str
    analysis_name: str
    country: str | None
    arena: str
    epoch: str


@dataclass(frozen=True)
class Offering:
    """One model that is served or rated.

    Attributes:
        model: Hub id, or organisation and name of a model without weights to fetch.
        weights: whether they are open, and on the registry's lists (tracked).
        released: day from which it is served and rated.
        ability: what every score is made from; it is no score itself.
        openrouter_id: id in OpenRouter's list, None where it is not served there.
        permaslug: its canonical form, often dated, as rankings name it.
        free_share: part of the tokens under the variant ``:free``.
        popularity: part of its organisation's tokens, age aside.
        analysis: names at Artificial Analysis.
        arena: names at LMArena.
        epoch: names at Epoch.
        tracked: the model of the registry, where there is one.
    """

    model: str
    weights: Weights
    released: date
    ability: float
    openrouter_id: str | None
    permaslug: str | None
    free_share: float
    popularity: float
    analysis: tuple[Name, ...]
    arena: tuple[Name, ...]
    epoch: tuple[Name, ...]
    tracked: Model | None

    @property
    def organization(self) -> str:
        """Hub namespace, or what stands for one."""
        return self.model.partition("/")[0]

    @property
    def name(self) -> str:
        """The model's name within its organisation."""
        return self.model.partition("/")[2]

    @property
    def is_open(self) -> bool:
        """Whether the weights can be fetched."""
        return self.weights in ("tracked", "untracked")

    @property
    def license(self) -> str | None:
        """Licence of the weights, as the Hub names it; None where there are none."""
        if not self.is_open:
            return None
        return self.tracked.license if self.tracked else "other"

    @property
    def provider(self) -> Provider:
        """What others call its organisation."""
        return providers()[self.organization]


@cache
def providers() -> dict[str, Provider]:
    """All organisations by Hub namespace."""
    return {
        row["organization"]: Provider(**{**row, "country": row["country"] or None})  # type: ignore[arg-type]
        for row in rows("providers")
    }


@cache
def offerings() -> tuple[Offering, ...]:
    """All models that are served or rated, in the order of their table; copies that a scale makes are not."""
    tracked = {model.model_id: model for model in models()}
    return tuple(_offering(row, tracked) for row in rows("rated_models"))


def _offering(row: dict[str, str], tracked: dict[str, Model]) -> Offering:
    model = tracked[row["model"]] if row["weights"] == "tracked" else None
    author = providers()[row["model"].partition("/")[0]].openrouter
    return Offering(
        model=row["model"],
        weights=row["weights"],  # type: ignore[arg-type]
        released=model.released if model else date.fromisoformat(row["released"]),
        ability=float(row["ability"]),
        openrouter_id=f"{author}/{row['openrouter']}" if row["openrouter"] else None,
        permaslug=f"{author}/{row['dated'] or row['openrouter']}" if row["openrouter"] else None,
        free_share=float(row["free"] or 0),
        popularity=float(row["popularity"] or 0),
        analysis=_names(row["analysis"]),
        arena=_names(row["arena"]),
        epoch=_names(row["epoch"]),
        tracked=model,
    )


def _names(pattern: str) -> tuple[Name, ...]:
    return tuple(expand(pattern)) if pattern else ()
