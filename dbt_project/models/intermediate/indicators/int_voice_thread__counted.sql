with opportunities as (

    select * from {{ ref('fct_voice_opportunities') }}

),

expressions as (

    select
        expressions.authority_code,
        expressions.opportunity_key,
        max(case when expressions.is_own_words then 1 else 0 end) as has_own_words,
        max(case when outcomes.voice_considered then 1 else 0 end) as is_considered,
        max(case when outcomes.decision_changed then 1 else 0 end) as is_changed,
        max(case when expressions.is_loop_closed then 1 else 0 end) as is_told
    from {{ ref('fct_voice_expressions') }} as expressions
    left join {{ ref('fct_influences') }} as influences
        on
            expressions.authority_code = influences.authority_code
            and expressions.expression_id = influences.subject_id
            and influences.subject_kind = 'expression'
    left join {{ ref('ref_influence_outcome_codes') }} as outcomes
        on influences.influence_outcome_code = outcomes.influence_outcome_code
    where expressions.opportunity_key is not null
    group by expressions.authority_code, expressions.opportunity_key

),

periods as (

    select * from {{ ref('int_reporting_periods__by_month') }}
    where period_type <> 'month'

),

steps as (

    select
        opportunities.authority_code,
        opportunities.person_key,
        opportunities.stage,
        opportunities.voice_owner_code,
        cast({{ dbt.date_trunc('month', 'opportunities.opportunity_date') }} as date)
            as month_start,
        opportunities.outcome,
        expressions.has_own_words,
        expressions.is_considered,
        expressions.is_changed,
        expressions.is_told
    from opportunities
    left join expressions
        on
            opportunities.authority_code = expressions.authority_code
            and opportunities.opportunity_key = expressions.opportunity_key
    where opportunities.outcome in ('voiced', 'missed')

)

select
    periods.authority_code,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    steps.stage,
    steps.voice_owner_code,
    count(distinct steps.person_key) as contributors,
    count(*) as opportunities,
    count(case when steps.outcome = 'voiced' then 1 end) as voiced,
    count(case when steps.has_own_words = 1 then 1 end) as own_words,
    count(case when steps.is_considered = 1 then 1 end) as considered,
    count(case when steps.is_changed = 1 then 1 end) as changed,
    count(case when steps.is_told = 1 then 1 end) as told
from steps
inner join periods
    on
        steps.authority_code = periods.authority_code
        and steps.month_start = periods.month_start
group by
    periods.authority_code,
    periods.period_type,
    periods.period_start,
    periods.period_end,
    steps.stage,
    steps.voice_owner_code
