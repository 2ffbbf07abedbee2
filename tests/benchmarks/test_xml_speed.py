"""What a census costs down to its raw tables, beside lxml's iterparse (CPU s, one process)."""

import math
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from lxml import etree
from pytest_benchmark.fixture import BenchmarkFixture

from orchestration.contracts import Contract, load_contracts
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.judging import judge_parts
from orchestration.ingestion.ledger import ensure_schema
from orchestration.ingestion.load import load_delivery
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.results import LandedDelivery, LandedFile
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.ingestion.xml_reader import open_xml
from tests.support.census_xml import census

CENSUS = load_contracts()["cin_census"]
MEGABYTES = 42
# `HEARD_BENCH_XML_MB=1000` measures the promise at one gigabyte.
BIG_MEGABYTES = int(os.environ.get("HEARD_BENCH_XML_MB", "210"))
GROUP = {"group": "census XML", "timer": time.process_time}

Lists = dict[str, list[tuple[str | int | None, ...]]]


def write_census(path: Path, megabytes: int) -> None:
    """Repeat an invented census until the file is as large as asked; ids stay distinct.

    Its generator puts days where counts belong; here each row is good, as in nearly every return.
    """
    days = re.compile(r"(<NumberOfPreviousCPP>|<ReviewMeetingsCount>)[0-9-]{9}([0-9])")
    head, rest = days.sub(r"\1\2", census(2000)).split("<Children>")
    records, tail = rest.split("</Children>")
    with path.open("w") as stream:
        stream.write(f"{head}<Children>")
        for number in range(math.ceil(megabytes * 1_000_000 / len(records))):
            stream.write(records.replace("<LAchildID>ZQ", f"<LAchildID>Z{number}Q"))
        stream.write(f"</Children>{tail}")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A census of 42 MB, about that of an authority of the largest kind over ten years."""
    path = tmp_path_factory.mktemp("census") / "delivered.xml"
    write_census(path, MEGABYTES)
    return path


def usual(path: Path) -> Lists:
    """What everybody writes: iterparse, findtext, clear."""
    lists: Lists = {name: [] for name in ("c", "d", "r", "a", "f", "p", "s", "t", "v", "q")}
    events: Any = etree.iterparse(str(path), events=("end",), tag="Child")
    for _, child in events:
        ids, traits = child.find("ChildIdentifiers"), child.find("ChildCharacteristics")
        who = ids.findtext("LAchildID")
        own = ("UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate", "PersonDeathDate")
        sex = ids.findtext("Sex") or ids.findtext("GenderCurrent")
        row = [ids.findtext(name) for name in own]
        lists["c"].append((who, *row, sex, traits.findtext("Ethnicity")))
        lists["d"].extend((who, each.text) for each in traits.iterfind("Disabilities/Disability"))
        for number, details in enumerate(child.iterfind("CINdetails"), start=1):
            usual_details(lists, who, number, details)
        child.clear()
        while child.getprevious() is not None:
            del child.getparent()[0]
    return lists


LEAVES = {
    "r": (
        "CINreferralDate ReferralSource PrimaryNeedCode CINclosureDate ReasonForClosure "
        "DateOfInitialCPC ReferralNFA"
    ),
    "a": "AssessmentActualStartDate AssessmentInternalReviewDate AssessmentAuthorisationDate",
    "p": "CINPlanStartDate CINPlanEndDate",
    "s": "S47ActualStartDate InitialCPCtarget DateOfInitialCPC ICPCnotRequired",
    "t": (
        "CPPstartDate CPPendDate InitialCategoryOfAbuse LatestCategoryOfAbuse NumberOfPreviousCPP"
    ),
    "q": (
        "PPStartDate LBPSentDate FGDMMeetingOffer FGDMMeetingFac InitialPPMeetingDate "
        "ReviewMeetingsCount StepDecisionDate PPOutcome CourtAppDate LetterInitCPDate"
    ),
}
NAMES = {table: leaves.split() for table, leaves in LEAVES.items()}
BELOW = {
    "a": ("Assessments", "f", "FactorsIdentifiedAtAssessment/AssessmentFactors"),
    "p": ("CINPlanDates", "", ""),
    "s": ("Section47", "", ""),
    "t": ("ChildProtectionPlans", "v", "Reviews/CPPreviewDate"),
    "q": ("PreProceedingsandFGDM", "", ""),
}


def usual_details(lists: Lists, who: str, number: int, details: Any) -> None:
    row = [details.findtext(name) for name in NAMES["r"]]
    lists["r"].append((who, number, *row))
    for table, (element, leaf_table, leaf) in BELOW.items():
        for place, each in enumerate(details.iterfind(element), start=1):
            values = [each.findtext(name) for name in NAMES[table]]
            lists[table].append((who, number, row[0], place, *values))
            if leaf:
                lists[leaf_table].extend(
                    (who, number, row[0], place, one.text) for one in each.iterfind(leaf)
                )


def in_arrow(lists: Lists) -> int:
    """The rows as Arrow tables; how many there are."""
    tables = [
        pa.table(
            [pa.array(column) for column in zip(*rows, strict=True)],
            list("abcdefghijklmn")[: len(rows[0])],
        )
        for rows in lists.values()
        if rows
    ]
    return sum(table.num_rows for table in tables)


def parsers_connection() -> duckdb.DuckDBPyConnection:
    """A connection like the one that a parser has for all files of a run."""
    return duckdb.connect(config={"threads": 1, "memory_limit": "512MB"})


def judged(con: duckdb.DuckDBPyConnection, path: Path, scratch: Path) -> list[JudgedPart]:
    """Everything that the parser does: gate, shred, type, judge, write."""
    opening = Opening(con, CENSUS, path.name, path, scratch, 2027)
    return judge_parts(opening, open_xml(opening))


@dataclass(frozen=True)
class SameProcess:
    """The parser without its process, so that one clock sees all."""

    con: duckdb.DuckDBPyConnection
    path: Path
    scratch: Path

    def mapping_of(self, _contract: Contract) -> None:
        """A census needs none."""

    def parse(self, *_: object) -> tuple[Path, list[JudgedPart]]:
        """Judge the file."""
        return self.scratch, judged(self.con, self.path, self.scratch)

    def clear(self) -> None:
        """The test's folder goes as a whole."""


