"""The gate of workbooks: what is refused from its bytes alone, before any parser sees it."""

import struct
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.header_names import plain_name
from orchestration.ingestion.workbook_gate import Limits, check_workbook, column_place
from tests.support.workbooks import SHEET, members, sheet_xml, text_cells, write_zip

OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PLAIN = members(sheet_xml(text_cells({1: ["Child ID"], 2: ["Zebedee"]})))


def refusal(path: Path, limits: Limits | None = None) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as caught:
        check_workbook(path, limits or Limits())
    return caught.value


def written(folder: Path, content: bytes) -> Path:
    path = folder / "delivered"
    path.write_bytes(content)
    return path


def workbook(folder: Path, **changes: bytes) -> Path:
    """A plain workbook with parts changed or added; `sheet` stands for its worksheet."""
    named = {SHEET if name == "sheet" else name: content for name, content in changes.items()}
    return write_zip(folder / "delivered", PLAIN | named)


def test_a_plain_workbook_passes_and_its_sheet_is_not_far(tmp_path: Path) -> None:
    marks = check_workbook(workbook(tmp_path), Limits())
    assert not marks[SHEET].is_far


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "MISLABELLED", "a web page"),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><Workbook/>", "MISLABELLED", "XML"),
        (b"Child ID,Gender\n1,a\n", "MISLABELLED", "plain text"),
        (b"%PDF-1.7\n", "MISLABELLED", "a PDF"),
        (b"PK\x05\x06" + bytes(18), "MISLABELLED", "an empty zip"),
        (b"\x00\x01\x02\x03", "MISLABELLED", "something else"),
        (OLD_CONTAINER, "OLD_FORMAT", ".xls form"),
        (
            OLD_CONTAINER + "EncryptedPackage".encode("utf-16-le"),
            "PASSWORD_PROTECTED",
            "password-protected",
        ),
    ],
)
def test_what_is_no_workbook_is_refused_with_the_kind_of_thing_it_is(
    tmp_path: Path, content: bytes, reason: str, words: str
) -> None:
    refused = refusal(written(tmp_path, content))
    assert refused.reason == reason
    assert words in refused.expected


def test_another_kind_of_zip_archive_is_mislabelled(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "delivered", {"word/document.xml": b"<w/>"})
    assert refusal(path).reason == "MISLABELLED"


def test_a_password_on_the_archive_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1
    path.write_bytes(content)
    assert refusal(path).reason == "PASSWORD_PROTECTED"


def test_a_part_that_unpacks_to_a_thousand_times_its_size_is_a_bomb(tmp_path: Path) -> None:
    path = workbook(tmp_path, sheet=b" " * (3 << 20))
    assert path.stat().st_size < 10_000
    assert refusal(path).reason == "ZIP_BOMB"


def test_a_small_part_may_pack_as_well_as_it_likes(tmp_path: Path) -> None:
    path = workbook(tmp_path, sheet=PLAIN[SHEET] + b" " * (900 << 10))
    assert SHEET in check_workbook(path, Limits())


def test_parts_are_summed_while_they_are_unpacked(tmp_path: Path) -> None:
    half = b"".join(b"%07d\n" % number for number in range(40_000))
    path = workbook(tmp_path, **{"xl/a.xml": half, "xl/b.xml": half})
    together = sum(map(len, PLAIN.values())) + 2 * len(half)
    assert check_workbook(path, Limits(unpacked_bytes=together))
    assert refusal(path, Limits(unpacked_bytes=together - 1)).reason == "TOO_LARGE"


def test_a_part_longer_than_it_claims_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    content = path.read_bytes()
    true, claimed = struct.pack("<I", len(PLAIN[SHEET])), struct.pack("<I", 10)
    assert true in content
    path.write_bytes(content.replace(true, claimed))
    assert refusal(path).reason == "CHECKSUM"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_byte_of_a_part_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    path = write_zip(tmp_path / "delivered", PLAIN, ZIP_STORED)
    content = bytearray(path.read_bytes())
    start = content.index(PLAIN[SHEET])
    place = data.draw(st.integers(start, start + len(PLAIN[SHEET]) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert refusal(path).reason in ("CHECKSUM", "DOCUMENT_TYPE", "ENCODING")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_workbook_cut_off_anywhere_is_truncated(tmp_path: Path, share: float) -> None:
    path = workbook(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert refusal(path).reason == "TRUNCATED"


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "xl/../../escape.xml", "xl\\..\\..\\escape.xml", "C:/escape.xml"]
)
def test_a_part_that_points_outside_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(workbook(tmp_path, **{name: b"<x/>"})).reason == "UNSAFE_NAMES"


def test_a_part_that_comes_twice_is_refused(tmp_path: Path) -> None:
    # Two readers could each take another of the two.
    assert refusal(workbook(tmp_path, **{SHEET.upper(): b"<x/>"})).reason == "UNSAFE_NAMES"


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path)
    assert check_workbook(path, Limits(parts=len(PLAIN)))
    assert refusal(path, Limits(parts=len(PLAIN) - 1)).reason == "TOO_MANY_PARTS"


