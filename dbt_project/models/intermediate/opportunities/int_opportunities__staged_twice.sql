{#- Two sources are made one before these moments are found. So the rows that went in are listed
    under a moment of their own (CARE_PERIOD, LEGAL_STATUS, PLACEMENT, PRE_PROC_CASE), to be found
    in what came out, and what came out is listed again for the moments that it may tell of. -#}
with people_of_care_ids as (

    select
        authority_code,
        cla_id,
        min(person_key) as person_key
    from {{ ref('stg_ssd__cla_episodes') }}
    where cla_id is not null
    group by authority_code, cla_id

),

care_episodes as (

    select
        authority_code,
        person_key,
        'ssd_cla_episodes' as occasion_table,
        cla_id as occasion_id,
        min(cla_episode_start_date) as start_date
    from {{ ref('stg_ssd__cla_episodes') }}
    group by authority_code, person_key, cla_id
    union all
    select
        authority_code,
        person_key,
        'ssda903_episodes' as occasion_table,
        row_key as occasion_id,
        episode_start_date as start_date
    from {{ ref('stg_ssda903__episodes') }}

),

people_with_care_in_ssd as (

    select distinct
        authority_code,
        person_key
    from care_episodes
    where occasion_table = 'ssd_cla_episodes' and start_date is not null

),

case_placements as (

    select
        placements.authority_code,
        placements.cla_placement_id,
        placements.cla_placement_start_date,
        coalesce(placements.person_key, people_of_care_ids.person_key) as placed_person_key
    from {{ ref('stg_ssd__cla_placement') }} as placements
    left join people_of_care_ids
        on
            placements.authority_code = people_of_care_ids.authority_code
            and placements.cla_id = people_of_care_ids.cla_id

),

people_with_placements_in_ssd as (

    select distinct
        authority_code,
        placed_person_key as person_key
    from case_placements

),

legal_statuses as (

    select
        *,
        lag(legal_group) over (
            partition by authority_code, person_key, is_preferred, start_date is null
            order by start_date, occasion_id
        ) as earlier_group,
        lag(coalesce(end_date, cast('9999-12-31' as date))) over (
            partition by authority_code, person_key, is_preferred, start_date is null
            order by start_date, occasion_id
        ) as earlier_end_date
    from {{ ref('int_legal_statuses__merged') }}

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

census_cases as (

    select
        *,
        row_number() over (
            partition by
                authority_code, person_key, cin_referral_date, pre_proceedings_start_date,
                case
                    when pre_proceedings_start_date is null then letter_before_proceedings_date
                end
            order by as_of desc, row_key asc
        ) as recency
    from {{ ref('stg_cin_census__pre_proceedings') }}

)

{{ staged_rows(
    'rows_in.occasion_table', 'CARE_PERIOD', 'rows_in.occasion_id', 'rows_in.start_date',
    reason="case
            when rows_in.occasion_table = 'ssda903_episodes' and in_ssd.person_key is not null
                then 'in_another_source'
        end"
) }}
from care_episodes as rows_in
left join people_with_care_in_ssd as in_ssd
    on
        rows_in.authority_code = in_ssd.authority_code
        and rows_in.person_key = in_ssd.person_key
union all
{{ staged_rows(
    "case rows_in.source when 'ssd' then 'ssd_cla_episodes' else 'ssda903_episodes' end",
    'EXIT_CARE',
    "case rows_in.source
            when 'ssd' then rows_in.care_period_id
            else rows_in.person_key || '/' || rows_in.care_period_id
        end",
    'rows_in.end_date',
    reason="case
            when rows_in.end_date is null then 'not_ended'
            when rows_in.is_ended_by_death then 'ended_by_death'
        end"
) }}
from {{ ref('int_care_periods') }} as rows_in
union all
{{ staged_rows(
    "'ssd_legal_status'", 'LEGAL_STATUS', 'rows_in.legal_status_id',
    "coalesce(rows_in.legal_status_start_date, cast('1900-01-01' as date))"
) }}
from {{ ref('stg_ssd__legal_status') }} as rows_in
union all
{{ staged_rows(
    "'ssda903_episodes'", 'LEGAL_STATUS', 'rows_in.row_key',
    "coalesce(rows_in.episode_start_date, cast('1900-01-01' as date))"
) }}
from {{ ref('stg_ssda903__episodes') }} as rows_in
union all
{{ staged_rows(
    'rows_in.occasion_table', 'S20_START', 'rows_in.occasion_id', 'rows_in.start_date',
    reason="case
            when not rows_in.is_preferred then 'in_another_source'
            when rows_in.legal_group = 'unknown' then 'no_code'
            when rows_in.legal_group <> 'voluntary' then 'another_kind'
            when
                rows_in.earlier_group = 'voluntary'
                and " ~ days_between('rows_in.earlier_end_date', 'rows_in.start_date') ~ " <= 1
                then 'goes_on'
        end"
) }}
from legal_statuses as rows_in
union all
{{ staged_rows(
    "'ssd_cla_placement'", 'PLACEMENT', 'rows_in.cla_placement_id',
    'rows_in.cla_placement_start_date', person='rows_in.placed_person_key'
) }}
from case_placements as rows_in
union all
{{ staged_rows(
    "'ssda903_episodes'", 'PLACEMENT', 'rows_in.row_key', 'rows_in.episode_start_date',
    reason="case when in_ssd.person_key is not null then 'in_another_source' end"
) }}
from {{ ref('stg_ssda903__episodes') }} as rows_in
left join people_with_placements_in_ssd as in_ssd
    on
        rows_in.authority_code = in_ssd.authority_code
        and rows_in.person_key = in_ssd.person_key
union all
{{ staged_rows(
    "case rows_in.source when 'ssd' then 'ssd_cla_placement' else 'ssda903_episodes' end",
    'PLACEMENT_DECISION', 'rows_in.placement_id', 'rows_in.end_date',
    reason="case
            when rows_in.end_date is null then 'not_ended'
            when rows_in.change_reason_code is not null then null
            when rows_in.source <> 'ssd' or rows_in.next_start_date is null then 'no_move'
            when " ~ days_between('rows_in.end_date', 'rows_in.next_start_date') ~ " > 1
                then 'no_move'
        end"
) }}
from placements as rows_in
union all
{{ staged_rows(
    "'ssd_pre_proceedings'", 'PRE_PROC_CASE', 'rows_in.table_id', "cast('1900-01-01' as date)"
) }}
from {{ ref('stg_ssd__pre_proceedings') }} as rows_in
union all
{{ staged_rows(
    "'cin_pre_proceedings'", 'PRE_PROC_CASE', 'rows_in.row_key', "cast('1900-01-01' as date)",
    reason="case
            when cases.occasion_id is not null then null
            when rows_in.recency > 1 then 'in_another_row'
            when exists (
                select 1
                from " ~ ref('stg_ssd__pre_proceedings') ~ " as ours
                where
                    ours.authority_code = rows_in.authority_code
                    and ours.person_key = rows_in.person_key
                    and (
                        ours.letter_before_proceedings_date
                        = rows_in.letter_before_proceedings_date
                        or ours.pre_proceedings_decision_date = rows_in.pre_proceedings_start_date
                    )
            ) then 'in_another_source'
        end"
) }}
from census_cases as rows_in
left join {{ ref('int_pre_proceedings__merged') }} as cases
    on
        rows_in.authority_code = cases.authority_code
        and rows_in.row_key = cases.occasion_id
        and cases.occasion_table = 'cin_pre_proceedings'
union all
{{ staged_rows(
    'rows_in.occasion_table', 'PRE_PROC', 'rows_in.occasion_id', 'rows_in.first_meeting_date',
    clock_code='pre_proc', clock_start='rows_in.letter_date'
) }}
from {{ ref('int_pre_proceedings__merged') }} as rows_in
union all
{{ staged_rows(
    'rows_in.occasion_table', 'FGDM_OFFER', 'rows_in.occasion_id', 'rows_in.letter_date',
    reason="case when rows_in.is_family_meeting_offered is null then 'no_code' end"
) }}
from {{ ref('int_pre_proceedings__merged') }} as rows_in
union all
{{ staged_rows(
    'rows_in.occasion_table', 'FGDM_MEET', 'rows_in.occasion_id',
    "case
            when rows_in.is_family_meeting_held
                then coalesce(
                    rows_in.step_decision_date, rows_in.court_application_date,
                    rows_in.letter_date
                )
        end",
    target='rows_in.court_application_date',
    reason="case
            when rows_in.is_family_meeting_offered is null then 'no_code'
            when not rows_in.is_family_meeting_offered then 'not_offered'
        end"
) }}
from {{ ref('int_pre_proceedings__merged') }} as rows_in
