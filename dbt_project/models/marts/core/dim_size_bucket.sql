-- Grain: one row per size class.
select
    size_bucket,
    sort_order,
    low_parameters,
    high_parameters
from {{ ref('size_buckets') }}
