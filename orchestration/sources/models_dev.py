"""``models_dev``: the registry of models.dev, read from stored copies; its names differ from those of the Hub."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import Document, Feed, Rows, each
from orchestration.sources.received_records import ReceivedRecord, Row, rows_of
from orchestration.sources.stored_source import stored_source

_HUB_PAGE = "https://huggingface.co/"
_MONTH = re.compile(r"\d{4}-\d{2}")


def read_models(document: Document) -> Iterable[Rows]:
    """The registry of models.dev, one model a line.

    Raises:
        DataRefused: the document is no list of records.
    """
    yield Rows("models", RecordKind.SOURCE_MODELS, document.day, rows_of(document.records, _model))


def _model(found: ReceivedRecord) -> Row:
    name = found.text("id", required=True) or ""
    released = found.text("release_date") or ""
    return {
        "source_model_name": name,
        "display_name": found.text("name"),
        "organization_name": name.partition("/")[0],
        "hub_model_id": next(_hub_pages(found.items("weights")), None),
        "family": found.text("family"),
        "license": found.text("license"),
        "is_open_weights": found.flag("open_weights"),
        # Of some releases it knows the month only, which is no day.
        "release_date": None if _MONTH.fullmatch(released) else found.day("release_date"),
    }


def _hub_pages(weights: list[Any]) -> Iterator[str]:
    for weight in weights:
        address = ReceivedRecord(weight).text("url") or ""
        if address.startswith(_HUB_PAGE):
            yield address


SPEC = stored_source(
    "models_dev",
    "models.dev: registry of models",
    "MIT",
    "models.dev, an open registry of models",
    Feed(("models",), each(read_models)),
)
