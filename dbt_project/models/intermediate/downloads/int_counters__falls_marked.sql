-- Grain: one row per canonical model and day with a counter: the reading that counts, and whether it is part of a fall
-- that later readings made up (`is_skipped`: it was never true).
{%- set recovery_readings = var('fall_recovery_readings') | int %}

with selected as (
    select
        canonical_model_id,
        reading_date,
        downloads_total,
        is_witness,
        source,
        table_name
    from {{ ref('int_readings__ranked') }}
    where total_rank = 1
),

-- Another immutable hub id under the same name is another repository: its counter starts anew, and a value that it
-- reaches later is no recovery of the old one's.
hub_ids as (
    select
        described.model_id,
        models.canonical_model_id,
        described.hub_id,
        min(described.described_from) as first_date,
        row_number() over (
            partition by described.model_id order by min(described.described_from), described.hub_id
        ) as hub_id_number
    from {{ ref('int_readings__described') }} as described
    inner join {{ ref('int_models__canonical') }} as models on described.model_id = models.model_id
    where described.hub_id is not null
    group by described.model_id, models.canonical_model_id, described.hub_id
),

recreations as (
    select distinct
        canonical_model_id,
        first_date
    from hub_ids
    where hub_id_number > 1
),

repositories as (
    select
        selected.canonical_model_id,
        selected.reading_date,
        count(*) as repository_number
    from selected
    inner join recreations
        on
            selected.canonical_model_id = recreations.canonical_model_id
            and selected.reading_date >= recreations.first_date
    group by selected.canonical_model_id, selected.reading_date
),

numbered as (
    select
        selected.*,
        coalesce(repositories.repository_number, 0) as repository_number,
        row_number() over (
            partition by selected.canonical_model_id order by selected.reading_date
        ) as reading_number,
        selected.downloads_total < lag(selected.downloads_total) over (
            partition by selected.canonical_model_id order by selected.reading_date
        ) as is_fall
    from selected
    left join repositories
        on
            selected.canonical_model_id = repositories.canonical_model_id
            and selected.reading_date = repositories.reading_date
),

-- Few models ever fall; only their series are searched.
fallen_models as (
    select distinct canonical_model_id
    from numbered
    where is_fall
),

-- For each distance back: the reading there, the highest one since, and the highest one ahead among those that may
-- still make the fall up (the fall starts right after the reading looked back to).
surroundings as (
    select
        numbered.canonical_model_id,
        numbered.reading_date,
        {% for back in range(1, recovery_readings + 1) %}
            lag(numbered.downloads_total, {{ back }}) over series as total_{{ back }}_back,
            max(numbered.downloads_total) over (
                series rows between {{ back - 1 }} preceding and current row
            ) as highest_since_{{ back }}_back,
            max(numbered.downloads_total) over (
                series rows between 1 following and {{ recovery_readings + 1 - back }} following
            ) as highest_ahead_{{ back }}_back,
        {% endfor %}
        numbered.downloads_total
    from numbered
    semi join fallen_models on numbered.canonical_model_id = fallen_models.canonical_model_id
    window series as (
        partition by numbered.canonical_model_id, numbered.repository_number order by numbered.reading_date
    )
),

skipped as (
    select
        canonical_model_id,
        reading_date
    from surroundings
    where
        {% for back in range(1, recovery_readings + 1) %}
            {{ 'or' if not loop.first }} (
                total_{{ back }}_back > highest_since_{{ back }}_back
                and highest_ahead_{{ back }}_back >= total_{{ back }}_back
            )
        {% endfor %}
)

select
    numbered.canonical_model_id,
    numbered.reading_date,
    numbered.reading_number,
    numbered.downloads_total,
    numbered.is_witness,
    numbered.source,
    numbered.table_name,
    skipped.reading_date is not null as is_skipped
from numbered
left join skipped
    on
        numbered.canonical_model_id = skipped.canonical_model_id
        and numbered.reading_date = skipped.reading_date
