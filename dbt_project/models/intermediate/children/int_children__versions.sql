{{ config(materialized='table') }}

with children as (

    select * from {{ ref('int_children__described') }}

),

communication_needs as (

    select * from {{ ref('stg_voice_extension__communication_need') }}

),

immigration_statuses as (

    select * from {{ ref('stg_ssd__immigration_status') }}

),

ssda903_uasc as (

    select * from {{ ref('stg_ssda903__uasc') }}

),

disability_history as (

    select * from {{ ref('stg_ssd__disability_history') }}

),

care_leaver_history as (

    select distinct
        authority_code,
        person_key,
        as_of
    from {{ ref('stg_ssd__care_leavers_history') }}
    where person_key is not null

),

person_history as (

    select * from {{ ref('stg_ssd__person_history') }}

),

extracts as (

    select * from {{ ref('stg_ledger__extracts') }}
    where source = 'ssd'

),

disability_codes as (

    select * from {{ ref('ref_disability_codes') }}

),

-- Facts without dates: what each extract said.
told as (

    select
        disability_history.authority_code,
        disability_history.person_key,
        disability_history.as_of,
        'ssd_disability' as raw_table,
        {{ disability_state('disability_codes.is_disability') }} as fact,
        max(case when disability_codes.communication_relevant_proposed then 1 else 0 end) = 1
            as has_communication_disability
    from disability_history
    inner join disability_codes
        on upper(trim(disability_history.disability_code)) = disability_codes.disability_code
    group by
        disability_history.authority_code,
        disability_history.person_key,
        disability_history.as_of
    union all
    select
        authority_code,
        person_key,
        as_of,
        'ssd_care_leavers' as raw_table,
        'Y' as fact,
        false as has_communication_disability
    from care_leaver_history

),

ever_told as (

    select distinct
        authority_code,
        person_key,
        raw_table
    from told

),

-- An extract that does not hold the child at all says nothing; one that holds the child and not the
-- fact says that there is none.
said_before as (

    select
        ever_told.authority_code,
        ever_told.person_key,
        ever_told.raw_table,
        person_history.as_of,
        coalesce(
            told.fact, case when ever_told.raw_table = 'ssd_disability' then 'unknown' else 'N' end
        ) as fact,
        coalesce(told.has_communication_disability, false) as has_communication_disability
    from ever_told
    inner join person_history
        on
            ever_told.authority_code = person_history.authority_code
            and ever_told.person_key = person_history.person_key
    inner join extracts
        on
            ever_told.authority_code = extracts.authority_code
            and ever_told.raw_table = extracts.raw_table
            and person_history.as_of = extracts.as_of
            and extracts.next_as_of is not null
    left join told
        on
            ever_told.authority_code = told.authority_code
            and ever_told.person_key = told.person_key
            and ever_told.raw_table = told.raw_table
            and person_history.as_of = told.as_of

),

-- The latest extract's word is what describes the child now.
said as (

    select * from said_before
    union all
    select
        ever_told.authority_code,
        ever_told.person_key,
        ever_told.raw_table,
        extracts.as_of,
        case
            when ever_told.raw_table = 'ssd_disability' then children.disability
            when children.is_care_leaver then 'Y'
            else 'N'
        end as fact,
        ever_told.raw_table = 'ssd_disability' and children.has_communication_disability
            as has_communication_disability
    from ever_told
    inner join children
        on
            ever_told.authority_code = children.authority_code
            and ever_told.person_key = children.person_key
    inner join extracts
        on
            ever_told.authority_code = extracts.authority_code
            and ever_told.raw_table = extracts.raw_table
            and extracts.next_as_of is null

),

compared as (

    select
        *,
        row_number() over (
            partition by authority_code, person_key, raw_table
            order by as_of
        ) as place,
        lag(fact) over (
            partition by authority_code, person_key, raw_table
            order by as_of
        ) as fact_before,
        lag(has_communication_disability) over (
            partition by authority_code, person_key, raw_table
            order by as_of
        ) as had_communication_disability
    from said

),

-- What the first extract says was so from the start: nobody knows of anything else.
undated_spans as (

    select
        authority_code,
        person_key,
        raw_table,
        fact,
        has_communication_disability,
        case when place = 1 then {{ from_the_start() }} else as_of end as start_date,
        lead(as_of) over (
            partition by authority_code, person_key, raw_table
            order by as_of
        ) as end_date
    from compared
    where
        place = 1
        or fact <> fact_before
        or has_communication_disability <> had_communication_disability

),

ssd_uasc as (

    select
        authority_code,
        person_key,
        'Y' as uasc,
        coalesce(immigration_status_start_date, {{ from_the_start() }}) as start_date,
        immigration_status_end_date as end_date
    from immigration_statuses
    where
        lower(immigration_status) like '%uasc%'
        or lower(immigration_status) like '%unaccompanied%'

),

