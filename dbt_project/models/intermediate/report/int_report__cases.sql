-- Grain: one row per case: the choices that the report leaves open, as the vars have them (`default`) and with one of
-- them changed. All figures of all cases are computed side by side; no case needs a build of its own.
{% set choices = [
    'list_date', 'lists', 'double_namespaces', 'quantisations', 'left_out_models', 'start_level', 'window_start',
    'spikes', 'derivative_min_downloads', 'derivative_downloads', 'derivative_relations', 'derivative_parent', 'derivative_own',
    'inference_models', 'inference_free', 'inference_unknown'
] %}

with cases as (
    select
        'default' as case_id,
        'default' as topic,
        'none' as choice,
        'none' as value
    union all
    select
        case_id,
        topic,
        choice,
        value
    from {{ ref('sensitivity_cases') }}
)

select
    case_id,
    topic,
    {% for choice in choices %}
        case when choice = '{{ choice }}' then value else '{{ var("report_" ~ choice) }}' end as {{ choice }},
    {% endfor %}
    choice as changed_choice
from cases
