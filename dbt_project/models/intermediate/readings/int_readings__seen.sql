-- Grain: one row per source, table and model id (as received): the days between which it was read, whether that counted
-- or not.
with uncounted as (
    select
        source,
        table_name,
        model_id,
        min(snapshot_date) as first_date,
        max(snapshot_date) as last_date
    from {{ ref('int_readings__rejected') }}
    group by source, table_name, model_id
)

select
    coalesce(series.source, uncounted.source) as source,
    coalesce(series.table_name, uncounted.table_name) as table_name,
    coalesce(series.model_id, uncounted.model_id) as model_id,
    least(series.first_date, uncounted.first_date) as first_date,
    greatest(series.last_date, uncounted.last_date) as last_date
from {{ ref('int_readings__series') }} as series
full outer join uncounted
    on
        series.source = uncounted.source
        and series.table_name = uncounted.table_name
        and series.model_id = uncounted.model_id
