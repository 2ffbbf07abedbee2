{# Y or N as a boolean; blank and anything else stays null, which is not a no. #}
{% macro yes_no(column) %}
    case upper(trim({{ column }})) when 'Y' then true when 'N' then false end
{%- endmacro %}
