-- Grain: one row per table with declared figures and dbt var that it, or a model before it, was made with.
{{ variables_in_force() }}
