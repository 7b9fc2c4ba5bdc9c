-- Grain: one row per table, figure (a column of it) and part: how the figure is made from rows of other tables.
{{ declared_parts() }}
