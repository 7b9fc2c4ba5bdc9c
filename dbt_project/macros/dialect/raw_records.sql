{#-
    The accepted records of one kind from one source: every newest revision in the raw store, with the columns
    `source`, `table_name`, `snapshot_date` and `revision` beside the record's own.

    Use it as a table: `from {{ raw_records('hf_hub', 'readings') }} as records`. Registers the dbt source
    `<source_name>.<kind>`, so that the lineage graph starts at raw. A source that has landed nothing gives no rows.
-#}
{% macro raw_records(source_name, kind) -%}
    {%- set registered = source(source_name, kind) -%}
    {{- adapter.dispatch('raw_records')(source_name, kind) -}}
{%- endmacro %}

{% macro duckdb__raw_records(source_name, kind) -%}
    {%- set home = env_var('WAREHOUSE_HOME') | replace("'", "''") -%}
    {%- set pattern = glob_literal(home) ~ "/raw/" ~ source_name ~ "/*/snapshot_date=*/revision=*/" ~ kind ~ ".parquet" -%}
    {%- if execute and run_query("select 1 from glob('" ~ pattern ~ "') limit 1").rows | length == 0 -%}
        {#- DuckDB refuses a pattern that matches no file; the catalog keeps an empty file of each kind. -#}
        {%- set pattern = glob_literal(home) ~ "/build/catalog/empty/*/*/snapshot_date=*/revision=*/" ~ kind ~ ".parquet" -%}
    {%- endif -%}
    (
        select
            '{{ source_name }}' as source,
            string_split(files.record_file, '/')[-4] as table_name,
            files.* exclude (record_file)
        from read_parquet(
            '{{ pattern }}',
            hive_partitioning = true,
            hive_types = {'snapshot_date': date, 'revision': integer},
            union_by_name = true,
            filename = 'record_file'
        ) as files
        semi join (
            select table_name, snapshot_date, revision
            from {{ source('catalog', 'snapshots') }}
            where source = '{{ source_name }}' and kind = '{{ kind }}' and is_newest_revision
        ) as newest
            on
                string_split(files.record_file, '/')[-4] = newest.table_name
                and files.snapshot_date = newest.snapshot_date
                and files.revision = newest.revision
    )
{%- endmacro %}

{#- A path inside a glob pattern: characters that a pattern would interpret stand for themselves. -#}
{% macro glob_literal(path) -%}
    {{- path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') -}}
{%- endmacro %}
