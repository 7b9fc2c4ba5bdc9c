-- Grain: one row per source, model (the source's own name) and step: the key of the name after so many things that do
-- not name a repository were left out. Earlier steps are preferred.
with seen as (
    select
        *,
        {{ without_maker(name_words('source_model_name')) }} as words
    from {{ ref('int_names__seen') }}
),

steps as (
    {% set words = ['words'] %}
    {% for name, leave_out in [
        ('as named', none), ('without effort', without_effort), ('without mode', without_mode),
        ('without day', without_day)
    ] %}
        {% if leave_out %}{% do words.append(leave_out(words[-1])) %}{% endif %}
        select
            {{ loop.index }} as step,
            '{{ name }}' as step_name,
            source,
            source_model_name,
            organization_word,
            organization_id,
            {{ words[-1] }} as words,
            {{ words[-2] if leave_out else 'words' }} as words_before
        from seen
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Two names of a source that differ in their day alone are two releases: neither is the undated one for sure.
releases as (
    select
        *,
        count(distinct case when words_before <> words then words_before end) over (
            partition by step, source, organization_word, words
        ) as shortened_names
    from steps
)

select
    step,
    step_name,
    source,
    source_model_name,
    organization_word,
    organization_id,
    {{ chat_word('words') }} as chat_word,
    {{ precision_word('words') }} as precision_word,
    {{ key_of_words(without_chat_words(without_precision_words('words'))) }} as name_key
from releases
where step_name <> 'without day' or shortened_names = 1
