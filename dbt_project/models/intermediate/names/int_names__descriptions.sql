-- Grain: one row per source, table, snapshot date and model (the source's own name): what the source says of it.
{% for source in ['openrouter', 'artificial_analysis', 'lmarena', 'epoch', 'open_llm_leaderboard', 'models_dev'] %}
    select
        source,
        table_name,
        snapshot_date,
        source_model_name,
        canonical_name,
        display_name,
        organization_name,
        country,
        hub_model_id,
        openrouter_id,
        license,
        is_open_weights,
        release_date,
        total_parameters,
        active_parameters
    from {{ ref('stg_' ~ source ~ '__models') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
