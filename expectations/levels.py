"""Levels: downloads of the month against those of the same models in the months before."""

from orchestration.quality.declared import Frame, Suite, at_least, at_most, within

# Like for like: models whose counter was read through the month, and through at least one of the three months before.
# 30-day figures of different trackers are not comparable with each other.
_LIKE_FOR_LIKE = """
with now_and_before as (
    select
        months.model_id,
        dim_model.organization_id,
        sum(months.downloads) filter (where months.month = getvariable('month')) as downloads_now,
        avg(months.downloads) filter (where months.month < getvariable('month')) as downloads_before
    from fct_model_downloads_monthly as months
    inner join dim_model using (model_id)
    where
        months.method = 'observed'
        and months.month between getvariable('month') - interval 3 months and getvariable('month')
    group by months.model_id, dim_model.organization_id
    having downloads_now is not null and downloads_before is not null
),
"""

# What is below a thousandth of all, before and now, moves no figure, and small counters jump by themselves.
_ORGANIZATIONS = (
    _LIKE_FOR_LIKE
    + """
organizations as (
    select
        organization_id,
        count(*) as models,
        sum(downloads_now) as downloads_now,
        sum(downloads_before) as downloads_before
    from now_and_before
    group by organization_id
)

select *, downloads_now / downloads_before as ratio
from organizations
where
    downloads_before > 0
    and (
        downloads_before >= (select sum(downloads_before) / 1000 from organizations)
        or downloads_now >= (select sum(downloads_now) / 1000 from organizations)
    )
order by organization_id
"""
)

_TOTAL = (
    _LIKE_FOR_LIKE
    + """
total as (
    select
        count(*) as models,
        sum(downloads_now) as downloads_now,
        sum(downloads_before) as downloads_before
    from now_and_before
)

select *, downloads_now / downloads_before as ratio
from total
where downloads_before > 0
"""
)

# How the growth of single models is spread, month by month: the quantiles of this month against their own range in the
# year before, in doublings.
_GROWTH = """
with pairs as (
    select after.month, log2(after.downloads / before.downloads) as doublings
    from fct_model_downloads_monthly as after
    inner join fct_model_downloads_monthly as before
        on
            after.model_id = before.model_id
            and after.month = before.month + interval 1 month
            and after.method = before.method
    where after.method = 'observed' and before.downloads >= 100 and after.downloads > 0
),

quantiles as (
    select month, unnest([0.1, 0.5, 0.9]) as quantile, unnest(quantile_cont(doublings, [0.1, 0.5, 0.9])) as doublings
    from pairs
    where month between getvariable('month') - interval 12 months and getvariable('month')
    group by month
    having count(*) >= 30
)

select
    quantile,
    max(doublings) filter (where month = getvariable('month')) as doublings_now,
    min(doublings) filter (where month < getvariable('month')) as lowest_before,
    max(doublings) filter (where month < getvariable('month')) as highest_before,
    greatest(lowest_before - doublings_now, doublings_now - highest_before, 0) as doublings_outside
from quantiles
group by quantile
having doublings_now is not null and lowest_before is not null
order by quantile
"""

SUITE = Suite(
    name="levels",
    table="marts.fct_model_downloads_monthly",
    frames=(
        Frame(
            name="total",
            sql=_TOTAL,
            key=("models", "downloads_now", "downloads_before"),
            empty="no model has a month before to compare with",
            what_to_do="Compare the sources' counters of this month and the month before; refuse the revision that is "
            "wrong.",
            expectations=(
                within(
                    "total_is_like_before",
                    "ratio",
                    0.5,
                    2,
                    why="the same models never doubled or halved within a month since counters are public",
                    since="2026-11",
                ),
            ),
        ),
        Frame(
            name="organizations",
            sql=_ORGANIZATIONS,
            key=("organization_id", "models", "downloads_now", "downloads_before"),
            empty="no organisation has a month before to compare with",
            what_to_do="Look at the organisation's counters in `fct_model_downloads_daily` around the jump; if the "
            "source restated them, land the right ones, if it is true, write a waiver.",
            expectations=(
                at_most(
                    "no_organization_jumps",
                    "ratio",
                    4,
                    why="multiplied counters; the largest true rise of the same models in a month is 2.9",
                    since="2026-11",
                ),
                at_least(
                    "no_organization_collapses",
                    "ratio",
                    0.2,
                    why="a counter that stands still; new models do fall this fast after their first weeks",
                    since="2026-11",
                    severity="warning",
                ),
            ),
        ),
        Frame(
            name="growth",
            sql=_GROWTH,
            key=("quantile", "doublings_now", "lowest_before", "highest_before"),
            empty="too few models have two months in a row",
            what_to_do="Look for a source that was read at other hours, or for days that are spread over a gap.",
            expectations=(
                at_most(
                    "growth_stays_in_its_band",
                    "doublings_outside",
                    0.5,
                    why="a method that changed moves the spread of growth before it moves any sum",
                    since="2026-11",
                    severity="warning",
                ),
            ),
        ),
    ),
)