@pytest.mark.parametrize(
    "mark", [b"<!DOCTYPE x>", b'<!ENTITY a "b">', b'<!DOCTYPE x SYSTEM "http://example.org/x">']
)
def test_document_types_and_entities_are_refused_in_every_part(tmp_path: Path, mark: bytes) -> None:
    for part in PLAIN:
        path = workbook(tmp_path, **{part: mark + PLAIN[part]})
        assert refusal(path).reason == "DOCUMENT_TYPE"


@pytest.mark.parametrize("before", range(8))
def test_a_document_type_across_two_pieces_is_found(tmp_path: Path, before: int) -> None:
    # The parts are looked through in pieces of 1 MiB.
    content = b"<" + b"x" * ((1 << 20) - 1 - before) + b"<!DOCTYPE x>"
    path = write_zip(tmp_path / "delivered", PLAIN | {SHEET: content}, ZIP_STORED)
    assert refusal(path).reason == "DOCUMENT_TYPE"


def test_a_part_that_hides_its_document_type_in_utf_16_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, sheet="<!DOCTYPE x><x/>".encode("utf-16"))
    assert refusal(path).reason == "ENCODING"


def test_a_picture_may_hold_any_bytes(tmp_path: Path) -> None:
    assert check_workbook(workbook(tmp_path, **{"xl/media/a.png": b"\xff\xfe<!DOCTYPE"}), Limits())


def test_cells_are_counted_and_far_ones_are_marked(tmp_path: Path) -> None:
    two = sheet_xml('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>3</v></c></row>')
    far = sheet_xml('<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')
    claimed = sheet_xml("", before='<dimension ref="A1:XFD1048576"/>')
    path = write_zip(tmp_path / "delivered", members(two, far, claimed))
    marks = check_workbook(path, Limits())
    assert [marks[f"xl/worksheets/sheet{n}.xml"].cells for n in (1, 2, 3)] == [2, 1, 0]
    assert [marks[f"xl/worksheets/sheet{n}.xml"].is_far for n in (1, 2, 3)] == [0, 1, 1]


def test_no_refusal_repeats_what_a_cell_holds(tmp_path: Path) -> None:
    broken = bytearray(write_zip(tmp_path / "whole", PLAIN, ZIP_STORED).read_bytes())
    broken[broken.index(b"Zebedee")] ^= 1
    assert "ebedee" not in str(refusal(written(tmp_path, bytes(broken))))


def test_columns_count_as_excel_counts_them() -> None:
    assert [column_place(letters) for letters in ("A", "Z", "AA", "XFD")] == [0, 25, 26, 16_383]


@given(st.text(alphabet="abc XYZ019", min_size=1))
def test_a_header_means_the_same_in_any_case_and_punctuation(name: str) -> None:
    noisy = f"\u00a0{name.upper()}?".replace(" ", " /\n\u00a0 ")
    assert plain_name(noisy) == plain_name(name)


def test_an_apostrophe_of_any_shape_or_none_is_the_same_header() -> None:
    shapes = ("Child's Need", "Child\u2019s Need", "CHILDS  NEED", "Child`s need")
    assert {plain_name(shape) for shape in shapes} == {"childs need"}


def test_an_archive_of_the_tests_is_one_that_others_can_read(tmp_path: Path) -> None:
    with ZipFile(workbook(tmp_path)) as archive:
        assert archive.testzip() is None


def test_cells_are_counted_once_however_the_pieces_of_a_part_fall(tmp_path: Path) -> None:
    """A part is unpacked in pieces of a mebibyte; some end inside the end of a cell."""
    cells = '<c r="A1"><v>1</v></c>' * 200_000
    path = write_zip(tmp_path / "delivered", members(sheet_xml(cells)))
    assert check_workbook(path, Limits(ratio=10_000))[SHEET].cells == 200_000
