-- Grain: one row per source and table whose snapshots of readings are not what the last build read: from which day on.
{%- set calendar = as_built('int_snapshots__calendar') %}

with present as (
    select
        source,
        table_name,
        snapshot_date,
        revision,
        priority,
        is_partial,
        rows,
        content_sha256
    from {{ ref('int_snapshots__judged') }}
    where kind = 'readings'
),

built as (
    {% if calendar %}
        select
            source,
            table_name,
            snapshot_date,
            revision,
            priority,
            is_partial,
            rows,
            content_sha256
        from {{ calendar }}
    {% else %}
        select * from present
        where false
    {% endif %}
),

tables as (
    select
        source,
        table_name,
        max(rows) as most_rows,
        max_by(priority, snapshot_date) as priority
    from present
    group by source, table_name
),

built_tables as (
    select
        source,
        table_name,
        max(snapshot_date) as built_until,
        max(rows) as most_rows,
        max_by(priority, snapshot_date) as priority
    from built
    group by source, table_name
),

changed as (
    select
        coalesce(present.source, built.source) as source,
        coalesce(present.table_name, built.table_name) as table_name,
        coalesce(present.snapshot_date, built.snapshot_date) as snapshot_date
    from present
    full outer join built
        on
            present.source = built.source
            and present.table_name = built.table_name
            and present.snapshot_date = built.snapshot_date
    where
        present.content_sha256 is distinct from built.content_sha256
        -- An answer that came back after another one stands for the same, but under another number.
        or present.revision is distinct from built.revision
        or present.is_partial is distinct from built.is_partial
)

select
    changed.source,
    changed.table_name,
    cast(row_number() over (order by changed.source, changed.table_name) as integer) as table_number,
    min(changed.snapshot_date) as read_from,
    max(built_tables.built_until) as built_until,
    coalesce(min(changed.snapshot_date) > max(built_tables.built_until), false) as is_append,
    coalesce(max(tables.most_rows) > {{ var('long_listing_rows') }}, false)
    <> coalesce(max(built_tables.most_rows) > {{ var('long_listing_rows') }}, false) as is_of_another_kind,
    coalesce(max(tables.priority) <> max(built_tables.priority), false) as has_another_priority
from changed
left join tables on changed.source = tables.source and changed.table_name = tables.table_name
left join built_tables on changed.source = built_tables.source and changed.table_name = built_tables.table_name
group by changed.source, changed.table_name
