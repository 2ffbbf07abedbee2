"""Each worked example on an invented file: every row arrives, or is named."""

from datetime import date, datetime
from pathlib import Path

from orchestration.mappings import Mapping
from tests.support.mapped import FORM, LONG, WIDE, map_text, shipped


def test_an_app_export_becomes_expressions_and_replies(tmp_path: Path) -> None:
    found = map_text(
        tmp_path,
        shipped("mind_of_my_own"),
        "Statement ID,Young person ID,Sent on,Scenario,Account type,Topics,Statement,"
        "Replied on,Reply\n"
        '11,C1,03/04/2026,Wellbeing,Under 16,"My feelings, school",Today was  good. ,'
        "05/04/2026,TOLD\n"
        "12,C2,04/04/2026,My records,Care-leaver,Dragons,I want to see them,,\n",
        "App export.csv",
    )
    first, second = found.rows["vx_expression"]
    assert first["expression_id"] == "mind_of_my_own:11"
    assert (first["person_id"], first["expressed_on"]) == ("C1", date(2026, 4, 3))
    assert (first["voice_owner"], first["voice_kind"]) == ("child", "as_information")
    assert first["theme_codes"] == "feelings;school"
    # A person's words keep their shape.
    assert first["text"] == "Today was  good. "
    assert (second["voice_owner"], second["voice_kind"]) == ("young_person", "about_information")
    # A theme that nobody mapped is never dropped.
    assert second["theme_codes"] == "Dragons"
    (reply,) = found.rows["vx_reply"]
    assert reply["reply_id"] == "mind_of_my_own:11/reply"
    assert reply["subject_id"] == first["expression_id"]
    assert (reply["replied_on"], reply["status"]) == (date(2026, 4, 5), "told")


def test_a_long_survey_becomes_one_wave_and_its_answers(tmp_path: Path) -> None:
    found = map_text(tmp_path, shipped("survey_long"), LONG)
    (wave,) = found.rows["vx_survey_wave"]
    assert (wave["wave_id"], wave["survey"]) == ("survey_long:W1", "your_voice")
    assert (wave["audience"], wave["opened_on"]) == ("child", date(2026, 3, 1))
    assert found.column("vx_survey_answer", "question_code") == ["q1", "q2", "q1"]
    assert found.column("vx_survey_answer", "value_number") == [5.0, None, 4.0]
    assert found.column("vx_survey_answer", "value_text") == ["Always", "No more moves", "4"]
    assert set(found.column("vx_survey_answer", "wave_id")) == {wave["wave_id"]}


def test_each_answered_question_of_a_wide_survey_becomes_a_row(tmp_path: Path) -> None:
    found = map_text(tmp_path, shipped("survey_wide"), WIDE)
    answers = found.rows["vx_survey_answer"]
    assert sorted((row["respondent_id"], row["question_code"]) for row in answers) == [
        ("r1", "q1_do_you_feel_safe"),
        ("r2", "q1_do_you_feel_safe"),
        ("r2", "q2_what_would_you_change"),
    ]
    numbers = {(row["respondent_id"], row["question_code"]): row["value_number"] for row in answers}
    assert list(numbers.values()).count(None) == 1
    assert numbers["r1", "q1_do_you_feel_safe"] == 5
    assert numbers["r2", "q1_do_you_feel_safe"] == 1
    assert {row["_row_number"] for row in answers if row["respondent_id"] == "r2"} == {3}
    assert {row["sex"] for row in answers} == {"F", "Other"}
    assert len(found.rows["vx_survey_wave"]) == 1


def test_a_respondent_without_any_answer_is_named_unless_another_table_takes_the_row(
    tmp_path: Path,
) -> None:
    content = shipped("survey_wide").model_dump(by_alias=True)
    content["tables"] = [table for table in content["tables"] if table["per"] == "answer"]
    found = map_text(
        tmp_path,
        Mapping.model_validate(content),
        WIDE + "Your voice,W2,01/03/2026,r3,02/03/2026,8-11,Girl,,\n",
    )
    assert found.malformed["rows no table takes"] == (4,)


def test_complaints_and_compliments_become_feedback(tmp_path: Path) -> None:
    found = map_text(
        tmp_path,
        shipped("complaints_and_compliments"),
        "Ref,Feedback type,Made by,Stage,Date received,Outcome,Subject,Summary\n"
        "7,statutory complaint,Foster Carer,stage 1,01/02/2026,partially-upheld,"
        "Contact;Delay,Late\n"
        "8,Thank you!,Mother,,02/02/2026,,,Kind\n"
        "9,Grumble,Mother,,31/02/2026,,,Hm\n",
    )
    first, second = found.rows["vx_feedback"]
    assert (first["kind"], first["made_by"], first["stage"]) == ("complaint", "caregiver", "1")
    assert (first["outcome"], first["theme_codes"]) == (
        "partly_upheld",
        "family_time;service_access",
    )
    assert (second["kind"], second["outcome"]) == ("compliment", None)
    assert found.broken == [("received_on", 4, "NOT_A_DATE")]
    assert ("advocate_used", "missing") in found.drift


