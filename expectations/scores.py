"""Scores: do the sources still rank as many models as before?"""

from orchestration.quality.declared import Frame, Suite, at_least

# The newest snapshot of each table of scores against the one before it.
_SOURCES = """
with listed as (
    select source, source_table, as_of_date, count(distinct source_model_name) as models
    from fct_model_evaluations
    where as_of_date <= getvariable('month_end')
    group by all
),

ranked as (
    select *, row_number() over (partition by source, source_table order by as_of_date desc) as age from listed
)

select
    source,
    source_table,
    max(models) filter (where age = 1) as models_now,
    max(models) filter (where age = 2) as models_before,
    models_now / models_before as ratio
from ranked
group by all
having models_before is not null and max(as_of_date) >= getvariable('month')
order by all
"""

SUITE = Suite(
    name="scores",
    table="marts.fct_model_evaluations",
    frames=(
        Frame(
            name="sources",
            sql=_SOURCES,
            key=("source", "source_table", "models_now", "models_before"),
            empty="no source of scores has a snapshot of this month and one before",
            what_to_do="Look at the source's newest snapshot: a page may shrink and be right, or be one page of "
            "several.",
            expectations=(
                at_least(
                    "as_many_models_are_scored",
                    "ratio",
                    0.5,
                    why="a leaderboard read in part drops the frontier",
                    since="2026-11",
                    severity="warning",
                ),
            ),
        ),
    ),
)
