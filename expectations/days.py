"""Days: was the month read, and are the models still there at its end?"""

from orchestration.quality.declared import Frame, Suite, at_least, at_most

# A day counts as read when at least half of the mainline models that it has were read; days between are spread.
_MONTH = """
with days as (
    select download_date, count_if(is_read) >= count(*) / 2 as was_read
    from fct_model_downloads_daily
    inner join dim_model using (model_id)
    where is_mainline and download_date between getvariable('month') and getvariable('month_end')
    group by download_date
)

select
    getvariable('month_end') - getvariable('month') + 1 - count(*) filter (where was_read) as missing_days,
    coalesce(getvariable('month_end') - max(download_date) filter (where was_read), missing_days) as missing_at_end
from days
"""

# At the end of a month: its last three days, since a list may be a day late.
_MODELS = """
with counts as (
    select
        'mainline models at the end of the month' as what,
        date_trunc('month', download_date) as month,
        count(distinct model_id) as models
    from fct_model_downloads_daily
    inner join dim_model using (model_id)
    where is_mainline and download_date > last_day(download_date) - 3
    group by all
    union all
    select 'models of the month' as what, month, count(*) as models
    from fct_model_downloads_monthly
    group by all
)

select
    what,
    coalesce(sum(models) filter (where month = getvariable('month')), 0) as models_now,
    median(models) filter (
        where month >= getvariable('month') - interval 3 months and month < getvariable('month')
    ) as models_before,
    models_now / models_before as relative_models
from counts
group by what
having models_before > 0
order by what
"""

SUITE = Suite(
    name="days",
    table="marts.fct_model_downloads_daily",
    frames=(
        Frame(
            name="month",
            sql=_MONTH,
            what_to_do="Land the missing days from an archive (`warehouse ingest hf_archive --sources FILE`) and "
            "build; a day that nobody has stays missing and needs a waiver.",
            expectations=(
                at_most(
                    "few_days_are_missing",
                    "missing_days",
                    3,
                    why="days that were not read share the growth of the next reading: daily figures become averages",
                    since="2026-11",
                ),
                at_most(
                    "the_end_was_read",
                    "missing_at_end",
                    2,
                    why="without a reading at its end the month's sum is short",
                    since="2026-11",
                ),
            ),
        ),
        Frame(
            name="models",
            sql=_MODELS,
            key=("what", "models_now", "models_before"),
            empty="no earlier month has counters",
            what_to_do="Look in `ops.snapshots` which table lists fewer models since when; land the whole list again.",
            expectations=(
                at_least(
                    "models_did_not_vanish",
                    "relative_models",
                    0.9,
                    why="a list that lost half of its models halves every sum",
                    since="2026-11",
                ),
            ),
        ),
    ),
)
