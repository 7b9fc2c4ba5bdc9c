"""Names and sentences that several documents of a release share."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from orchestration.release.manifest import ReleaseManifest
from orchestration.release.provenance import Snapshot
from orchestration.warehouse.results import printable

NAME = "open-model-warehouse"
TITLE = "Open-model warehouse"
REPORT_CITED = "The ATOM Report (arXiv:2604.07190)"

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!$])")


def name_of(manifest: ReleaseManifest) -> str:
    """Name for machines; a synthetic release says so."""
    return f"{NAME}-synthetic" if manifest.synthetic else NAME


def title_of(manifest: ReleaseManifest) -> str:
    """Title for people; a synthetic release says so."""
    return f"{TITLE} (SYNTHETIC data, no measurement)" if manifest.synthetic else TITLE


def description_of(manifest: ReleaseManifest) -> str:
    """What the release is, in two sentences."""
    notice = f"{manifest.notice} " if manifest.notice else ""
    return (
        f"{notice}Who publishes open language models, how often they are downloaded, what is built on them, where they "
        f"are served and how good they are; by organisation, region and size, over time. Release {manifest.version}: "
        f"what was known about {manifest.month:%Y-%m} when its newest snapshot had been fetched, "
        f"{manifest.known_until:%Y-%m-%d %H:%M} UTC."
    )


def escaped(text: str) -> str:
    """Text from anywhere as one line of Markdown that nothing interprets."""
    return _MARKDOWN.sub(r"\\\1", printable(" ".join(text.split())))


def plain(text: str) -> str:
    """A description of our own as one line of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def link(path: str) -> str:
    """A path as the target of a Markdown link."""
    return quote(path)


def sources_of(snapshots: Iterable[Snapshot]) -> list[tuple[str, str, str]]:
    """Source, licence and citation of all snapshots, each once, in order."""
    return sorted({(each.source, each.licence, each.citation) for each in snapshots})
