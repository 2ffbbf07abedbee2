"""Of a postcode only its district is kept, however much of it was written and how."""

import duckdb
import pytest

from orchestration.ingestion.cells import _postcode_district


@pytest.mark.parametrize(
    ("written", "district"),
    [
        *(("BS3 4QQ", "BS3"), ("bs34qq", "BS3"), ("BS3", "BS3"), ("BS34", "BS34")),
        # Only the sector was given.
        *(("BS3 4", "BS3"), ("B1 2", "B1"), ("SW1A 1", "SW1A"), ("LS1 4", "LS1")),
        *(("BS3\u00a04QQ", "BS3"), ("M1\t1AE", "M1"), ("BS3-4QQ", "BS3"), ("BS3 4QQ.", "BS3")),
        *(("12 High Street BS3 4QQ", "not_mapped"), ("BSO 4QQ", "not_mapped")),
        *(("E1 6A", "not_mapped"), ("", None), ("  ", None)),
    ],
)
def test_the_district_of_a_postcode(written: str, district: str | None) -> None:
    query = f"select {_postcode_district('cell')} from (select ?::varchar as cell)"
    assert duckdb.execute(query, [written]).fetchone() == (district,)
