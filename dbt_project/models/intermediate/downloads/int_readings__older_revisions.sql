-- Grain: one row per source, table, revision, model id (as received), date and measure that a later answer replaced.
with replaced as (
    select
        source,
        table_name,
        revision,
        model_id,
        snapshot_date as reading_date,
        downloads_total,
        downloads_30d
    from {{ ref('stg_hf_hub__older_readings') }}
    union all
    select
        source,
        table_name,
        revision,
        model_id,
        snapshot_date as reading_date,
        downloads_total,
        downloads_30d
    from {{ ref('stg_hf_archive__older_readings') }}
)

{% for measure in ['downloads_total', 'downloads_30d'] %}
    select
        '{{ measure }}' as measure,
        source,
        table_name,
        revision,
        model_id,
        reading_date,
        {{ measure }} as value
    from replaced
    where {{ measure }} is not null
    {{ 'union all' if not loop.last }}
{% endfor %}
