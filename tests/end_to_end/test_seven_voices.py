"""Each of the seven voices, of either kind, goes from what was delivered to what is published."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pytest

from tests.support.command import REPOSITORY, Site, heard_run

# Twenty of everything: a multiple of five stands as it is, whatever the secret offset.
TWENTY = range(20)
YEAR = "period_type = 'year' and period_start = date '2025-04-01'"
SEVEN = {
    "children",
    "young people",
    "parents and carers",
    "practitioners",
    "managers",
    "other professionals",
    "the wider community",
}
Row = Mapping[str, object]


def _owners() -> list[dict[str, str]]:
    with (REPOSITORY / "seeds" / "reference" / "ref_voice_owner_codes.csv").open() as lines:
        return list(csv.DictReader(lines))


OWNERS = [row["voice_owner_code"] for row in _owners()]


def _write(folder: Path, table: str, rows: Sequence[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def _expression(owner: str, kind: str, number: int) -> Row:
    return {
        "expression_id": f"{owner}/{kind}/{number}",
        "voice_owner": owner,
        "voice_kind": kind,
        "expressed_on": "2025-05-01",
        "capture_method": "conversation",
        "directness": "verbatim" if number < 15 else "observed",
        "theme_codes": "school" if number < 10 else "",
    }


def _feedback(owner: str, number: int) -> Row:
    return {
        "feedback_id": f"{owner}/{number}",
        "kind": "comment",
        "made_by": owner,
        "received_on": "2025-05-02",
        "theme_codes": "records_accuracy" if number < 20 else "school",
    }


def _right(owner: str, number: int) -> Row:
    return {
        "request_id": f"{owner}/{number}",
        "kind": "correction",
        "made_by": owner,
        "requested_on": "2025-05-03",
        "completed_on": "2025-05-20",
        "outcome": "accepted" if number < 10 else "refused",
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One authority, one child, and twenty people of each voice who speak in every way."""
    folder = tmp_path_factory.mktemp("voices")
    made = Site(inbox=folder / "inbox", home=folder / "home")
    case = made.inbox / "330" / "ssd" / "2026-06-30"
    person = {"pers_person_id": "P1", "pers_dob": "2014-01-01", "pers_sex": "F"}
    _write(case, "ssd_person", [person])
    episode = {"cine_referral_id": "R1", "cine_person_id": "P1", "cine_referral_date": "2025-04-01"}
    _write(case, "ssd_cin_episodes", [episode])
    voice = made.inbox / "330" / "voice_extension" / "2026-06-30"
    kinds = ("as_information", "about_information")
    said = [_expression(owner, kind, n) for owner in OWNERS for kind in kinds for n in TWENTY]
    _write(voice, "vx_expression", said)
    _write(voice, "vx_feedback", [_feedback(owner, n) for owner in OWNERS for n in range(40)])
    _write(voice, "vx_information_right", [_right(owner, n) for owner in OWNERS for n in TWENTY])
    asked = {"survey": "records", "voice_kind": "about_information", "invited": 40, "responded": 20}
    when = {"opened_on": "2025-05-01", "closed_on": "2025-06-01"}
    waves = [{"wave_id": f"W/{owner}", "audience": owner, **asked, **when} for owner in OWNERS]
    _write(voice, "vx_survey_wave", waves)
    co_design = {"held_on": "2025-05-05", "kind": "co_design", "framework_practice": "CIP-1"}
    changes = {"people": 20, "topic": "A better form", "changes_agreed": 2, "changes_done": 1}
    sessions = [
        {"session_id": f"S/{owner}", "voice_owner": owner, **co_design, **changes}
        for owner in OWNERS
    ]
    _write(voice, "vx_participation_session", sessions)
    replies = [
        {
            "reply_id": f"Y/{owner}",
            "subject_kind": "participation_session",
            "subject_id": f"S/{owner}",
            "replied_on": "2025-06-05",
            "status": "told",
        }
        for owner in OWNERS
    ]
    _write(voice, "vx_reply", replies)
    example = {"example_id": "X1", "title": "A form that all made", "approach": "relational"}
    example |= {"stage": "process", "framework_practice": "CIP-1", "voice_owner": ";".join(OWNERS)}
    _write(voice, "vx_practice_example", [example | {"status": "in_use"}])
    heard_run(made)
    return made


