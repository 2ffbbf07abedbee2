with ssd_pre_proceedings as (

    select * from {{ ref('stg_ssd__pre_proceedings') }}

),

census_pre_proceedings as (

    select * from {{ ref('stg_cin_census__pre_proceedings') }}

),

yes_no_codes as (

    select * from {{ ref('ref_cin_yes_no_codes') }}

),

-- A case that lasts over 31 March is in two censuses: the later knows more of it.
ranked as (

    select
        census_pre_proceedings.*,
        offered.is_yes as is_family_meeting_offered,
        held.is_yes as is_family_meeting_held,
        row_number() over (
            partition by
                census_pre_proceedings.authority_code,
                census_pre_proceedings.person_key,
                census_pre_proceedings.cin_referral_date,
                census_pre_proceedings.pre_proceedings_start_date,
                case
                    when census_pre_proceedings.pre_proceedings_start_date is null
                        then census_pre_proceedings.letter_before_proceedings_date
                end
            order by census_pre_proceedings.as_of desc, census_pre_proceedings.row_key asc
        ) as recency
    from census_pre_proceedings
    left join yes_no_codes as offered
        on census_pre_proceedings.family_meeting_offered = offered.cin_yes_no_code
    left join yes_no_codes as held
        on census_pre_proceedings.family_meeting_held = held.cin_yes_no_code

),

census as (

    select * from ranked
    where recency = 1 and person_key is not null

),

matches as (

    select
        ssd_pre_proceedings.authority_code,
        ssd_pre_proceedings.table_id,
        census.row_key as census_row_key,
        row_number() over (
            partition by ssd_pre_proceedings.authority_code, ssd_pre_proceedings.table_id
            order by census.pre_proceedings_start_date, census.row_key
        ) as census_choice,
        row_number() over (
            partition by census.authority_code, census.row_key
            order by ssd_pre_proceedings.table_id
        ) as ssd_choice
    from ssd_pre_proceedings
    inner join census
        on
            ssd_pre_proceedings.authority_code = census.authority_code
            and ssd_pre_proceedings.person_key = census.person_key
            and (
                ssd_pre_proceedings.letter_before_proceedings_date
                = census.letter_before_proceedings_date
                or ssd_pre_proceedings.pre_proceedings_decision_date
                = census.pre_proceedings_start_date
            )

),

one_to_one as (

    select * from matches
    where census_choice = 1 and ssd_choice = 1

)

-- One case is one row: the case system's row stands, the census adds the family meeting and the
-- cases that the case system does not hold.
select
    ssd_pre_proceedings.authority_code,
    ssd_pre_proceedings.person_key,
    'ssd_pre_proceedings' as occasion_table,
    ssd_pre_proceedings.table_id as occasion_id,
    coalesce(
        ssd_pre_proceedings.letter_before_proceedings_date,
        census.letter_before_proceedings_date
    ) as letter_date,
    coalesce(ssd_pre_proceedings.first_meeting_date, census.first_meeting_date)
        as first_meeting_date,
    coalesce(ssd_pre_proceedings.step_decision_date, census.step_decision_date)
        as step_decision_date,
    census.court_application_date,
    census.is_family_meeting_offered,
    census.is_family_meeting_held
from ssd_pre_proceedings
left join one_to_one
    on
        ssd_pre_proceedings.authority_code = one_to_one.authority_code
        and ssd_pre_proceedings.table_id = one_to_one.table_id
left join census
    on
        one_to_one.authority_code = census.authority_code
        and one_to_one.census_row_key = census.row_key
where ssd_pre_proceedings.person_key is not null
union all
select
    census.authority_code,
    census.person_key,
    'cin_pre_proceedings' as occasion_table,
    census.row_key as occasion_id,
    census.letter_before_proceedings_date as letter_date,
    census.first_meeting_date,
    census.step_decision_date,
    census.court_application_date,
    census.is_family_meeting_offered,
    census.is_family_meeting_held
from census
left join one_to_one
    on
        census.authority_code = one_to_one.authority_code
        and census.row_key = one_to_one.census_row_key
where one_to_one.census_row_key is null
