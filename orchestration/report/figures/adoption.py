"""Relative adoption (RAM): downloads after the release over the baseline of the size class (METRICS 1.10)."""

from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.report import wording
from orchestration.report.charts.curves import Curve, curves
from orchestration.report.charts.intervals import Ratio, ratios
from orchestration.report.figure import Column, Figure, Panel, Record, Table, grouped, without_data
from orchestration.report.figures.common import DOWNLOAD_KINDS, SCOPE_CHOICES, count, dated, text
from orchestration.report.palette import BASELINES, Series
from orchestration.report.published import Published

MART = "report_relative_adoption"
#: Recent models that are drawn: the most downloaded of each size class among those released in the last year.
_MODELS = 5
_RECENT_DAYS = 365
#: The age at which models are compared; the report reads its figure between 30 and 90 days.
_AGE = 30


def relative_adoption(published: Published) -> Figure:
    """Curves of recent models beside both baselines, and their ratios."""
    baselines = published.rows(
        f"""
        select definition, size_bucket, checkpoint_days, any_value(baseline) as baseline, low_parameters
        from {MART} inner join dim_size_bucket using (size_bucket)
        where baseline is not null group by all order by low_parameters, definition, checkpoint_days
        """  # noqa: S608
    )
    records = published.rows(_RECENT)
    ages = sorted({row["checkpoint_days"] for row in (*baselines, *records)})
    models = _models(records)
    figure = Figure(
        name="relative-adoption",
        title="Downloads after the release against the size class (relative adoption, RAM)",
        marts=(MART, "report_adoption_cohorts"),
        finding=_finding(models),
        panels=(
            *_ratio_panel(_ratios(published, models)),
            *_curves(published, baselines, records, ages),
        ),
        table=_table(models, ages),
        choices=(*SCOPE_CHOICES, "report_release_date", "report_adoption_checkpoints", "report_adoption_cohort"),
        kinds=(*DOWNLOAD_KINDS, "registry_release_dates"),
        notes=(
            f"Drawn are up to {_MODELS} models of each size class: the most downloaded at their newest checkpoint "
            f"among those released within {_RECENT_DAYS} days of the newest checkpoint and at least {_AGE} days old. "
            "All models are in the mart.",
        ),
    )
    return figure if records and baselines else without_data(figure, published.reason(MART))


_RECENT = f"""
with reached as (
    select
        model_id, size_bucket, max(downloads) as downloads, any_value(release_date) as release_date,
        max(checkpoint_days) as oldest, max(max(checkpoint_date)) over () as newest_date
    from {MART} where downloads is not null and size_bucket <> 'unknown' group by model_id, size_bucket
),

recent as (
    select
        model_id, row_number() over (partition by size_bucket order by downloads desc, model_id) as place
    from reached where oldest >= {_AGE} and newest_date - release_date <= {_RECENT_DAYS}
)

select adoption.*, place, low_parameters
from {MART} as adoption
inner join recent using (model_id)
inner join dim_size_bucket using (size_bucket)
where place <= {_MODELS}
order by low_parameters, place, model_id, definition, checkpoint_days
"""  # noqa: S608 - names and numbers of this module


def _models(records: Sequence[Record]) -> list[dict[str, Any]]:
    """One record per model and definition, with the ratio at each age."""
    models: dict[tuple[str, str], dict[str, Any]] = {}
    for record in records:
        key = (record["model_id"], record["definition"])
        model = models.setdefault(key, {**record, "ratios": {}})
        model["ratios"][record["checkpoint_days"]] = record["relative_adoption"]
    return list(models.values())


def _ratios(published: Published, models: Sequence[Mapping[str, Any]]) -> list[Ratio]:
    shown = []
    for model_id, rows in grouped(models, "model_id").items():
        known = {row["definition"]: row["ratios"].get(_AGE) for row in rows}
        values = [known.get(one.key) for one in BASELINES]
        if any(value is not None for value in values):
            texts = [
                f"{wording.decimal(value)} times the baseline" if value is not None else "unknown" for value in values
            ]
            look = published.organization(rows[0]["organization_id"])
            name = f"{model_id} ({rows[0]['size_bucket']})"
            shown.append(Ratio(name, look, (values[0], values[1]), (texts[0], texts[1])))
    return sorted(shown, key=lambda one: -(one.values[1] or one.values[0] or 0))[:12]


