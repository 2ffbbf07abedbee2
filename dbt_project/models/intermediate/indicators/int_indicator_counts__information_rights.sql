{#- What people asked, or were told, about information on them, and whose words were quoted. -#}
with information_rights as (

    select * from {{ ref('fct_information_rights') }}

),

quotes_used as (

    select * from {{ ref('stg_ledger__quotes_used') }}

),

expressions as (

    select * from {{ ref('stg_voice_extension__expression') }}

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

-- Words count once a month in which a release held them. What was released on the extract's day
-- or later is left for the next one, so that the same deliveries always say the same.
quoted as (

    select
        quotes_used.authority_code,
        quotes_used.expression_id,
        cast({{ dbt.date_trunc('month', 'quotes_used.released_on') }} as date) as measure_month,
        max(expressions.person_key) as person_key,
        max(expressions.voice_owner_code) as voice_owner,
        min(case
            when
                expressions.quote_permission_scope_code in ('board', 'public')
                and expressions.quote_permission_on <= quotes_used.released_on
                and coalesce(
                    expressions.quote_permission_expires_on >= quotes_used.released_on, true
                )
                and coalesce(
                    expressions.quote_permission_withdrawn_on > quotes_used.released_on, true
                )
                and coalesce(expressions.quote_permission_understood, '') <> 'N'
                then 1
            else 0
        end) = 1 as is_permitted
    from quotes_used
    inner join authorities
        on
            quotes_used.authority_code = authorities.authority_code
            and quotes_used.released_on < authorities.as_of
    left join expressions
        on
            quotes_used.authority_code = expressions.authority_code
            and quotes_used.expression_id = expressions.expression_id
    group by
        quotes_used.authority_code,
        quotes_used.expression_id,
        cast({{ dbt.date_trunc('month', 'quotes_used.released_on') }} as date)

),

-- A notice counts on the day it was given, a request on the day its answer was due.
facts as (

    select
        authority_code,
        coalesce(person_key, information_right_key) as contributor_key,
        cast({{ dbt.date_trunc('month', 'due_on') }} as date) as measure_month,
        information_right_kind_code = 'access' as is_due,
        information_right_kind_code = 'access' and is_in_time as is_in_time,
        information_right_kind_code = 'correction' as is_correction_due,
        information_right_kind_code = 'correction' and outcome in ('accepted', 'noted')
            as is_correction_accepted,
        information_right_kind_code = 'correction' and outcome is not null
            as is_correction_decided,
        false as is_notice_given,
        false as is_notice_understood,
        false as is_notice_understanding_recorded,
        false as is_quoted,
        false as is_quoted_with_permission,
        voice_owner_code as voice_owner
    from information_rights
    where is_due and information_right_kind_code in ('access', 'correction')
    union all
    select
        authority_code,
        coalesce(person_key, information_right_key) as contributor_key,
        cast({{ dbt.date_trunc('month', 'requested_on') }} as date) as measure_month,
        false as is_due,
        false as is_in_time,
        false as is_correction_due,
        false as is_correction_accepted,
        false as is_correction_decided,
        true as is_notice_given,
        is_understood as is_notice_understood,
        is_understood is not null as is_notice_understanding_recorded,
        false as is_quoted,
        false as is_quoted_with_permission,
        voice_owner_code as voice_owner
    from information_rights
    where information_right_kind_code = 'privacy_notice'
    union all
    select
        authority_code,
        coalesce(person_key, expression_id) as contributor_key,
        measure_month,
        false as is_due,
        false as is_in_time,
        false as is_correction_due,
        false as is_correction_accepted,
        false as is_correction_decided,
        false as is_notice_given,
        false as is_notice_understood,
        false as is_notice_understanding_recorded,
        true as is_quoted,
        is_permitted as is_quoted_with_permission,
        voice_owner
    from quoted

),

{{ indicator_counts('information_rights') }}
