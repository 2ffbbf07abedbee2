"""Bring the case system into the shape in which the lists of Annex A ask for it.

Belongs here: people, visits, referrals, care and staff as views that several lists read. Does not
belong here: who is on a list (annex_a_lists).
"""

# Variables: ends is the day of the workbook; begins, quarter and year are the days 6, 3 and 12
# months before it. Lists hold what happened after such a day.
VIEWS = """
create or replace macro is_new(day) as day > getvariable('begins') and day <= getvariable('ends');
create or replace macro is_current(began, ended) as
    began <= getvariable('ends') and (ended is null or ended > getvariable('begins'));
create temp view people as
select
    pers_person_id as child,
    coalesce(pers_sex, 'U') as sex,
    coalesce(pers_ethnicity, 'NOBT') as ethnicity,
    coalesce(pers_dob, pers_expected_dob) as birth_date,
    case
        when pers_dob is not null
            then round((cast(getvariable('ends') as date) - cast(pers_dob as date)) / 365.25, 1)
    end as age,
    case
        when told is null then 'U'
        when told = 'NONE' then 'N'
        else 'Y'
    end as disability,
    coalesce(uasc.child is not null, false) as is_uasc
from ssd_person
left join (
    select disa_person_id, max(disa_disability_code) as told from ssd_disability group by all
) on pers_person_id = disa_person_id
left join (
    select distinct immi_person_id as child from ssd_immigration_status
    where immi_immigration_status in ('UASC', 'Unaccompanied asylum seeker')
) as uasc on pers_person_id = uasc.child;
create temp view staff as
select prof_professional_id as worker_id, prof_professional_name as worker from ssd_professionals;
create temp view teams as
select dept_team_id as team_id, dept_team_name as team from ssd_department;
create temp view visits as
select cinv_person_id as child, cinv_cin_visit_date as day, cinv_cin_visit_seen as seen
from ssd_cin_visits
union all
select cppv_person_id, cppv_cp_visit_date, cppv_cp_visit_seen from ssd_cp_visits
union all
select clav_person_id, clav_cla_visit_date, clav_cla_visit_seen from ssd_cla_visits;
create temp view referrals as
select
    cine_person_id as child,
    cine_referral_id as referral,
    cine_referral_date as referral_date,
    cine_referral_source_code as source,
    coalesce(cine_referral_nfa, 'N') as no_action_flag,
    cine_cin_primary_need_code as need,
    cine_close_date as closure_date,
    cine_close_reason as closure_reason,
    team,
    worker
from ssd_cin_episodes
left join teams on cine_referral_team = team_id
left join staff on cine_referral_worker_id = worker_id;
create temp view care as
select
    clae_person_id as child,
    clae_cla_id as period,
    min(clae_entered_care_date) as start_date,
    case when count(*) = count(clae_cla_episode_ceased_date)
        then max(clae_cla_episode_ceased_date) end as end_date,
    arg_max(clae_cla_episode_ceased_reason, clae_cla_episode_start_date) as end_reason,
    arg_max(clae_cla_primary_need_code, clae_cla_episode_start_date) as need,
    arg_max(clae_referral_id, clae_cla_episode_start_date) as referral,
    arg_max(clae_cla_placement_id, clae_cla_episode_start_date) as placement,
    max(clae_cla_last_iro_contact_date) as iro_date
from ssd_cla_episodes
group by all;
create temp view statuses as
select
    lega_person_id as child,
    max(lega_legal_status_start_date) as legal_date,
    arg_max(lega_legal_status, lega_legal_status_start_date) as legal_status
from ssd_legal_status
group by all;
"""
