"""Keys of live services: read from the environment where they are used, and never shown."""

import os

from orchestration.errors import ConfigurationError


def key_in(variable: str) -> str | None:
    """The key in an environment variable; None where it is not set.

    Raises:
        ConfigurationError: what is set cannot be sent in a header; the sentence does not show it.
    """
    key = os.environ.get(variable, "").strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(f"{variable} is not a key (it has blanks or special characters); set it anew.")
    return key or None
