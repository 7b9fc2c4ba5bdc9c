-- Grain: one row per model that was ever on a list of tracked models and day: its part of the daily fact, kept as rows
-- because many reports read it.
{%- set listed = '(select canonical_model_id as model_id from ' ~ ref('int_registry__lists') ~ ')' %}

{{ daily_downloads(models=listed) }}
