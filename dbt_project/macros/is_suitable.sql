{# Whether a care leaver's home was judged suitable, from an accommodation code (U1, U2) or from its
   last sign alone (1, 2). Anything else, 0 for no home among it, says neither. #}
{% macro is_suitable(column) %}
    case right(trim({{ column }}), 1) when '1' then true when '2' then false end
{%- endmacro %}
