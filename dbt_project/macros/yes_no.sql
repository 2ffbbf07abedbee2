{# Y or N as a boolean; blank and anything else stays null, which is not a no. #}
{% macro yes_no(column) %}
    case upper(trim({{ column }})) when 'Y' then true when 'N' then false end
{%- endmacro %}

{# The same as a code. #}
{% macro yes_or_no(column) -%}
    case when upper(trim({{ column }})) in ('Y', 'N') then upper(trim({{ column }})) end
{%- endmacro %}
