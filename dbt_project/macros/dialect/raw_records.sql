{#-
    The accepted records of one kind from one source, with the columns `source`, `table_name`, `snapshot_date` and
    `revision` beside the record's own: every newest revision in the raw store (`newest`), or every revision that a
    later one replaced (`older`). Of snapshots that were compacted the newest revisions are in `stg_history__*`.

    Use it as a table: `from {{ raw_records('hf_hub', 'readings') }} as records`. Registers the dbt source
    `<source_name>.<kind>`, so that the lineage graph starts at raw. A source that has landed nothing gives no rows.
-#}
{% macro raw_records(source_name, kind, revisions='newest') -%}
    {%- set registered = source(source_name, kind) -%}
    {{- adapter.dispatch('raw_records')(source_name, kind, revisions) -}}
{%- endmacro %}

{% macro duckdb__raw_records(source_name, kind, revisions) -%}
    {%- set is_wanted = "source = '" ~ source_name ~ "' and kind = '" ~ kind ~ "' and "
        ~ ('is_newest_revision' if revisions == 'newest' else 'not is_newest_revision') -%}
    {%- set with_history = revisions == 'older' and has_older_history(source_name, kind) -%}
    {%- set files = raw_files(source_name, kind, revisions, is_wanted) -%}
    (
        select
            '{{ source_name }}' as source,
            wanted.table_name,
            received.* exclude (record_file)
        from read_parquet(
            {{ files }},
            hive_partitioning = true,
            hive_types = {'snapshot_date': date, 'revision': integer},
            union_by_name = true,
            filename = 'record_file'
        ) as received
        -- Whether a file is wanted, and of which table it is, is asked once a file: to take its name apart for every
        -- row would take longer than to read the rows.
        inner join (
            select
                present.file as record_file,
                snapshots.table_name
            from (
                select
                    file,
                    string_split(file, '/') as parts
                from glob({{ files }})
            ) as present
            inner join (
                select table_name, snapshot_date, revision
                from {{ catalog('snapshots') }}
                where {{ is_wanted }}
            ) as snapshots
                on
                    present.parts[-4] = snapshots.table_name
                    and present.parts[-3] = 'snapshot_date=' || snapshots.snapshot_date
                    and present.parts[-2] = 'revision=' || snapshots.revision
        ) as wanted
            on received.record_file = wanted.record_file
        {%- if with_history %}
        union all by name
        select * from {{ duckdb__history_records(source_name) }}
        {%- endif %}
    )
{%- endmacro %}

{#-
    What DuckDB is to read. Newest revisions are nearly all there is: one pattern for all of them. Older ones are few:
    each by its name. DuckDB refuses a pattern that matches no file, so the catalog keeps an empty file of each kind.
-#}
{% macro raw_files(source_name, kind, revisions, is_wanted) -%}
    {%- set home = env_var('WAREHOUSE_HOME') | replace("'", "''") -%}
    {%- set files = [] -%}
    {%- if execute and revisions == 'newest' -%}
        {%- set pattern = glob_literal(home) ~ '/raw/' ~ source_name ~ '/*/snapshot_date=*/revision=*/' ~ kind ~ '.parquet' -%}
        {%- if run_query("select 1 from glob('" ~ pattern ~ "') limit 1").rows | length -%}
            {%- do files.append(pattern) -%}
        {%- endif -%}
    {%- elif execute -%}
        {%- set wanted = run_query(
            "select table_name, strftime(snapshot_date, '%Y-%m-%d'), revision from " ~ catalog('snapshots')
            ~ ' where ' ~ is_wanted
            ~ ' and (source, table_name, snapshot_date, revision) not in ('
            ~ 'select (source, table_name, snapshot_date, revision) from ' ~ catalog_file('history_snapshots')
            ~ ' where is_compacted) order by all'
        ) -%}
        {%- for row in wanted.rows -%}
            {%- do files.append(
                glob_literal(home ~ '/raw/' ~ source_name ~ '/' ~ row[0])
                ~ '/snapshot_date=' ~ row[1] ~ '/revision=' ~ row[2] ~ '/' ~ kind ~ '.parquet'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not files -%}
        {%- do files.append(
            glob_literal(home) ~ '/build/catalog/empty/*/*/snapshot_date=*/revision=*/' ~ kind ~ '.parquet'
        ) -%}
    {%- endif -%}
    ['{{ files | join("', '") }}']
{%- endmacro %}

{#- A path inside a glob pattern: characters that a pattern would interpret stand for themselves. -#}
{% macro glob_literal(path) -%}
    {{- path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') -}}
{%- endmacro %}
