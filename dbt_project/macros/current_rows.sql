{# The rows of one raw table that are true now.

   The latest delivery that holds the table wins (per collection year for a yearly return), so a
   row that a full extract no longer holds is closed; then one row stays for each key. The order
   of arrival plays no part. Sources that feed one table (the voice extension and a mapped export)
   stand beside each other, and `_source` says which a row is from.

   people: the columns that name a person. Where the case system has merged an id into another, the
   row counts for the child who has it now (macros/identities.sql).
   key: the contract's key, if one of its columns names a person. Of two rows that a merge makes
   one, that of the id which stays is true.
   each_year: what a yearly return says of a key stands beside what it says of it in other years,
   because it tells of that year and not of all time. #}
{% macro current_rows(relation, people=[], key=[], each_year=false) %}
    select *
    from (
        select
            {{ identified_columns(people, key) }},
            current_deliveries.authority_code as _authority_code,
            current_deliveries.source as _source,
            row_number() over (
                partition by
                    current_deliveries.authority_code,
                    current_deliveries.source,
                    {%- if each_year %}
                    current_deliveries.delivery_number,
                    {%- endif %}
                    {{ identified_row_key(people, key) }}
                order by
                    {%- if key %}
                    {{ is_former(people, key) }},
                    {%- endif %}
                    current_deliveries.delivery_rank desc,
                    delivered._file_number desc,
                    delivered._row_number desc
            ) as _key_rank
        from {{ relation }} as delivered
        inner join {{ ref('stg_ledger__current_deliveries') }} as current_deliveries
            on
                delivered._delivery_number = current_deliveries.delivery_number
                and current_deliveries.raw_table = '{{ relation.identifier }}'
        {{ identity_joins(people, 'current_deliveries') }}
    ) as ranked
    where _key_rank = 1
{% endmacro %}