def test_an_offer_of_advocacy_is_a_voice_or_the_reason_why_there_is_none(tmp_path: Path) -> None:
    found = map_text(
        tmp_path,
        shipped("advocacy"),
        "Referral ID,Child ID,Offered on,Outcome,Met on,Views,In own words,Agreed with child\n"
        "1,C1,01/02/2026,Accepted,05/02/2026,I want to stay,Yes,Yes\n"
        "2,C2,01/02/2026,Declined,,,,\n"
        "3,C3,01/02/2026,Waiting list,,  ,,\n",
        "advocacy.csv",
    )
    (said,) = found.rows["vx_expression"]
    assert (said["directness"], said["checked_with_person"]) == ("verbatim", "Y")
    assert said["expressed_on"] == date(2026, 2, 5)
    assert found.column("vx_not_captured", "reason") == ["declined", "not_recorded"]
    assert found.column("vx_not_captured", "_row_number") == [3, 4]


def test_return_interviews_keep_their_times(tmp_path: Path) -> None:
    found = map_text(
        tmp_path,
        shipped("return_interviews"),
        "Missing episode ID,Child ID,Returned,RHI offered,Accepted,Held on,Childs views\n"
        "M1,C1,01/02/2026 23:50,Yes,Yes,03/02/2026 10:00,I was with friends\n"
        "M2,C2,2026-02-02 08:00:00,No,,,\n",
        "RHI 2026.csv",
    )
    first, second = found.rows["vx_return_interview"]
    assert first["missing_episode_id"] == "M1"
    assert first["returned_at"] == datetime(2026, 2, 1, 23, 50)  # noqa: DTZ001 - as delivered
    assert (first["offered"], first["accepted"]) == ("Y", "Y")
    assert (second["offered"], second["accepted"]) == ("N", None)
    (said,) = found.rows["vx_expression"]
    assert (said["occasion_id"], said["expressed_on"]) == ("M1", date(2026, 2, 3))


def test_every_answer_of_a_form_is_kept_and_voice_questions_count_as_voice(tmp_path: Path) -> None:
    found = map_text(tmp_path, shipped("case_form_answers"), FORM)
    assert found.column("vx_form_answer", "question_code") == [
        "was_the_child_seen",
        "where_i_live_my_view",
        "what_is_the_young_person_s_view",
    ]
    assert found.column("vx_form_answer", "answer_code") == ["yes", None, "declined"]
    assert found.column("vx_form_answer", "instrument") == ["record_of_visit"] * 3
    assert found.column("vx_form_answer", "question_text")[1] == "(Where I live) My view"
    (said,) = found.rows["vx_expression"]
    assert (said["person_id"], said["text"]) == ("C1", "I like my room")
    (silent,) = found.rows["vx_not_captured"]
    assert (silent["person_id"], silent["reason"]) == ("C2", "declined")
    assert silent["opportunity_type"] == "CLA_VISIT_YEAR1"


def test_a_question_without_an_answer_is_named_not_lost(tmp_path: Path) -> None:
    row = "F3,C3,Record of visit,3,My view,,03/02/2026,W1\n"
    found = map_text(tmp_path, shipped("case_form_answers"), FORM + row)
    assert found.malformed["rows no table takes"] == (5,)


def test_practice_examples_leave_the_total_out_and_say_so(tmp_path: Path) -> None:
    found = map_text(
        tmp_path,
        shipped("practice_examples"),
        "Reference,Title,Approach,Stage,Practice,Whose voice,Started,Status\n"
        '1,Letters in plain words,Both,Sharing,4,"Young people, Dragons",01/02/2026,Pilot\n'
        ",Total,,,,,,1\n",
    )
    (example,) = found.rows["vx_practice_example"]
    assert (example["approach"], example["stage"], example["status"]) == (
        "hybrid",
        "share",
        "trial",
    )
    assert (example["framework_practice"], example["voice_owner"]) == (
        "CIP-4",
        "young_person;Dragons",
    )
    assert ("Title (1 rows)", "left_out") in found.drift
    assert found.broken == []
    assert "rows no table takes" not in found.malformed


def test_the_five_questions_of_the_ssd_are_form_answers(tmp_path: Path) -> None:
    found = map_text(
        tmp_path,
        shipped("ssd_voice_questions"),
        "voch_table_id,voch_person_id,voch_explained_worries,voch_story_help_understand,"
        "voch_agree_worker,voch_plan_safe,voch_tablet_help_explain\n"
        "V1,C1,Y,N,,y,PLACEHOLDER_DATA\n",
        "ssd_voice_of_child.csv",
    )
    codes = dict(
        zip(
            found.column("vx_form_answer", "question_code"),
            found.column("vx_form_answer", "answer_code"),
            strict=True,
        )
    )
    assert codes == {
        "explained_worries": "yes",
        "story_help_understand": "no",
        "plan_safe": "yes",
        "tablet_help_explain": "PLACEHOLDER_DATA",
    }
    assert set(found.column("vx_form_answer", "answered_on")) == {None}
    assert "ssd_voice_questions:V1/plan_safe" in found.column("vx_form_answer", "answer_id")
    wordings = found.column("vx_form_answer", "question_text")
    assert "Do you think the plan tells everyone what they need to do to keep you safe?" in wordings
