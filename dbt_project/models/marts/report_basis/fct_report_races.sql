-- Grain: one row per crossover, case and date on which both sides are known: what the challenger and the incumbent
-- have, and how much of both is known.
with cumulative as (
    select * from {{ ref('fct_report_cumulative_daily') }}
),

downloads as (
    {% for crossover_id, dimension, challenger, incumbent in [
        ('downloads_china_us', 'region', 'china', 'us'),
        ('downloads_qwen_llama', 'organization', 'Qwen', 'meta-llama'),
    ] %}
        select
            '{{ crossover_id }}' as crossover_id,
            challengers.case_id,
            challengers.day as race_date,
            cast(challengers.cumulative_downloads as double) as challenger_value,
            cast(incumbents.cumulative_downloads as double) as incumbent_value,
            least(
                challengers.models_known / challengers.models_in_scope,
                incumbents.models_known / incumbents.models_in_scope
            ) as coverage
        from cumulative as challengers
        inner join cumulative as incumbents
            on challengers.case_id = incumbents.case_id and challengers.day = incumbents.day
        where
            challengers.dimension = '{{ dimension }}'
            and incumbents.dimension = '{{ dimension }}'
            and challengers.series = '{{ challenger }}'
            and incumbents.series = '{{ incumbent }}'
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- A month with few new derivatives decides nothing; how much of it is known, only a complete list tells.
derivatives as (
    select
        case_id,
        month as race_date,
        sum(new_derivatives) filter (where dimension = 'region' and series = 'china') as china,
        sum(new_derivatives) filter (where dimension = 'region' and series = 'us') as us,
        sum(new_derivatives) filter (where dimension = 'region' and series in ('us', 'eu')) as us_and_eu,
        sum(new_derivatives) filter (where dimension = 'organization' and series = 'Qwen') as qwen,
        sum(new_derivatives) filter (where dimension = 'organization' and series = 'meta-llama') as llama,
        sum(new_derivatives) filter (where dimension = 'organization' and series in ('Qwen', 'deepseek-ai'))
            as qwen_and_deepseek,
        case when bool_and(is_list_complete) then 1 end as coverage
    from {{ ref('fct_report_derivatives_monthly') }}
    group by case_id, month
    having max(new_derivatives_of_all) >= {{ var('report_crossover_derivatives') }}
),

inference as (
    select
        case_id,
        month as race_date,
        sum(share) filter (where series = 'china') as china,
        sum(share) filter (where series = 'us') as us,
        max(tokens_known / tokens_of_all) as coverage
    from {{ ref('fct_report_inference_monthly') }}
    where dimension = 'region'
    group by case_id, month
),

performance as (
    select
        source || '/' || metric || '/' || index_version as case_id,
        month as race_date,
        max(score) filter (where series = 'china') as china,
        max(score) filter (where series = 'us') as us
    from {{ ref('fct_report_frontier') }}
    where basis = 'released' and dimension = 'region_of_open_models'
    group by source, metric, index_version, month
)

select
    crossover_id,
    case_id,
    race_date,
    challenger_value,
    incumbent_value,
    coverage
from downloads
{% for crossover_id, challenger, incumbent in [
    ('derivatives_china_us', 'china', 'us'),
    ('derivatives_qwen_llama', 'qwen', 'llama'),
    ('derivatives_qwen_deepseek_us_eu', 'qwen_and_deepseek', 'us_and_eu'),
] %}
    union all
    select
        '{{ crossover_id }}' as crossover_id,
        case_id,
        race_date,
        cast(coalesce({{ challenger }}, 0) as double) as challenger_value,
        cast(coalesce({{ incumbent }}, 0) as double) as incumbent_value,
        coverage
    from derivatives
{% endfor %}
union all
select
    'inference_china_us' as crossover_id,
    case_id,
    race_date,
    coalesce(china, 0) as challenger_value,
    coalesce(us, 0) as incumbent_value,
    coverage
from inference
union all
select
    'performance_china_us' as crossover_id,
    case_id,
    race_date,
    china as challenger_value,
    us as incumbent_value,
    1 as coverage
from performance
where china is not null and us is not null
