{# The rows of one raw table in every full extract that an authority delivered, not the latest alone:
   how facts without dates of their own came and went. An authority with one extract has no such
   history, and its rows are not read. People are as they are known now (macros/identities.sql). #}
{% macro every_extract(relation, people=[]) %}
    select
        {{ identified_columns(people, []) }},
        extracts.authority_code as _authority_code
    from {{ relation }} as delivered
    inner join {{ ref('stg_ledger__extracts') }} as extracts
        on
            delivered._delivery_number = extracts.delivery_number
            and extracts.raw_table = '{{ relation.identifier }}'
            and extracts.extract_count > 1
    {{ identity_joins(people, 'extracts') }}
{% endmacro %}
