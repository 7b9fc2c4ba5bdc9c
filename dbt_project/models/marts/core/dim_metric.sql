-- Grain: one row per source and metric that scores are kept of.
select
    source,
    metric,
    title,
    unit,
    frontier_category,
    is_frontier,
    description
from {{ ref('metrics') }}
