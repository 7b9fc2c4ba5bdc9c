"""``diff.md``: what changed between two releases, for a person."""

from datetime import date
from typing import Any

from orchestration.release.diff_record import CrossoverMove, MeasureChange, ReleaseDiff, TableDiff
from orchestration.release.wording import escaped
from orchestration.warehouse.publish import SYNTHETIC_NOTICE

#: Restated months that are listed one by one, newest first; the others are summed up.
_MONTHS = 6
#: Changes of a measure that are listed.
_LARGEST = 3
#: What readers ask for first, and what only serves it.
_FIGURES = "report_"
_BEHIND_THE_FIGURES = ("fct_report_", "bridge_report_")
_UNITS = ((1e12, "T"), (1e9, "B"), (1e6, "M"))


def diff_text(diff: ReleaseDiff) -> str:
    """The differences as Markdown: the short answer first, then table by table."""
    lines = [f"# Changes in {diff.after}" + (f" since {diff.before}" if diff.before else ""), ""]
    if diff.synthetic:
        lines += [f"> **{SYNTHETIC_NOTICE}**", ""]
    for reason, count in sorted(diff.ids_left_out.items()):
        lines += [f"**Left out for legal reasons:** {count} {_plural(count, 'id')} ({escaped(reason)}).", ""]
    if diff.before is None:
        return "\n".join([*lines, "This is the first release, so there is nothing to compare it with.", ""])
    lines += [*_summary(diff), *_headlines(diff), *_moved(diff.crossovers)]
    changed = [table for table in diff.tables if table.status != "unchanged"]
    if changed:
        lines += [
            "## Tables",
            "",
            "The largest changes of the figures and facts follow; `diff.json` has those of every table.",
            "",
            "| table | rows before | rows now | added | removed | changed |",
            "|---|--:|--:|--:|--:|--:|",
        ]
        lines += [_row(table) for table in changed]
        lines.append("")
    for table in sorted(changed, key=lambda table: (not table.table.startswith(_FIGURES), table.table)):
        if not table.table.startswith(_BEHIND_THE_FIGURES):
            lines += _details(table)
    return "\n".join(lines)


def _summary(diff: ReleaseDiff) -> list[str]:
    same = sum(table.status == "unchanged" for table in diff.tables)
    other = [table for table in diff.tables if table.status != "unchanged"]
    if not other:
        return [f"Nothing: all {same} tables are the same, byte for byte.", ""]
    points = [f"{len(other)} of {len(diff.tables)} tables differ; {same} are the same, byte for byte."]
    schemas = [table.table for table in other if table.columns_added or table.columns_removed or table.columns_retyped]
    points.append(f"Columns changed in {_listed(schemas)}." if schemas else "No column was added, removed or retyped.")
    restated = [(month.month, table.table) for table in other for month in table.restated]
    if restated:
        months = sorted({month for month, _ in restated})
        tables = sorted({table for _, table in restated})
        span = f"{months[0]:%Y-%m}"
        if len(months) > 1:
            span = f"{len(months)} months, {span} to {months[-1]:%Y-%m}"
        covered = f"History up to {diff.history_until}, which {diff.before} covered,"
        points.append(f"{covered} is different: {span}, in {_listed(tables)}.")
    else:
        points.append(f"Nothing up to {diff.history_until}, which {diff.before} covered, was restated.")
    moved = len(diff.crossovers)
    points.append(f"{moved} {_plural(moved, 'crossover')} moved." if moved else "No crossover moved.")
    return [*(f"- {point}" for point in points), ""]


def _headlines(diff: ReleaseDiff) -> list[str]:
    lines = []
    for headline in diff.headlines:
        before, after = f"{headline.month_before:%Y-%m}", f"{headline.month_after:%Y-%m}"
        told = _share if headline.unit == "share" else _number
        lines += [
            f"## {headline.title}",
            "",
            f"| | {before}, told then | {before}, told now | {after} | change |",
            "|---|--:|--:|--:|--:|",
        ]
        lines += [
            f"| {escaped(one.series)} | {told(one.told_then)} | {told(one.told_now)} | {told(one.newest)} "
            f"| {_moves(headline.unit, one.told_now, one.newest)} |"
            for one in headline.values
        ]
        lines.append("")
    return lines


