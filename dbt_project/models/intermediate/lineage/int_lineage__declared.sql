-- Grain: one row per source, table, derivative, base and relation, with ids as received: what was ever declared there.
-- Tags change rarely: each set of them is taken apart once, not once a day. A newest set without the edge means that
-- the derivative no longer declares it.
with described as (
    select * from {{ ref('int_readings__described') }}
    where tags is not null or base_models is not null
),

redescribed as (
    select
        source,
        table_name,
        model_id,
        tags,
        base_models,
        min(described_from) as first_seen_date,
        max(described_until) as last_seen_date
    from described
    where not is_only
    group by source, table_name, model_id, tags, base_models
),

declarations as (
    select
        source,
        table_name,
        model_id,
        tags,
        base_models,
        described_from as first_seen_date,
        described_until as last_seen_date,
        described_until as newest_date
    from described
    where is_only
    union all
    select
        *,
        max(last_seen_date) over (partition by source, table_name, model_id) as newest_date
    from redescribed
),

base_tags as (
    select
        source,
        table_name,
        model_id,
        first_seen_date,
        last_seen_date,
        newest_date,
        {{ each_tag_like('tags', 'base_model:') }} as tag
    from declarations
),

base_entries as (
    select
        source,
        table_name,
        model_id,
        first_seen_date,
        last_seen_date,
        newest_date,
        {{ each_element('base_models') }} as base
    from declarations
),

-- `base_model:<id>` names a base, `base_model:<relation>:<id>` also says how it was used.
from_readings as (
    select
        source,
        table_name,
        model_id as derivative_model_id,
        regexp_extract(tag, '^base_model:(?:[^:]*:)?(.*)$', 1) as base_model_id,
        lower(regexp_extract(tag, '^base_model:([^:]*):', 1)) as relation_word,
        first_seen_date,
        last_seen_date,
        newest_date
    from base_tags
    union all
    select
        source,
        table_name,
        model_id as derivative_model_id,
        base.model_id as base_model_id,
        lower(base.relation) as relation_word,
        first_seen_date,
        last_seen_date,
        newest_date
    from base_entries
),

lists as (
    select * from {{ ref('stg_hf_archive__edges') }}
),

-- A list is often drawn up for one base at a time: only a list that names the base can have dropped the edge.
newest_lists as (
    select
        source,
        table_name,
        base_model_id,
        max(snapshot_date) as newest_date
    from lists
    group by source, table_name, base_model_id
),

declared as (
    select
        source,
        table_name,
        derivative_model_id,
        base_model_id,
        relation_word,
        first_seen_date,
        last_seen_date,
        newest_date,
        cast(null as timestamp) as created_at
    from from_readings
    union all
    select
        lists.source,
        lists.table_name,
        lists.derivative_model_id,
        lists.base_model_id,
        lists.relation_word,
        lists.snapshot_date as first_seen_date,
        lists.snapshot_date as last_seen_date,
        newest_lists.newest_date,
        lists.created_at
    from lists
    inner join newest_lists
        on
            lists.source = newest_lists.source
            and lists.table_name = newest_lists.table_name
            and lists.base_model_id = newest_lists.base_model_id
)

select
    declared.source,
    declared.table_name,
    declared.derivative_model_id,
    declared.base_model_id,
    coalesce(words.relation, 'unspecified') as relation,
    min(declared.created_at) as created_at,
    min(declared.first_seen_date) as first_seen_date,
    max(declared.last_seen_date) as last_seen_date,
    max(declared.newest_date) as newest_date
from declared
left join {{ ref('relation_words') }} as words on declared.relation_word = words.relation_word
where declared.base_model_id is not null
group by
    declared.source,
    declared.table_name,
    declared.derivative_model_id,
    declared.base_model_id,
    coalesce(words.relation, 'unspecified')
