-- Grain: one row per canonical model and UTC day after its first reading up to its last one.
-- A view: most days of most models are those on which nothing happened, and those need no rows.
{{ config(materialized='view') }}

{{ daily_downloads() }}
