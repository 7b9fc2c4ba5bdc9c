"""The registry of sources: the one list that the CLI, Dagster and the tests go through."""

from orchestration.errors import ConfigurationError
from orchestration.sources import (
    artificial_analysis,
    epoch,
    hf_archive,
    hf_hub,
    leaderboards,
    lmarena,
    models_dev,
    openrouter,
    tracked_models,
)
from orchestration.sources.spec import SourceSpec

#: In the order in which they are landed: the Hub is asked about the organisations that the registry names.
SOURCES: dict[str, SourceSpec] = {
    spec.name: spec
    for spec in (
        tracked_models.SPEC,
        hf_hub.SPEC,
        hf_archive.SPEC,
        openrouter.SPEC,
        artificial_analysis.SPEC,
        lmarena.SPEC,
        epoch.SPEC,
        *leaderboards.SPECS,
        models_dev.SPEC,
    )
}


def source(name: str) -> SourceSpec:
    """The source of this name.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in SOURCES:
        raise ConfigurationError(f"There is no source {name!r}; known sources: {', '.join(SOURCES)}.")
    return SOURCES[name]
