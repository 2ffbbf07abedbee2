{# dbt-duckdb makes a table under another name, renames the old one away and the new one into
   place, and drops the old: seven statements. DuckDB replaces a table inside the same transaction
   in one, which halves dbt's own cost of a model. Other engines keep their adapter's own form. #}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set drop_existing -%}
        {%- if existing is not none %}drop {{ existing.type }} if exists {{ existing }};{% endif %}
    {%- endset %}
    {%- if model.language == 'python' %}
    {#- A table that Python makes; it returns a relation, so all happens in this transaction. #}
    {%- if existing is not none %}{% do run_query(drop_existing) %}{% endif %}
    {%- call statement('main', language='python') -%}
        {{ create_table_as(False, target_relation, compiled_code, 'python') }}
    {%- endcall %}
    {%- else %}
    {%- call statement('main') -%}
        {{ drop_existing }}
        {{ create_table_as(False, target_relation, compiled_code, 'sql') }}
        {{ comments_on(target_relation) }}
    {%- endcall %}
    {%- endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# What persist_docs does, as part of the statement that makes the table: by itself it asks the
   engine for the columns first, which a contract has just compared. #}
{% macro comments_on(relation) %}
    {%- if config.persist_relation_docs() and model.description %}
    {{ alter_relation_comment(relation, model.description) }}
    {%- endif %}
    {%- if config.persist_column_docs() and config.get('contract').enforced %}
    {%- for column in model.columns.values() if column.description %}
    comment on column {{ relation }}.{{ adapter.quote(column.name) }}
        is {{ duckdb_escape_comment(column.description) }};
    {%- endfor %}
    {%- endif %}
{% endmacro %}
