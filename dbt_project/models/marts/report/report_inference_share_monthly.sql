-- Grain: one row per month, dimension (region or organization) and series (figure 8 of the report): tokens of the most
-- used open models of the month, and the share among these models.
select
    month,
    dimension,
    series,
    tokens,
    share,
    share_low,
    share_high,
    tokens_in_scope,
    tokens_of_all,
    tokens_known,
    tokens_unknown,
    models_in_scope,
    days_with_data
from {{ ref('fct_report_inference_monthly') }}
where case_id = 'default'
