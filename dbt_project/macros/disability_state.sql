{# Y, N or unknown from the disability codes of one child; NONE says that somebody asked. #}
{% macro disability_state(is_disability) -%}
    case
        when max(case when {{ is_disability }} then 1 else 0 end) = 1 then 'Y'
        when max(case when not {{ is_disability }} then 1 else 0 end) = 1 then 'N'
        else 'unknown'
    end
{%- endmacro %}

{# The first day of what has no beginning: before any date that a source may hold. #}
{% macro from_the_start() -%}
    cast('0001-01-01' as date)
{%- endmacro %}
