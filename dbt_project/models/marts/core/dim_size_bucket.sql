-- Grain: one row per size class, and one for models of unknown size.
with buckets as (
    select * from {{ ref('size_buckets') }}
),

bounded as (
    select
        size_bucket,
        row_number() over (order by low_parameters) as sort_order,
        low_parameters,
        lead(low_parameters) over (order by low_parameters) as high_parameters
    from buckets
    union all
    select
        'unknown' as size_bucket,
        count(*) + 1 as sort_order,
        null as low_parameters,
        null as high_parameters
    from buckets
)

select
    size_bucket,
    cast(sort_order as integer) as sort_order,
    cast(low_parameters as bigint) as low_parameters,
    cast(high_parameters as bigint) as high_parameters
from bounded
