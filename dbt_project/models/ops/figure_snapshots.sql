-- Grain: one row per table and way in which its rows lead to snapshots.
{{ declared_snapshots() }}
