"""``README.md``: the dataset card, with the front matter by which the Hub's viewer and `load_dataset` find tables."""

from collections.abc import Sequence
from typing import Any

import yaml  # type: ignore[import-untyped]

from orchestration.quality.results import Judged
from orchestration.release.layout import DICTIONARY, LICENCES
from orchestration.release.manifest import ReleaseManifest, TableEntry
from orchestration.release.provenance import Snapshot
from orchestration.release.wording import description_of, escaped, link, name_of, plain, sources_of, title_of

#: The table that a reader sees first, where there is one.
_FIRST = "report_organization_monthly"
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGER = ((10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"))


def card(manifest: ReleaseManifest, snapshots: Sequence[Snapshot], conditions: Sequence[Judged]) -> str:
    """The card: what it is, how to open it, how it was checked, what it may be used for."""
    example = first_table(manifest)
    return "\n".join(
        [
            "---",
            yaml.safe_dump(front_matter(manifest), sort_keys=False, allow_unicode=True, width=100).rstrip(),
            "---",
            "",
            f"# {title_of(manifest)}, release {manifest.version}",
            "",
            *([f"> **{manifest.notice}**", ""] if manifest.notice else []),
            description_of(manifest).removeprefix(manifest.notice or "").strip(),
            "",
            *_contents(manifest),
            *_reading(example),
            *_checks(manifest, conditions),
            *_sources(manifest, snapshots),
        ]
    )


def first_table(manifest: ReleaseManifest) -> TableEntry:
    """The mart that the examples open."""
    return next((table for table in manifest.marts if table.name == _FIRST), manifest.marts[0])


def front_matter(manifest: ReleaseManifest) -> dict[str, Any]:
    """What the Hub reads: licence, size, and one config per mart."""
    rows = sum(table.rows for table in manifest.marts)
    licence = manifest.licence
    is_known = licence.id != "other"
    names = {"license": licence.id.lower()} if is_known else {"license": "other", "license_name": "see-licenses"}
    return {
        **names,
        **({} if is_known else {"license_link": LICENCES}),
        "pretty_name": title_of(manifest),
        "language": ["en"],
        "tags": ["open-models", "language-models", "statistics", *(["synthetic"] if manifest.synthetic else [])],
        "size_categories": [next((name for limit, name in (*_SIZES, *_LARGER) if rows < limit), "n>1B")],
        "configs": [
            {
                "config_name": table.name,
                "data_files": table.path,
                **({"default": True} if table == first_table(manifest) else {}),
            }
            for table in manifest.marts
        ],
    }


def _contents(manifest: ReleaseManifest) -> list[str]:
    lines = ["## What is inside", "", "| table | rows | one row per |", "|---|---|---|"]
    for table in manifest.marts:
        comment = table.comment.removeprefix(manifest.notice or "").strip()
        lines.append(f"| [{table.name}]({link(table.path)}) | {table.rows:,} | {plain(comment)} |")
    return [
        *lines,
        "",
        "`warehouse.duckdb` holds the same tables. [report/](report/index.html) draws the figures; `csv/` has the "
        "tables of the report (a text that a spreadsheet would run as a formula begins with an apostrophe there). "
        f"[{DICTIONARY}]({DICTIONARY}) says what every column means, [docs/](docs/index.html) how it is made, "
        "[diff.md](diff.md) what changed since the release before, [provenance.json](provenance.json) from which raw "
        "snapshots it comes.",
        "",
    ]


def _reading(table: TableEntry) -> list[str]:
    """Lines that work as written in the folder of the release."""
    return [
        "## How to open it",
        "",
        "In this folder:",
        "",
        "```python",
        "import pandas",
        f'table = pandas.read_parquet("{table.path}")',
        "```",
        "",
        "```python",
        "import polars",
        f'table = polars.read_parquet("{table.path}")',
        "```",
        "",
        "```python",
        "import duckdb",
        f"table = duckdb.sql(\"from '{table.path}'\")",
        'with duckdb.connect("warehouse.duckdb", read_only=True) as warehouse:',
        f'    rows = warehouse.sql("from marts.{table.name}").fetchall()',
        "```",
        "",
        "```python",
        "from pathlib import Path",
        "from datasets import load_dataset",
        f'table = load_dataset(str(Path.cwd()), "{table.name}", split="train")',
        "```",
        "",
        'From the Hub, give the name of the repository instead of the folder, and `revision="YYYY.MM.N"`. '
        "A plain `sum()` over a `fct_` table is right: one row per real thing.",
        "",
        "Check what you have with `sha256sum --check SHA256SUMS`, or all of it with `warehouse verify PATH`.",
        "",
    ]


def _checks(manifest: ReleaseManifest, conditions: Sequence[Judged]) -> list[str]:
    waived = [condition for condition in conditions if condition.verdict == "waived"]
    count = f"{len(conditions)} {'condition' if len(conditions) == 1 else 'conditions'}"
    lines = [
        "## How it was checked",
        "",
        f"The gate of build `{manifest.build.build_id}` held {count}, of which {len(waived) or 'none'} "
        f"{'were' if len(waived) > 1 else 'was'} waived. [gate.json](gate.json) lists each with its threshold and "
        "observed value.",
        "",
    ]
    for each in waived:
        lines.append(
            f"- Waived: {escaped(each.name)}: {escaped(each.observed)} (limit: {escaped(each.threshold)}). "
            f"{escaped(each.what_to_do)}"
        )
    return [*lines, ""] if waived else lines


def _sources(manifest: ReleaseManifest, snapshots: Sequence[Snapshot]) -> list[str]:
    licence = manifest.licence
    return [
        "## Licence and sources",
        "",
        f"{escaped(licence.title)}. {escaped(licence.why)} [{LICENCES}]({LICENCES}) has the terms of every source:",
        "",
        *(f"- {escaped(source)}: {escaped(cite)} ({escaped(terms)})" for source, terms, cite in sources_of(snapshots)),
        "",
        f"Cite it by [CITATION.cff](CITATION.cff), with the version: {name_of(manifest)} {manifest.version}.",
        "",
    ]
