{# A figure that a definition carries besides the common ones: a limit or a window. #}
{% macro indicator_setting(indicator_id, name) %}
    {{- return((var('indicators') | selectattr('id', 'equalto', indicator_id) | first)[name]) -}}
{% endmacro %}
