"""The registry of sources: the one list that the CLI, Dagster and the tests go through."""

from orchestration.errors import ConfigurationError
from orchestration.sources.spec import SourceSpec

SOURCES: dict[str, SourceSpec] = {}


def source(name: str) -> SourceSpec:
    """The source of this name.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in SOURCES:
        raise ConfigurationError(f"There is no source {name!r}; known sources: {', '.join(SOURCES)}.")
    return SOURCES[name]
