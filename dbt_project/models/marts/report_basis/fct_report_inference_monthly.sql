-- Grain: one row per case about inference, dimension (region or organization), series and month.
with models as (
    select * from {{ ref('fct_report_inference_models') }}
),

months as (
    select
        case_id,
        month,
        sum(tokens) as tokens_of_all,
        sum(tokens) filter (where is_other) as tokens_of_other,
        sum(tokens) filter (where not is_other and is_open_weights is null) as tokens_of_unknown_openness,
        max(days) as days_with_data
    from models
    group by case_id, month
),

kept as (
    select
        case_id,
        'region' as dimension,
        coalesce(region, 'unknown') as series,
        month,
        tokens
    from models
    where is_kept
    union all
    select
        case_id,
        'organization' as dimension,
        coalesce(organization_id, 'unknown') as series,
        month,
        tokens
    from models
    where is_kept
),

summed as (
    select
        case_id,
        dimension,
        series,
        month,
        sum(tokens) as tokens,
        count(*) as models_in_scope
    from kept
    group by case_id, dimension, series, month
),

totalled as (
    select
        *,
        sum(tokens) over (partition by case_id, dimension, month) as tokens_in_scope
    from summed
)

select
    totalled.case_id,
    totalled.dimension,
    totalled.series,
    totalled.month,
    cast(totalled.tokens as bigint) as tokens,
    cast(totalled.tokens_in_scope as bigint) as tokens_in_scope,
    totalled.tokens / nullif(totalled.tokens_in_scope, 0) as share,
    -- Were all tokens of unknown models those of other open models, or all of this series.
    totalled.tokens / nullif(
        totalled.tokens_in_scope + coalesce(months.tokens_of_unknown_openness, 0) + coalesce(months.tokens_of_other, 0),
        0
    ) as share_low,
    (totalled.tokens + coalesce(months.tokens_of_unknown_openness, 0) + coalesce(months.tokens_of_other, 0))
    / nullif(
        totalled.tokens_in_scope + coalesce(months.tokens_of_unknown_openness, 0) + coalesce(months.tokens_of_other, 0),
        0
    ) as share_high,
    totalled.models_in_scope,
    cast(months.tokens_of_all as bigint) as tokens_of_all,
    cast(
        months.tokens_of_all - coalesce(months.tokens_of_other, 0) - coalesce(months.tokens_of_unknown_openness, 0)
        as bigint
    ) as tokens_known,
    cast(coalesce(months.tokens_of_other, 0) + coalesce(months.tokens_of_unknown_openness, 0) as bigint)
        as tokens_unknown,
    cast(months.days_with_data as integer) as days_with_data
from totalled
inner join months on totalled.case_id = months.case_id and totalled.month = months.month
