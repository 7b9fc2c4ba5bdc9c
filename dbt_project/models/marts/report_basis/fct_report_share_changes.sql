-- Grain: one row per organisation, lag and month: how its share of new downloads changed in the month, and its share of
-- new derivatives so many months before. Changes, not levels: two levels that both grow go together whatever leads.
with derivative_shares as (
    select
        month,
        series as organization_id,
        share
    from {{ ref('report_derivative_share_monthly') }}
    where
        dimension = 'organization'
        -- A month with few new derivatives is chance.
        and new_derivatives_of_all >= {{ var('report_crossover_derivatives') }}
),

download_shares as (
    select
        month,
        organization_id,
        new_share as share
    from {{ ref('report_cumulative_downloads_by_organization') }}
),

derivative_changes as (
    select
        later.organization_id,
        later.month,
        later.share - earlier.share as change
    from derivative_shares as later
    inner join derivative_shares as earlier
        on later.organization_id = earlier.organization_id and later.month = {{ add_months('earlier.month', 1) }}
),

download_changes as (
    select
        later.organization_id,
        later.month,
        later.share - earlier.share as change
    from download_shares as later
    inner join download_shares as earlier
        on later.organization_id = earlier.organization_id and later.month = {{ add_months('earlier.month', 1) }}
),

numbers as (
    {{ numbers_below(2 * (var('report_lead_longest_lag') | int) + 1) }}
),

lags as (
    select cast(number - {{ var('report_lead_longest_lag') }} as integer) as lag_months from numbers
)

select
    download_changes.organization_id,
    lags.lag_months,
    download_changes.month,
    derivative_changes.month as derivative_month,
    derivative_changes.change as derivative_share_change,
    download_changes.change as download_share_change
from download_changes
cross join lags
inner join derivative_changes
    on
        download_changes.organization_id = derivative_changes.organization_id
        and download_changes.month = {{ add_months('derivative_changes.month', 'lags.lag_months') }}
where download_changes.change is not null and derivative_changes.change is not null
