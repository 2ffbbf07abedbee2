{# A stable key of several columns; null and the empty text stay apart. #}
{% macro surrogate_key(columns) %}
    md5(
        {%- for column in columns %}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '~') {{ "|| '|' ||" if not loop.last }}
        {%- endfor %}
    )
{% endmacro %}
