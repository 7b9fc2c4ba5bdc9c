-- Grain: one row per model id, list and unbroken stretch of dated lists: when a model entered, left or moved.
select
    model_id,
    list,
    valid_from,
    valid_to,
    entered_from,
    left_to
from {{ ref('int_registry__list_periods') }}