-- The return describes a child whose status the case system does not hold.
uasc_spans as (

    select * from ssd_uasc
    union all
    select
        ssda903_uasc.authority_code,
        ssda903_uasc.person_key,
        'Y' as uasc,
        {{ from_the_start() }} as start_date,
        ssda903_uasc.uasc_ceased_date as end_date
    from ssda903_uasc
    left join ssd_uasc
        on
            ssda903_uasc.authority_code = ssd_uasc.authority_code
            and ssda903_uasc.person_key = ssd_uasc.person_key
    where ssd_uasc.person_key is null

),

-- Every day on which something may begin to be so.
starts as (

    select
        authority_code,
        person_key,
        {{ from_the_start() }} as on_date
    from children
    union distinct
    select
        authority_code,
        person_key,
        {{ from_the_start() }} as on_date
    from communication_needs
    union distinct
    select
        authority_code,
        person_key,
        valid_from as on_date
    from communication_needs
    union distinct
    select
        authority_code,
        person_key,
        valid_to as on_date
    from communication_needs
    union distinct
    select
        authority_code,
        person_key,
        start_date as on_date
    from undated_spans
    union distinct
    select
        authority_code,
        person_key,
        start_date as on_date
    from uasc_spans
    union distinct
    select
        authority_code,
        person_key,
        end_date as on_date
    from uasc_spans

),

child_dates as (

    select * from starts
    where on_date is not null

),

disability_spans as (

    select * from undated_spans
    where raw_table = 'ssd_disability'

),

care_leaver_spans as (

    select * from undated_spans
    where raw_table = 'ssd_care_leavers'

),

{{ latest_on_date(
    'disability_then', 'disability_spans', 'fact', 'on_date', also='has_communication_disability'
) }},

{{ latest_on_date('care_leaver_then', 'care_leaver_spans', 'fact', 'on_date') }},

{{ latest_on_date(
    'need_then', 'communication_needs', 'communication_need', 'on_date',
    start='valid_from', end='valid_to', also='interpreter_needed, first_language'
) }},

{{ latest_on_date('uasc_then', 'uasc_spans', 'uasc', 'on_date') }},

described as (

    select
        child_dates.authority_code,
        child_dates.person_key,
        child_dates.on_date,
        coalesce(disability_then.fact, children.disability, 'unknown') as disability,
        coalesce(
            -- What is neither is no answer: it would be a group that no breakdown has.
            {{ yes_or_no('need_then.communication_need') }},
            case
                when
                    coalesce(
                        disability_then.has_communication_disability,
                        children.has_communication_disability
                    )
                    then 'Y'
                else 'unknown'
            end
        ) as communication_need,
        coalesce({{ yes_or_no('need_then.interpreter_needed') }}, 'unknown') as interpreter_needed,
        need_then.first_language,
        case
            when children.person_key is null then 'unknown'
            else coalesce(uasc_then.uasc, 'N')
        end as uasc,
        coalesce(care_leaver_then.fact = 'Y', children.is_care_leaver, false) as is_care_leaver
    from child_dates
    left join children
        on
            child_dates.authority_code = children.authority_code
            and child_dates.person_key = children.person_key
    left join disability_then
        on
            child_dates.authority_code = disability_then.authority_code
            and child_dates.person_key = disability_then.person_key
            and child_dates.on_date = disability_then.on_date
    left join care_leaver_then
        on
            child_dates.authority_code = care_leaver_then.authority_code
            and child_dates.person_key = care_leaver_then.person_key
            and child_dates.on_date = care_leaver_then.on_date
    left join need_then
        on
            child_dates.authority_code = need_then.authority_code
            and child_dates.person_key = need_then.person_key
            and child_dates.on_date = need_then.on_date
    left join uasc_then
        on
            child_dates.authority_code = uasc_then.authority_code
            and child_dates.person_key = uasc_then.person_key
            and child_dates.on_date = uasc_then.on_date

),

summed as (

    select
        *,
        {{ surrogate_key([
            'disability', 'communication_need', 'interpreter_needed', 'first_language', 'uasc',
            'is_care_leaver',
        ]) }} as digest
    from described

),

followed as (

    select
        *,
        lag(digest) over (partition by authority_code, person_key order by on_date)
            as digest_before
    from summed

)

select
    authority_code,
    person_key,
    nullif(on_date, {{ from_the_start() }}) as valid_from,
    lead(on_date) over (partition by authority_code, person_key order by on_date) as valid_to,
    disability,
    communication_need,
    interpreter_needed,
    first_language,
    uasc,
    is_care_leaver
from followed
where digest_before is null or digest_before <> digest
