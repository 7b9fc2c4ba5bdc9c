{#- Removes from a table what the news read anew, so that it can be added again. -#}
{% macro forget_since_news(relation, day='snapshot_date') -%}
    {%- set news = ref('int_snapshots__news') -%}
    {%- if is_incremental() -%}
        delete from {{ relation }} as built
        using {{ news }} as news
        where
            built.source = news.source
            and built.table_name = news.table_name
            and built.{{ day }} >= news.read_from
    {%- endif -%}
{%- endmacro %}

{#- Removes from a table all of the sources' tables that are read anew from an earlier day than where it stood. -#}
{% macro forget_reread_tables(relation) -%}
    {%- set news = ref('int_snapshots__news') -%}
    {%- if is_incremental() -%}
        delete from {{ relation }} as built
        using {{ news }} as news
        where built.source = news.source and built.table_name = news.table_name and not news.is_append
    {%- endif -%}
{%- endmacro %}

{#- Removes from a table the days that are worked out anew. -#}
{% macro forget_after_kept(relation, day) -%}
    {%- set days = ref('int_counters__window') -%}
    {%- if is_incremental() -%}
        delete from {{ relation }} as built
        using {{ days }} as days
        where built.{{ day }} > days.kept_until
    {%- endif -%}
{%- endmacro %}

{#-
    Removes the intervals that are worked out anew: of models that are looked at day by day those of the window, or all;
    of numbers that stand for other models now all; of other models those of days that were read anew. One statement each:
    in one, the engine would look at every row.
-#}
{% macro forget_intervals(relation) -%}
    {%- set days = ref('int_counters__window') -%}
    {%- set scope = ref('int_counters__scope') -%}
    {%- set reassigned = ref('int_counters__reassigned') -%}
    {%- set news = ref('int_snapshots__news') -%}
    {%- if is_incremental() -%}
        delete from {{ relation }} as built
        using {{ scope }} as scope
        where scope.canonical_key = built.canonical_key and scope.is_whole;
        delete from {{ relation }} as built
        using {{ reassigned }} as reassigned
        where reassigned.canonical_key = built.canonical_key;
        delete from {{ relation }} as built
        using {{ scope }} as scope
        where scope.canonical_key = built.canonical_key and built.to_date > (select kept_until from {{ days }});
        delete from {{ relation }} as built
        where
            {{ ends_on_days_read_anew(news) }}
            and not exists (select 1 from {{ scope }} as scope where scope.canonical_key = built.canonical_key)
    {%- endif -%}
{%- endmacro %}

{#- Removes what is known of the last interval of models whose intervals were removed. -#}
{% macro forget_last_intervals(relation) -%}
    {%- set scope = ref('int_counters__scope') -%}
    {%- set reassigned = ref('int_counters__reassigned') -%}
    {%- set news = ref('int_snapshots__news') -%}
    {%- if is_incremental() -%}
        delete from {{ relation }} as built
        where
            exists (select 1 from {{ scope }} as scope where scope.canonical_key = built.canonical_key)
            or exists (select 1 from {{ reassigned }} as gone where gone.canonical_key = built.canonical_key)
            or {{ ends_on_days_read_anew(news) }}
    {%- endif -%}
{%- endmacro %}

{#-
    Whether an interval (`built`) ends on a day that was read anew, and not only added. One day for all tables comes
    first, so that earlier intervals are passed over; where days were only added there is none, and so are all.
-#}
{% macro ends_on_days_read_anew(news) -%}
    (
        built.to_date >= (select min(read_from) from {{ news }} where not is_append)
        and exists (
            select 1
            from {{ news }} as news
            where
                not news.is_append
                and news.source = built.source
                and news.table_name = built.table_name
                and built.to_date >= news.read_from
        )
    )
{%- endmacro %}

{#- Removes the days of the window, and all days of models that are worked out from their beginning. -#}
{% macro forget_judged_anew(relation, model_id, day) -%}
    {%- set days = ref('int_counters__window') -%}
    {%- set scope = ref('int_counters__scope') -%}
    {%- set reassigned = ref('int_counters__reassigned') -%}
    {%- if is_incremental() -%}
        delete from {{ relation }} as built
        where
            built.{{ day }} > (select kept_until from {{ days }})
            or exists (
                select 1
                from {{ scope }} as scope
                where scope.is_whole and scope.canonical_model_id = built.{{ model_id }}
            )
            or exists (select 1 from {{ reassigned }} as gone where gone.canonical_model_id = built.{{ model_id }})
    {%- endif -%}
{%- endmacro %}

{#-
    Removes the months that are summed anew: all of models that are no longer counted, or not under this number and id; of
    most models only the open one, which is found by the month alone; of some from an earlier month on. One statement each,
    so that each looks at as few rows as it can.
-#}
{% macro forget_months(relation) -%}
    {%- set months = ref('int_downloads__months') -%}
    {%- set scope = ref('int_counters__scope') -%}
    {%- set reassigned = ref('int_counters__reassigned') -%}
    {%- if is_incremental() -%}
        delete from {{ relation }} as built
        using (
            select canonical_key, canonical_model_id from {{ scope }} where is_whole
            union distinct
            select canonical_key, canonical_model_id from {{ reassigned }}
        ) as anew
        where
            anew.canonical_model_id = built.model_id
            and not exists (
                select 1
                from {{ months }} as months
                where
                    months.canonical_key = anew.canonical_key
                    and months.canonical_model_id = anew.canonical_model_id
            );
        delete from {{ relation }} as built
        where built.month >= (select max(first_month) from {{ months }});
        delete from {{ relation }} as built
        using {{ months }} as months
        where
            months.first_month < (select max(first_month) from {{ months }})
            and months.canonical_model_id = built.model_id
            and built.month >= months.first_month
    {%- endif -%}
{%- endmacro %}
