-- Grain: one row per source, model (the source's own name) and snapshot date on which the source says whether the
-- model's weights are open: a model can be opened later than it is scored.
with models as (
    {% for source in ['artificial_analysis', 'lmarena', 'epoch', 'open_llm_leaderboard'] %}
        select
            source,
            source_model_name,
            snapshot_date,
            is_open_weights
        from {{ ref('stg_' ~ source ~ '__models') }}
        where is_open_weights is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    source,
    source_model_name,
    snapshot_date as as_of_date,
    bool_or(is_open_weights) as is_open_weights
from models
group by source, source_model_name, snapshot_date