def _moves(unit: str, before: float | int | None, after: float | int | None) -> str:
    if before is None or after is None:
        return ""
    return f"{100 * (after - before):+,.1f} points" if unit == "share" else _percent(before, after).strip(" ()")


def _moved(moves: tuple[CrossoverMove, ...]) -> list[str]:
    if not moves:
        return []
    lines = ["## Crossovers that moved", ""]
    for move in moves:
        before = _verdict(move.status_before, move.date_before)
        lines.append(f"- {escaped(move.what)}: {before} → {_verdict(move.status_after, move.date_after)}{_shift(move)}")
    return [*lines, ""]


def _verdict(status: str | None, day: date | None) -> str:
    if status is None:
        return "not in the release"
    words = status.replace("_", " ")
    return f"{words} on {day}" if day else words


def _shift(move: CrossoverMove) -> str:
    if move.date_before is None or move.date_after is None or move.date_before == move.date_after:
        return ""
    days = (move.date_after - move.date_before).days
    return f" ({abs(days)} {_plural(abs(days), 'day')} {'later' if days > 0 else 'earlier'})"


def _row(table: TableDiff) -> str:
    before, after = f"{table.rows_before:,}", f"{table.rows_after:,}"
    match table.status:
        case "table_added":
            return f"| {table.table} (new) |  | {after} | {after} |  |  |"
        case "table_removed":
            return f"| {table.table} (gone) | {before} |  |  | {before} |  |"
        case "not_comparable":
            return f"| {table.table} | {before} | {after} | ? | ? | ? |"
    return f"| {table.table} | {before} | {after} | {table.added:,} | {table.removed:,} | {table.changed:,} |"


def _details(table: TableDiff) -> list[str]:
    lines = []
    for what, names in (
        ("Columns added", table.columns_added),
        ("Columns removed", table.columns_removed),
        ("Columns with another type", table.columns_retyped),
    ):
        if names:
            lines.append(f"- {what}: {', '.join(names)}.")
    if table.reason:
        lines.append(f"- Rows were not compared: {table.reason}.")
    lines += [_restated(table)] if table.restated else []
    for measure in table.measures:
        lines += _measure(measure)
    return [f"### {table.table}", "", *lines, ""] if lines else []


def _restated(table: TableDiff) -> str:
    newest = table.restated[: -_MONTHS - 1 : -1]
    shown = "; ".join(f"{month.month:%Y-%m} ({_counts(month.added, month.removed, month.changed)})" for month in newest)
    rest = table.restated[:-_MONTHS]
    if rest:
        sums = [sum(getattr(month, name) for month in rest) for name in ("added", "removed", "changed")]
        shown += f"; and {len(rest)} earlier {_plural(len(rest), 'month')} ({_counts(*sums)})"
    return f"- Restated history: {shown}."


def _counts(added: int, removed: int, changed: int) -> str:
    parts = ((added, "added"), (removed, "removed"), (changed, "changed"))
    return ", ".join(f"{count:,} {word}" for count, word in parts if count)


def _measure(change: MeasureChange) -> list[str]:
    rows = f"{change.rows_changed:,} common {_plural(change.rows_changed, 'row')}"
    total = f", together {_change(change.sum_before, change.sum_after)}" if change.sum_before is not None else ""
    lines = [f"- `{change.measure}` differs in {rows}{total}. Most:"]
    for value in change.largest[:_LARGEST]:
        where = ", ".join(escaped(_text(part)) for part in value.key.values())
        lines.append(f"  - {where}: {_change(value.before, value.after)}")
    return lines


def _change(before: float | int | None, after: float | int | None) -> str:
    return f"{_number(before)} → {_number(after)}{_percent(before, after)}"


def _number(value: float | int | None) -> str:
    if value is None:
        return "null"
    for size, unit in _UNITS:
        if abs(value) >= size:
            return f"{value / size:,.2f} {unit}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def _share(value: float | int | None) -> str:
    return "-" if value is None else f"{100 * value:,.1f} %"


def _percent(before: float | int | None, after: float | int | None) -> str:
    if not before or after is None:
        return ""
    change = 100 * (after - before) / abs(before)
    return f" ({change:+,.1f} %)" if abs(change) >= 0.05 else ""


def _text(value: Any) -> str:
    return "null" if value is None else str(value)


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 6 else f"{', '.join(names[:6])} and {len(names) - 6} more"
