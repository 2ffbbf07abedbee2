{#- Whether an authority delivered at least one table that an indicator needs. -#}
with current_deliveries as (

    select * from {{ ref('stg_ledger__current_deliveries') }}

),

needs as (
    {% for indicator in var('indicators') if indicator.needs %}
    {%- for raw_table in indicator.needs %}
    select
        '{{ indicator.id }}' as indicator_id,
        '{{ raw_table }}' as raw_table
    {{ "union all" if not loop.last }}
    {%- endfor %}
    {{ "union all" if not loop.last }}
    {%- endfor %}

)

select
    current_deliveries.authority_code,
    needs.indicator_id,
    max(current_deliveries.as_of) as as_of
from needs
inner join current_deliveries
    on needs.raw_table = current_deliveries.raw_table
group by current_deliveries.authority_code, needs.indicator_id
