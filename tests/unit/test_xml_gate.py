"""The XML gate: bytes that are no census, and files that attack their reader."""

import gzip
import time
import zipfile
from pathlib import Path

import duckdb
import pytest

from orchestration.contracts import load_contracts
from orchestration.ingestion.extracts import Opening, Part
from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.xml_gate import root_name, utf8_blocks
from orchestration.ingestion.xml_reader import open_xml
from tests.support.census_xml import census

CENSUS = load_contracts()["cin_census"]
SECRET = "zq-secret-of-the-machine"


def opened(folder: Path, content: bytes, block: int = 1 << 16) -> list[Part]:
    path = folder / "delivered"
    path.write_bytes(content)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    with duckdb.connect() as con:
        return open_xml(Opening(con, CENSUS, "census.xml", path, scratch, 2027), block=block)


def refused(folder: Path, content: bytes, block: int = 1 << 16) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as caught:
        opened(folder, content, block)
    return caught.value


def child(inner: str = "", sex: str = "F") -> str:
    return (
        "<Message><Children><Child><ChildIdentifiers><LAchildID>ZQ1</LAchildID>"
        f"<Sex>{sex}</Sex></ChildIdentifiers>{inner}</Child></Children></Message>"
    )


def bomb(levels: int) -> str:
    """Each entity is ten of the one before."""
    lines = ['<!ENTITY e0 "lol">']
    lines += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels)]
    return f"<!DOCTYPE Message [{''.join(lines)}]>" + child(sex=f"&e{levels - 1};")


@pytest.mark.parametrize(
    "content",
    [
        bomb(10),
        f'<!DOCTYPE Message [<!ENTITY e "{"x" * 50_000}">]>' + child(sex="&e;" * 50_000),
        '<!DOCTYPE Message [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + child(sex="&e;"),
        '<!DOCTYPE Message SYSTEM "http://127.0.0.1:9/census.dtd">' + child(),
        '<!DOCTYPE Message [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>' + child(),
        "<!DOCTYPE Message>" + child(),
    ],
    ids=["billion laughs", "quadratic", "file", "network", "parameter entity", "bare"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-8-sig"])
def test_a_document_type_is_refused_in_any_encoding(
    tmp_path: Path, content: str, encoding: str
) -> None:
    started = time.process_time()
    assert refused(tmp_path, content.encode(encoding)).reason == "DOCUMENT_TYPE"
    assert time.process_time() - started < 5


@pytest.mark.parametrize("block", [1, 2, 3, 5, 8, 13])
def test_a_document_type_cannot_hide_on_the_border_of_two_blocks(
    tmp_path: Path, block: int
) -> None:
    content = ("<!-- -->" + "<!DOCTYPE Message>" + child()).encode()
    assert refused(tmp_path, content, block).reason == "DOCUMENT_TYPE"


def test_an_entity_without_a_document_type_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, child(sex="&e;").encode()).reason == "MALFORMED_XML"


def test_an_inclusion_is_an_unknown_element_and_nothing_is_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    inner = (
        '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" '
        f'href="file://{tmp_path}/secret.txt"/>'
    )
    parts = opened(tmp_path, child(inner).encode())
    assert ("Child/include", "unknown") in parts[0].drift
    written = b"".join(path.read_bytes() for path in (tmp_path / "scratch").iterdir())
    assert b"ZQ1" in written
    assert SECRET.encode() not in written


@pytest.mark.parametrize("levels", [300, 5_000, 200_000])
def test_a_deep_file_is_refused(tmp_path: Path, levels: int) -> None:
    inner = "<a>" * levels + "</a>" * levels
    assert refused(tmp_path, child(inner).encode()).reason == "TOO_DEEP"


def test_a_file_of_ordinary_depth_is_read(tmp_path: Path) -> None:
    inner = "<a>" * 200 + "</a>" * 200
    assert opened(tmp_path, child(inner).encode())[0].label == "children"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" \n", "EMPTY_FILE"),
        (b"PK\x03\x04rest", "MISLABELLED"),
        (b"%PDF-1.7", "MISLABELLED"),
        (gzip.compress(child().encode(), mtime=0), "MISLABELLED"),
        (b"\n<!DOCTYPE html><html></html>", "MISLABELLED"),
        (b"<HTML><body/></HTML>", "MISLABELLED"),
        (b"CHILD,SEX\nZQ1,F\n", "MISLABELLED"),
        (b'{"Message": {}}', "MISLABELLED"),
        (child().encode("utf-32"), "ENCODING"),
        (b'<?xml version="1.0" encoding="cp037"?>' + child().encode(), "ENCODING"),
        (child(sex="caf\xe9").encode("latin-1"), "ENCODING"),
        (child(sex="F\x00").encode(), "NUL_BYTE"),
        (child(sex="F\ufdd4").encode(), "RESERVED_CHARACTER"),
        (child(sex="F&#xFDD5;").encode(), "RESERVED_CHARACTER"),
        (child(sex="F&#064976;").encode(), "RESERVED_CHARACTER"),
        (b"<Register><Child/></Register>", "UNKNOWN_ROOT"),
        (b"<message><Children><Child/></Children></message>", "UNKNOWN_ROOT"),
        (b"<EXPSSDA903><CHILD/></EXPSSDA903>", "UNKNOWN_ROOT"),
        (b"<Message><Children/></Message>", "NO_RECORDS"),
        (b"<Message/>", "NO_RECORDS"),
        (b"<Message><Child/></Message>", "NO_RECORDS"),
        (b"<Message><Children><Kind/></Children></Message>", "NO_RECORDS"),
        (child(sex="F & M").encode(), "MALFORMED_XML"),
        (child(sex="<b>F").encode(), "MALFORMED_XML"),
        (child(sex="\x01").encode(), "MALFORMED_XML"),
        (child().encode() * 2, "MALFORMED_XML"),
        (child("<q:Sex>F</q:Sex>").encode(), "MALFORMED_XML"),
        (child(sex="F" * 11_000_000).encode(), "CELL_TOO_LONG"),
    ],
)
def test_what_is_no_census_is_refused_by_name(tmp_path: Path, content: bytes, reason: str) -> None:
    assert refused(tmp_path, content).reason == reason


