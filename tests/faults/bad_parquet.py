"""Bad Parquet files.

Belongs here: bytes. Does not belong here: what should become of them (bad_files.yaml).
"""

import io
import struct
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults.texts import CANARY

_DAY = date(2026, 5, 1)


def _written(columns: dict[str, Any], **options: Any) -> bytes:
    return _written_table(pa.table(columns), **options)


def _written_table(table: pa.Table, **options: Any) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, **options)
    return target.getvalue()


def _visits(ids: list[Any], **other: Any) -> dict[str, Any]:
    rest: dict[str, Any] = {
        "cinv_person_id": ["C1"] * len(ids),
        "cinv_cin_visit_date": [_DAY] * len(ids),
        "cinv_cin_visit_seen": ["Y"] * len(ids),
        "cinv_cin_visit_seen_alone": ["N"] * len(ids),
        "cinv_cin_visit_bedroom": [CANARY] * len(ids),
    }
    return {"cinv_cin_visit_id": ids} | rest | other


def _good() -> bytes:
    return _written(_visits(["V1", "V2", "V3"]))


def _with_a_lying_footer() -> bytes:
    good = _good()
    return good[:-8] + struct.pack("<I", len(good) * 3) + b"PAR1"


def _with_a_flipped_bit() -> bytes:
    written = bytearray(
        _written(
            _visits([f"V{number}" for number in range(50)]),
            compression="none",
            use_dictionary=False,
            write_page_checksum=True,
        )
    )
    # The value still is a good text, so only the page's checksum tells.
    place = written.index(b"V17")
    written[place + 2] ^= 1
    return bytes(written)


def _without_rows() -> bytes:
    return _written_table(pa.table(_visits(["V1"])).slice(0, 0))


def _with_the_same_column_twice() -> bytes:
    ids = pa.array(["V1"])
    return _written_table(
        pa.Table.from_arrays([ids, ids], names=["cinv_cin_visit_id", "cinv_cin_visit_id"])
    )


def _encrypted() -> bytes:
    return b"PARE" + _good()[4:-4] + b"PARE"


MAKERS: dict[str, Callable[[], bytes]] = {
    "good_parquet": _good,
    "parquet_without_rows": _without_rows,
    "parquet_cut_short": lambda: _good()[:-200],
    "parquet_marks_only": lambda: b"PAR1PAR1",
    "parquet_with_a_lying_footer": _with_a_lying_footer,
    "parquet_with_a_flipped_bit": _with_a_flipped_bit,
    "parquet_encrypted": _encrypted,
    "parquet_with_numbers_for_dates": lambda: _written(
        _visits(["V1", "V2"], cinv_cin_visit_date=[43586, 43587])
    ),
    "parquet_with_ids_as_floats": lambda: _written(_visits([12.0, 9007199254740991.0])),
    # Above 2^24 two ids are one float of 32 bits.
    "parquet_with_ids_as_small_floats": lambda: _written(
        _visits(["V1", "V2"], cinv_person_id=pa.array([16777215.0, 123456792.0], pa.float32()))
    ),
    "parquet_with_a_column_of_duckdb": lambda: _written(_visits(["V1"], file_row_number=[7])),
    "parquet_with_a_blank_id": lambda: _written(_visits([None, "V2"])),
    "parquet_with_a_list": lambda: _written(_visits(["V1"], cinv_cin_visit_seen=[["Y", "N"]])),
    "parquet_with_numbers_of_more_digits": lambda: _written(
        _visits([Decimal(1), Decimal(2)])
        | {"cinv_person_id": pa.array([Decimal(1), Decimal(2)], pa.decimal256(50, 0))}
    ),
    "parquet_with_bytes": lambda: _written(
        _visits([b"V1"], cinv_cin_visit_bedroom=["J\u00e1".encode()])
    ),
    "parquet_with_bytes_that_are_no_text": lambda: _written(
        _visits(["V1", "V2"], cinv_person_id=[b"C1", b"C\xe9"])
    ),
    "parquet_with_the_same_column_twice": _with_the_same_column_twice,
    "parquet_without_a_key_column": lambda: _written({"cinv_person_id": [CANARY]}),
    "parquet_with_a_hostile_column": lambda: _written(
        {"cinv_cin_visit_id": ["V1"], '"; drop table x; --': [CANARY]}
    ),
}
