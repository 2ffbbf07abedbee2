"""Exports that hold only what is new, and those that only seem to hold everything."""

from pathlib import Path

import pytest

from tests.support.inbox import Bench, make_bench

_HEAD = "Reference,Type,Made by,Received\n"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def _register(first: int, count: int = 6) -> str:
    rows = (f"{n},Complaint,Mother,13/04/2026\n" for n in range(first, first + count))
    return _HEAD + "".join(rows)


def _doubts(bench: Bench) -> list[tuple[str, str]]:
    return bench.rows("select file_name, kind from ledger.drift where kind = 'nothing_shared'")


def test_a_full_export_that_shares_nothing_with_the_one_before_is_told(bench: Bench) -> None:
    for day, first in (("2026-04-30", 0), ("2026-05-31", 6)):
        bench.deliver(
            f"330/complaints_and_compliments/{day}", {f"complaints {first}.csv": _register(first)}
        )
    bench.ingest()
    assert _doubts(bench) == [("complaints 6.csv", "nothing_shared")]


def test_a_full_export_that_goes_on_is_not(bench: Bench) -> None:
    for day, first in (("2026-04-30", 0), ("2026-05-31", 5)):
        bench.deliver(
            f"330/complaints_and_compliments/{day}", {f"complaints {first}.csv": _register(first)}
        )
    bench.ingest()
    assert _doubts(bench) == []


def test_waves_of_a_survey_add_up(bench: Bench) -> None:
    head = "Survey,Wave,Wave opened,Audience,Response ID,Completed on,Q1 Do you feel safe?\n"
    for day, wave in (("2026-04-30", "W1"), ("2026-10-31", "W2")):
        rows = "".join(
            f"Care,{wave},01/02/2026,Children,{wave}{n},03/02/2026,5\n" for n in range(6)
        )
        bench.deliver(f"330/survey_wide/{day}", {"survey.csv": head + rows})
    bench.ingest()
    assert _doubts(bench) == []
    assert bench.rows("select distinct extent from ledger.delivery_tables") == [("incremental",)]
