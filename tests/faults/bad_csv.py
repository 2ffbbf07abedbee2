"""Bad text files that no line of the manifest can hold, and files that only pretend to be text.

Belongs here: bytes. Does not belong here: what should become of them (bad_files.yaml).
"""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.faults.texts import CANARY, filled


def _cut_in_a_letter() -> bytes:
    return filled("<H>\nV1,C1,2026-05-01,Y,N,caf").encode() + b"\xc3"


def _mixed_encodings() -> bytes:
    good = filled("<H>\nV1,C1,2026-05-01,Y,N,café\n").encode()
    return good + filled("V2,C2,2026-05-01,Y,N,<C> café\n").encode("cp1252")


def _overlong_utf8() -> bytes:
    return filled("<H>\nV1,C1,2026-05-01,Y,N,<C>").encode() + b"\xc0\xaf\n"


def _surrogates_in_utf8() -> bytes:
    return filled("<H>\nV1,C1,2026-05-01,Y,N,<C>").encode() + b"\xed\xa0\x80\n"


def _three_thousand_columns() -> bytes:
    extra = [f"column_{place}" for place in range(1, 2995)]
    lines = [",".join([filled("<H>"), *extra])]
    lines += [",".join([filled(row), *("x" for _ in extra)]) for row in ("<V1>", "<V2>")]
    return "\n".join([*lines, ""]).encode()


def _cell_of(mebibytes: int) -> bytes:
    long = CANARY * ((mebibytes << 20) // len(CANARY) + 1)
    return filled(f"<H>\n<V1>\nV2,C2,2026-05-02,Y,N,{long}\n").encode()


def _long_header_cell() -> bytes:
    return filled(f"<H>,{'x' * 100_000}\n<V1>,y\n").encode()


def _plain_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ssd_cin_visits.csv", filled("<H>\n<V1>\n"))
    return packed.getvalue()


def _small_pdf() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def _small_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\0")
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def _in_utf16(mark: bytes, encoding: str) -> bytes:
    return mark + filled("<H>\n<V1>\n").encode(encoding)


MAKERS: dict[str, Callable[[], bytes]] = {
    "cut_in_a_letter": _cut_in_a_letter,
    "mixed_encodings": _mixed_encodings,
    "utf16_le_with_mark": lambda: _in_utf16(b"\xff\xfe", "utf-16-le"),
    "utf16_be_with_mark": lambda: _in_utf16(b"\xfe\xff", "utf-16-be"),
    "overlong_utf8": _overlong_utf8,
    "surrogates_in_utf8": _surrogates_in_utf8,
    "three_thousand_columns": _three_thousand_columns,
    "cell_of_3_mib": lambda: _cell_of(3),
    "cell_of_17_mib": lambda: _cell_of(17),
    "long_header_cell": _long_header_cell,
    "plain_zip": _plain_zip,
    "gzipped_csv": lambda: gzip.compress(filled("<H>\n<V1>\n").encode(), mtime=0),
    "small_pdf": _small_pdf,
    "small_png": _small_png,
}
