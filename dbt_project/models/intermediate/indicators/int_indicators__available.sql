{#- Whether an authority delivered at least one table of those that an indicator needs, and every
    table without which nothing of it can be seen. -#}
with current_deliveries as (

    select
        authority_code,
        raw_table,
        as_of
    from {{ ref('stg_ledger__current_deliveries') }}
    union all
    -- Quotes are not delivered: releases of this installation hold them.
    select distinct
        quotes_used.authority_code,
        'quotes_used' as raw_table,
        authorities.as_of
    from {{ ref('stg_ledger__quotes_used') }} as quotes_used
    inner join {{ ref('int_authorities__delivered') }} as authorities
        on
            quotes_used.authority_code = authorities.authority_code
            and quotes_used.released_on < authorities.as_of

),

needs as (
    {% for indicator in var('indicators') if indicator.needs or indicator.needs_all %}
    {%- set indispensable = indicator.get('needs_all', []) %}
    {%- for raw_table in indicator.needs + indispensable %}
    select
        '{{ indicator.id }}' as indicator_id,
        '{{ raw_table }}' as raw_table,
        '{{ raw_table if loop.index0 >= indicator.needs | length else 'any' }}' as need,
        {{ 1 + indispensable | length }} as needs
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
group by current_deliveries.authority_code, needs.indicator_id, needs.needs
having count(distinct needs.need) = needs.needs
