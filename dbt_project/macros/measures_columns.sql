{#- The columns of the kinds of record that measure models by names of the provider's own, each stated once. -#}

{#- A score. A category `estimated` is the provider's word for a score that it guessed from others. -#}
{% macro evaluations_columns(alias) -%}
    cast({{ alias }}.source as varchar) as source,
    cast({{ alias }}.table_name as varchar) as table_name,
    cast({{ alias }}.snapshot_date as date) as as_of_date,
    cast({{ alias }}.metric as varchar) as metric,
    cast(case when {{ alias }}.category = 'estimated' then 'overall' else {{ alias }}.category end as varchar) as category,
    cast({{ alias }}.category = 'estimated' as boolean) as is_estimated,
    cast({{ alias }}.source_model_name as varchar) as source_model_name,
    cast({{ alias }}.score as double) as score,
    cast({{ alias }}.score_low as double) as score_low,
    cast({{ alias }}.score_high as double) as score_high,
    cast({{ alias }}.votes as bigint) as votes,
    cast({{ alias }}.index_version as varchar) as stated_version,
    cast({{ alias }}.published_date as date) as published_date
{%- endmacro %}

{#- A model as its provider describes it. -#}
{% macro source_models_columns(alias) -%}
    cast({{ alias }}.source as varchar) as source,
    cast({{ alias }}.table_name as varchar) as table_name,
    cast({{ alias }}.snapshot_date as date) as snapshot_date,
    cast({{ alias }}.source_model_name as varchar) as source_model_name,
    cast({{ alias }}.canonical_name as varchar) as canonical_name,
    cast({{ alias }}.display_name as varchar) as display_name,
    cast({{ alias }}.organization_name as varchar) as organization_name,
    cast({{ alias }}.country as varchar) as country,
    cast({{ alias }}.hub_model_id as varchar) as hub_model_id,
    cast({{ alias }}.openrouter_id as varchar) as openrouter_id,
    cast({{ alias }}.family as varchar) as family,
    cast({{ alias }}.license as varchar) as license,
    cast({{ alias }}.is_open_weights as boolean) as is_open_weights,
    cast({{ alias }}.release_date as date) as release_date,
    cast({{ alias }}.total_parameters as bigint) as total_parameters,
    cast({{ alias }}.active_parameters as bigint) as active_parameters
{%- endmacro %}