def test_a_workbook_named_xml_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.zip", "w") as archive:
        archive.writestr("[Content_Types].xml", child())
    assert refused(tmp_path, (tmp_path / "book.zip").read_bytes()).reason == "MISLABELLED"


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_file_that_ends_early_is_truncated(tmp_path: Path, kept: float) -> None:
    content = census(40).rstrip().encode()
    assert refused(tmp_path, content[: int(len(content) * kept)]).reason == "TRUNCATED"
    assert refused(tmp_path, content[:-1]).reason == "TRUNCATED"


def test_a_refusal_names_the_line_and_never_the_value(tmp_path: Path) -> None:
    content = census(3) + f"<{SECRET}>"
    refusal = refused(tmp_path, content.encode())
    assert refusal.expected == f"well-formed XML, see line {content.count(chr(10)) + 1}"
    for text in (f"&{SECRET};", f"<{SECRET}", f"<b {SECRET}={SECRET}>", f"</{SECRET}>"):
        refusal = refused(tmp_path, child(sex=text).encode())
        assert SECRET not in str(refusal)
        assert refusal.__cause__ is None


def test_a_record_that_never_ends_stops_the_reader(tmp_path: Path) -> None:
    inner = "<CINdetails></CINdetails>" * 700_000
    assert refused(tmp_path, child(inner).encode()).reason == "RECORD_TOO_LARGE"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("utf-16", "utf-8"),
        ("utf-16", "utf-16-be"),
        ("windows-1252", "cp1252"),
        ("ISO-8859-1", "latin-1"),
    ],
)
@pytest.mark.parametrize("block", [1, 7, 1 << 16])
def test_known_encodings_become_utf_8(
    tmp_path: Path, declared: str, encoding: str, block: int
) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + child(sex="caf\xe9")
    path = tmp_path / "delivered"
    path.write_bytes(text.encode(encoding))
    assert b"".join(utf8_blocks(path, block)).decode() == text


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<Message>", "Message"),
        (b'<?xml version="1.0"?>\n<!-- <Other> -->\n<c:Message a="b">', "Message"),
        (b"<Message/>", "Message"),
        (b"<!-- not closed ", None),
    ],
)
def test_the_root_is_known_from_the_first_bytes(head: bytes, name: str | None) -> None:
    assert root_name(head) == name
