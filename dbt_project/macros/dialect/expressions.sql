{#- What engines spell differently, in one place. Each macro has a `default__` (DuckDB) form; another engine adds its own. -#}

{#- Days from one date to a later one, as an integer. -#}
{% macro days_between(earlier, later) -%}
    {{- adapter.dispatch('days_between')(earlier, later) -}}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    cast({{ later }} - {{ earlier }} as integer)
{%- endmacro %}

{#- A date so many days later. -#}
{% macro add_days(day, days) -%}
    {{- adapter.dispatch('add_days')(day, days) -}}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    cast({{ day }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{#- In a select list: one row for each whole number from 1 to the given one. -#}
{% macro each_number_to(last) -%}
    {{- adapter.dispatch('each_number_to')(last) -}}
{%- endmacro %}

{% macro default__each_number_to(last) -%}
    unnest(range(1, {{ last }} + 1))
{%- endmacro %}

{#- Whole part of a quotient of two integers that are not negative. -#}
{% macro whole_quotient(dividend, divisor) -%}
    {{- adapter.dispatch('whole_quotient')(dividend, divisor) -}}
{%- endmacro %}

{% macro default__whole_quotient(dividend, divisor) -%}
    ({{ dividend }}) // ({{ divisor }})
{%- endmacro %}

{#- Window frame: so many days before and after the row's date, by `order by <date>`. -#}
{% macro days_around(days) -%}
    {{- adapter.dispatch('days_around')(days) -}}
{%- endmacro %}

{% macro default__days_around(days) -%}
    range between interval '{{ days }}' day preceding and interval '{{ days }}' day following
{%- endmacro %}

{#- First day of the month. -#}
{% macro month_of(day) -%}
    {{- adapter.dispatch('month_of')(day) -}}
{%- endmacro %}

{% macro default__month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{#- Last day of the month. -#}
{% macro month_end_of(day) -%}
    {{- adapter.dispatch('month_end_of')(day) -}}
{%- endmacro %}

{% macro default__month_end_of(day) -%}
    last_day({{ day }})
{%- endmacro %}

{#- Namespace of a Hub id; null for an id without one. -#}
{% macro organization_of(model_id) -%}
    {{- adapter.dispatch('organization_of')(model_id) -}}
{%- endmacro %}

{% macro default__organization_of(model_id) -%}
    nullif(regexp_extract({{ model_id }}, '^([^/]*)/', 1), '')
{%- endmacro %}

{#- Name of a Hub id inside its namespace. -#}
{% macro name_of(model_id) -%}
    {{- adapter.dispatch('name_of')(model_id) -}}
{%- endmacro %}

{% macro default__name_of(model_id) -%}
    regexp_replace({{ model_id }}, '^[^/]*/', '')
{%- endmacro %}

{#- A first day of a month so many months later. -#}
{% macro add_months(month, months) -%}
    {{- adapter.dispatch('add_months')(month, months) -}}
{%- endmacro %}

{% macro default__add_months(month, months) -%}
    cast({{ month }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{#- Whole months from one first day of a month to a later one, as an integer. -#}
{% macro months_between(earlier, later) -%}
    {{- adapter.dispatch('months_between')(earlier, later) -}}
{%- endmacro %}

{% macro default__months_between(earlier, later) -%}
    cast(date_diff('month', {{ earlier }}, {{ later }}) as integer)
{%- endmacro %}

{#- A query of one column, `number`: the whole numbers from 0 to below the given one. -#}
{% macro numbers_below(limit) -%}
    {{- adapter.dispatch('numbers_below')(limit) -}}
{%- endmacro %}

{% macro default__numbers_below(limit) -%}
    select range as number from range({{ limit }})
{%- endmacro %}

{#- Day of the week, 1 (Monday) to 7 (Sunday). -#}
{% macro weekday_of(day) -%}
    {{- adapter.dispatch('weekday_of')(day) -}}
{%- endmacro %}

{% macro default__weekday_of(day) -%}
    cast(isodow({{ day }}) as integer)
{%- endmacro %}

{#- Sum of floating point numbers in a stated order: the same rows give the same bits, whoever read them first. -#}
{% macro sum_in_order(number, key) -%}
    {{- adapter.dispatch('sum_in_order')(number, key) -}}
{%- endmacro %}

{% macro default__sum_in_order(number, key) -%}
    sum({{ number }} order by {{ key }})
{%- endmacro %}

{#- Pearson's correlation, with the pairs in a stated order. -#}
{% macro correlation_in_order(one, other, key) -%}
    {{- adapter.dispatch('correlation_in_order')(one, other, key) -}}
{%- endmacro %}

{% macro default__correlation_in_order(one, other, key) -%}
    corr({{ one }}, {{ other }} order by {{ key }})
{%- endmacro %}

{#- A number that is the same for rows of the same values, nulls included. -#}
{% macro row_hash(columns) -%}
    {{- adapter.dispatch('row_hash')(columns) -}}
{%- endmacro %}

{% macro default__row_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{#- In a select list: one row for each day from one date to a later one, both included. -#}
{% macro each_day(first, last) -%}
    {{- adapter.dispatch('each_day')(first, last) -}}
{%- endmacro %}

{% macro default__each_day(first, last) -%}
    {{ first }} + cast(unnest(range(0, {{ last }} - {{ first }} + 1)) as integer)
{%- endmacro %}
