"""A text in place of a postcode loads as what it is: not mapped, and told."""

from pathlib import Path

import pytest

from tests.support.inbox import make_bench


def test_what_is_no_postcode_is_not_mapped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench(tmp_path, monkeypatch)
    head = "addr_table_id,addr_person_id,addr_address_postcode\n"
    bench.deliver(
        "330/ssd/2026-09-30",
        {"ssd_address.csv": f"{head}A1,C1,BS3 4\nA2,C2,Canary Lane\nA3,C3,\nA4,C4,bs3 4qq\n"},
    )
    bench.ingest()
    assert bench.rows(
        "select addr_table_id, addr_address_postcode from raw.ssd_address order by all"
    ) == [("A1", "BS3"), ("A2", "not_mapped"), ("A3", None), ("A4", "BS3")]
    assert bench.rows("select column_name, answers_not_mapped from ledger.not_mapped") == [
        ("addr_address_postcode", 1)
    ]
