with contacts as (

    select * from {{ ref('stg_ssd__contacts') }}

),

referral_source_codes as (

    select * from {{ ref('ref_referral_source_codes') }}

),

early_help_episodes as (

    select * from {{ ref('stg_ssd__early_help_episodes') }}

),

pre_proceedings as (

    select * from {{ ref('int_pre_proceedings__merged') }}

),

legal_statuses as (

    select
        *,
        lag(legal_group) over (
            partition by authority_code, person_key
            order by start_date, occasion_id
        ) as earlier_group,
        lag(coalesce(end_date, cast('9999-12-31' as date))) over (
            partition by authority_code, person_key
            order by start_date, occasion_id
        ) as earlier_end_date
    from {{ ref('int_legal_statuses__merged') }}
    where is_preferred and start_date is not null

),

placements as (

    select
        *,
        lead(start_date) over (
            partition by authority_code, person_key
            order by start_date, placement_id
        ) as next_start_date
    from {{ ref('int_placements__merged') }}

),

placement_change_reason_codes as (

    select * from {{ ref('ref_placement_change_reason_codes') }}

),

care_periods as (

    select * from {{ ref('int_care_periods') }}

),

reviewing_officer_contacts as (

    select
        authority_code,
        person_key,
        cla_last_iro_contact_date,
        min(cla_episode_id) as cla_episode_id
    from {{ ref('stg_ssd__cla_episodes') }}
    where cla_last_iro_contact_date is not null
    group by authority_code, person_key, cla_last_iro_contact_date

),

sdq_scores as (

    select * from {{ ref('stg_ssd__sdq_scores') }}

),

authorities_with_sdq_scores as (

    select distinct authority_code
    from sdq_scores

),

returned_sdqs as (

    select returned.*
    from {{ ref('stg_ssda903__oc2') }} as returned
    left join authorities_with_sdq_scores
        on returned.authority_code = authorities_with_sdq_scores.authority_code
    -- Where the case system delivers questionnaires it stands; the return has no day of its own.
    where authorities_with_sdq_scores.authority_code is null

),

sdqs as (

    select
        authority_code,
        person_key,
        'ssd_sdq_scores' as occasion_table,
        table_id as occasion_id,
        sdq_completed_date as held_date,
        upper(trim(sdq_reason)) as sdq_reason_code,
        nullif(trim(sdq_score), '') is not null as has_score
    from sdq_scores
    union all
    select
        authority_code,
        person_key,
        'ssda903_oc2' as occasion_table,
        row_key as occasion_id,
        as_of as held_date,
        upper(trim(sdq_reason_code)) as sdq_reason_code,
        sdq_score is not null as has_score
    from returned_sdqs
    where sdq_score is not null or sdq_reason_code is not null

),

sdq_reason_codes as (

    select * from {{ ref('ref_sdq_reason_codes') }}

),

care_leavers as (

    select * from {{ ref('stg_ssd__care_leavers') }}

),

in_touch_codes as (

    select * from {{ ref('ref_care_leaver_in_touch_codes') }}

),

