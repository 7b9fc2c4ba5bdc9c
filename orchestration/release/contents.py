"""Everything that a release holds, written into a folder that is still being made."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from orchestration.release import layout
from orchestration.release.card import card
from orchestration.release.citation import citation
from orchestration.release.croissant import croissant
from orchestration.release.database import make_database
from orchestration.release.datapackage import datapackage
from orchestration.release.dictionary import dictionary, licences_text
from orchestration.release.diff import compare
from orchestration.release.diff_record import ReleaseDiff, encode_diff
from orchestration.release.diff_text import diff_text
from orchestration.release.docs_page import write_docs_page
from orchestration.release.export import export_tables
from orchestration.release.gate import GateResult
from orchestration.release.licences import licence_of_release, read_rules
from orchestration.release.manifest import ReleaseManifest, encode_manifest, read_manifest
from orchestration.release.provenance import encode_provenance, provenance
from orchestration.release.report_page import write_report_page
from orchestration.release.source import FinishedCopy
from orchestration.release.store import folder_of
from orchestration.release.sums import encode_sums, sums_of
from orchestration.release.tombstones import Tombstone
from orchestration.release.version import Version
from orchestration.release.wording import sources_of
from orchestration.settings import Settings
from orchestration.snapshots.disk import write_durably
from orchestration.warehouse import duckdb

Step = Callable[[str], None]


@dataclass(frozen=True)
class Draft:
    """What a release is made of, before it is one.

    Attributes:
        version: what it will be.
        previous: the release that its changes are told against.
        copy: the published copy.
        tombstones: ids that are left out.
        verdict: of the gate.
        inputs_sha256: identity of all inputs.
        as_of: for a release of the past, up to when snapshots were taken.
        now: the present.
    """

    version: Version
    previous: Version | None
    copy: FinishedCopy
    tombstones: Sequence[Tombstone]
    verdict: GateResult
    inputs_sha256: str
    as_of: datetime | None
    now: datetime


def write_contents(settings: Settings, folder: Path, draft: Draft, step: Step) -> ReleaseManifest:
    """Writes all files of a release and their sums.

    Args:
        settings: of the home that keeps the releases.
        folder: an empty folder.
        draft: what to write.
        step: receives the name of each piece of work when it begins.

    Raises:
        DataRefused: licences do not go together, or a key is not one.
    """
    copy, verdict = draft.copy, draft.verdict
    rules = read_rules()
    licence = licence_of_release(rules, copy.snapshots)
    step("tables")
    with duckdb.connect(settings) as connection:
        duckdb.attach(connection, copy.database, "published", read_only=True)
        tables = export_tables(connection, "published", folder, contract=copy.contract, tombstones=draft.tombstones)
    gate = verdict.file.read_bytes()
    manifest = ReleaseManifest(
        version=str(draft.version),
        month=draft.version.month,
        synthetic=copy.build.synthetic,
        notice=copy.build.notice,
        inputs_sha256=draft.inputs_sha256,
        known_until=max(snapshot.fetched_at for snapshot in copy.snapshots),
        as_of=draft.as_of and _naive(draft.as_of),
        cut_at=_naive(draft.now).replace(microsecond=0),
        build=copy.build,
        licence=licence,
        tables=tables,
        gate_sha256=hashlib.sha256(gate).hexdigest(),
        previous=str(draft.previous) if draft.previous else None,
    )
    step("database")
    make_database(settings, folder, tables, copy.build)
    step("changes")
    diff = _difference(settings, folder, manifest, draft)
    step("documents")
    write_report_page(settings, folder / layout.DATABASE, folder / layout.REPORT)
    write_docs_page(copy.settings, folder / layout.DOCS)
    known_until = manifest.as_of or manifest.cut_at
    record = provenance(
        copy.build, copy.snapshots, draft.tombstones, dbt_vars=copy.dbt_vars, attempts_until=known_until
    )
    texts = {
        layout.GATE: gate,
        layout.PROVENANCE: encode_provenance(record),
        layout.DIFF_JSON: encode_diff(diff),
        layout.DIFF_TEXT: diff_text(diff).encode(),
        layout.DICTIONARY: dictionary(manifest).encode(),
        layout.LICENCES: licences_text(manifest, rules, copy.snapshots).encode(),
        layout.CITATION: citation(manifest),
        layout.CARD: card(manifest, copy.snapshots, verdict.conditions).encode(),
        layout.CROISSANT: _json(croissant(manifest)),
        layout.MANIFEST: encode_manifest(manifest),
    }
    for name, text in texts.items():
        write_durably(folder / name, text)
    sums = sums_of(folder)
    package = _json(datapackage(manifest, folder, sums, sources_of(copy.snapshots)))
    write_durably(folder / layout.DATAPACKAGE, package)
    sums[layout.DATAPACKAGE] = hashlib.sha256(package).hexdigest()
    write_durably(folder / layout.SUMS, encode_sums(sums))
    return manifest


def _difference(settings: Settings, folder: Path, manifest: ReleaseManifest, draft: Draft) -> ReleaseDiff:
    if draft.previous is None:
        diff = ReleaseDiff(before=None, after=manifest.version, synthetic=manifest.synthetic)
    else:
        before = folder_of(settings, draft.previous)
        diff = compare(settings, (before, read_manifest(before)), (folder, manifest))
    reasons = [each.reason for each in draft.tombstones]
    return msgspec.structs.replace(
        diff, ids_left_out={reason: reasons.count(reason) for reason in sorted(set(reasons))}
    )


def _naive(moment: datetime) -> datetime:
    """UTC without saying so, as all times of a build are."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _json(record: object) -> bytes:
    return json.dumps(record, indent=2, ensure_ascii=False).encode() + b"\n"
