{#- Regular expressions, spelled per engine. -#}

{#- Whether a text holds a match of a pattern. -#}
{% macro matches(text, pattern) -%}
    {{- adapter.dispatch('matches')(text, pattern) -}}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{#- A text without any match of a pattern. -#}
{% macro without_matches(text, pattern) -%}
    {{- adapter.dispatch('without_matches')(text, pattern) -}}
{%- endmacro %}

{% macro default__without_matches(text, pattern) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '', 'g')
{%- endmacro %}

{#- Whether a text is a Hub repository id, `name` or `namespace/name`, by the rule that landing applies to ids. -#}
{% macro is_repository_id(text) -%}
    {%- set name = '[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?' -%}
    {{ matches(text, '^(?:' ~ name ~ '/)?' ~ name ~ '$') }}
    and not ({{ text }} like '%..%' or {{ text }} like '%--%' or {{ text }} like '%.git')
{%- endmacro %}

{#- Whether a text holds a match of a pattern that a column holds. -#}
{% macro matches_pattern_of(text, pattern_column) -%}
    {{- adapter.dispatch('matches_pattern_of')(text, pattern_column) -}}
{%- endmacro %}

{% macro default__matches_pattern_of(text, pattern_column) -%}
    regexp_matches({{ text }}, {{ pattern_column }})
{%- endmacro %}

{#- Whether a model is a quantised or converted copy, by its declared relation or by a precision or format in its name. -#}
{% macro is_quantisation(model_name, relation) -%}
    (
        coalesce({{ relation }} = 'quantized', false)
        or {{ matches(model_name, '(?i)(^|[-_.])(fp8|fp4|nvfp4|mxfp4|int4|int8|awq|gptq|gguf|ggml|mlx|onnx|openvino|bnb|exl[23]|w[48]a(4|8|16)|[0-9]bit|q[2-8]_[0-9k].*)([-_.]|$)') }}
    )
{%- endmacro %}
