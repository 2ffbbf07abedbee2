"""S7: a time is kept as text, as London shows it and in UTC, and where the clock is unsure it says.

Clocks went forward on 29 March 2026 at 01:00 and go back on 25 October 2026 at 02:00.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.ingestion import london
from tests.support.inbox import Bench, make_bench

HEADER = "missing_episode_id,person_id,returned_at,offered,held_at\n"
LABEL = "330/voice_extension/2038-03-31"
ZONE = ZoneInfo("Europe/London")

# Text; London's clock, UTC (both by hand); how sure.
TIMES = [
    ("2026-03-29 00:59:59", "2026-03-29 00:59:59", "2026-03-29 00:59:59", "exact"),
    ("2026-03-29 01:30", "2026-03-29 01:30:00", "2026-03-29 01:30:00", "nonexistent"),
    ("2026-03-29 02:00", "2026-03-29 02:00:00", "2026-03-29 01:00:00", "exact"),
    ("2026-07-01T12:00:00", "2026-07-01 12:00:00", "2026-07-01 11:00:00", "exact"),
    ("2026-10-25 00:59:59", "2026-10-25 00:59:59", "2026-10-24 23:59:59", "exact"),
    ("2026-10-25 01:30", "2026-10-25 01:30:00", "2026-10-25 00:30:00", "ambiguous"),
    ("2026-10-25T01:30:00Z", "2026-10-25 01:30:00", "2026-10-25 01:30:00", "exact"),
    ("2026-10-25 01:30:00+01:00", "2026-10-25 01:30:00", "2026-10-25 00:30:00", "exact"),
    ("2026-10-25 02:00", "2026-10-25 02:00:00", "2026-10-25 02:00:00", "exact"),
    ("2026-07-01T23:30:00.25Z", "2026-07-02 00:30:00.25", "2026-07-01 23:30:00.25", "exact"),
    ("2026-07-01T01:00:00+05:30", "2026-06-30 20:30:00", "2026-06-30 19:30:00", "exact"),
    ("2028-02-29 08:15", "2028-02-29 08:15:00", "2028-02-29 08:15:00", "exact"),
    # Past the last second that 32 bits can count, 19 January 2038 03:14:07.
    ("2038-01-20 09:00", "2038-01-20 09:00:00", "2038-01-20 09:00:00", "exact"),
    # British Standard Time: an hour ahead all year.
    ("1970-01-01 12:00", "1970-01-01 12:00:00", "1970-01-01 11:00:00", "exact"),
    ("2026-07-01", "2026-07-01 00:00:00", "2026-06-30 23:00:00", "day"),
    ("2026-07-01 00:00", "2026-07-01 00:00:00", "2026-06-30 23:00:00", "exact"),
]
KEPT = (
    "select returned_at, returned_at_utc, returned_at_text, returned_at_clock from {} order by all"
)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def test_each_time_is_kept_in_utc_with_its_text_and_how_sure_the_clock_makes_it(
    bench: Bench,
) -> None:
    rows = "".join(f"M{place},C1,{time[0]},Y,\n" for place, time in enumerate(TIMES))
    bench.deliver(LABEL, {"vx_return_interview.csv": HEADER + rows})
    bench.ingest()
    assert bench.quarantine() == []
    found = bench.rows(KEPT.format("raw.vx_return_interview"))
    expected = sorted(
        (datetime.fromisoformat(wall), datetime.fromisoformat(utc), text, clock)
        for text, wall, utc, clock in TIMES
    )
    assert found == expected
    # What was not delivered is not recorded, and no instant of its own.
    empty = "select distinct held_at, held_at_utc, held_at_text, held_at_clock"
    assert bench.rows(f"{empty} from raw.vx_return_interview") == [(None, None, None, None)]


@pytest.mark.parametrize(
    "text",
    [
        "2027-02-29 08:15",
        "2026-05-01 24:00:00",
        "2026-05-01T10:00:00+30:00",
        "2026-05-01T10:00:00 CET",
        "2026-05-01T25:00:00Z",
        "2026-05-01 10:00:00 Europe/London",
    ],
)
def test_what_is_no_time_waits_in_quarantine(bench: Bench, text: str) -> None:
    bench.deliver(LABEL, {"vx_return_interview.csv": f"{HEADER}M1,C1,{text},Y,\n"})
    bench.ingest()
    assert [row[2:4] for row in bench.quarantine()] == [("returned_at", "NOT_A_DATETIME")]


def test_a_time_behind_four_megabytes_of_days_is_read(bench: Bench) -> None:
    days = "".join(f"M{number},C1,2026-07-01,Y,\n" for number in range(200_000))
    text = f"{HEADER}{days}X1,C1,2026-07-01T12:00:00,Y,\n"
    bench.deliver(LABEL, {"vx_return_interview.csv": text})
    bench.ingest()
    assert bench.rows(
        "select returned_at_clock, count(*) from raw.vx_return_interview group by all order by all"
    ) == [("day", 200_000), ("exact", 1)]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_an_instant_of_a_parquet_file_does_not_depend_on_the_machines_zone(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    path = tmp_path / "x.parquet"
    duckdb.execute(
        "copy (select 'M1' as missing_episode_id, 'C1' as person_id, 'Y' as offered,"
        f" timestamptz '2026-10-25 01:30:00+00:00' as returned_at) to '{path}'"
    )
    bench.deliver(LABEL, {"vx_return_interview.parquet": path.read_bytes()})
    bench.ingest()
    moment = datetime(2026, 10, 25, 1, 30)  # noqa: DTZ001 - by London's clock and in UTC
    assert bench.rows(KEPT.format("raw.vx_return_interview")) == [
        (moment, moment, "2026-10-25T01:30:00.000000Z", "exact")
    ]


def test_the_same_time_written_otherwise_is_no_conflict(bench: Bench) -> None:
    rows = [f"{HEADER}M1,C1,{text},Y,\n" for text in ("2026-07-01 10:00", "2026-07-01T10:00:00")]
    bench.deliver("330/voice_extension/2026-07-31", {"vx_return_interview.csv": rows[0]})
    bench.deliver("330/voice_extension/2026-07-31", {"VX_RETURN_INTERVIEW.csv": rows[1]})
    bench.ingest()
    assert [row[3] for row in bench.quarantine()] == []


# Near the changes of a year as well, or chance would hardly ever meet one.
CHANGES = st.sampled_from(
    [datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(1999, 3, 28)]  # noqa: DTZ001
)
NEAR = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes), CHANGES, st.integers(0, 240)
)
ANY = st.datetimes(datetime(1972, 1, 1), datetime(2037, 12, 31))  # noqa: DTZ001


@settings(deadline=None)
@given(moment=st.one_of(NEAR, ANY.map(lambda each: each.replace(microsecond=0))))
def test_whatever_the_time_python_and_the_warehouse_agree(moment: datetime) -> None:
    text = f"{moment:%Y-%m-%d %H:%M:%S}"
    first, second = (moment.replace(tzinfo=ZONE, fold=fold) for fold in (0, 1))
    back = first.astimezone(UTC).astimezone(ZONE).replace(tzinfo=None)
    if back != moment:
        # Python reads it by the offset before the gap, and so do we.
        expected = "nonexistent"
    else:
        expected = "exact" if first.utcoffset() == second.utcoffset() else "ambiguous"
    utc, kept, clock = london.derived("value", "text")
    found = duckdb.execute(
        f"select {utc}, {kept}, {clock} from (select ?::timestamp as value, ? as text)",
        [moment, text],
    ).fetchone()
    assert found == (first.astimezone(UTC).replace(tzinfo=None), text, expected)


def test_the_hour_of_each_change_is_flagged_and_no_other(bench: Bench) -> None:
    changes = {"2025-03-30": 30, "2025-10-26": 26, "2030-03-31": 31, "2030-10-27": 27}
    start = [datetime.fromisoformat(day) for day in changes]
    hours = [day + timedelta(minutes=30 * step) for day in start for step in range(12)]
    rows = "".join(f"M{n},C1,{hour:%Y-%m-%d %H:%M},Y,\n" for n, hour in enumerate(hours))
    bench.deliver(LABEL, {"vx_return_interview.csv": HEADER + rows})
    bench.ingest()
    flagged = bench.rows(
        "select returned_at_text, returned_at_clock from raw.vx_return_interview"
        " where returned_at_clock <> 'exact' order by all"
    )
    assert flagged == [
        (f"{day} 01:{minute}", word)
        for day, word in zip(changes, ["nonexistent", "ambiguous"] * 2, strict=True)
        for minute in ("00", "30")
    ]
