"""An explanation for people (text) and for machines (JSON)."""

import json
import textwrap
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import groupby
from typing import Any, TextIO

from orchestration.explain.explanation import Explanation, FigureFound, Level, PartFound, Snapshot
from orchestration.explain.statements import formula
from orchestration.warehouse.publish import BuildRecord
from orchestration.warehouse.results import Result, finite, printable, write_table

#: Snapshots that a terminal shows one by one.
_SHOWN_SNAPSHOTS = 10

_WIDTH = 120


def write_text(explanation: Explanation, build: BuildRecord, out: TextIO) -> None:
    """Writes an explanation as text: the row, each table behind it, the vars, and the snapshots."""
    if build.notice:
        _write(out, 0, build.notice)
    table = explanation.table
    _write(out, 0, f"{table.name}, {_counted(len(explanation.rows), 'row')}, build {build.build_id}")
    explained = {each.figure.column for each in explanation.levels[0].figures}
    for row in explanation.rows:
        _write(out, 2, ", ".join(f"{name} = {_shown(cell)}" for name, cell in row.items() if name not in explained))
    for number, level in enumerate(explanation.levels):
        _write_level(number, level, out)
    if explanation.variables:
        _write(out, 0, "\ndbt vars in force")
        _write(out, 2, ", ".join(f"{name} = {value}" for name, value in explanation.variables.items()))
    _write_snapshots(explanation.snapshots, out)
    if not explanation.faults:
        figures = sum(len(level.figures) for level in explanation.levels)
        _write(
            out,
            0,
            f"\nEverything adds up: {_counted(figures, 'figure')} of {_counted(len(explanation.levels), 'table')}.",
        )


def write_json(explanation: Explanation, build: BuildRecord, out: TextIO) -> None:
    """Writes an explanation as one JSON object, whole; dates in ISO 8601."""
    record = {
        "mart": explanation.table.name,
        "description": explanation.table.description,
        "build_id": build.build_id,
        "synthetic": build.synthetic,
        "notice": build.notice,
        "adds_up": not explanation.faults,
        "faults": explanation.faults,
        "rows": [_record(row.keys(), row.values()) for row in explanation.rows],
        "levels": [_level_record(level) for level in explanation.levels],
        "variables": dict(explanation.variables),
        "snapshots": [_record(Snapshot.__dataclass_fields__, _cells(each)) for each in explanation.snapshots],
    }
    json.dump(record, out, ensure_ascii=False, indent=1, default=str)
    out.write("\n")


def _write_level(number: int, level: Level, out: TextIO) -> None:
    snapshots = f", read from {_counted(level.snapshots, 'snapshot')}" if level.snapshots else ""
    _write(out, 0, f"\n{number}. {level.table.name}: {_counted(level.rows, 'row')}{snapshots}")
    _write(out, 3, level.table.description)
    for each in level.figures:
        _write_figure(each, level, out)


def _write_figure(found: FigureFound, level: Level, out: TextIO) -> None:
    figure = found.figure
    value = _shown(found.stated) if level.rows == 1 else f"{_shown(found.stated)} over {level.rows:,} rows"
    _write(out, 3, f"\n{figure.column} = {value}; {_verdict(found)}")
    _write(out, 5, found.description)
    if figure.seed:
        _write(out, 5, f"stated by the project's seed {figure.seed}")
    if figure.equals:
        _write(out, 5, f"= {figure.equals}")
    for part in found.parts:
        if part.contributors:
            _write_part(part, out)


def _write_part(found: PartFound, out: TextIO) -> None:
    part = found.part
    what = f"{part.how} of {part.amount}" if part.amount else "count"
    _write(
        out,
        5,
        f"{part.name}: {what} over {_counted(found.contributors, 'contributor')} ({', '.join(part.by)}) "
        f"of {part.contributor} = {_shown(found.value)}",
    )
    table = StringIO()
    rows = ((*map(_shown, row[:-2]), row[-2], row[-1]) for row in found.top)
    write_table(Result((*part.by, "amount", "rows"), iter(rows)), table)
    out.write(textwrap.indent(table.getvalue(), " " * 7))
    if len(found.top) < found.contributors:
        _write(out, 7, f"... and {found.contributors - len(found.top):,} more")


def _write_snapshots(snapshots: Sequence[Snapshot], out: TextIO) -> None:
    _write(out, 0, f"\n{_counted(len(snapshots), 'snapshot')} behind it")
    if not snapshots:
        return
    summary = []
    for (source, name), group in groupby(snapshots, key=lambda each: (each.source, each.table)):
        those = list(group)
        licences = ", ".join(sorted({each.licence for each in those if each.licence}))
        summary.append((source, name, len(those), those[0].date, those[-1].date, licences))
    write_table(Result(("source", "table", "snapshots", "first", "last", "licence"), iter(summary)), out)
    newest = sorted(snapshots, key=lambda each: each.date, reverse=True)[:_SHOWN_SNAPSHOTS]
    if len(newest) < len(snapshots):
        _write(out, 0, f"The newest {len(newest)} of them (--format json has all):")
    rows = ((each.source, each.table, each.date, each.revision, each.sha256) for each in newest)
    write_table(Result(("source", "table", "date", "revision", "sha256"), rows), out)
    for citation in sorted({each.citation for each in snapshots if each.citation}):
        _write(out, 0, f"Cite: {citation}")


def _level_record(level: Level) -> dict[str, Any]:
    return {
        "table": level.table.name,
        "description": level.table.description,
        "rows": level.rows,
        "snapshots": level.snapshots,
        "figures": [
            {
                "figure": each.figure.column,
                "description": each.description,
                "equals": formula(each.figure),
                "seed": each.figure.seed,
                "stated": finite(each.stated),
                "explained": finite(each.explained),
                "rows": each.rows,
                "rows_adding_up": each.rows_adding_up,
                "adds_up": each.adds_up,
                "parts": [_part_record(part) for part in each.parts],
            }
            for each in level.figures
        ],
    }


def _part_record(found: PartFound) -> dict[str, Any]:
    names = (*found.part.by, "amount", "rows")
    return {
        **found.part.model_dump(),
        "contributors": found.contributors,
        "value": finite(found.value),
        "top": [_record(names, row) for row in found.top],
    }


def _record(names: Iterable[str], cells: Iterable[Any]) -> dict[str, Any]:
    return dict(zip(names, map(finite, cells), strict=True))


def _cells(snapshot: Snapshot) -> list[Any]:
    return [getattr(snapshot, name) for name in Snapshot.__dataclass_fields__]


def _verdict(found: FigureFound) -> str:
    if found.adds_up:
        return "adds up" if found.rows == 1 else "every row adds up"
    return f"does NOT add up on {found.rows - found.rows_adding_up:,} rows: its parts make {_shown(found.explained)}"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {None: "unknown", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.9g}" if isinstance(value, float) else str(value)


def _write(out: TextIO, indent: int, text: str) -> None:
    if text.startswith("\n"):
        out.write("\n")
    margin = " " * indent
    wrapped = textwrap.wrap(printable(text.strip()), _WIDTH, initial_indent=margin, subsequent_indent=margin)
    out.writelines(f"{line}\n" for line in wrapped)
