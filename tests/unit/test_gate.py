"""The gate and the header: what is refused as a whole, and how a column is found."""

from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import load_contracts
from orchestration.ingestion import gate
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.gate import (
    FileRefusedError,
    check_size,
    check_text,
    may_end_empty,
)
from orchestration.ingestion.matching import Drift, match_header, table_by_name
from orchestration.ingestion.readers import open_parts

SSD = load_contracts()["ssd"]
RETURN = load_contracts()["ssda903"]


def text_file(folder: Path, content: bytes) -> Path:
    path = folder / "delivered"
    path.write_bytes(content)
    return path


def reason(path: Path, name: str = "ssd_person.csv") -> str:
    with duckdb.connect() as con, pytest.raises(FileRefusedError) as caught:
        open_parts(Opening(con, SSD, name, path, path.parent, 2031))
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "EMPTY_FILE"),
        (b"\xef\xbb\xbf", "NO_HEADER"),
        (b"\n\n", "NO_HEADER"),
        ("pers_person_id,pers_sex\nC1,café\n".encode("cp1252"), "ENCODING"),
        ("pers_person_id\nC1\n".encode("utf-16"), "ENCODING"),
        ("pers_person_id\nC1\n".encode("utf-16-be"), "NUL_BYTE"),
        (b"pers_person_id\nC1\xe2\x82", "ENCODING"),
        (b"pers_person_id\nC\x001\n", "NUL_BYTE"),
        (b'pers_person_id,"pers_sex\nC1,F\n', "TRUNCATED"),
    ],
)
def test_bytes_that_are_not_a_text_table_are_refused(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    assert reason(text_file(tmp_path, content)) == expected


def test_a_file_without_a_reader_is_refused(tmp_path: Path) -> None:
    assert reason(text_file(tmp_path, b"hello"), "notes.docx") == "UNKNOWN_FORMAT"


def test_a_parquet_file_that_is_cut_is_refused(tmp_path: Path) -> None:
    assert reason(text_file(tmp_path, b"PAR1\x00\x00"), "ssd_person.parquet") == "UNREADABLE"


def test_a_file_larger_than_any_extract_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_MAX_FILE_BYTES", "10")
    with pytest.raises(FileRefusedError, match="TOO_LARGE"):
        check_size(text_file(tmp_path, b"pers_person_id\n"))


@pytest.mark.parametrize("chunk", [1, 2, 3, 64])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        *((b"a\n\nb\n", True), (b"a\r\n\r\nb", True), (b"a\r\rb", True), (b"a\nb\r\nc\n", False)),
        *((b"a,\r\nb,c", True), (b'a,""\nb,c', True), (b"a,b\nc,", True), (b'a,b\nc,""', True)),
        *((b'a,"b"\n,c\n', False), (b'a,"b,"\n', False)),
    ],
)
def test_a_line_with_an_empty_end_is_seen_wherever_the_chunks_fall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, expected: bool, chunk: int
) -> None:
    monkeypatch.setattr(gate, "_CHUNK", chunk)
    assert may_end_empty(text_file(tmp_path, content)) is expected


@pytest.mark.parametrize("chunk", [1, 3])
def test_a_letter_of_several_bytes_may_fall_between_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(gate, "_CHUNK", chunk)
    assert check_text(text_file(tmp_path, "a,Łódź,ẹ̀bí\n".encode())).ends_with_newline


def test_the_original_decoding_error_goes_no_further(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError) as caught:
        check_text(text_file(tmp_path, b"Canary\xff"))
    assert caught.value.__cause__ is None
    assert "Canary" not in str(caught.value)


def test_a_file_is_found_by_its_name_in_any_case() -> None:
    table = table_by_name(SSD, "SSD_Person.CSV")
    assert table is not None
    assert table.name == "ssd_person"


def test_a_name_that_no_table_has_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="UNKNOWN_TABLE"):
        table_by_name(SSD, "person.csv")


def test_columns_are_found_by_name_in_any_order_and_case() -> None:
    header = match_header(
        SSD, SSD.table("ssd_disability"), ["DISA_table_id ", "disa_PERSON_id"], 2031
    )
    assert header.places == {"disa_table_id": 0, "disa_person_id": 1}
    assert header.drift == (Drift("disa_disability_code", "missing"),)


def test_an_alias_is_found_and_reported() -> None:
    table = SSD.table("ssd_cin_plans")
    header = match_header(SSD, table, ["cin_plan_id", "cinp_person_id"], 2031)
    assert header.places["cinp_cin_plan_id"] == 0
    assert Drift("cinp_cin_plan_id", "alias") in header.drift


def test_a_columns_own_name_wins_over_its_alias() -> None:
    table = SSD.table("ssd_cin_plans")
    header = match_header(SSD, table, ["cin_plan_id", "cinp_cin_plan_id"], 2031)
    assert header.places["cinp_cin_plan_id"] == 1
    assert Drift("cin_plan_id", "unknown") in header.drift


def test_a_column_that_only_scripts_add_is_not_missed() -> None:
    table = SSD.table("ssd_cla_reviews")
    header = match_header(SSD, table, ["clar_cla_review_id", "clar_cla_id"], 2031)
    assert Drift("clar_cla_review_date", "missing") in header.drift
    assert Drift("clar_cla_person_id", "missing") not in header.drift


def test_an_unknown_header_is_repeated_only_if_it_looks_like_one() -> None:
    cells = ["disa_person_id", "disa_table_id", "Extra column", "Zoë said no; 01/02/2010", ""]
    header = match_header(SSD, SSD.table("ssd_disability"), cells, 2031)
    unknown = [drift.column for drift in header.drift if drift.kind == "unknown"]
    assert unknown == ["Extra column", "column 4", "column 5"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["disa_table_id", "disa_disability_code"], "MISSING_KEY_COLUMN"),
        (["disa_person_id", "disa_table_id", "DISA_PERSON_ID"], "DUPLICATE_COLUMN"),
        (["disa_person_id;disa_table_id;disa_disability_code"], "DIALECT"),
        (["", " "], "NO_HEADER"),
    ],
)
def test_a_header_that_cannot_be_used_is_refused(cells: list[str], expected: str) -> None:
    with pytest.raises(FileRefusedError) as caught:
        match_header(SSD, SSD.table("ssd_disability"), cells, 2031)
    assert caught.value.reason == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("CHILD,DOB,REVIEW,REVIEW_CODE", "reviews"),
        ("review_code,review,dob,child", "reviews"),
        ("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB", "header"),
        ("CHILD,SEX,DOB,DUC", "uasc"),
        ("CHILD,DOB,MISSING,MIS_START,MIS_END", "missing"),
        ("CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED", "placed_adoption"),
        ("CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM", "prev_perm"),
        ("CHILD,DOB,IN_TOUCH,ACTIV,ACCOM", "oc3"),
        ("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", "social_worker"),
        ("CHILD,DOB,DOLO_START,DOLO_END", "dolo"),
        ("CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC", "episodes"),
    ],
)
def test_a_return_is_recognised_by_its_header(cells: str, expected: str) -> None:
    assert match_header(RETURN, None, cells.split(","), 2031).table.name == expected


@pytest.mark.parametrize("cells", ["CHILD,DOB", "CHILD", "NAME,AGE,TOWN", "DOB,REVIEW,REVIEW_CODE"])
def test_a_header_that_could_be_any_table_is_refused(cells: str) -> None:
    with pytest.raises(FileRefusedError, match="UNKNOWN_TABLE"):
        match_header(RETURN, None, cells.split(","), 2031)
