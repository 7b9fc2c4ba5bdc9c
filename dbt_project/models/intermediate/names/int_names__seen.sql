-- Grain: one row per source and model (the source's own name) that a score, tokens or the source's own list names, with
-- what it weighs and the organisation that its maker's word means.
with described as (
    select * from {{ ref('int_names__described') }}
),

evaluated as (
    select
        source,
        source_model_name,
        count(*) as scores
    from {{ ref('int_evaluations__unioned') }}
    group by source, source_model_name
),

served as (
    select
        source,
        model_slug as source_model_name,
        sum(tokens) as tokens
    from {{ ref('int_inference__tokens') }}
    where base_slug <> 'other'
    group by source, model_slug
),

-- Everywhere a name occurs; weekly figures name models too that no day does.
occurrences as (
    select
        source,
        source_model_name,
        table_name,
        snapshot_date
    from {{ ref('int_names__descriptions') }}
    union all
    select
        source,
        source_model_name,
        table_name,
        as_of_date as snapshot_date
    from {{ ref('int_evaluations__unioned') }}
    union all
    select
        source,
        model_slug as source_model_name,
        table_name,
        source_as_of as snapshot_date
    from {{ ref('stg_openrouter__tokens') }}
    where model_slug <> 'other'
),

names as (
    select
        source,
        source_model_name,
        max(snapshot_date) as last_snapshot_date,
        max_by(table_name, strftime(snapshot_date, '%Y-%m-%d') || table_name) as last_table
    from occurrences
    group by source, source_model_name
),

-- A slug and the names of models.dev begin with the maker; a list of several makers begins with the first.
worded as (
    select
        names.source,
        names.source_model_name,
        names.last_table,
        names.last_snapshot_date,
        lower(trim(split_part(coalesce(
            described.organization_name,
            case when names.source in ('openrouter', 'models_dev') then split_part(names.source_model_name, '/', 1) end
        ), ',', 1))) as organization_word
    from names
    left join described on names.source = described.source and names.source_model_name = described.source_model_name
)

select
    worded.source,
    worded.source_model_name,
    split_part(worded.source_model_name, ':', 1) as base_name,
    worded.organization_word,
    worded.last_table,
    worded.last_snapshot_date,
    organizations.organization_id,
    described.country,
    described.license,
    described.is_open_weights,
    described.release_date,
    coalesce(evaluated.scores, 0) as scores,
    coalesce(served.tokens, 0) as tokens
from worded
left join {{ ref('int_names__organizations') }} as organizations on worded.organization_word = organizations.word
left join described
    on worded.source = described.source and worded.source_model_name = described.source_model_name
left join evaluated
    on worded.source = evaluated.source and worded.source_model_name = evaluated.source_model_name
left join served on worded.source = served.source and worded.source_model_name = served.source_model_name
