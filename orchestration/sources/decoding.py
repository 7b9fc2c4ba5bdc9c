"""Documents from files: JSON, JSON lines, CSV and YAML, plain or gzipped; what cannot be decoded is one sentence."""

import csv
import io
from collections import Counter
from pathlib import PurePosixPath
from typing import Any

import msgspec
import yaml  # type: ignore[import-untyped]

from orchestration.errors import DataRefused
from orchestration.sources.locations import LocatedFile
from orchestration.sources.tabular import opened_document

_FORMS = {".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".yml": "yaml", ".yaml": "yaml"}


def decoded(file: LocatedFile) -> Any:
    """What a file holds: a JSON or YAML value, a list of JSON lines, or a list of CSV records.

    A CSV record that has not as many values as the header has names stays a list of values.

    Raises:
        DataRefused: the name's suffix is of no known format, or the file is empty, broken or of another format.
    """
    suffix = PurePosixPath(file.name.lower().removesuffix(".gz")).suffix
    if suffix and suffix not in _FORMS:
        raise DataRefused(f"The format of {file.location} cannot be told from its name; give it a usual suffix.")
    form = _FORMS.get(suffix, "json")  # what services answer at addresses without a suffix
    with opened_document(file, form) as content:
        match form:
            case "json":
                return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
            case "jsonl":
                return [msgspec.json.decode(line) for line in content.splitlines() if line.strip()]
            case "csv":
                return _csv_records(content.decode("utf-8-sig"), file.location)
            case _:
                return _yaml_value(content.decode("utf-8-sig"), file.location)


def _csv_records(text: str, location: str) -> list[Any]:
    names, *records = [values for values in csv.reader(io.StringIO(text, newline=""), strict=True) if values]
    repeated = [name for name, times in Counter(names).items() if times > 1]
    if repeated:
        raise DataRefused(f"{location} has the column {repeated[0]!r} twice; name the one to use in its header.")
    return [dict(zip(names, values, strict=True)) if len(values) == len(names) else values for values in records]


def _yaml_value(text: str, location: str) -> Any:
    try:
        # A few nested aliases unfold to billions of records.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise DataRefused(f"{location} uses YAML aliases, which no leaderboard needs; look at the file.")
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        said = " ".join(str(error).split())[:200]
        raise DataRefused(f"{location} cannot be read as yaml ({said}); fetch it again.") from None
