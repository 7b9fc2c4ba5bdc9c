{#- What the marts declare in `config.meta` about their figures, as queries of constants: the published copy holds it too. -#}

{#- A text as a literal; null for what is not declared. -#}
{% macro text_literal(value) -%}
    {%- if value is none -%}
        null
    {%- else -%}
        '{{ value.split() | join(' ') | replace("'", "''") }}'
    {%- endif -%}
{%- endmacro %}

{#- A query of text columns from rows of literals. -#}
{% macro literal_rows(columns, rows) -%}
    select
    {%- for column in columns %}
        cast({{ column if rows else 'null' }} as varchar) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    {% if rows -%}
    from (
        values
        {%- for row in rows %}
            ({{ row | join(', ') }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as declared ({{ columns | join(', ') }})
    {%- else -%}
    where false
    {%- endif %}
{%- endmacro %}

{#- The models of the project that declare something, by name; none while dbt only parses. -#}
{% macro declaring_models(key) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='unique_id') if node.resource_type == 'model' -%}
            {%- if node.config.meta.get(key) -%}
                {%- do found.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- One row per table, figure and part (`explained_by`). -#}
{% macro declared_parts() -%}
    {%- set rows = [] -%}
    {%- for node in declaring_models('explained_by') -%}
        {%- for entry in node.config.meta.explained_by -%}
            {%- for figure in entry.figures -%}
                {%- for part, of in entry.get('parts', {none: {}}).items() -%}
                    {%- set row = [] -%}
                    {%- for value in [
                        node.name, figure, entry.get('equals'), entry.get('seed'), part, of.get('mart'),
                        tojson(of.get('joined', [])), tojson(of.get('keys', {})), of.get('where'),
                        tojson(of.get('by', [])), of.get('how'),
                        of.get('amount', figure if of and of.how != 'count' else none),
                        tojson(of.follow) if 'follow' in of else none
                    ] -%}
                        {%- do row.append(text_literal(value)) -%}
                    {%- endfor -%}
                    {%- do rows.append(row) -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ literal_rows([
        'mart', 'figure', 'equals', 'given_by_seed', 'part', 'contributor', 'joined_marts', 'contributor_keys',
        'contributor_condition', 'contributor_by', 'part_how', 'contribution', 'followed'
    ], rows) }}
{%- endmacro %}

{#- One row per table and way in which its rows lead to snapshots (`rests_on`). -#}
{% macro declared_snapshots() -%}
    {%- set rows = [] -%}
    {%- for node in declaring_models('rests_on') -%}
        {%- for entry in node.config.meta.rests_on -%}
            {%- do rows.append([
                text_literal(node.name), text_literal(entry.source), text_literal(entry.table_name),
                text_literal(entry.snapshot_date)
            ]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ literal_rows(['mart', 'source_expression', 'table_expression', 'date_expression'], rows) }}
{%- endmacro %}

{#- One row per table that declares something and var that it or a model before it reads. -#}
{% macro variables_in_force() -%}
    {%- set rows = [] -%}
    {%- for node in declaring_models('explained_by') -%}
        {%- set names = [] -%}
        {%- do add_variables(node.unique_id, names, []) -%}
        {%- for name in names | sort -%}
            {%- do rows.append([text_literal(node.name), text_literal(name), text_literal(var(name) | string)]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ literal_rows(['mart', 'variable', 'variable_value'], rows) }}
{%- endmacro %}

{#- Adds the vars that a model and the models before it read to a list. A name put together from a prefix and a choice
    (`var("report_" ~ choice)`) stands for each choice that the model lists. -#}
{% macro add_variables(unique_id, names, visited) -%}
    {%- if unique_id not in visited and unique_id in graph.nodes -%}
        {%- do visited.append(unique_id) -%}
        {%- set node = graph.nodes[unique_id] -%}
        {%- set code = node.raw_code or '' -%}
        {%- set found = modules.re.findall('var\\(\\s*["\']([a-z0-9_]+)["\']\\s*\\)', code) -%}
        {%- for prefix in modules.re.findall('var\\(\\s*["\']([a-z0-9_]+)["\']\\s*~', code) -%}
            {%- for choice in modules.re.findall('["\']([a-z0-9_]+)["\']', code) if var(prefix ~ choice, none) is not none -%}
                {%- do found.append(prefix ~ choice) -%}
            {%- endfor -%}
        {%- endfor -%}
        {#- Those of the work say how much is looked at again, not what comes out. -#}
        {%- for name in found if name not in names and not name.startswith('work_') -%}
            {%- do names.append(name) -%}
        {%- endfor -%}
        {%- for upstream in node.depends_on.nodes -%}
            {%- do add_variables(upstream, names, visited) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
