{#- The definitions of vars.yml as a table. -#}
{%- set columns = [
    'name', 'plain_name', 'family', 'lundy_element', 'direction', 'unit', 'numerator_text',
    'denominator_text', 'grain', 'voice_kind', 'framework_practice', 'source_tables', 'caveat',
] %}
{%- for indicator in var('indicators') %}
select
    '{{ indicator.id }}' as indicator_id,
    {%- for column in columns %}
    '{{ indicator[column] | replace("'", "''") }}' as {{ column }}{{ "," if not loop.last }}
    {%- endfor %}
{{ "union all" if not loop.last }}
{%- endfor %}
