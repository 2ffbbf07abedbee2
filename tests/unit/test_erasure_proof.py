"""An erasure is certified only once nothing of the person is found in any byte."""

import zipfile
from pathlib import Path

import pytest

from orchestration.erasure import search
from orchestration.erasure.proof import ErasureIncompleteError, prove
from orchestration.erasure.search import Sentinel, is_read_whole


def test_a_text_that_is_found_stops_the_certificate(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    wanted = [Sentinel("1234", is_word=True), Sentinel('He said "no" & left')]
    (tmp_path / "logs" / "a.log").write_text("11234 and 12345")
    (tmp_path / "b.xml").write_text("<t>He said &quot;no&quot; &amp; left alone</t>")
    with pytest.raises(ErasureIncompleteError, match=r"1 files still hold.*b\.xml"):
        prove(tmp_path, wanted)
    (tmp_path / "b.xml").unlink()
    assert prove(tmp_path, wanted).files == 1
    assert search.found_in(tmp_path / "logs" / "a.log", [Sentinel("1234")])
    # What somebody else's landed row says as well is no trace of this person.
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "x").write_text("1234")
    (tmp_path / "made.txt").write_text("1234")
    assert prove(tmp_path, wanted).shared == 1


def test_a_member_that_nobody_can_read_hides_no_other_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("first.xml", "nothing " * 50)
        archive.writestr("second.xml", "told by somebody " * 50)
    assert is_read_whole(path)
    damaged = bytearray(path.read_bytes())
    start = damaged.index(b"first.xml") + len("first.xml")
    damaged[start : start + 4] = b"\xff" * 4
    path.write_bytes(damaged)
    assert not is_read_whole(path)
    assert search.found_in(path, [Sentinel("told by somebody")])
    assert prove(tmp_path, [Sentinel("nobody said this")]).unread == 1
