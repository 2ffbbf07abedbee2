with recall as (

    select * from {{ ref('ref_redaction_recall') }}

),

rates as (

    select
        test_set,
        name_origin,
        names,
        covered,
        cast(covered as {{ type_rate() }}) / names as proportion,
        max(cast(covered as {{ type_rate() }}) / names) over (partition by test_set)
            as best_proportion
    from recall

)

select
    'redaction' as tool,
    test_set,
    name_origin,
    names,
    covered,
    round(100 * proportion, 2) as recall_percent,
    round(100 * {{ wilson_limit('proportion', 'names', -1) }}, 2) as lower_percent,
    round(100 * {{ wilson_limit('proportion', 'names', 1) }}, 2) as upper_percent,
    round(100 * (best_proportion - proportion), 2) as gap_points,
    case
        when names < {{ var('tool_fairness').least_names }} then 'insufficient'
        when
            100 * proportion >= {{ var('tool_fairness').least_recall_percent }}
            and 100 * (best_proportion - proportion) <= {{ var('tool_fairness').most_gap_points }}
            then 'on_target'
        else 'below_target'
    end as verdict
from rates
