{{ config(materialized='table') }}

with information_rights as (

    select * from {{ ref('fct_information_rights') }}

),

kinds as (

    select * from {{ ref('ref_information_right_kind_codes') }}

),

owners as (

    select * from {{ ref('ref_voice_owner_codes') }}

),

periods as (

    select * from {{ ref('int_reporting_periods') }}
    where period_type <> 'month'

),

requested as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        information_rights.information_right_kind_code,
        information_rights.voice_owner_code,
        count(
            distinct coalesce(
                information_rights.person_key, information_rights.information_right_key
            )
        ) as contributors,
        count(*) as requests,
        count(case when information_rights.is_due then 1 end) as due,
        count(case when information_rights.is_due and information_rights.is_in_time then 1 end)
            as in_time,
        count(case when information_rights.is_understood then 1 end) as understood,
        count(case when information_rights.outcome in ('accepted', 'noted') then 1 end) as accepted
    from information_rights
    inner join periods
        on
            information_rights.authority_code = periods.authority_code
            and information_rights.requested_on between periods.period_start and periods.period_end
    group by
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        information_rights.information_right_kind_code,
        information_rights.voice_owner_code

),

counted as (

    select
        periods.authority_code,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        kinds.information_right_kind_code,
        owners.voice_owner_code,
        coalesce(requested.contributors, 0) as contributors,
        coalesce(requested.requests, 0) as requests,
        coalesce(requested.due, 0) as due,
        coalesce(requested.in_time, 0) as in_time,
        coalesce(requested.understood, 0) as understood,
        coalesce(requested.accepted, 0) as accepted
    from periods
    cross join kinds
    cross join owners
    left join requested
        on
            periods.authority_code = requested.authority_code
            and periods.period_type = requested.period_type
            and periods.period_start = requested.period_start
            and kinds.information_right_kind_code = requested.information_right_kind_code
            and owners.voice_owner_code = requested.voice_owner_code

),

{{ protected_table(
    'counted', 'information_rights',
    {'kind': 'information_right_kind_code', 'voice_owner': 'voice_owner_code'},
    ['requests', 'due', 'in_time', 'understood', 'accepted'], 'contributors'
) }}

select
    authority_code,
    period_type,
    period_start,
    period_end,
    information_right_kind_code as kind,
    voice_owner_code as voice_owner,
    requests,
    due,
    in_time,
    understood,
    accepted,
    status
from protected
