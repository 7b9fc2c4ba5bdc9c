"""Errors that a user can act on; each carries the exit code of the command line.

The message is one clear sentence: which source, date, file or record, and what to do. Anything else that is raised is
a defect of this program.
"""


class WarehouseError(Exception):
    """Base of all expected failures."""

    exit_code = 1


class DataRefused(WarehouseError):
    """The data is wrong: it was read, judged and not accepted (exit code 1)."""

    exit_code = 1


class ConfigurationError(WarehouseError):
    """The call or the configuration is wrong (exit code 2)."""

    exit_code = 2


class Unreachable(WarehouseError):
    """A source or target could not be reached (exit code 3)."""

    exit_code = 3
