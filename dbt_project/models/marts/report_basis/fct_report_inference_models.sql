-- Grain: one row per case about inference, month and model (all its slugs together): its tokens and its rank among the
-- open models of the month. The reserved row `other` is no model and stays out; its tokens are counted as unknown.
with cases as (
    select * from {{ ref('dim_report_case') }}
    where topic in ('default', 'inference')
),

tokens as (
    select
        *,
        {{ month_of('token_date') }} as month,
        coalesce(model_id, base_slug) as model_key
    from {{ ref('fct_inference_tokens_daily') }}
),

summed as (
    select
        cases.case_id,
        cases.inference_models,
        cases.inference_unknown,
        tokens.month,
        tokens.model_key,
        max(tokens.model_id) as model_id,
        max(tokens.organization_id) as organization_id,
        max(tokens.region) as region,
        bool_or(tokens.is_open_weights) as is_open_weights,
        tokens.base_slug = 'other' as is_other,
        sum(case when tokens.is_free and cases.inference_free = 'left_out' then 0 else tokens.tokens end) as tokens,
        count(distinct tokens.token_date) as days
    from tokens
    cross join cases
    group by
        cases.case_id, cases.inference_models, cases.inference_unknown, tokens.month, tokens.model_key,
        tokens.base_slug = 'other'
),

judged as (
    select
        *,
        not is_other and coalesce(is_open_weights, inference_unknown = 'open') as is_counted_open
    from summed
),

ranked as (
    select
        *,
        case
            when is_counted_open
                then row_number() over (partition by case_id, month, is_counted_open order by tokens desc, model_key)
        end as open_rank
    from judged
)

select
    case_id,
    month,
    model_key,
    model_id,
    organization_id,
    region,
    is_open_weights,
    is_other,
    cast(tokens as bigint) as tokens,
    days,
    open_rank,
    coalesce(
        case inference_models
            when 'top_10' then open_rank <= 10
            when 'top_50' then open_rank <= 50
            else is_counted_open
        end,
        false
    ) as is_kept
from ranked
