{#-
    How names of models are compared. Two names mean the same where their keys are equal: case, punctuation, blanks and
    accents do not count, but a separator between two digits stays (`3.1` is not `31`).
-#}

{#- A name as lower-case words between hyphens, without the path before it and the variant behind a colon. -#}
{% macro name_words(name) -%}
    {{- adapter.dispatch('name_words')(name) -}}
{%- endmacro %}

{% macro default__name_words(name) -%}
    trim(regexp_replace(
        replace(lower(strip_accents(regexp_replace(split_part({{ name }}, ':', 1), '^.*/', ''))), '+', '-plus'),
        '[^a-z0-9]+', '-', 'g'
    ), '-')
{%- endmacro %}

{#- What a maker puts before the names of its models on one site and leaves out on another. -#}
{% macro without_maker(words) -%}
    regexp_replace({{ words }}, '^(meta|nvidia|c4ai|ai21|ibm|cohere|openai|microsoft|google|amazon|tencent)-', '')
{%- endmacro %}

{#- The word by which a name says that it is a chat model; null without one. -#}
{% macro chat_word(words) -%}
    nullif(regexp_extract('-' || {{ words }} || '-', '-(instruct|chat|it)-', 1), '')
{%- endmacro %}

{#- Words without those for chat models and for the format of the weights. Twice: neighbours share a hyphen. -#}
{% macro without_chat_words(words) -%}
    {{ trimmed_words(without_words(without_words("'-' || " ~ words ~ " || '-'", 'instruct|chat|it|hf'), 'instruct|chat|it|hf')) }}
{%- endmacro %}

{#- The word by which a name says that its weights are of another precision or format; null without one. -#}
{% macro precision_word(words) -%}
    nullif(regexp_extract('-' || {{ words }} || '-', '-({{ precision_words() }})-', 1), '')
{%- endmacro %}

{% macro without_precision_words(words) -%}
    {{ trimmed_words(without_words(without_words("'-' || " ~ words ~ " || '-'", precision_words()), precision_words())) }}
{%- endmacro %}

{% macro precision_words() -%}
    bf16|fp16|fp8|fp4|nvfp4|mxfp4|int4|int8|awq|gptq|gguf|mlx|4bit|8bit|w4a16|w8a8|w8a16
{%- endmacro %}

{#- Without one of the words between hyphens. -#}
{% macro without_words(words, pattern) -%}
    regexp_replace({{ words }}, '-({{ pattern }})-', '-', 'g')
{%- endmacro %}

{% macro trimmed_words(words) -%}
    trim({{ words }}, '-')
{%- endmacro %}

{#- Words without the effort that was asked of the model: `-high`, `-thinking-16k`. -#}
{% macro without_effort(words) -%}
    regexp_replace(
        {{ words }}, '-(minimal|low|medium|high|xhigh|none|unknown|thinking-[0-9]+k)$', ''
    )
{%- endmacro %}

{#- Words without the mode that a hybrid model was run in. -#}
{% macro without_mode(words) -%}
    regexp_replace({{ words }}, '-((non|no|not)-?)?(reasoning|thinking|nothinking|adaptive)(-(on|off|enabled|disabled))?$', '')
{%- endmacro %}

{#- Words without the day of the release: eight digits or an ISO date. Four digits are a version (`-0324`, `-2507`). -#}
{% macro without_day(words) -%}
    regexp_replace({{ words }}, '-(20[0-9]{6}|20[0-9]{2}-[0-9]{2}-[0-9]{2})$', '')
{%- endmacro %}

{#- The key of words: hyphens stay between digits only. -#}
{% macro key_of_words(words) -%}
    regexp_replace(regexp_replace({{ words }}, '([a-z])-+', '\1', 'g'), '-+([a-z])', '\1', 'g')
{%- endmacro %}

{#- The repository that a link or an id names; null for what is no repository, e.g. a collection. -#}
{% macro linked_repository(link) -%}
    {{- adapter.dispatch('linked_repository')(link) -}}
{%- endmacro %}

{% macro default__linked_repository(link) -%}
    nullif(regexp_extract(
        {{ link }},
        '^(?:(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/)?([A-Za-z0-9_][A-Za-z0-9_.-]*/[A-Za-z0-9_][A-Za-z0-9_.-]*)(?:/(?:tree|blob|resolve)/.*)?/?(?:[?#].*)?$',
        1
    ), '')
{%- endmacro %}
