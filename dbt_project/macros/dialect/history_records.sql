{#-
    The readings of compacted snapshots of one source, with the columns that `raw_records` gives: change rows, expanded
    over the snapshots in which each value held. A running sum of differences restores a counter, the last value given
    an attribute; `range` makes a row for each snapshot until the model's next change. docs/history.md tells the format.

    `revisions` as in `raw_records`.
-#}
{% macro duckdb__history_records(source_name, revisions) -%}
    (
        with days as (
            select
                table_name, ordinal, snapshot_date, revision, usual_read_at,
                is_compacted and {{ 'is_newest_revision' if revisions == 'newest' else 'not is_newest_revision' }} as is_wanted,
                count(*) over (partition by table_name) as snapshots
            from {{ catalog_file('history_snapshots') }}
            where source = '{{ source_name }}'
        ),

        changes as (
            select
                string_split(changes.change_file, '/')[-3] as table_name,
                changes.* exclude (change_file, snapshot_date, revision),
                days.ordinal,
                days.snapshots
            from read_parquet({{ history_files(source_name, 'changes') }}, filename = 'change_file') as changes
            inner join days
                on
                    string_split(changes.change_file, '/')[-3] = days.table_name
                    and changes.snapshot_date = days.snapshot_date
                    and changes.revision = days.revision
        ),

        models as (
            select
                string_split(models.model_file, '/')[-3] as table_name,
                models.model_key,
                models.model_id
            from read_parquet({{ history_files(source_name, 'models') }}, filename = 'model_file') as models
        ),

        spans as (
            select
                table_name,
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
            from changes
            window line as (partition by table_name, model_key order by ordinal rows unbounded preceding)
        ),

        held as (
            select * exclude (ordinal), unnest(range(ordinal, until_ordinal)) as ordinal
            from spans
            where is_listed
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
        from held
        inner join days
            on held.table_name = days.table_name and held.ordinal = days.ordinal and days.is_wanted
        inner join models
            on held.table_name = models.table_name and held.model_key = models.model_key
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

{#- Whether any snapshot of a source must be read from the history. -#}
{% macro has_history(source_name, kind) -%}
    {%- if execute and kind == 'readings' -%}
        {%- set found = run_query(
            "select 1 from " ~ catalog_file('history_snapshots') ~ " where source = '" ~ source_name ~ "' and is_compacted limit 1"
        ) -%}
        {{ return(found.rows | length > 0) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}

{#- The files of one role in the histories of a source, as a list for `read_parquet`. -#}
{% macro history_files(source_name, role) -%}
    {%- set found = run_query(
        "select path from " ~ catalog_file('history_files') ~ " where source = '" ~ source_name ~ "' and role = '" ~ role
        ~ "' order by all"
    ) -%}
    {%- set home = glob_literal(env_var('WAREHOUSE_HOME') | replace("'", "''")) -%}
    {%- set files = [] -%}
    {%- for row in found.rows -%}{%- do files.append(home ~ '/history/' ~ row[0]) -%}{%- endfor -%}
    ['{{ files | join("', '") }}']
{%- endmacro %}
