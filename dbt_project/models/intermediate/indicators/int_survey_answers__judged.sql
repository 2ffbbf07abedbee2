with survey_answers as (

    select * from {{ ref('stg_voice_extension__survey_answer') }}

),

survey_waves as (

    select * from {{ ref('stg_voice_extension__survey_wave') }}

),

questions as (

    select * from {{ ref('ref_survey_questions') }}

),

authorities as (

    select * from {{ ref('int_authorities__delivered') }}

),

-- How far an answer lies from the bad end (0) to the good end (1) of its own scale.
placed as (

    select
        survey_answers.authority_code,
        survey_answers.wave_id,
        survey_answers.respondent_id,
        survey_answers.person_key,
        survey_waves.voice_owner_code,
        survey_answers.question_code,
        questions.concept,
        questions.good_above,
        survey_answers.answered_on,
        case survey_answers.favourable_when
            when 'high'
                then
                    (survey_answers.value_number - survey_answers.scale_min)
                    / nullif(survey_answers.scale_max - survey_answers.scale_min, 0)
            when 'low'
                then
                    (survey_answers.scale_max - survey_answers.value_number)
                    / nullif(survey_answers.scale_max - survey_answers.scale_min, 0)
        end as position_on_scale
    from survey_answers
    inner join survey_waves
        on
            survey_answers.authority_code = survey_waves.authority_code
            and survey_answers.wave_id = survey_waves.wave_id
    inner join questions
        on
            survey_waves.survey = questions.survey
            and survey_answers.question_code = questions.question_code
    inner join authorities
        on
            survey_answers.authority_code = authorities.authority_code
            and survey_answers.answered_on <= authorities.as_of

)

select
    authority_code,
    wave_id,
    respondent_id,
    question_code,
    person_key,
    voice_owner_code,
    concept,
    answered_on,
    -- Null where the question was left blank: that is no bad answer.
    position_on_scale > good_above as is_favourable
from placed
