-- Grain: one row per organisation and lag in months: whether changes of its share of new derivatives go before changes
-- of its share of new downloads. A positive lag means that derivatives lead.
with correlated as (
    select
        organization_id,
        lag_months,
        count(*) as months,
        {{ correlation_in_order('derivative_share_change', 'download_share_change', 'month') }} as correlation
    from {{ ref('fct_report_share_changes') }}
    group by organization_id, lag_months
),

-- Fisher's transformation makes the correlation's error normal: 1 over the root of the months less three.
judged as (
    select
        organization_id,
        lag_months,
        months,
        case
            when months >= {{ var('report_lead_min_months') }} and abs(correlation) < 1 then correlation
        end as correlation,
        1.96 / sqrt(greatest(months - 3, 1)) as half_width
    from correlated
),

bounded as (
    select
        *,
        tanh(atanh(correlation) - half_width) as correlation_low,
        tanh(atanh(correlation) + half_width) as correlation_high
    from judged
)

select
    organization_id,
    lag_months,
    correlation,
    correlation_low,
    correlation_high,
    months as months_with_data,
    coalesce(
        correlation = max(correlation) over (partition by organization_id) and correlation_low > 0, false
    ) as is_best_lag,
    case
        when correlation is null
            then 'fewer than {{ var("report_lead_min_months") }} months with both changes are known'
        when correlation_low <= 0 and correlation_high >= 0 then 'the interval holds 0: nothing can be said'
    end as reason
from bounded
