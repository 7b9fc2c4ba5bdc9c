-- Grain: one row per case: what it changes, and the choices that decide which derivatives and tokens count in it.
select
    case_id,
    topic,
    changed_choice,
    derivative_min_downloads,
    derivative_downloads,
    derivative_relations,
    derivative_parent,
    derivative_own,
    inference_models,
    inference_free,
    inference_unknown
from {{ ref('int_report__cases') }}
