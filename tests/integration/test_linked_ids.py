"""Ids that say who somebody was, or is elsewhere: what of them loads, and as what."""

from pathlib import Path

import pytest

from orchestration.privacy.keys import derive_key
from orchestration.privacy.pseudonyms import pseudonym
from tests.support.inbox import KEY_HEX, Bench, make_bench

MASTER = bytes.fromhex(KEY_HEX)
UPN, OTHER_UPN = "A801200001001", "B801200001002"
LINKS = (
    "link_table_id,link_person_id,link_identifier_type,link_identifier_value\n"
    "1,100, Former Person ID ,90\n"
    "2,100,NHS Number,9434765919\n"
    "3,100,Case Number,91\n"
    "4,100,,92\n"
)
PEOPLE = (
    "pers_person_id,pers_sex,pers_upn\n"
    f"100,F,{UPN.lower()}\n"
    "101,F,UN1\n"
    "102,M,not a number\n"
    f"103,M, {OTHER_UPN} \n"
    "104,M,\n"
)
HEADER = f"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n7,F,01/04/2012,WBRI,{UPN},,\n"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.delenv("HEARD_LINK_AUTHORITIES", raising=False)
    return make_bench(tmp_path, monkeypatch)


def linkage(upn: str) -> str:
    return pseudonym(upn, derive_key(MASTER, "linkage", "national"))


def deliver_people(bench: Bench) -> None:
    bench.deliver("330/ssd/2026-09-30", {"ssd_person.csv": PEOPLE})
    bench.deliver("331/ssda903/2026-03-31", {"header.csv": HEADER})
    bench.ingest()


def upns(bench: Bench) -> dict[str, str | None]:
    persons = bench.rows("select _row_number, pers_upn from raw.ssd_person")
    found = {f"ssd {number}": upn for number, upn in persons}
    return found | {"903": bench.rows("select upn from raw.ssda903_header")[0][0]}


def test_only_a_former_person_id_loads_and_as_the_pseudonym_of_that_person(bench: Bench) -> None:
    bench.deliver("330/ssd/2026-09-30", {"ssd_linked_identifiers.csv": LINKS})
    bench.ingest()
    key = derive_key(MASTER, "person", "330")
    assert bench.rows(
        "select link_table_id, link_person_id, link_identifier_value"
        " from raw.ssd_linked_identifiers order by link_table_id"
    ) == [
        ("1", pseudonym("100", key), pseudonym("90", key)),
        ("2", pseudonym("100", key), None),
        ("3", pseudonym("100", key), None),
        ("4", pseudonym("100", key), None),
    ]


def test_links_without_a_type_load_no_id_at_all(bench: Bench) -> None:
    bare = "link_table_id,link_person_id,link_identifier_value\n1,100,90\n"
    bench.deliver("330/ssd/2026-09-30", {"ssd_linked_identifiers.csv": bare})
    bench.ingest()
    assert bench.rows("select link_identifier_value from raw.ssd_linked_identifiers") == [(None,)]


def test_an_empty_table_of_links_is_an_extract_that_takes_every_link_back(bench: Bench) -> None:
    bench.deliver("330/ssd/2026-08-31", {"ssd_linked_identifiers.csv": LINKS})
    bench.deliver(
        "330/ssd/2026-09-30", {"ssd_linked_identifiers.csv": LINKS.splitlines()[0] + "\n"}
    )
    bench.ingest()
    assert bench.rows(
        "select cast(as_of as varchar), rows_loaded from ledger.delivery_tables"
        " where raw_table = 'ssd_linked_identifiers' order by all"
    ) == [("2026-08-31", 4), ("2026-09-30", 0)]


def test_without_the_setting_no_pupil_number_loads_in_any_form(bench: Bench) -> None:
    deliver_people(bench)
    assert set(upns(bench).values()) == {None}
    assert len(upns(bench)) == 6


def test_with_the_setting_one_child_has_one_linkage_key_in_every_authority(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_LINK_AUTHORITIES", "yes")
    deliver_people(bench)
    # UN1 and its like mean that nobody knows; they would make one child of thousands.
    assert upns(bench) == {
        "ssd 2": linkage(UPN),
        "ssd 3": None,
        "ssd 4": None,
        "ssd 5": linkage(OTHER_UPN),
        "ssd 6": None,
        "903": linkage(UPN),
    }


def test_switching_the_setting_reads_known_deliveries_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_people(bench)
    monkeypatch.setenv("HEARD_LINK_AUTHORITIES", "yes")
    bench.ingest()
    assert sum(upn is not None for upn in upns(bench).values()) == 3
    monkeypatch.setenv("HEARD_LINK_AUTHORITIES", "no")
    bench.ingest()
    assert set(upns(bench).values()) == {None}


def test_a_linkage_key_is_not_the_pseudonym_of_a_person() -> None:
    keys = {derive_key(MASTER, "person", "330"), derive_key(MASTER, "linkage", "330")}
    assert all(pseudonym(UPN, key) != linkage(UPN) for key in keys)
