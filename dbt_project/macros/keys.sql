{# A stable key of several columns; null and the empty text stay apart. #}
{% macro surrogate_key(columns) %}
    md5(
        {%- for column in columns %}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '~') {{ "|| '|' ||" if not loop.last }}
        {%- endfor %}
    )
{% endmacro %}

{# A key that only the rows have for which something holds. In an outer join such a condition belongs
   into the key: beside it DuckDB would compare every row with every other. #}
{% macro key_where(condition, key) -%}
    case when {{ condition }} then {{ key }} end
{%- endmacro %}
