"""A delivery with a manifest is complete when what it names is there, and not by the clock."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.contracts import load_contracts
from orchestration.ingestion.inbox import find_deliveries
from orchestration.ingestion.inbox_manifest import BadManifestError, Promise, read_promises
from orchestration.ingestion.landing import OtherBytesError, land_delivery
from orchestration.ingestion.results import InboxFile, InboxListing

CONTRACTS = load_contracts()
LABEL = "330/ssd/2026-09-30"
# Seventeen bytes.
PERSONS = "pers_person_id\n1\n"
HEADER = "file_name,bytes\n"


def put(inbox: Path, **files: str | bytes) -> Path:
    """Write files of the delivery, all of them this very moment; `_csv` stands for `.csv`."""
    folder = inbox / LABEL
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        whole = content.encode() if isinstance(content, str) else content
        (folder / name.replace("_csv", ".csv")).write_bytes(whole)
    return folder


def listing(inbox: Path, settle: float = 3_600) -> InboxListing:
    return find_deliveries(inbox, CONTRACTS, settle)


def told(found: InboxListing) -> list[tuple[str, str, str]]:
    return [(each.path, each.reason, each.detail) for each in found.ignored]


def promises(folder: Path, content: str | bytes) -> tuple[Promise, ...]:
    path = folder / "manifest.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = path.stat()
    return read_promises([InboxFile(path.name, path, found.st_size, found.st_mtime_ns)])


def test_what_the_manifest_names_is_taken_at_once_and_the_manifest_is_no_extract(
    tmp_path: Path,
) -> None:
    put(tmp_path, person_csv=PERSONS, manifest_csv=f"{HEADER}person.csv,17\n")
    (delivery,) = listing(tmp_path).deliveries
    assert [file.name for file in delivery.files] == ["person.csv"]
    assert listing(tmp_path).ignored == ()


def test_without_a_manifest_the_settle_time_decides_as_before(tmp_path: Path) -> None:
    put(tmp_path, person_csv=PERSONS)
    assert told(listing(tmp_path)) == [(LABEL, "NOT_SETTLED", "")]


def test_a_delivery_waits_for_each_byte_and_each_file_that_its_manifest_names(
    tmp_path: Path,
) -> None:
    manifest = f"{HEADER}person.csv,17\nfamily.csv,1200\nvisits.csv,9\n"
    put(tmp_path, person_csv=PERSONS, family_csv="x" * 100, manifest_csv=manifest)
    found = listing(tmp_path, settle=0)
    assert found.deliveries == ()
    assert told(found) == [
        (LABEL, "WAITS_FOR_FILES", "family.csv has 100 of 1,200 bytes"),
        (LABEL, "WAITS_FOR_FILES", "visits.csv is not there"),
    ]
    put(tmp_path, family_csv="x" * 1200, visits_csv="x" * 9)
    assert len(listing(tmp_path).deliveries) == 1


def test_a_name_spelt_otherwise_shows_on_both_sides(tmp_path: Path) -> None:
    put(tmp_path, Person_csv=PERSONS, manifest_csv=f"{HEADER}person.csv,17\n")
    assert told(listing(tmp_path)) == [
        (LABEL, "WAITS_FOR_FILES", "person.csv is not there"),
        (f"{LABEL}/Person.csv", "NOT_IN_MANIFEST", ""),
    ]


def test_a_file_that_is_not_named_is_left_out_once_the_folder_has_settled(tmp_path: Path) -> None:
    folder = put(
        tmp_path, person_csv=PERSONS, notes_csv="x", manifest_csv=f"{HEADER}person.csv,17\n"
    )
    assert told(listing(tmp_path)) == [(LABEL, "NOT_SETTLED", "")]
    for path in folder.iterdir():
        os.utime(path, (1_000, 1_000))
    found = listing(tmp_path)
    assert [file.name for file in found.deliveries[0].files] == ["person.csv"]
    assert told(found) == [(f"{LABEL}/notes.csv", "NOT_IN_MANIFEST", "")]
    assert found.deliveries[0].ignored == found.ignored


def test_a_delivery_is_as_new_as_its_manifest(tmp_path: Path) -> None:
    folder = put(tmp_path / "in", person_csv=PERSONS, manifest_csv=f"{HEADER}person.csv,17\n")
    os.utime(folder / "person.csv", (1_000, 1_000))
    os.utime(folder / "manifest.csv", (2_000, 2_000))
    (delivery,) = listing(tmp_path / "in").deliveries
    landed = land_delivery(tmp_path / "home", delivery, CONTRACTS["ssd"])
    assert landed.delivered_at.timestamp() == 2_000


def test_a_promised_count_is_part_of_what_a_delivery_is_and_a_byte_count_is_not(
    tmp_path: Path,
) -> None:
    ids = {}
    for name, rows in (("none", None), ("blank", ""), ("one", "1"), ("two", "2")):
        header = HEADER if rows is None else "file_name,bytes,rows\n"
        row = "person.csv,17" + ("" if rows is None else f",{rows}")
        put(tmp_path / name, person_csv=PERSONS, manifest_csv=f"{header}{row}\n")
        (delivery,) = listing(tmp_path / name).deliveries
        ids[name] = land_delivery(tmp_path / "home", delivery, CONTRACTS["ssd"]).delivery_id
    assert ids["none"] == ids["blank"]
    assert len(set(ids.values())) == 3


def test_bytes_of_another_hash_are_not_even_copied(tmp_path: Path) -> None:
    # The right size from the start: so do some programs copy over a network.
    right = hashlib.sha256(PERSONS.encode()).hexdigest()
    manifest = f"file_name,bytes,sha256\nperson.csv,17,{right.upper()}\n"
    put(tmp_path / "in", person_csv="\0" * 17, manifest_csv=manifest)
    (delivery,) = listing(tmp_path / "in").deliveries
    with pytest.raises(OtherBytesError, match=r"person\.csv has another sha256"):
        land_delivery(tmp_path / "home", delivery, CONTRACTS["ssd"])
    assert list((tmp_path / "home" / "landing").iterdir()) == []
    put(tmp_path / "in", person_csv=PERSONS)
    (delivery,) = listing(tmp_path / "in").deliveries
    assert land_delivery(tmp_path / "home", delivery, CONTRACTS["ssd"]).files[0].sha256 == right


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("file_name,bytes,rows,sha256\na.csv,5,2,\n", Promise("a.csv", 5, 2)),
        ("bytes,file_name\n5,a.csv\n", Promise("a.csv", 5)),
        ("\ufeffFile_Name , BYTES\r\n a.csv , 5 \r\n\r\n", Promise("a.csv", 5)),
        (f'"file_name","bytes","sha256"\n"a, b.csv","5","{"0F" * 32}"\n', None),
        ("file_name,bytes,rows\nRéviews (1).xlsx,5,\n", Promise("Réviews (1).xlsx", 5)),
    ],
)
def test_a_manifest_is_read_whatever_program_wrote_it(
    tmp_path: Path, content: str, expected: Promise | None
) -> None:
    expected = expected or Promise("a, b.csv", 5, None, "0f" * 32)
    assert promises(tmp_path, content) == (expected,)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "manifest.csv, row 1, column file_name: expected this column"),
        ("file_name\na.csv\n", "manifest.csv, row 1, column bytes: expected this column"),
        (
            "file_name,bytes,row\na.csv,5,1\n",
            "row 1: expected file_name, bytes, rows, sha256, each",
        ),
        ("file_name,bytes,bytes\na.csv,5,5\n", "once; cell 3 is another"),
        (HEADER, "manifest.csv: it names no file"),
        ("file_name,bytes\na.csv,5\nb.csv,1", "manifest.csv: the last line has no end"),
        (f"{HEADER}a.csv,5\nb.csv\n", "manifest.csv, row 3: expected 2 cells, as in row 1"),
        (
            f"{HEADER}a.csv,5\n\na.csv,5\n",
            "row 4, column file_name: the file is named twice",
        ),
        (f"{HEADER}a.csv,-5\n", "row 2, column bytes: expected a whole number"),
        (f'{HEADER}a.csv,"5,000"\n', "row 2, column bytes: expected a whole number"),
        (f"{HEADER}a.csv,\u0665\n", "row 2, column bytes: expected a whole number"),
        (f"{HEADER}a.csv,{'9' * 400}\n", "row 2, column bytes: expected a whole number"),
        ("file_name,bytes,rows\na.csv,5,-1\n", "row 2, column rows: expected a whole number"),
        ("file_name,bytes,rows\na.csv,5,2.0\n", "row 2, column rows: expected a whole number"),
        ("file_name,bytes,rows\na.txt,5,2\n", "row 2, column rows: expected blank"),
        ("file_name,bytes,sha256\na.csv,5,abc\n", "row 2, column sha256: expected 64"),
        (f"{HEADER}../a.csv,5\n", "row 2, column file_name: expected the name of a file"),
        (f"{HEADER}..\\a.csv,5\n", "row 2, column file_name: expected the name of a file"),
        (f"{HEADER}/etc/passwd,5\n", "row 2, column file_name: expected the name of a file"),
        (f"{HEADER},5\n", "row 2, column file_name: expected the name of a file"),
        (f"{HEADER}.a.csv,5\n", "row 2, column file_name: expected the name of a file"),
        (f"{HEADER}Manifest.csv,5\n", "row 2, column file_name: expected the name of a file"),
        (f'{HEADER}"a\nb.csv",5\n', "row 2, column file_name: expected the name of a file"),
        (f"{HEADER}a\x1b[2J.csv,5\n", "row 2, column file_name: expected the name of a file"),
        (f"{HEADER}a\u202evsc.csv,5\n", "row 2, column file_name: expected the name of a file"),
        (f"{HEADER}{'a' * 256},5\n", "row 2, column file_name: expected the name of a file"),
        (f'{HEADER}"a"b.csv,5\n', "row 2: expected cells set apart by commas"),
        (f'{HEADER}"a.csv,5\n', "manifest.csv, row 2: expected cells set apart by commas"),
        ("file_name;bytes\na.csv;5\n", "row 1: expected file_name, bytes, rows, sha256"),
        ("a.csv,5\n", "row 1: expected file_name, bytes, rows, sha256, each once; cell 1 is"),
        (HEADER.encode("utf-16"), "manifest.csv: expected UTF-8 text"),
        (HEADER.encode() + b"a\0.csv,5\n", "manifest.csv: expected text without NUL bytes"),
        (b"PK\x03\x04\xff\xfe", "manifest.csv: expected UTF-8 text"),
        (HEADER + "x" * (1 << 20), "manifest.csv: expected at most 1 MB"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_told_by_row_and_column_and_no_value(
    tmp_path: Path, content: str | bytes, expected: str
) -> None:
    with pytest.raises(BadManifestError) as caught:
        promises(tmp_path, content)
    assert expected in str(caught.value)
    for value in ("passwd", "a.csv", "b.csv", "abc", "\x1b", "\u202e"):
        assert value not in str(caught.value)


def test_a_delivery_with_a_bad_manifest_waits_and_the_others_do_not(tmp_path: Path) -> None:
    put(tmp_path, person_csv=PERSONS, manifest_csv=f"{HEADER}person.csv,many\n")
    other = tmp_path / "331/ssd/2026-09-30/ssd_person.csv"
    other.parent.mkdir(parents=True)
    other.write_text(PERSONS)
    found = listing(tmp_path, settle=0)
    assert [delivery.authority_code for delivery in found.deliveries] == ["331"]
    expected = "manifest.csv, row 2, column bytes: expected a whole number of bytes in figures"
    assert told(found) == [(LABEL, "BAD_MANIFEST", expected)]


def test_two_manifests_are_one_too_many(tmp_path: Path) -> None:
    row = f"{HEADER}person.csv,17\n"
    put(tmp_path, person_csv=PERSONS, manifest_csv=row, MANIFEST_csv=row)
    assert told(listing(tmp_path, 0)) == [
        (LABEL, "BAD_MANIFEST", "manifest.csv: there are two of them; keep the right one")
    ]


def test_a_link_is_no_manifest(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(f"{HEADER}person.csv,17\n")
    folder = put(tmp_path / "in", person_csv=PERSONS)
    (folder / "manifest.csv").symlink_to(outside)
    # So the settle time decides, as without one.
    assert told(listing(tmp_path / "in")) == [(LABEL, "NOT_SETTLED", "")]


@given(content=st.binary(max_size=400))
def test_whatever_the_bytes_a_manifest_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        found = promises(folder, HEADER.encode() + content)
    except BadManifestError as error:
        assert str(error).startswith("manifest.csv")
    else:
        assert all("/" not in each.name and each.size >= 0 for each in found)
