"""Conditions of the gate that no expectation can state: that the build is whole, current, untouched and real."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.quality.results import Condition, Verdict
from orchestration.settings import Settings
from orchestration.snapshots.manifest import Manifest
from orchestration.snapshots.reader import SnapshotReader
from orchestration.warehouse import build, duckdb
from orchestration.warehouse.evidence import Evidence, hashes_of, kept_evidence, last_failures
from orchestration.warehouse.publish import BuildRecord

#: Things that are named in a sentence before it says "and more".
_NAMED = 5

_REBUILD = "Run `warehouse build --full-refresh`, which makes every table anew, and ask again."


@dataclass(frozen=True)
class Candidate:
    """The build that would be released.

    Attributes:
        settings: its home.
        copy: its published copy.
        record: what the copy says that it was made from; None when it says nothing.
        month_end: last day of the month.
        today: the day as of which is judged.
        synthetic_ok: whether a release of synthetic data is wanted too.
    """

    settings: Settings
    copy: Path
    record: BuildRecord | None
    month_end: date
    today: date
    synthetic_ok: bool


#: Whether a condition holds, and what was found.
Judgement = tuple[bool, str]


@dataclass(frozen=True)
class Rule:
    """One condition: its bound in words, what to do when it does not hold, and how it is judged."""

    name: str
    threshold: str
    what_to_do: str
    judge: Callable[[Candidate], Judgement]

    def condition(self, candidate: Candidate) -> Condition:
        """The condition, judged; whatever goes wrong on the way means that it was not evaluated."""
        verdict: Verdict
        try:
            holds, observed = self.judge(candidate)
            verdict = "passed" if holds else "failed"
        except Exception as error:
            verdict, observed = "not_evaluated", f"{type(error).__name__}: {' '.join(str(error).split())}"
        return Condition(
            name=self.name,
            severity="critical",
            verdict=verdict,
            threshold=self.threshold,
            observed=observed,
            what_to_do=self.what_to_do,
        )


def _month_is_over(candidate: Candidate) -> Judgement:
    if candidate.today > candidate.month_end:
        return True, f"it ended on {candidate.month_end}"
    return False, f"it ends on {candidate.month_end}"


def _build_is_finished(candidate: Candidate) -> Judgement:
    finished = build.finished_marker(candidate.settings)
    if finished is None:
        return False, "the last build did not finish: " + (
            _listed(last_failures(candidate.settings)) or "it was interrupted"
        )
    return finished.fingerprint == _record(candidate).fingerprint, "the last build is the published one"


def _build_reads_all_raw(candidate: Candidate) -> Judgement:
    landed = _newest(SnapshotReader(candidate.settings.raw))
    read = _read_by(candidate)
    later = sorted(landed.items() - read.items())
    gone = sorted(read.keys() - landed.keys())
    if later or gone:
        names = [f"{source}/{table} of {day} is not in the build" for (source, table, day), _ in later]
        names += [f"{source}/{table} of {day} is in the build but no longer in raw" for source, table, day in gone]
        return False, _listed(names)
    return True, f"all {len(landed):,} snapshots"


def _build_is_by_this_code(candidate: Candidate) -> Judgement:
    present = build.present_inputs(candidate.settings)
    if present is not None and present.fingerprint == _record(candidate).fingerprint:
        return True, "the same inputs, dbt project, engines and code"
    if _build_reads_all_raw(candidate)[0]:
        return False, "the dbt project, an engine, the code or a failed attempt to land is not the build's"
    return False, "raw has changed since (see build_reads_all_raw)"


def _build_is_unedited(candidate: Candidate) -> Judgement:
    return _unedited(_evidence(candidate), hashes_of(candidate.settings, candidate.settings.build_database))


def _copy_is_unedited(candidate: Candidate) -> Judgement:
    found = hashes_of(candidate.settings, candidate.copy)
    found.pop("ops.builds", None)  # written when the copy is made
    return _unedited(_evidence(candidate), found)


def _dbt_tests_passed(candidate: Candidate) -> Judgement:
    tests = _evidence(candidate).tests
    bad = {name: test for name, test in tests.items() if test.status not in ("pass", "warn")}
    counts = ", ".join(
        f"{count} {status}" for status, count in sorted(Counter(t.status for t in tests.values()).items())
    )
    named = [
        f"{name.split('.')[2]} {test.status}" + (f" ({test.message})" if test.message else "")
        for name, test in bad.items()
    ]
    return bool(tests) and not bad, f"{len(tests)} tests: {counts}" + (f"; {_listed(named)}" if named else "")


def _inputs_are_real(candidate: Candidate) -> Judgement:
    manifests = SnapshotReader(candidate.settings.raw).manifests()
    kinds = Counter("synthetic" if manifest.synthetic else "real" for manifest in manifests)
    observed = " and ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items())) + " snapshots"
    if set(kinds) == {"real"}:
        return not _record(candidate).synthetic, observed
    return set(kinds) == {"synthetic"} and _record(candidate).synthetic and candidate.synthetic_ok, observed


#: In the order in which they are shown.
RULES = (
    Rule("month_is_over", "its last day is past", "Ask again when the month is over.", _month_is_over),
    Rule(
        "build_is_finished",
        "the last build finished and is published",
        "Mend what failed and run `warehouse build`.",
        _build_is_finished,
    ),
    Rule(
        "build_reads_all_raw",
        "the build read every newest revision in raw",
        "Run `warehouse build`, so that the build reads what has landed since.",
        _build_reads_all_raw,
    ),
    Rule(
        "build_is_by_this_code",
        "inputs, dbt project, engines and code are the build's",
        "Run `warehouse build`.",
        _build_is_by_this_code,
    ),
    Rule("build_is_unedited", "every table holds what the build left", _REBUILD, _build_is_unedited),
    Rule("published_copy_is_unedited", "every table holds what the build left", _REBUILD, _copy_is_unedited),
    Rule(
        "dbt_tests_passed",
        "every test of the project ran in this build and passed",
        "Mend the data or the model that fails the test and run `warehouse build`.",
        _dbt_tests_passed,
    ),
    Rule(
        "inputs_are_real",
        "all snapshots are real, or all are synthetic and that is asked for",
        "Gate real data from a home of its own; a synthetic home only with `--synthetic-ok`.",
        _inputs_are_real,
    ),
)


def _record(candidate: Candidate) -> BuildRecord:
    if candidate.record is None:
        raise ValueError(f"{candidate.copy} does not say what it was made from")
    return candidate.record


def _evidence(candidate: Candidate) -> Evidence:
    """What the build left behind, if it is that of the published copy."""
    evidence = kept_evidence(candidate.settings)
    if evidence is None or evidence.fingerprint != _record(candidate).fingerprint:
        raise ValueError("the build of the published copy left no results of its tests and no hashes of its tables")
    return evidence


def _unedited(evidence: Evidence, found: dict[str, str]) -> Judgement:
    built = evidence.tables
    names = sorted(name for name in built.keys() | found.keys() if built.get(name) != found.get(name))
    if names:
        return False, _listed([f"{name} was changed by hand since the build" for name in names])
    return True, f"all {len(found)} tables"


def _newest(store: SnapshotReader) -> dict[tuple[str, str, str], str]:
    """Content of the newest revision of each snapshot in raw."""
    newest: dict[tuple[str, str, str], Manifest] = {}
    for manifest in store.manifests():  # by revision, so that the last one stays
        newest[manifest.source, manifest.table, manifest.snapshot_date.isoformat()] = manifest
    return {key: manifest.content_sha256 for key, manifest in newest.items()}


def _read_by(candidate: Candidate) -> dict[tuple[str, str, str], str]:
    """Content of each snapshot that the build read, from its own books."""
    with duckdb.connect_read_only(candidate.settings, candidate.copy) as connection:
        rows = connection.execute(
            "SELECT source, table_name, CAST(snapshot_date AS VARCHAR), content_sha256 FROM ops.snapshots "
            "WHERE is_newest_revision"
        ).fetchall()
    return {(source, table, day): content for source, table, day, content in rows}


def _listed(things: list[str]) -> str:
    more = f" and {len(things) - _NAMED} more" if len(things) > _NAMED else ""
    return "; ".join(things[:_NAMED]) + more
