"""Derivatives: as many new ones as usual?"""

from orchestration.quality.declared import Frame, Suite, within

_MONTHS = """
with months as (
    select date_trunc('month', created_date) as month, count(distinct derivative_model_id) as derivatives
    from fct_model_derivatives
    where created_date is not null
    group by 1
)

select
    coalesce(sum(derivatives) filter (where month = getvariable('month')), 0) as derivatives_now,
    avg(derivatives) filter (where month < getvariable('month')) as derivatives_before,
    derivatives_now / derivatives_before as ratio
from months
where month between getvariable('month') - interval 3 months and getvariable('month')
having derivatives_before is not null
"""

SUITE = Suite(
    name="derivatives",
    table="marts.fct_model_derivatives",
    frames=(
        Frame(
            name="months",
            sql=_MONTHS,
            key=("derivatives_now", "derivatives_before"),
            empty="no derivative was created in the months before",
            what_to_do="Look whether the listing of derivatives ran in the month (`ops.snapshots`); land it again.",
            expectations=(
                within(
                    "as_many_derivatives_as_before",
                    "ratio",
                    0.3,
                    4,
                    why="a listing that did not run looks like a month in which nobody built anything",
                    since="2026-11",
                    severity="warning",
                ),
            ),
        ),
    ),
)
