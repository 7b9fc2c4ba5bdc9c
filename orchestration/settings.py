"""All settings, from the environment (prefix ``WAREHOUSE_``), in one place."""

import re
from functools import cached_property
from pathlib import Path

from pydantic import ByteSize, Field, SecretStr, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.limits import DEFAULT_THREADS

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT = PROJECT_ROOT / "dbt_project"

#: A size as DuckDB reads it.
_SIZE = re.compile(r"\d+(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)


class Settings(BaseSettings):
    """Where things are and how much of the machine may be used.

    Every field is set by an environment variable, e.g. ``WAREHOUSE_HOME``. Secrets (``HF_TOKEN``) are not settings:
    the library that needs one reads it from the environment, so that it cannot end up in a log or a manifest. The
    addresses of alerts are the exception; only who sends alerts unveils them.
    """

    # A variable that is set to nothing is not set: that is how people switch alerts or a target off.
    model_config = SettingsConfigDict(env_prefix="WAREHOUSE_", extra="ignore", env_ignore_empty=True)

    home: Path = Field(default=Path(".warehouse"), description="Folder of all data; never inside the repository's git.")
    memory_limit: str = Field(
        default="4GB",
        description="Memory of one command: DuckDB spills to disk beyond it, landing takes as many files at a time as "
        "fit and refuses one that does not.",
    )
    threads: int = Field(
        default=DEFAULT_THREADS, ge=1, description="Threads of DuckDB, dbt, Arrow and polars, and files read at a time."
    )
    spill_directory: Path | None = Field(
        default=None, description="Where DuckDB puts what does not fit into memory; by default `build/spill` at home."
    )
    spill_limit: str | None = Field(
        default=None, description="Most that one command may spill, e.g. 20GB; by default 90% of what is free there."
    )
    build_anyway: bool = Field(
        default=False, description="Whether a build is tried although it takes more memory or disk than there is."
    )
    published_copies: int = Field(default=3, ge=1, description="Published copies kept; older ones are pruned.")
    sources: Path | None = Field(default=None, description="Sources file that Dagster reads instead of live services.")
    daily_schedule: bool = Field(default=False, description="Whether `daily_refresh` runs by itself every day.")
    raw_retention_days: int | None = Field(
        default=None,
        ge=1,
        description="Days after which `warehouse compact` moves raw readings into the history; by default never.",
    )
    received_retention_days: int | None = Field(
        default=None,
        ge=1,
        description="Days after which `warehouse compact` drops received bytes; by default they are kept for ever.",
    )
    release_delay_days: int = Field(
        default=5, ge=0, le=27, description="Days from a month's end to its release: what is fetched by then counts."
    )
    monthly_schedule: bool = Field(default=False, description="Whether `monthly_release` runs by itself every month.")
    release_window_days: int = Field(
        default=14, ge=1, description="Days, from the first on which it is due, on which a month's release is tried."
    )
    publish_target: str | None = Field(
        default=None, description="Where `monthly_release` publishes (as in `warehouse release --publish`), or nowhere."
    )
    alerts: SecretStr | None = Field(
        default=None, description="Whom to alert: apprise URLs, divided by blanks or commas; they hold secrets."
    )
    request_timeout_seconds: float = Field(default=60.0, gt=0, description="Time-out of one HTTP request.")
    request_attempts: int = Field(default=6, ge=1, description="Attempts of one HTTP request before giving up.")
    request_wait_seconds: float = Field(default=1.0, ge=0, description="First wait between attempts; it doubles.")
    request_longest_wait_seconds: float = Field(default=600.0, ge=0, description="Longest wait, also if asked for.")

    @field_validator("memory_limit", "spill_limit")
    @classmethod
    def _is_a_size(cls, value: str | None) -> str | None:
        if value is not None and not (_SIZE.fullmatch(value) and _bytes(value)):
            raise ValueError("is no size; write for example 500MB, 4GB or 3.5GiB")
        return value

    @property
    def memory_bytes(self) -> int:
        """``memory_limit`` in bytes."""
        return _bytes(self.memory_limit)

    @property
    def spill_bytes(self) -> int | None:
        """``spill_limit`` in bytes."""
        return None if self.spill_limit is None else _bytes(self.spill_limit)

    @property
    def spill(self) -> Path:
        """The folder in which each connection to DuckDB spills into a folder of its own."""
        return self.root / "build" / "spill" if self.spill_directory is None else _absolute(self.spill_directory)

    @cached_property
    def root(self) -> Path:
        """Absolute ``$WAREHOUSE_HOME``."""
        return _absolute(self.home)

    @property
    def raw(self) -> Path:
        """The raw store: write-once dated snapshots."""
        return self.root / "raw"

    @property
    def build_database(self) -> Path:
        """The database that only dbt writes."""
        return self.root / "build" / "warehouse.duckdb"

    @property
    def releases(self) -> Path:
        """The folder of releases, each in a folder named by its version and never changed again."""
        return self.root / "releases"

    @property
    def published(self) -> Path:
        """The folder of analyst copies; ``current.duckdb`` points to the newest."""
        return self.root / "published"

    @property
    def current_database(self) -> Path:
        """What analysts open."""
        return self.published / "current.duckdb"


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _bytes(size: str) -> int:
    return TypeAdapter(ByteSize).validate_python(size)
