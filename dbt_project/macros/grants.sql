{# DuckDB has no roles: who may read its file reads all of it. What a model grants is kept where there
   are roles, by `heard server publish`, so there is nothing to do here and nothing to warn of. #}
{% macro duckdb__apply_grants(relation, grant_config, should_revoke=True) %}
{% endmacro %}
