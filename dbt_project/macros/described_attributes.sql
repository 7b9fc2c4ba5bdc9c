{#- What a reading says of its model beside the counters: a description is another when one of these is. -#}
{% macro described_attributes() -%}
    {{ return([
        'hub_id', 'created_at', 'release_date', 'pipeline_tag', 'library_name', 'license', 'gated', 'total_parameters',
        'active_parameters', 'is_moe', 'tags', 'base_models'
    ]) }}
{%- endmacro %}
