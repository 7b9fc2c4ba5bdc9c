-- Grain: one row per source, table and snapshot date (newest revision): is it whole, and how does it compare.
with newest as (
    select *
    from {{ ref('stg_catalog__snapshots') }}
    where is_newest_revision
),

-- The median of several snapshots, not the last one: a partial snapshot must not become the measure of the next.
compared as (
    select
        *,
        median(rows) over (
            partition by source, table_name
            order by snapshot_date
            rows between {{ var('partial_snapshot_window') }} preceding and 1 preceding
        ) as usual_rows
    from newest
)

select
    source,
    table_name,
    kind,
    snapshot_date,
    revision,
    priority,
    is_complete,
    synthetic,
    rows,
    usual_rows,
    rows / nullif(usual_rows, 0) as share_of_usual_rows,
    coalesce(rows < minimum_rows_share * usual_rows, false) as is_partial,
    coalesce(rows < (1 - {{ var('shifted_snapshot_share') }}) * usual_rows, false) as is_shifted,
    minimum_rows_share,
    content_sha256
from compared
