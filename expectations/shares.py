"""Shares of regions: what others cite must not jump."""

from orchestration.quality.declared import Frame, Suite, at_most

# The month's change of each region's share against the largest change in the year before, at least one point.
_REGIONS = """
with changes as (
    select
        month,
        region,
        cumulative_share,
        cumulative_share - lag(cumulative_share) over (partition by region order by month) as change
    from report_cumulative_downloads_by_region
    where month between getvariable('month') - interval 13 months and getvariable('month')
)

select
    region,
    max(cumulative_share) filter (where month = getvariable('month')) as share_now,
    max(change) filter (where month = getvariable('month')) as change_now,
    max(abs(change)) filter (where month < getvariable('month')) as largest_before,
    abs(change_now) / greatest(largest_before, 0.01) as relative_change
from changes
group by region
having change_now is not null and largest_before is not null
order by region
"""

SUITE = Suite(
    name="shares",
    table="marts.report_cumulative_downloads_by_region",
    frames=(
        Frame(
            name="regions",
            sql=_REGIONS,
            key=("region", "share_now", "change_now", "largest_before"),
            empty="the report has no two months before to compare with",
            what_to_do="Look which organisation moved the share (`report_cumulative_downloads_by_organization`), and "
            "whether its counters or its region changed.",
            expectations=(
                at_most(
                    "no_region_jumps",
                    "relative_change",
                    3,
                    why="shares of sums over years move slowly; a jump is a source, a list or a region that changed",
                    since="2026-11",
                ),
            ),
        ),
    ),
)
