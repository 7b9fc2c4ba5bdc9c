{#-
    As `unique_together`, for the daily downloads: of those models alone that the build's tests look at. The view has too
    many rows to be grouped, and is told by which models to look at, instead of filtered, so that it makes no others.
-#}
{% test unique_day_of_tested(model, columns) -%}
    select
        {{ columns | join(', ') }},
        count(*) as rows_of_key
    from ({{ daily_downloads(ref('int_counters__tested')) }}) as days
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {% for column in columns %}{{ 'or ' if not loop.first }}{{ column }} is null {% endfor %}
{% endtest %}
