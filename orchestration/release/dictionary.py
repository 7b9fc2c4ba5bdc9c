"""``DICTIONARY.md`` and ``LICENSES.md``: what every column means, and under which terms every source is."""

from collections.abc import Sequence

from orchestration.release.licences import LicenceRules
from orchestration.release.manifest import ReleaseManifest
from orchestration.release.provenance import Snapshot
from orchestration.release.wording import escaped, link, plain, title_of


def dictionary(manifest: ReleaseManifest) -> str:
    """Every table with its grain, key and columns."""
    lines = [f"# Data dictionary: {title_of(manifest)}, release {manifest.version}", ""]
    if manifest.notice:
        lines += [f"> **{manifest.notice}**", ""]
    for table in manifest.tables:
        key = ", ".join(f"`{column}`" for column in table.key) or "none; sorted by all columns"
        comment = table.comment.removeprefix(manifest.notice or "")
        lines += [
            f"## {table.name if table.schema == 'marts' else f'{table.schema}.{table.name}'}",
            "",
            plain(comment),
            "",
            f"[{table.path}]({link(table.path)}), {table.rows:,} rows; key: {key}.",
            "",
            "| column | type | may be null | meaning |",
            "|---|---|---|---|",
        ]
        for column in table.columns:
            null = "no" if column.required else "yes"
            lines.append(f"| `{column.name}` | {column.type} | {null} | {plain(column.comment)} |")
        lines.append("")
    return "\n".join(lines)


def licences_text(manifest: ReleaseManifest, rules: LicenceRules, snapshots: Sequence[Snapshot]) -> str:
    """Licence of the release, and of every source per revision of its data."""
    licence = manifest.licence
    lines = [
        f"# Licences of {title_of(manifest)}, release {manifest.version}",
        "",
        f"This release may be used under: **{escaped(licence.title)}**"
        + (f" (<{licence.url}>)." if licence.url else "."),
        escaped(licence.why),
        "",
        "| source | licence or terms | asks | how to cite | snapshots | newest |",
        "|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str, str], list[Snapshot]] = {}
    for snapshot in snapshots:
        groups.setdefault((snapshot.source, snapshot.licence, snapshot.citation), []).append(snapshot)
    for (source, name, cite), found in sorted(groups.items()):
        terms = rules.licence[name]
        title = f"[{escaped(name)}]({terms.url})" if terms.url else escaped(name)
        newest = max(snapshot.snapshot_date for snapshot in found)
        asks = terms.conditions.replace("_", " ")
        lines.append(f"| {escaped(source)} | {title} | {asks} | {escaped(cite)} | {len(found):,} | {newest} |")
    return "\n".join(lines) + "\n"
