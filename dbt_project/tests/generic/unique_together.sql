{#-
    The columns together are the key of the table: none is null and no two rows agree in all. Gives keys at fault. With
    `since` only rows are looked at whose `day` is not before the `first_day` that another model states: in a large table
    only those that the build has written can be at fault.
-#}
{% test unique_together(model, columns, since=none) -%}
    select
        {{ columns | join(', ') }},
        count(*) as rows_of_key
    from {{ model }}
    {% if since %}
    where {{ since.day }} >= (select min(stated.{{ since.first_day }}) from {{ ref(since.model) }} as stated)
    {% endif %}
    group by {{ columns | join(', ') }}
    having count(*) > 1 or {% for column in columns %}{{ 'or ' if not loop.first }}{{ column }} is null {% endfor %}
{% endtest %}
