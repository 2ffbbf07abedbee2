"""What a clean authority's warehouse holds behind the sources: staging, marts and the release.

Belongs here: tables with the columns that checks read, made by SQL with invented content.
Does not belong here: the sources (``quality_tables``, ``quality_sources``).
"""

from tests.support.quality_tables import CHILDREN

# By child: one child is in one group, so that counts of children are counts of children.
_BREAKDOWNS = """
    case when draw(p, 51) < 500 then 'M' else 'F' end as sex, '8-11' as age_band,
    case when draw(p, 52) < 15 then 'unknown'
        else ['white', 'mixed', 'asian', 'black', 'other'][1 + draw(p, 53) % 5] end as ethnic_group,
    case when draw(p, 54) < 15 then 'unknown' when draw(p, 54) < 265 then 'Y' else 'N' end
        as disability,
    case when draw(p, 55) < 300 then 'Y' else 'N' end as communication_need,
    case when draw(p, 56) < 250 then 'Y' else 'N' end as interpreter_needed,
    case when draw(p, 57) < 200 then 'Y' else 'N' end as uasc,
    ['foster', 'residential', 'kinship_foster'][1 + draw(p, 58) % 3] as placement_group,
    ['QX1', 'QX2', 'QX3'][1 + draw(p, 59) % 3] as area
"""

STAGING = """
create schema staging;
create table staging.stg_ssd__person as
select distinct '{authority}' as authority_code, pers_person_id as person_key from raw.ssd_person;
create table staging.stg_ssd__cla_visits as
select '{authority}' as authority_code, clav_cla_visit_id as cla_visit_id,
    clav_person_id as person_key from raw.ssd_cla_visits;
create table staging.stg_voice_extension__expression as
select '{authority}' as authority_code, expression_id, person_id as person_key
from raw.vx_expression;
create table staging.stg_voice_extension__survey_answer as
select '{authority}' as authority_code, wave_id from raw.vx_survey_answer;
create table staging.stg_voice_extension__survey_wave as
select '{authority}' as authority_code, wave_id from raw.vx_survey_wave;
"""

