{#- How well two agree on themes, by group. Exact counts stay here; what may leave is worked out
    from protected counts, in the cell's own offset. -#}
with agreement as (

    select * from {{ ref('stg_ledger__theme_agreement') }}

),

offset_cells as (

    {{ with_cell_offset(
        'agreement', "'theme_agreement'",
        {'authority': 'authority_code', 'breakdown': 'breakdown_value', 'comparison': 'comparison'}
    ) }}

),

protected as (

    select
        *,
        {{ protected_count('items_compared', 'cell_offset') }} as items,
        {{ protected_count('items_agreed', 'cell_offset') }} as agreed,
        {{ protected_count('children_compared', 'cell_offset') }} < 10 as is_hidden
    from offset_cells

)

select
    authority_code,
    comparison,
    breakdown,
    breakdown_value,
    frame_version,
    measured_on,
    items_compared,
    children_compared,
    items_agreed,
    kappa,
    gap_points,
    verdict,
    case when not is_hidden then items end as items,
    case when not is_hidden then agreed end as agreed,
    case
        when is_hidden then 'suppressed'
        when items < 20 then 'rate_withheld'
        else 'shown'
    end as status
from protected
