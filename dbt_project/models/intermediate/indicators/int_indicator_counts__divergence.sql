{#- What the record says beside what the person says, one pair a line of ref_divergence_pairs. -#}
with pairs as (

    select * from {{ ref('ref_divergence_pairs') }}

),

answers as (

    select * from {{ ref('int_survey_answers__judged') }}

),

opportunities as (

    select * from {{ ref('fct_voice_opportunities') }}

),

participation_codes as (

    select * from {{ ref('ref_participation_codes') }}

),

care_leavers as (

    select * from {{ ref('stg_ssd__care_leavers') }}

),

returned_care_leavers as (

    select * from {{ ref('stg_ssda903__oc3') }}

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

-- Every kind of record that a pair can name. The last sign of an accommodation code tells whether
-- the home was judged suitable (1) or not (2); code 0 is no home at all, so it says neither.
record_facts as (

    select
        authority_code,
        person_key,
        'accommodation_suitable' as record_fact,
        coalesce(care_leaver_latest_contact, as_of) as recorded_on,
        {{ is_suitable('coalesce(care_leaver_accom_suitable, care_leaver_accommodation)') }}
            as is_good
    from care_leavers
    union all
    select
        authority_code,
        person_key,
        'accommodation_suitable' as record_fact,
        as_of as recorded_on,
        {{ is_suitable('accommodation_code') }} as is_good
    from returned_care_leavers
    union all
    select
        authority_code,
        person_key,
        'seen_alone' as record_fact,
        held_date as recorded_on,
        is_seen_alone as is_good
    from opportunities
    where
        is_own_voice
        and stage = 'looked_after'
        and opportunity_type_code like 'CLA_VISIT%'
        and held_date is not null
    union all
    select
        opportunities.authority_code,
        opportunities.person_key,
        'took_part_in_review' as record_fact,
        opportunities.held_date as recorded_on,
        participation_codes.counts_as_participated as is_good
    from opportunities
    inner join participation_codes
        on opportunities.participation_code = participation_codes.participation_code
    where
        opportunities.is_own_voice
        and opportunities.opportunity_type_code like 'CLA_REVIEW%'
        and opportunities.held_date is not null
        and participation_codes.in_participation_denominator

),

paired_records as (

    select
        pairs.divergence_pair,
        record_facts.authority_code,
        record_facts.person_key,
        record_facts.recorded_on,
        record_facts.is_good
    from record_facts
    inner join pairs
        on record_facts.record_fact = pairs.record_fact
    inner join authorities
        on
            record_facts.authority_code = authorities.authority_code
            and record_facts.recorded_on <= authorities.as_of
    where record_facts.is_good is not null

),

paired_answers as (

    select
        pairs.divergence_pair,
        pairs.window_days,
        answers.authority_code,
        answers.wave_id,
        answers.respondent_id,
        answers.person_key,
        answers.answered_on,
        answers.is_favourable
    from answers
    inner join pairs
        on
            answers.concept = pairs.concept
            and answers.voice_owner_code = pairs.voice_owner_code
    where answers.is_favourable is not null

),

-- The latest record before the answer of a person who agreed to be linked.
linked as (

    select
        paired_answers.authority_code,
        paired_answers.person_key,
        paired_answers.divergence_pair,
        paired_answers.answered_on,
        paired_answers.is_favourable,
        paired_records.is_good,
        row_number() over (
            partition by
                paired_answers.authority_code,
                paired_answers.divergence_pair,
                paired_answers.wave_id,
                paired_answers.respondent_id
            -- Of two records of one day the less good one, so that order plays no part.
            order by paired_records.recorded_on desc nulls last, paired_records.is_good asc
        ) as recency
    from paired_answers
    left join paired_records
        on
            paired_answers.authority_code = paired_records.authority_code
            and paired_answers.divergence_pair = paired_records.divergence_pair
            and paired_answers.person_key = paired_records.person_key
            and paired_answers.answered_on >= paired_records.recorded_on
            and paired_records.recorded_on >= {{ add_to_date(
                'paired_answers.answered_on', '-(paired_answers.window_days)', 'day'
            ) }}
    where paired_answers.person_key is not null

),

facts as (

    select
        authority_code,
        person_key as contributor_key,
        cast({{ dbt.date_trunc('month', 'answered_on') }} as date) as measure_month,
        true as is_linked_answer,
        is_good is not null as is_in_both,
        is_good and not is_favourable as is_diverging,
        false as is_answer,
        false as is_answer_good,
        false as is_record,
        false as is_record_good,
        divergence_pair
    from linked
    where recency = 1
    union all
    select
        authority_code,
        respondent_id as contributor_key,
        cast({{ dbt.date_trunc('month', 'answered_on') }} as date) as measure_month,
        false as is_linked_answer,
        false as is_in_both,
        false as is_diverging,
        true as is_answer,
        is_favourable as is_answer_good,
        false as is_record,
        false as is_record_good,
        divergence_pair
    from paired_answers
    union all
    select
        authority_code,
        person_key as contributor_key,
        cast({{ dbt.date_trunc('month', 'recorded_on') }} as date) as measure_month,
        false as is_linked_answer,
        false as is_in_both,
        false as is_diverging,
        false as is_answer,
        false as is_answer_good,
        true as is_record,
        is_good as is_record_good,
        divergence_pair
    from paired_records

),

{{ indicator_counts('divergence') }}