def new_home(home: Path) -> Path:
    """A home folder whose warehouse has its raw tables, as after any run."""
    (home / "tmp").mkdir(parents=True)
    with open_warehouse(home) as con:
        ensure_schema(con, {CENSUS.source: CENSUS})
    return home


def ingested(parsers: duckdb.DuckDBPyConnection, path: Path, home: Path) -> int:
    """Load the file into the raw tables, down to the disk; rows of all parts."""
    file = LandedFile(path.name, "0" * 64, path.stat().st_size)
    landed = LandedDelivery(
        "be0000000000",
        "330",
        CENSUS.source,
        date(2027, 3, 31),
        datetime(2027, 4, 1, tzinfo=UTC),
        (file,),
    )
    parser: Any = SameProcess(parsers, path, home / "tmp")
    with open_warehouse(home, threads=1) as con:
        report = load_delivery(con, home, landed, {CENSUS.source: CENSUS}, b"k" * 32, parser)
    return sum(table.rows_in for table in report.tables)


# Ours comes first: a parser begins with an empty heap, and iterparse leaves one in pieces.
@pytest.mark.benchmark(**GROUP)
def test_shredding(benchmark: BenchmarkFixture, delivered: Path, tmp_path: Path) -> None:
    def shred() -> int:
        with duckdb.connect() as con:
            opening = Opening(con, CENSUS, delivered.name, delivered, tmp_path, 2027)
            return len(open_xml(opening))

    assert benchmark.pedantic(shred, rounds=3, iterations=1) == len(CENSUS.tables)


@pytest.mark.benchmark(**GROUP)
def test_shredding_and_judging(
    benchmark: BenchmarkFixture, delivered: Path, tmp_path: Path
) -> None:
    with parsers_connection() as con:
        parts = benchmark.pedantic(lambda: judged(con, delivered, tmp_path), rounds=3, iterations=1)
    assert [part.refusal for part in parts] == [None] * len(CENSUS.tables)


@pytest.mark.benchmark(**GROUP)
def test_down_to_the_raw_tables(
    benchmark: BenchmarkFixture, delivered: Path, tmp_path: Path
) -> None:
    homes = (new_home(tmp_path / f"home_{number}") for number in range(9))
    with parsers_connection() as con:
        rows = benchmark.pedantic(
            ingested,
            setup=lambda: ((con, delivered, next(homes)), {}),
            rounds=3,
            iterations=1,
            warmup_rounds=1,
        )
    # The header's one row is all that the usual reader does not have.
    assert rows == sum(map(len, usual(delivered).values())) + 1
    elements = delivered.read_bytes().count(b"<") - delivered.read_bytes().count(b"</")
    benchmark.extra_info["elements"] = elements
    print(f"\n{elements} elements, {elements / benchmark.stats.stats.min:,.0f} a CPU second")  # noqa: T201


@pytest.mark.benchmark(**GROUP)
def test_iterparse_alone(benchmark: BenchmarkFixture, delivered: Path) -> None:
    lists = benchmark.pedantic(lambda: usual(delivered), rounds=3, iterations=1)
    assert len(lists["c"]) > 10_000


@pytest.mark.benchmark(**GROUP)
def test_iterparse_into_arrow(benchmark: BenchmarkFixture, delivered: Path) -> None:
    rows = benchmark.pedantic(lambda: in_arrow(usual(delivered)), rounds=3, iterations=1)
    assert rows > 100_000


def test_memory_of_a_child_process(tmp_path: Path) -> None:
    path, scratch = tmp_path / "big.xml", tmp_path / "scratch"
    scratch.mkdir()
    write_census(path, BIG_MEGABYTES)
    done = subprocess.run(
        [sys.executable, __file__, str(path), str(scratch)],
        capture_output=True,
        text=True,
        check=True,
    )
    shredded, everything = done.stdout.split()
    size = path.stat().st_size / 1e6
    print(f"\n{size:.0f} MB of XML: {shredded} MiB to shred, {everything} MiB with judging")  # noqa: T201
    assert int(shredded) > 0


def peak() -> int:
    """The most memory that this process has held, in MiB; Linux only.

    `ru_maxrss` would begin at what the process had that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


if __name__ == "__main__":
    delivered_path, scratch_path = Path(sys.argv[1]), Path(sys.argv[2])
    with duckdb.connect() as connection:
        open_xml(
            Opening(connection, CENSUS, delivered_path.name, delivered_path, scratch_path, 2027)
        )
    after_shredding = peak()
    with parsers_connection() as connection:
        judged(connection, delivered_path, scratch_path)
    sys.stdout.write(f"{after_shredding} {peak()}")
