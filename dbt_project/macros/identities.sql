{# Rows that carry an id which the case system has since merged into another.

   Raw tables keep the id under which a row came; these pieces of `current_rows` put the child who
   has it now in its place, from `stg_ssd__identities`. They speak of the row as `delivered`. #}

{# One join for each column that names a person. #}
{% macro identity_joins(people, deliveries) %}
    {%- for column in people %}
        left join {{ ref('stg_ssd__identities') }} as {{ column }}_identity
            on
                delivered.{{ column }} = {{ column }}_identity.former_person_key
                and {{ deliveries }}.authority_code = {{ column }}_identity.authority_code
                and {{ column }}_identity.is_applied
    {%- endfor %}
{% endmacro %}

{# Every delivered column, persons as they are known now, and the row's key to match. #}
{% macro identified_columns(people, key) -%}
    {%- set replaced = {} -%}
    {%- for column in people -%}
        {%- do replaced.update({column: identified(column, people)}) -%}
    {%- endfor -%}
    {%- if key -%}
        {%- do replaced.update({'_row_key': identified_row_key(people, key)}) -%}
    {%- endif -%}
    {{ columns_replaced('delivered', replaced) }}
{%- endmacro %}

{% macro identified(column, people) -%}
    {%- if column in people -%}
        coalesce({{ column }}_identity.person_key, delivered.{{ column }})
    {%- else -%}
        delivered.{{ column }}
    {%- endif -%}
{%- endmacro %}

{# The key that ingestion would have given the row under the id that is known now. #}
{% macro identified_row_key(people, key) -%}
    {%- if not key -%}
        delivered._row_key
    {%- else -%}
        {%- set parts = [] -%}
        {%- for column in key -%}
            {%- do parts.append(identified(column, people)) -%}
        {%- endfor -%}
        case
            when {{ is_former(people, key) }} then {{ row_key_of(parts) }}
            else delivered._row_key
        end
    {%- endif -%}
{%- endmacro %}

{# Whether the key of the row names an id that was merged away. #}
{% macro is_former(people, key) -%}
    (
        {%- for column in people if column in key -%}
            {{ "" if loop.first else " or " }}{{ column }}_identity.person_key is not null
        {%- endfor -%}
    )
{%- endmacro %}
