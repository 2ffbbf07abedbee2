{# Who stands behind a cell, and whether it is nearly all of two of them. #}

{# Whom to count once behind an indicator: as which name, and those with something in which column.
   None where the definition names a column that is a number of people already. #}
{% macro distinct_contributors(indicator) %}
    {%- set people = [] -%}
    {%- if indicator.contributors is not defined -%}
        {%- do people.append({'name': indicator.id | lower, 'column': indicator.denominator}) -%}
        {%- if indicator.compared_denominator is defined -%}
            {%- do people.append({
                'name': (indicator.id | lower) ~ '_compared',
                'column': indicator.compared_denominator,
            }) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(people) }}
{% endmacro %}

{# How many people stand behind a cell; of two sides, the smaller. #}
{% macro contributor_count(indicator) -%}
    {%- set names = [] -%}
    {%- for people in distinct_contributors(indicator) -%}
        {%- do names.append(people.name ~ '_contributors') -%}
    {%- endfor -%}
    {%- if names | length > 1 -%}
        least({{ names | join(', ') }})
    {%- elif names -%}
        {{ names[0] }}
    {%- else -%}
        {{ indicator_columns(indicator).contributors or indicator.denominator }}
    {%- endif -%}
{%- endmacro %}

{# Whether two children make up most of a cell: ACRO's rule, R7 of the disclosure paper. Where people
   are counted once each, nobody can. #}
{% macro is_dominated(indicator) -%}
    {%- set names = [] -%}
    {%- for people in distinct_contributors(indicator) -%}
        {%- do names.append('coalesce(' ~ people.name ~ '_dominated, false)') -%}
    {%- endfor -%}
    {{ names | join(' or ') or 'false' }}
{%- endmacro %}