def _ratio_panel(shown: Sequence[Ratio]) -> tuple[Panel, ...]:
    """The ratios at one age; no panel where no recent model has one."""
    panel = Panel(
        f"Relative adoption {_AGE} days after the release, recent models",
        lambda ink: ratios(ink, shown, BASELINES),
        note=f"Ring: {BASELINES[0].name}. Disc: {BASELINES[1].name}. Right of the dashed line a model is ahead of its "
        "size class. Logarithmic scale.",
    )
    return (panel,) if shown else ()


def _curves(
    published: Published, baselines: Sequence[Record], records: Sequence[Record], ages: Sequence[int]
) -> list[Panel]:
    """One panel for each size class, the smallest first."""
    by_class = grouped(records, "size_bucket")
    panels = []
    for name, rows in grouped(baselines, "size_bucket").items():
        lines = [_baseline(one, rows) for one in BASELINES]
        models = [
            _curve(published, model_id, group)
            for model_id, group in grouped(by_class.get(name, ()), "model_id").items()
        ]
        panels.append(_curve_panel(name, [line for line in lines if line.points], models, ages))
    return panels


def _curve_panel(name: str, lines: Sequence[Curve], models: Sequence[Curve], ages: Sequence[int]) -> Panel:
    looks: dict[str, Series] = {curve.look.name: curve.look for curve in (*lines, *models)}
    title = f"{name} parameters: downloads by age"
    return Panel(
        title, lambda ink: curves(ink, lines, models, ages), tuple(looks.values()), has_lines=True, is_wide=False
    )


def _baseline(look: Series, rows: Sequence[Record]) -> Curve:
    points = tuple((row["checkpoint_days"], row["baseline"]) for row in rows if row["definition"] == look.key)
    return Curve(look.name, look, points)


def _curve(published: Published, model_id: str, rows: Sequence[Record]) -> Curve:
    known = {row["checkpoint_days"]: row["downloads"] for row in rows if row["downloads"] is not None}
    return Curve(model_id, published.organization(rows[0]["organization_id"]), tuple(sorted(known.items())))


def _table(models: Sequence[Mapping[str, Any]], ages: Sequence[int]) -> Table:
    """One row per model and definition, one column per age."""
    at_ages = tuple(Column(f"ram_{age}_days", f"{age} d", wording.decimal, is_number=True) for age in ages)
    fixed = (
        text("model_id", "Model"),
        text("organization_id", "Organisation"),
        text("size_bucket", "Size class"),
        dated("release_date", "Released"),
        text("definition", "Definition"),
    )
    tail = (count("models_in_scope", "Models of the class"), text("reason", "Why unknown"))
    rows = [{**model, **{f"ram_{age}_days": model["ratios"].get(age) for age in ages}} for model in models]
    return Table((*fixed, *at_ages, *tail), tuple(rows))


def _finding(models: Sequence[Mapping[str, Any]]) -> str:
    """The three highest ratios by the newer definition."""
    known = [
        (model["ratios"][_AGE], model)
        for model in models
        if model["definition"] == BASELINES[1].key and model["ratios"].get(_AGE) is not None
    ]
    if not known:
        return f"No recent model has a known ratio {_AGE} days after its release."
    known.sort(key=lambda pair: (-pair[0], pair[1]["model_id"]))
    above = sum(1 for ratio, _ in known if ratio > 1)
    parts = [f"{model['model_id']} {wording.decimal(ratio)} ({model['size_bucket']})" for ratio, model in known[:3]]
    return (
        f"{_AGE} days after their release {above} of {len(known)} recent models drawn here are above the baseline of "
        f"May 2026; the highest: {wording.listed(parts)}."
    )