held as (

    select
        contacts.authority_code,
        contacts.person_key,
        'CONTACT' as opportunity_code,
        'ssd_contacts' as occasion_table,
        contacts.contact_id as occasion_id,
        contacts.contact_date as held_date,
        cast(null as date) as due_date,
        case referral_source_codes.speaker_code when 'child' then 'voiced' end as own_answer,
        case referral_source_codes.speaker_code when 'parent_carer' then 'voiced' end
            as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from contacts
    left join referral_source_codes
        on
            upper(trim(contacts.contact_source_code))
            = referral_source_codes.referral_source_code
    union all
    select
        authority_code,
        person_key,
        'FH_CLOSE' as opportunity_code,
        'ssd_early_help_episodes' as occasion_table,
        episode_id as occasion_id,
        episode_end_date as held_date,
        cast(null as date) as due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from early_help_episodes
    union all
    -- The letter is the moment of the offer, made or not; a meeting held shows it was taken up.
    select
        authority_code,
        person_key,
        'FGDM_OFFER' as opportunity_code,
        occasion_table,
        occasion_id,
        letter_date as held_date,
        cast(null as date) as due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        case
            when is_family_meeting_held then 'voiced'
            when not is_family_meeting_offered then 'not_asked'
        end as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        case
            when is_family_meeting_held then 'voiced'
            when not is_family_meeting_offered then 'not_asked'
        end as network_answer
    from pre_proceedings
    -- Only the census asks; a case that it does not hold says nothing about an offer.
    where is_family_meeting_offered is not null
    union all
    select
        authority_code,
        person_key,
        'FGDM_MEET' as opportunity_code,
        occasion_table,
        occasion_id,
        -- The census gives no day of the meeting: the day by which it had been held stands for it.
        case
            when is_family_meeting_held
                then coalesce(step_decision_date, court_application_date, letter_date)
        end as held_date,
        court_application_date as due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        case when is_family_meeting_held then 'voiced' end as network_answer
    from pre_proceedings
    where is_family_meeting_offered
    union all
    select
        authority_code,
        person_key,
        'S20_START' as opportunity_code,
        occasion_table,
        occasion_id,
        start_date as held_date,
        cast(null as date) as due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from legal_statuses
    where
        legal_group = 'voluntary'
        -- Another episode of the same accommodation begins nothing.
        and (
            earlier_group is null
            or earlier_group <> 'voluntary'
            or {{ days_between('earlier_end_date', 'start_date') }} > 1
        )
    union all
    select
        placements.authority_code,
        placements.person_key,
        'PLACEMENT_DECISION' as opportunity_code,
        case placements.source when 'ssd' then 'ssd_cla_placement' else 'ssda903_episodes' end
            as occasion_table,
        placements.placement_id as occasion_id,
        placements.end_date as held_date,
        cast(null as date) as due_date,
        placement_change_reason_codes.own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        placement_change_reason_codes.caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from placements
    left join placement_change_reason_codes
        on
            placements.change_reason_code
            = placement_change_reason_codes.placement_change_reason_code
    where
        placements.end_date is not null
        and (
            placements.change_reason_code is not null
            -- In the return a new order begins a new episode in the same placement.
            or (
                placements.source = 'ssd'
                and {{ days_between('placements.end_date', 'placements.next_start_date') }} <= 1
            )
        )
    union all
    select
        authority_code,
        person_key,
        'IRO_CONTACT' as opportunity_code,
        'ssd_cla_episodes' as occasion_table,
        cla_episode_id as occasion_id,
        cla_last_iro_contact_date as held_date,
        cast(null as date) as due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from reviewing_officer_contacts
    union all
    select
        authority_code,
        person_key,
        'EXIT_CARE' as opportunity_code,
        case source when 'ssd' then 'ssd_cla_episodes' else 'ssda903_episodes' end
            as occasion_table,
        case source when 'ssd' then care_period_id else person_key || '/' || care_period_id end
            as occasion_id,
        end_date as held_date,
        cast(null as date) as due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from care_periods
    where not is_ended_by_death
    union all
    select
        sdqs.authority_code,
        sdqs.person_key,
        'SDQ' as opportunity_code,
        sdqs.occasion_table,
        sdqs.occasion_id,
        sdqs.held_date,
        cast(null as date) as due_date,
        case when not sdqs.has_score then sdq_reason_codes.own_answer end as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        case when sdqs.has_score then 'voiced' else sdq_reason_codes.caregiver_answer end
            as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from sdqs
    left join sdq_reason_codes
        on sdqs.sdq_reason_code = sdq_reason_codes.sdq_reason_code
    -- A form that was not due for the child's age (SDQ1) was no moment to be heard.
    where sdqs.has_score or coalesce(sdq_reason_codes.is_asked, true)
    union all
    select
        authority_code,
        person_key,
        'PATHWAY_PLAN' as opportunity_code,
        'ssd_care_leavers' as occasion_table,
        table_id as occasion_id,
        pathway_plan_review_date as held_date,
        cast(null as date) as due_date,
        cast(null as {{ dbt.type_string() }}) as own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from care_leavers
    union all
    select
        care_leavers.authority_code,
        care_leavers.person_key,
        'PA_VISIT' as opportunity_code,
        'ssd_care_leavers' as occasion_table,
        care_leavers.table_id as occasion_id,
        care_leavers.care_leaver_latest_contact as held_date,
        cast(null as date) as due_date,
        in_touch_codes.own_answer,
        cast(null as {{ dbt.type_string() }}) as parent_answer,
        cast(null as {{ dbt.type_string() }}) as caregiver_answer,
        cast(null as {{ dbt.type_string() }}) as network_answer
    from care_leavers
    left join in_touch_codes
        on upper(trim(care_leavers.care_leaver_in_touch)) = in_touch_codes.in_touch_code

)

select * from held
where held_date is not null or due_date is not null
