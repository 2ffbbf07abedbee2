{#- What was asked for or agreed, and what came of it. -#}
with placements as (

    select * from {{ ref('int_placements__merged') }}

),

placement_reasons as (

    select * from {{ ref('ref_placement_change_reason_codes') }}

),

ssd_involvements as (

    select * from {{ ref('stg_ssd__involvements') }}

),

returned_workers as (

    select * from {{ ref('stg_ssda903__social_worker') }}

),

worker_reasons as (

    select * from {{ ref('ref_worker_change_reason_codes') }}

),

expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

),

heard_expressions as (

    select * from {{ ref('fct_voice_expressions') }}

),

influences as (

    select * from {{ ref('fct_influences') }}

),

survey_waves as (

    select * from {{ ref('stg_voice_extension__survey_wave') }}

),

sessions as (

    select * from {{ ref('fct_participation_sessions') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

periods as (

    select * from {{ ref('int_reporting_periods__by_month') }}

),

quarters as (

    select
        month_start,
        quarter_start
    from {{ ref('int_reporting_months') }}

),

people_with_involvements as (

    select distinct
        authority_code,
        person_key
    from ssd_involvements

),

-- The reason of a worker change stands on the new worker's row, that of a placement change on the
-- placement that ended. The return fills in children whom the case system does not hold.
changes as (

    select
        placements.authority_code,
        placements.person_key,
        placements.end_date as changed_on,
        placement_reasons.theme_code
    from placements
    inner join placement_reasons
        on placements.change_reason_code = placement_reasons.placement_change_reason_code
    where placement_reasons.voice_signal = 'child_request'
    union distinct
    select
        ssd_involvements.authority_code,
        ssd_involvements.person_key,
        cast(ssd_involvements.involvement_start_date as date) as changed_on,
        worker_reasons.theme_code
    from ssd_involvements
    inner join worker_reasons
        on
            upper(trim(ssd_involvements.worker_change_reason))
            = worker_reasons.worker_change_reason_code
    where worker_reasons.voice_signal = 'child_request'
    union distinct
    select
        returned_workers.authority_code,
        returned_workers.person_key,
        returned_workers.worker_start_date as changed_on,
        worker_reasons.theme_code
    from returned_workers
    inner join worker_reasons
        on
            upper(trim(returned_workers.worker_change_reason_code))
            = worker_reasons.worker_change_reason_code
    left join people_with_involvements
        on
            returned_workers.authority_code = people_with_involvements.authority_code
            and returned_workers.person_key = people_with_involvements.person_key
    where
        worker_reasons.voice_signal = 'child_request'
        and people_with_involvements.person_key is null

),

-- What the children said about it, where the record tells what came of that.
answered_voice as (

    select
        expressions.authority_code,
        expressions.person_key,
        expressions.expressed_on,
        expressions.theme_codes
    from expressions
    inner join heard_expressions
        on
            expressions.authority_code = heard_expressions.authority_code
            and expressions.expression_id = heard_expressions.expression_id
    where
        heard_expressions.is_own_voice
        and (heard_expressions.has_influence or heard_expressions.is_loop_closed)

),

answered_changes as (

    select distinct
        changes.authority_code,
        changes.person_key,
        changes.changed_on,
        changes.theme_code
    from changes
    inner join answered_voice
        on
            changes.authority_code = answered_voice.authority_code
            and changes.person_key = answered_voice.person_key
            and changes.changed_on >= answered_voice.expressed_on
            and answered_voice.expressed_on
            >= {{ add_to_date(
                'changes.changed_on', '-(' ~ indicator_setting('D6', 'limit') ~ ')', 'day'
            ) }}
            and ';' || answered_voice.theme_codes || ';' like '%;' || changes.theme_code || ';%'

),

requests as (

    select
        changes.authority_code,
        changes.person_key,
        changes.changed_on,
        answered_changes.person_key is not null as has_outcome
    from changes
    inner join authorities
        on
            changes.authority_code = authorities.authority_code
            and changes.changed_on <= authorities.as_of
    left join answered_changes
        on
            changes.authority_code = answered_changes.authority_code
            and changes.person_key = answered_changes.person_key
            and changes.changed_on = answered_changes.changed_on
            and changes.theme_code = answered_changes.theme_code

),

board_actions as (

    select
        influences.authority_code,
        influences.influence_key,
        coalesce(influences.action_due_on, influences.decided_on) as due_on,
        coalesce(influences.action_done_on <= authorities.as_of, false) as is_done,
        case
            when influences.subject_kind = 'survey_wave' then coalesce(survey_waves.responded, 0)
            else 1
        end as people
    from influences
    inner join authorities
        on
            influences.authority_code = authorities.authority_code
            and coalesce(influences.action_due_on, influences.decided_on) < authorities.as_of
    left join survey_waves
        on
            influences.authority_code = survey_waves.authority_code
            and {{ key_where("influences.subject_kind = 'survey_wave'", 'influences.subject_id') }}
            = survey_waves.wave_id
    where influences.decision_type = 'board_action'

),

facts as (

    select
        authority_code,
        person_key as contributor_key,
        cast({{ dbt.date_trunc('month', 'changed_on') }} as date) as measure_month,
        true as is_request,
        has_outcome as is_request_with_outcome,
        false as is_board_action,
        false as is_board_action_done,
        0 as people_behind_actions,
        0 as changes_raised,
        0 as changes_followed_up,
        0 as changes_acted_on,
        0 as people_at_sessions,
        'child' as voice_owner
    from requests
    union all
    select
        authority_code,
        influence_key as contributor_key,
        cast({{ dbt.date_trunc('month', 'due_on') }} as date) as measure_month,
        false as is_request,
        false as is_request_with_outcome,
        true as is_board_action,
        is_done as is_board_action_done,
        people as people_behind_actions,
        0 as changes_raised,
        0 as changes_followed_up,
        0 as changes_acted_on,
        0 as people_at_sessions,
        'all' as voice_owner
    from board_actions
    union all
    select
        sessions.authority_code,
        sessions.participation_session_key as contributor_key,
        cast({{ dbt.date_trunc('month', 'sessions.held_on') }} as date) as measure_month,
        false as is_request,
        false as is_request_with_outcome,
        false as is_board_action,
        false as is_board_action_done,
        0 as people_behind_actions,
        sessions.changes_agreed as changes_raised,
        case when sessions.changes_done is not null then sessions.changes_agreed end
            as changes_followed_up,
        case
            when sessions.changes_done is not null
                then least(sessions.changes_done, sessions.changes_agreed)
        end as changes_acted_on,
        sessions.people as people_at_sessions,
        sessions.voice_owner_code as voice_owner
    from sessions
    inner join authorities
        on
            sessions.authority_code = authorities.authority_code
            and sessions.held_on <= authorities.as_of
    where sessions.voice_owner_code in ('practitioner', 'manager', 'partner_professional')

),

{{ indicator_counts('actions') }}
