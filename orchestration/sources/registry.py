"""The registry of sources: the one list that the CLI, Dagster and the tests go through."""

from orchestration.errors import ConfigurationError
from orchestration.sources import hf_archive, hf_hub, tracked_models
from orchestration.sources.spec import SourceSpec

SOURCES: dict[str, SourceSpec] = {spec.name: spec for spec in (hf_hub.SPEC, hf_archive.SPEC, tracked_models.SPEC)}


def source(name: str) -> SourceSpec:
    """The source of this name.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in SOURCES:
        raise ConfigurationError(f"There is no source {name!r}; known sources: {', '.join(SOURCES)}.")
    return SOURCES[name]
