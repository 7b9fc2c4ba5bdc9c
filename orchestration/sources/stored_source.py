"""A source with one feed of stored copies and no live service."""

from collections.abc import Iterator, Mapping

from orchestration.snapshots.candidate import Candidate, Failure
from orchestration.snapshots.records import RecordKind
from orchestration.sources.documents import DocumentEntry, Feed, documented
from orchestration.sources.locations import parse_entries
from orchestration.sources.spec import Connector, IngestRequest, SourceSpec, TableSpec

_TABLES = {
    "evaluations": TableSpec("evaluations", RecordKind.EVALUATIONS, "One score per model and metric.", live=False),
    "models": TableSpec("models", RecordKind.SOURCE_MODELS, "Models and what is known of them.", live=False),
}


def stored_source(name: str, title: str, licence: str, citation: str, feed: Feed) -> SourceSpec:
    """A source whose feed has its name and feeds ``evaluations``, ``models`` or both."""
    return SourceSpec(
        name=name,
        title=title,
        live_location=None,
        licence=licence,
        citation=citation,
        max_age=None,
        tables=tuple(_TABLES[table] for table in feed.tables),
        connector=_connector(name, feed),
    )


def _connector(name: str, feed: Feed) -> Connector:
    class Entry(DocumentEntry):
        feed: str = name

        @classmethod
        def feeds(cls) -> Mapping[str, Feed]:
            return {name: feed}

    def stored(request: IngestRequest) -> Iterator[Candidate | Failure]:
        for entry in parse_entries(Entry, name, request.entries):
            yield from documented(request, name, entry)

    return stored
