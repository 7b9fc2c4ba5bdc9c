{#-
    Compacted snapshots as SQL reads them: the change rows of all histories, put together without a row for each day.
    docs/history.md tells the format. A running sum of differences restores a counter, the last value given an attribute.
-#}

{#- One row per snapshot of a history, with the days of the nearest wanted snapshots on both sides (`from_day`: itself or
    the next one, `until_day`: itself or the one before). Wanted are compacted snapshots: newest revisions, or older ones. -#}
{% macro history_days(revisions) -%}
    {%- set is_wanted = 'is_compacted and ' ~ ('is_newest_revision' if revisions == 'newest' else 'not is_newest_revision') -%}
    (
        select
            *,
            {{ is_wanted }} as is_wanted,
            min(case when {{ is_wanted }} then snapshot_date end) over (
                partition by source, table_name order by ordinal rows between current row and unbounded following
            ) as from_day,
            max(case when {{ is_wanted }} then snapshot_date end) over (
                partition by source, table_name order by ordinal rows unbounded preceding
            ) as until_day,
            cast(count(*) over (partition by source, table_name) as integer) as snapshots,
            -- Stands for the table where many rows are put in order: names would take most of the memory.
            cast(dense_rank() over (order by source, table_name) as integer) as history_number
        from {{ catalog_file('history_snapshots') }}
    )
{%- endmacro %}

{#- The change rows of some histories, placed among the snapshots of their table. -#}
{% macro history_changes(days, source_name=none) -%}
    (
        select
            days.history_number,
            changes.* exclude (change_file, snapshot_date, revision),
            cast(days.ordinal as integer) as ordinal,
            days.from_day,
            days.snapshots
        from read_parquet({{ history_files('changes', source_name) }}, filename = 'change_file') as changes
        inner join {{ history_numbers('changes', source_name) }} as files on changes.change_file = files.file
        inner join {{ days }} as days
            on
                files.history_number = days.history_number
                and changes.snapshot_date = days.snapshot_date
                and changes.revision = days.revision
    )
{%- endmacro %}

{#-
    The counters that compacted snapshots (newest revisions) hold: one row per source, table, model and stretch of
    snapshots (`first_date` to `last_date`) that say the same.
-#}
{% macro history_counters() -%}
    {{- adapter.dispatch('history_counters')() -}}
{%- endmacro %}

{% macro duckdb__history_counters() -%}
    (
        with days as (
            select * from {{ history_days('newest') }}
        ),

        spans as (
            select
                history_number,
                model_key as history_key,
                is_listed,
                ordinal,
                from_day as first_date,
                coalesce(lead(ordinal) over line, snapshots) - 1 as last_ordinal,
                {%- for name in ['downloads_total', 'downloads_30d', 'likes'] %}
                case when {{ name }}_is_known then cast(sum({{ name }}_change) over line as bigint) end as {{ name }}
                {{- ',' if not loop.last }}
                {%- endfor %}
            from {{ history_changes('days') }} as changes
            window line as (partition by history_number, model_key order by ordinal rows unbounded preceding)
        ),

        -- Few rows give a status, and few of these one that is known: to carry it along all rows takes a third longer.
        statuses as (
            select
                history_number,
                model_key as history_key,
                ordinal as first_ordinal,
                coalesce(lead(ordinal) over line, snapshots) - 1 as last_ordinal,
                status.value as status
            from {{ history_changes('days') }} as changes
            where status is not null
            window line as (partition by history_number, model_key order by ordinal)
        )

        select
            days.source,
            days.table_name,
            spans.* exclude (is_listed, ordinal, last_ordinal),
            statuses.status,
            days.until_day as last_date
        from spans
        inner join days on spans.history_number = days.history_number and spans.last_ordinal = days.ordinal
        left join statuses
            on
                spans.history_number = statuses.history_number
                and spans.history_key = statuses.history_key
                and spans.ordinal between statuses.first_ordinal and statuses.last_ordinal
                and statuses.status is not null
        where spans.is_listed and spans.first_date <= days.until_day
    )
{%- endmacro %}

{#-
    The attributes that compacted snapshots (newest revisions) hold: one row per source, table, model id and snapshot from
    which on one of them is another. Only rows that give an attribute are put in order: few do.
-#}
{% macro history_descriptions() -%}
    {{- adapter.dispatch('history_descriptions')() -}}
{%- endmacro %}

{% macro duckdb__history_descriptions() -%}
    (
        with days as (
            select * from {{ history_days('newest') }}
        ),

        described as (
            select
                history_number,
                model_key as history_key,
                ordinal,
                from_day as first_date,
                {%- for name in history_attributes() %}
                (last_value({{ name }} ignore nulls) over line).value as {{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ history_changes('days') }} as changes
            where
                {%- for name in history_attributes() %}
                {{ 'or ' if not loop.first }}{{ name }} is not null
                {%- endfor %}
            window line as (partition by history_number, model_key order by ordinal rows unbounded preceding)
        ),

        -- Of revisions of one day the last word counts.
        last_words as (
            select * exclude (ordinal)
            from described
            where first_date is not null
            qualify row_number() over (
                partition by history_number, history_key, first_date order by ordinal desc
            ) = 1
        )

        select
            models.source,
            models.table_name,
            models.model_id,
            last_words.* exclude (history_number, history_key)
        from last_words
        inner join {{ history_models() }} as models
            on last_words.history_number = models.history_number and last_words.history_key = models.history_key
    )
{%- endmacro %}

{#- The ids of all histories' models: one row per source, table and key. -#}
{% macro history_models() -%}
    {{- adapter.dispatch('history_models')() -}}
{%- endmacro %}

{% macro duckdb__history_models() -%}
    (
        select
            files.* exclude (file),
            models.model_key as history_key,
            models.model_id
        from read_parquet({{ history_files('models') }}, filename = 'model_file') as models
        inner join {{ history_numbers('models') }} as files on models.model_file = files.file
    )
{%- endmacro %}

{#-
    The readings of compacted snapshots of one source that a later answer replaced, with the columns that `raw_records`
    gives. There are few: the change rows before them are put together, for as many days as there are such snapshots.
-#}
{% macro duckdb__history_records(source_name) -%}
    (
        with days as (
            select * from {{ history_days('older') }}
            where source = '{{ source_name }}'
        ),

        spans as (
            select
                history_number,
                model_key,
                is_listed,
                ordinal,
                coalesce(lead(ordinal) over line, snapshots) as until_ordinal,
                {%- for name in ['downloads_total', 'downloads_30d', 'likes'] %}
                case
                    when {{ name }}_is_known then cast(sum({{ name }}_change) over line as bigint)
                end as {{ name }},
                {%- endfor %}
                {%- for name in history_attributes() + ['read_at'] %}
                last_value({{ name }} ignore nulls) over line as {{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            from {{ history_changes('days', source_name) }} as changes
            window line as (partition by history_number, model_key order by ordinal rows unbounded preceding)
        )

        select
            '{{ source_name }}' as source,
            days.table_name,
            days.snapshot_date,
            days.revision,
            models.model_id,
            held.downloads_total,
            held.downloads_30d,
            held.likes,
            case when held.read_at.is_usual then days.usual_read_at else held.read_at.value end as read_at,
            {%- for name in history_attributes() %}
            held.{{ name }}.value as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from spans as held
        inner join days
            on
                held.history_number = days.history_number
                and held.ordinal <= days.ordinal
                and held.until_ordinal > days.ordinal
                and days.is_wanted
        inner join {{ history_models() }} as models
            on held.history_number = models.history_number and held.model_key = models.history_key
        where held.is_listed
    )
{%- endmacro %}

{#- The attributes of a reading; `read_at` is apart, because its usual value is kept with the snapshot. -#}
{% macro history_attributes() -%}
    {{ return([
        'hub_id', 'sha', 'source_name', 'status', 'created_at', 'last_modified_at', 'release_date', 'pipeline_tag',
        'library_name', 'license', 'gated', 'is_private', 'is_disabled', 'total_parameters', 'active_parameters',
        'is_moe', 'family', 'tags', 'base_models'
    ]) }}
{%- endmacro %}

{#- Whether any replaced revision of a source's readings must be read from a history. -#}
{% macro has_older_history(source_name, kind) -%}
    {%- if execute and kind == 'readings' -%}
        {%- set found = run_query(
            "select 1 from " ~ catalog_file('history_snapshots') ~ " where source = '" ~ source_name
            ~ "' and is_compacted and not is_newest_revision limit 1"
        ) -%}
        {{ return(found.rows | length > 0) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}

{#- The files of one role in all histories, or in those of a source, as a list for `read_parquet`. -#}
{% macro history_files(role, source_name=none) -%}
    {%- set files = [] -%}
    {%- if execute -%}
        {%- set home = glob_literal(env_var('WAREHOUSE_HOME') | replace("'", "''")) -%}
        {%- set found = run_query(
            "select path from " ~ catalog_file('history_files') ~ " where role = '" ~ role ~ "'"
            ~ (" and source = '" ~ source_name ~ "'" if source_name else "") ~ " order by all"
        ) -%}
        {%- for row in found.rows -%}{%- do files.append(home ~ '/history/' ~ row[0]) -%}{%- endfor -%}
        {%- if not files -%}
            {%- do files.append(home ~ '/build/catalog/empty/' ~ role ~ '/none/none/none.parquet') -%}
        {%- endif -%}
    {%- endif -%}
    ['{{ files | join("', '") }}']
{%- endmacro %}

{#-
    Of which table each file of a role is, and the number that stands for it where there are many rows. Asked once a file:
    to take its name apart for every row would take longer than to read the rows.
-#}
{% macro history_numbers(role, source_name=none) -%}
    (
        select distinct
            files.file,
            days.source,
            days.table_name,
            days.history_number
        from glob({{ history_files(role, source_name) }}) as files
        inner join {{ history_days('newest') }} as days
            on
                string_split(files.file, '/')[-4] = days.source
                and string_split(files.file, '/')[-3] = days.table_name
    )
{%- endmacro %}