MARTS = f"""
create schema marts;
create table marts.dim_children as
select 'child' || i as child_key, '{{authority}}' as authority_code, 'p' || i as person_key,
    case when draw(i, 61) < 950 then 'N' else 'unknown' end as communication_need,
    date '2011-06-01' as valid_from, cast(null as date) as valid_to
from range(1, {CHILDREN + 1}) as children (i);
create table marts.fct_voice_opportunities as
select
    'opportunity' || i as opportunity_key, '{{authority}}' as authority_code,
    'p' || p as person_key,
    ['CLA_VISIT_YEAR1', 'ICPC', 'CLA_REVIEW_N'][1 + t] as opportunity_type_code,
    case when t = 1 then 'child_protection' else 'looked_after' end as stage,
    'child' as voice_owner_code,
    case when t = 0 then 'ssd_cla_visits' else 'other' end as occasion_table,
    'occasion' || i as occasion_id,
    date '{{as_of}}' - i::integer % 730 as held_date,
    date '{{as_of}}' - i::integer % 730 as opportunity_date,
    case when draw(i, 62) < 660 then 'voiced' when draw(i, 62) < 940 then 'missed'
        else ['declined', 'not_appropriate'][1 + draw(i, 63) % 2] end as outcome,
    case when draw(i, 62) between 660 and 939
        then ['not_asked', 'not_recorded', 'not_able'][1 + draw(i, 64) % 3] end as missed_reason,
    case when t > 0 then ['PN1', 'PN1', 'PN2', 'PN5', 'PN7'][1 + draw(i, 65) % 5] end
        as participation_code,
    true as is_own_voice, true as is_seen,
    case when draw(i, 66) >= 10 then draw(i, 66) < 750 end as is_seen_alone, 10 as age_years,
    {_BREAKDOWNS}
from (
    select i, 1 + i % {CHILDREN} as p, draw(i, 60) % 3 as t from range(1, 2921) as numbers (i)
) as opportunities;
create table marts.fct_voice_expressions as
select
    'expression' || i as expression_key, '{{authority}}' as authority_code,
    'p' || p as person_key, 'recorded' as evidence_kind,
    'child' as voice_owner_code, true as is_own_voice,
    date '{{as_of}}' - i::integer % 730 as expressed_on,
    date '{{as_of}}' - i::integer % 730 + draw(i, 71) % 6 as recorded_on,
    'ICPC' as claimed_opportunity_type_code,
    ['verbatim', 'observed', 'reported'][1 + draw(i, 72) % 3] as directness_code,
    draw(i, 72) % 3 = 0 as is_own_words, true as needs_reply, false as reply_leaves_denominator,
    draw(i, 73) < 700 as is_loop_closed, 'opportunity' || i as opportunity_key, true as has_text,
    'board' as quote_permission_scope_code,
    cast(null as date) as quote_permission_expires_on,
    cast(null as date) as quote_permission_withdrawn_on,
    {_BREAKDOWNS}
from (
    select i, 1 + i % {CHILDREN} as p from range(1, 2001) as numbers (i)
) as expressions;
create table marts.fct_influences as
select '{{authority}}' as authority_code, 'influence' || i as influence_key,
    ['changed', 'partly_changed', 'considered_not_changed'][1 + draw(i, 81) % 3]
        as influence_outcome_code
from range(1, 201) as influences (i);
create table marts.fct_replies as
select '{{authority}}' as authority_code, 'reply' || i as reply_key,
    ['told', 'told_and_understood', 'not_told'][1 + draw(i, 82) % 3] as loop_status_code
from range(1, 201) as replies (i);
create table marts.fct_voice_threads as
select '{{authority}}' as authority_code, 100 as opportunities, 60 + draw(i, 83) % 10 as voiced,
    30 as own_words, 5 as unbroken
from range(1, 41) as threads (i);
create table marts.fct_reconciled_rows as
select '{{authority}}' as authority_code, things.thing, fates.row_fate_code,
    true as is_accounted_for, 90 as staged_rows, 90 as mart_rows
from (values ('child'), ('opportunity'), ('expression')) as things (thing),
    (values ('in_mart'), ('no_date')) as fates (row_fate_code);
"""

PUBLISHED = """
create schema published;
create table published.indicator as
select 'A' || i as indicator_id from range(1, 11) as indicators (i);
create table published.indicator_value as
select '{authority}' as authority_code, 'A' || (1 + i % 10) as indicator_id,
    case when i % 3 = 0 then 'suppressed' else 'shown' end as status,
    case when i % 3 > 0 then 100 - 5 * (i % 7) end as numerator,
    case when i % 3 > 0 then 100 + 5 * (i % 7) end as denominator,
    cast(null as bigint) as exempt,
    case when i % 3 > 0 then 50 end as value, case when i % 3 > 0 then 40.2 end as lower,
    case when i % 3 > 0 then 59.8 end as upper, case when i % 3 > 0 then 95 end as completeness
from range(1, 301) as figures (i);
create table published.voice_thread as
select '{authority}' as authority_code,
    case when i % 2 = 0 then 'suppressed' else 'shown' end as status,
    case when i % 2 = 1 then 100 end as opportunities, case when i % 2 = 1 then 60 end as voiced,
    case when i % 2 = 1 then 15 end as told
from range(1, 41) as threads (i);
create table published.feedback as
select '{authority}' as authority_code,
    case when i % 2 = 0 then 'suppressed' else 'shown' end as status,
    case when i % 2 = 1 then 40 end as items, case when i % 2 = 1 then 25 end as replied
from range(1, 41) as items (i);
create table published.practice_example as
select '{authority}' as authority_code, 'Words and pictures ' || i as title,
    'Since 2024 we draw the plan with the child.' as approach, 'Drawing takes time.' as learned
from range(1, 9) as examples (i);
"""
