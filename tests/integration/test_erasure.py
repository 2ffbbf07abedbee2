"""Somebody who is erased is in no file, no row and no release, and does not come back."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration import erasing, refresh
from orchestration.erasing import PersonUnknownError, Request, erase, finish_pending
from orchestration.erasure.pending import ErasurePendingError, read_pending
from orchestration.erasure.proof import ErasureIncompleteError
from orchestration.erasure.tombstones import (
    PERSON,
    TombstoneError,
    read_tombstones,
    tombstones_path,
)
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.knowing import make_as_known
from orchestration.rebuilding import rebuild
from orchestration.refresh import Outcome
from orchestration.verification import verify
from tests.support import erasure_site as child
from tests.support.inbox import KEY_HEX, Bench, parse_here

ASKED = Request("330", (child.ID,), "Jo", "right to erasure")
COUNTS = "select source, raw_table, rows_in, rows_loaded, rows_quarantined, rows_duplicate,"
COUNTS += " coalesce(rows_erased, 0) from ledger.delivery_tables where authority_code = '330'"

MERGED = """
create table staging.stg_ssd__identities as
select '330' as authority_code, link_identifier_value as former_person_key,
    link_person_id as person_key, true as is_applied
from raw.ssd_linked_identifiers
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Everything delivered and loaded."""
    folder = tmp_path_factory.mktemp("erasure")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
        parse_here(patch)
        (folder / "inbox").mkdir()
        bench = Bench(folder / "inbox", folder / "home")
        child.deliver_everything(bench)
        bench.ingest()
        with open_warehouse(bench.home) as con:
            # What dbt makes of the links: which former id is whose.
            con.execute("create schema staging")
            con.execute(MERGED)
        yield bench


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """One file of three people."""
    return child.deliver_one_file(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def erased(made: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The child erased, for tests that only look."""
    folder = tmp_path_factory.mktemp("erased") / "site"
    shutil.copytree(made.inbox.parent, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(refresh, "refresh", lambda _settings: Outcome("published", "run"))
        bench = Bench(folder / "inbox", folder / "home")
        erase(child.settings(bench), ASKED)
        yield bench


def test_nothing_of_the_child_is_left_in_any_byte(made: Bench, erased: Bench) -> None:
    before = child.everything_in(made.home)
    for text in child.TEXTS:
        assert text.encode() in before, text
    shutil.rmtree(erased.inbox, ignore_errors=True)
    after = child.everything_in(erased.home)
    # A child with the same id in another authority is another child, and stays.
    theirs = child.SSD["ssd_person.csv"].replace(child.NAME, "Somebody").encode()
    assert after.count(theirs) == 1
    after = after.replace(theirs, b"")
    for text in child.TEXTS:
        assert text.encode() not in after, text
    for (pseudonym,) in made.rows(
        "select pers_person_id from raw.ssd_person join ledger.deliveries on"
        " _delivery_number = delivery_number where authority_code = '330' and pers_dob ="
        " '2012-01-01'"
    ):
        assert pseudonym.encode() in before
        assert pseudonym.encode() not in after


def test_what_stays_is_as_it_was_delivered(erased: Bench) -> None:
    landed = [path.read_bytes() for path in child.landed_bytes(erased.home)]
    kept = child.SSD["ssd_person.csv"].splitlines(keepends=True)
    assert "".join([kept[0], *kept[2:]]).encode() in landed
    (returned,) = [content for content in landed if b"EXPSSDA903" in content]
    whole = child.as_return([child.SISTER, child.ID, "C1"])
    gone = child.CHILD.format(n=2, child=child.ID).strip().encode()
    assert returned == re.sub(b"<!--.*?-->", b"", whole.replace(gone, b""))
    assert b"" in landed


def test_every_row_is_still_accounted_for(made: Bench, erased: Bench) -> None:
    before = {row[:2]: row[2:] for row in made.rows(COUNTS)}
    after = {row[:2]: row[2:] for row in erased.rows(COUNTS)}
    assert before.keys() == after.keys()
    for place, (rows_in, loaded, quarantined, duplicate, gone) in after.items():
        assert rows_in == loaded + quarantined + duplicate + gone
        assert rows_in == before[place][0], place
    assert {table: counts[-1] for (_, table), counts in after.items() if counts[-1]} == {
        "ssd_person": 1,
        "ssd_linked_identifiers": 1,
        "ssd_cin_assessments": 2,
        "ssd_assessment_factors": 2,
        "ssd_disability": 2,
        "vx_expression": 1,
        "vx_reply": 1,
        "vx_feedback": 1,
        "ssda903_header": 1,
        "ssda903_reviews": 1,
        "annex_a_contacts": 1,
    }


def test_other_children_are_as_they_were(made: Bench, erased: Bench) -> None:
    query = (
        "select * exclude (_delivery_number, _file_number, _row_number) from raw.{} order by all"
    )
    with (
        open_warehouse(made.home, read_only=True) as before,
        open_warehouse(erased.home, read_only=True) as after,
    ):
        for (table,) in before.execute(
            "select table_name from duckdb_tables()"
            " where schema_name = 'raw' and estimated_size > 0"
        ).fetchall():
            known = before.execute(query.format(table)).fetchall()
            left = after.execute(query.format(table)).fetchall()
            assert [row for row in known if row in left] == left, table


def test_verify_and_rebuild_agree(erased: Bench) -> None:
    assert verify(erased.home).damages == ()
    stones = tombstones_path(erased.home)
    whole = stones.read_text()
    stones.write_text(whole.replace("person", "persom"))
    assert [damage.rule for damage in verify(erased.home).damages] == ["CHANGED"]
    stones.write_text(whole)
    again = rebuild(child.settings(erased))
    assert again.raw_before == again.raw_after


def test_what_is_delivered_again_is_filtered(erased: Bench) -> None:
    before = sorted(path.name for path in child.landed_bytes(erased.home)), erased.rows(COUNTS)
    child.deliver_everything(erased)
    assert {load.state for load in erased.ingest().loads} == {"duplicate"}
    assert (sorted(path.name for path in child.landed_bytes(erased.home)), erased.rows(COUNTS)) == (
        before
    )


def test_the_certificate_names_nobody_and_a_new_delivery_loads_without_the_child(
    erased: Bench,
) -> None:
    (path,) = (erased.home / "erasures").glob("E-*.json")
    told = json.loads(path.read_text())
    assert (told["asked_by"], told["reason"], told["authority_code"]) == (
        "Jo",
        "right to erasure",
        "330",
    )
    assert told["rows_erased"]["ssd/ssd_cin_assessments"] == 2
    assert (told["landed_files_rewritten"], told["landed_files_emptied"]) == (11, 1)
    assert told["searched_texts"] > 5
    written = path.read_text() + tombstones_path(erased.home).read_text()
    assert child.ID not in written
    assert child.ID not in repr(ASKED)
    assert read_pending(erased.home) is None
    person = child.SSD["ssd_person.csv"].replace("C1,Ann", "C2,Ben")
    factors = "cinf_table_id,cinf_assessment_id,cinf_assessment_factors_json\nF9,A1,[]\nF8,A2,[]\n"
    erased.deliver(
        "330/ssd/2026-09-30", {"ssd_person.csv": person, "ssd_assessment_factors.csv": factors}
    )
    erased.deliver(
        "330/complaints_and_compliments/2026-09-30", {"complaints.csv": child.COMPLAINTS}
    )
    erased.ingest()
    found = {row[1]: row[2:] for row in erased.rows(f"{COUNTS} and as_of = '2026-09-30'")}
    assert found == {
        "ssd_person": (3, 2, 0, 0, 1),
        "ssd_assessment_factors": (2, 1, 0, 0, 1),
        "vx_feedback": (2, 1, 0, 0, 1),
    }
    stays = child.SSD["ssd_person.csv"].replace(child.NAME, "Somebody").encode()
    left = child.everything_in(erased.home).replace(stays, b"")
    assert child.ID.encode() not in left
    assert verify(erased.home).damages == ()


class KilledError(Exception):
    """The plug was pulled."""


@pytest.mark.parametrize("step", ["clean_landing", "rebuild"])
def test_an_erasure_that_was_killed_is_finished_and_never_said_to_be_done(
    small: Bench, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def pull(*_: object) -> None:
        raise KilledError

    # What was exported for the sender holds rows as they were delivered.
    exported = small.home / "quarantine/330/ssd/2026-06-30/rows_to_send_back/01.csv"
    exported.parent.mkdir(parents=True)
    exported.write_text(child.NAME)
    with monkeypatch.context() as patch:
        patch.setattr(erasing, step, pull)
        with pytest.raises(KilledError):
            erase(child.settings(small), ASKED)
    assert not list((small.home / "erasures").glob("E-*.json"))
    with pytest.raises(ErasurePendingError, match="not finished"):
        small.ingest()
    # Nor may a copy of the past keep somebody who is on their way out.
    with pytest.raises(ErasurePendingError):
        make_as_known(child.settings(small), datetime.now(UTC), small.inbox.parent / "past")
    done = finish_pending(child.settings(small))
    assert done is not None
    # What the first attempt took out is on the certificate that the second one writes.
    assert (done.files, done.rows) == (1, {"ssd/ssd_person": 1})
    assert child.NAME.encode() not in child.everything_in(small.home)
    assert verify(small.home).damages == ()


def test_an_id_in_a_comment_of_other_peoples_return_goes_with_the_comment(small: Bench) -> None:
    whole = child.as_return([child.SISTER, "C1"])
    told = whole.replace(b"<EXPSSDA903>", f"<EXPSSDA903><!-- without {child.ID} -->".encode())
    small.deliver("330/ssda903/2025-03-31", {"return.xml": told})
    small.ingest()
    before = small.rows("from raw.ssda903_header order by all")
    erase(child.settings(small), ASKED)
    landed = [path.read_bytes() for path in child.landed_bytes(small.home)]
    assert re.sub(b"<!--.*?-->", b"", whole) in landed
    shutil.rmtree(small.inbox)
    assert child.ID.encode() not in child.everything_in(small.home)
    assert small.rows("from raw.ssda903_header order by all") == before


def test_nobody_is_erased_by_a_slip_of_the_pen(small: Bench) -> None:
    with pytest.raises(PersonUnknownError, match="even-if-unknown"):
        erase(child.settings(small), Request("330", ("C9999999",), "Jo", "x"))
    assert not (small.home / "erasures").exists()
    erase(child.settings(small), Request("330", ("C9999999",), "Jo", "x", even_if_unknown=True))
    assert read_tombstones(small.home).count() == 1
    assert small.rows("select count(*) from raw.ssd_person") == [(3,)]


def test_an_erasure_that_was_not_proved_is_not_certified_by_the_next_run(small: Bench) -> None:
    # Only who gives the id can search for it: a later run knows no more than pseudonyms.
    note = small.home / "note.txt"
    note.write_text(f"call {child.ID}")
    with pytest.raises(ErasureIncompleteError, match=r"note\.txt.*--even-if-unknown"):
        erase(child.settings(small), ASKED)
    assert finish_pending(child.settings(small)) is None
    assert not list((small.home / "erasures").glob("E-*"))
    note.unlink()
    again = Request("330", (child.ID,), "Jo", "right to erasure", even_if_unknown=True)
    assert erase(child.settings(small), again).certificate.is_file()


def test_tombstones_of_another_key_let_nothing_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
    stones = read_tombstones(tmp_path)
    assert stones.add("330", PERSON, [child.ID])
    assert not stones.add("330", PERSON, [f" {child.ID} "])
    stones.save(tmp_path)
    known = read_tombstones(tmp_path)
    assert known.matching("330", PERSON, [child.ID, child.SISTER]) == {child.ID}
    assert known.matching("331", PERSON, [child.ID]) == set()
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", "11" * 32)
    with pytest.raises(TombstoneError, match="another key"):
        read_tombstones(tmp_path)
