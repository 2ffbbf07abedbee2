with redaction as (

    select * from {{ ref('fct_tool_fairness') }}

),

agreement as (

    select
        *,
        case when status = 'shown' then cast(agreed as {{ type_rate() }}) / items end as proportion
    from {{ ref('fct_theme_agreement') }}

)

-- Measured on invented sentences, so of no authority and of no child.
select
    tool,
    test_set,
    name_origin,
    names,
    covered,
    recall_percent,
    lower_percent,
    upper_percent,
    gap_points,
    verdict,
    'all' as authority_code,
    'name_origin' as breakdown,
    name_origin as breakdown_value,
    cast(null as {{ dbt.type_bigint() }}) as items,
    cast(null as {{ dbt.type_bigint() }}) as agreed,
    cast(null as {{ type_rate() }}) as agreement_percent,
    cast(null as {{ type_rate() }}) as kappa,
    'shown' as status
from redaction
union all
select
    'theme_suggestion' as tool,
    comparison as test_set,
    'not_applicable' as name_origin,
    cast(null as integer) as names,
    cast(null as integer) as covered,
    cast(null as {{ type_rate() }}) as recall_percent,
    round(100 * {{ wilson_limit('proportion', protected_size('proportion', 'items'), -1) }})
        as lower_percent,
    round(100 * {{ wilson_limit('proportion', protected_size('proportion', 'items'), 1) }})
        as upper_percent,
    -- The distance of exact shares would tell more than the shares that are shown.
    cast(null as {{ type_rate() }}) as gap_points,
    case when status <> 'suppressed' then verdict end as verdict,
    authority_code,
    breakdown,
    breakdown_value,
    items,
    agreed,
    round(100 * proportion) as agreement_percent,
    case when status = 'shown' then round(kappa, 1) end as kappa,
    status
from agreement
