{#- A column that holds the latest date only is overwritten by the next extract. A date that a later
    extract puts a later one in the place of was true in its time; one that is taken back, or put
    before, was a mistake. -#}
with care_leavers as (

    select * from {{ ref('stg_ssd__care_leavers_history') }}

),

ehc_plans as (

    select
        active_plans.authority_code,
        active_plans.active_ehcp_id,
        active_plans.active_ehcp_last_review_date,
        active_plans.as_of,
        children.person_key,
        children.birth_date
    from {{ ref('stg_ssd__ehcp_active_plans_history') }} as active_plans
    inner join {{ ref('stg_ssd__ehcp_requests') }} as requests
        on
            active_plans.authority_code = requests.authority_code
            and active_plans.ehcp_request_id = requests.ehcp_request_id
    inner join {{ ref('stg_ssd__send') }} as pupils
        on
            requests.authority_code = pupils.authority_code
            and requests.send_table_id = pupils.send_table_id
    inner join {{ ref('int_children__described') }} as children
        on
            pupils.authority_code = children.authority_code
            and pupils.person_key = children.person_key

),

said as (

    select
        authority_code,
        person_key,
        'IRO_CONTACT' as opportunity_code,
        'ssd_cla_episodes' as occasion_table,
        cla_episode_id as occasion_id,
        cla_last_iro_contact_date as said_date,
        cast(null as {{ dbt.type_string() }}) as in_touch_code,
        as_of
    from {{ ref('stg_ssd__cla_episodes_history') }}
    union all
    select
        authority_code,
        person_key,
        'PATHWAY_PLAN' as opportunity_code,
        'ssd_care_leavers' as occasion_table,
        table_id as occasion_id,
        pathway_plan_review_date as said_date,
        cast(null as {{ dbt.type_string() }}) as in_touch_code,
        as_of
    from care_leavers
    union all
    select
        authority_code,
        person_key,
        'PA_VISIT' as opportunity_code,
        'ssd_care_leavers' as occasion_table,
        table_id as occasion_id,
        care_leaver_latest_contact as said_date,
        upper(trim(care_leaver_in_touch)) as in_touch_code,
        as_of
    from care_leavers
    union all
    select
        authority_code,
        person_key,
        case
            when {{ age_on('birth_date', 'active_ehcp_last_review_date') }} < 5
                then 'EHC_REVIEW_U5'
            else 'EHC_REVIEW'
        end as opportunity_code,
        'ssd_ehcp_active_plans' as occasion_table,
        active_ehcp_id as occasion_id,
        active_ehcp_last_review_date as said_date,
        cast(null as {{ dbt.type_string() }}) as in_touch_code,
        as_of
    from ehc_plans

),

-- A row of care leavers has two such columns; the other rows have one.
followed as (

    select
        *,
        min(coalesce(said_date, {{ from_the_start() }})) over (
            partition by
                authority_code,
                occasion_table,
                occasion_id,
                case when opportunity_code = 'PA_VISIT' then 1 else 0 end
            order by as_of
            rows between 1 following and unbounded following
        ) as least_later_date,
        last_value(said_date) over (
            partition by
                authority_code,
                occasion_table,
                occasion_id,
                case when opportunity_code = 'PA_VISIT' then 1 else 0 end
            order by as_of
            rows between unbounded preceding and unbounded following
        ) as last_date,
        max(as_of) over (
            partition by authority_code, occasion_table, occasion_id
        ) as last_as_of
    from said

),

extracts as (

    select
        authority_code,
        raw_table,
        max(as_of) as as_of
    from {{ ref('stg_ledger__extracts') }}
    where source = 'ssd'
    group by authority_code, raw_table

),

in_latest as (

    select
        followed.*,
        -- A row that the latest extract has no longer was taken back with all that it said.
        coalesce(
            followed.last_as_of = extracts.as_of
            and followed.said_date < followed.last_date
            and followed.said_date <= followed.least_later_date,
            false
        ) as is_history,
        followed.last_as_of = extracts.as_of and followed.said_date = followed.last_date
            as is_current
    from followed
    inner join extracts
        on
            followed.authority_code = extracts.authority_code
            and followed.occasion_table = extracts.raw_table

),

ranked as (

    select
        *,
        row_number() over (
            partition by
                authority_code,
                opportunity_code,
                -- Several episodes of one child may tell of one contact.
                case when opportunity_code = 'IRO_CONTACT' then person_key else occasion_id end,
                said_date
            order by
                case when is_current then 0 when is_history then 1 else 2 end asc,
                as_of desc,
                occasion_id asc
        ) as choice
    from in_latest

)

select
    ranked.authority_code,
    ranked.person_key,
    ranked.opportunity_code,
    ranked.occasion_table,
    ranked.occasion_id,
    ranked.said_date,
    ranked.is_history,
    in_touch_codes.own_answer
from ranked
left join {{ ref('ref_care_leaver_in_touch_codes') }} as in_touch_codes
    on ranked.in_touch_code = in_touch_codes.in_touch_code
-- The date that stands now is in the current rows.
where ranked.choice = 1 and ranked.said_date is not null and not coalesce(ranked.is_current, false)