def _published(site: Site, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(site.published), read_only=True) as con:
        return con.execute(query).fetchall()


def test_the_nine_codes_are_the_seven_voices_of_the_framework(site: Site) -> None:
    assert {row["seven_voices"] for row in _owners()} == SEVEN
    labels = _published(
        site, "select code, label from published.code_label where code_list = 'seven_voices'"
    )
    assert {code for code, _ in labels} == set(OWNERS)
    assert {label for _, label in labels} == SEVEN


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize(
    ("kind", "stage", "steps"),
    [
        # Opportunities, voiced, own words, themed, considered, changed, told.
        ("as_information", "not_applicable", (None, 20, 15, 10, 0, 0, 0)),
        ("about_information", "not_applicable", (None, 20, 15, 10, 0, 0, 0)),
        ("about_information", "correction", (20, 20, None, None, 20, 10, 20)),
        ("about_information", "survey", (40, 20, 0, None, 0, 0, 0)),
    ],
)
def test_every_voice_has_its_thread_of_either_kind(
    site: Site, owner: str, kind: str, stage: str, steps: tuple[int | None, ...]
) -> None:
    found = _published(
        site,
        f"""
        select opportunities, voiced, own_words, themed, considered, changed, told
        from published.voice_thread
        where {YEAR} and voice_owner = '{owner}' and voice_kind = '{kind}' and stage = '{stage}'
        """,
    )
    assert found == [steps]


@pytest.mark.parametrize("owner", OWNERS)
def test_every_voice_is_in_feedback_information_rights_and_sessions(site: Site, owner: str) -> None:
    where = f"{YEAR} and voice_owner = '{owner}' and status = 'shown'"
    items = _published(
        site,
        "select source, voice_kind, theme_code, items from published.feedback"
        f" where {where} order by all",
    )
    assert items == [
        ("all", "about_information", "all", 20),
        ("all", "all", "records_accuracy", 20),
        ("all", "all", "school", 20),
        ("all", "as_information", "all", 20),
        ("comment", "all", "all", 40),
    ]
    rights = _published(
        site,
        "select kind, requests, due, in_time, accepted from published.voice_about_information"
        f" where {where}",
    )
    assert rights == [("correction", 20, 20, 20, 10)]
    sessions = _published(
        site,
        "select kind, framework_practice, sessions, people, changes_agreed, changes_done,"
        f" with_topic, told from published.participation where {where}",
    )
    assert sessions == [("co_design", "CIP-1", 1, 20, 2, 1, 1, 1)]


def test_an_example_of_practice_names_every_voice_and_is_evidence_of_its_practice(
    site: Site,
) -> None:
    ((voices,),) = _published(site, "select voice_owner from published.practice_example")
    assert sorted(str(voices).split(";")) == sorted(OWNERS)
    practice = "framework_practice = 'CIP-1' and evidence_kind <> 'indicator' order by all"
    evidence = "select evidence_kind, evidence_id, state, items, status"
    evidence += " from published.framework_evidence where"
    assert _published(site, f"{evidence} {YEAR} and {practice}") == [
        ("practice_example", "none", None, 0, "shown"),
        ("session", "co_design", None, 9, "shown"),
    ]
    # The example has no first day: it is known from the register of 30 June 2026.
    rolling = "period_type = 'rolling_12_months' and period_end = date '2026-06-30'"
    assert _published(site, f"{evidence} {rolling} and {practice}") == [
        ("practice_example", "X1", "in_use", 1, "shown"),
        ("session", "none", None, 0, "shown"),
    ]
