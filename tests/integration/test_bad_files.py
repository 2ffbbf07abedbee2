"""Every bad file ends as its manifest says, hurts nobody else, and is told so in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from orchestration.ingestion.results import IngestReport
from orchestration.ingestion.warehouse import open_warehouse
from tests.faults.bad_files import NEIGHBOURS, BadFile, read_manifest, write_corpus
from tests.faults.texts import CANARY
from tests.support.inbox import Bench, make_bench

if TYPE_CHECKING:
    from pathlib import Path

_CORPUS = read_manifest()
_COUNTED = ("state", "reason", "rows_loaded", "rows_quarantined", "rows_duplicate")


@dataclass(frozen=True)
class Outcome:
    """One inbox with the whole corpus in it, ingested once, and its ledger."""

    bench: Bench
    report: IngestReport
    ledger: dict[str, list[dict[str, Any]]]

    def of(self, bad: BadFile, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """What the ledger says of one bad file."""
        deliveries = {
            row["delivery_id"]
            for row in self.ledger["deliveries"]
            if row["authority_code"] == bad.authority
        }
        return [
            tuple(row[column] for column in columns)
            for row in self.ledger[table]
            if row["delivery_id"] in deliveries and row["file_name"] in _names(bad)
        ]


def _read_ledger(bench: Bench) -> dict[str, list[dict[str, Any]]]:
    with open_warehouse(bench.home, read_only=True) as con:
        return {
            table: con.execute(f"select * from ledger.{table}").fetch_arrow_table().to_pylist()
            for table in ("deliveries", "files", "quarantined_rows", "drift", "delivery_tables")
        }


def _names(bad: BadFile) -> list[str]:
    name = {"long_name": "x" * 196 + ".csv"}.get(bad.spec.get("make_name", ""), bad.file)
    return [name, *bad.spec.get("also", ())]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    with pytest.MonkeyPatch.context() as patch:
        bench = make_bench(tmp_path_factory.mktemp("corpus"), patch)
        write_corpus(bench.inbox)
        report = bench.ingest()
        yield Outcome(bench, report, _read_ledger(bench))


def test_the_corpus_is_as_large_as_promised_and_every_name_is_its_own() -> None:
    assert len({bad.name for bad in _CORPUS}) == len(_CORPUS) >= 120
    assert {name for bad in _CORPUS for name in bad.classes} == {
        *("loaded", "loaded_with_drift", "rows_quarantined", "file_quarantined"),
        *("ignored", "duplicate"),
    }


@pytest.mark.parametrize("bad", _CORPUS, ids=lambda bad: bad.name)
def test_a_bad_file_ends_in_the_class_that_its_manifest_says(
    outcome: Outcome, bad: BadFile
) -> None:
    parts = outcome.of(bad, "files", *_COUNTED)
    entries = outcome.of(bad, "quarantined_rows", "row_number", "column_name", "rule")
    drift = outcome.of(bad, "drift", "column_name", "kind")
    found = _class(outcome, bad, parts, drift)
    assert found in bad.classes
    refused = {reason for state, reason, *_ in parts if state in ("quarantined", "duplicate")}
    assert refused <= set(bad.reasons)
    assert refused or found not in ("file_quarantined", "duplicate")
    if "rows" in bad.spec:
        assert sorted(entries, key=str) == sorted(map(tuple, bad.spec["rows"]), key=str)
    if "loaded" in bad.spec:
        counted = tuple(sum(part[place] for part in parts) for place in (2, 4))
        assert counted == (bad.spec["loaded"], bad.spec.get("repeats", 0))
    assert set(map(tuple, bad.spec.get("drift", ()))) <= set(drift)
    if "holds" in bad.spec:
        query, expected = bad.spec["holds"]
        rows = outcome.bench.rows(
            f"{query} inner join ledger.deliveries on _delivery_number = delivery_number"
            f" where authority_code = '{bad.authority}'"
        )
        assert sorted(row[0] for row in rows) == sorted(expected)


def _class(
    outcome: Outcome, bad: BadFile, parts: list[tuple[Any, ...]], drift: list[tuple[Any, ...]]
) -> str:
    states = {state for state, *_ in parts}
    if not parts or states == {"ignored"}:
        reasons = {reason for _, reason, *_ in parts} | {
            ignored.reason
            for ignored in outcome.report.ignored
            if ignored.path == f"{bad.folder}/{bad.file}"
        }
        assert reasons == set(bad.reasons)
        return "ignored"
    if "duplicate" in states:
        return "duplicate"
    if states == {"quarantined"}:
        return "file_quarantined"
    if any(quarantined for _, _, _, quarantined, _ in parts):
        return "rows_quarantined"
    return "loaded_with_drift" if drift else "loaded"


@pytest.mark.parametrize(
    "bad", [bad for bad in _CORPUS if bad.source in NEIGHBOURS], ids=lambda bad: bad.name
)
def test_a_bad_file_harms_no_neighbour(outcome: Outcome, bad: BadFile) -> None:
    neighbour = NEIGHBOURS[bad.source]
    delivered = [
        row["rows_loaded"]
        for row in outcome.ledger["delivery_tables"]
        if (row["authority_code"], row["raw_table"]) == (bad.authority, neighbour[2])
    ]
    assert delivered == [1]


def test_rows_in_are_loaded_quarantined_or_repeats_in_every_file(outcome: Outcome) -> None:
    unbalanced = outcome.bench.rows(
        "select file_name, reason from ledger.files "
        "where rows_in <> rows_loaded + rows_quarantined + rows_duplicate"
    )
    assert unbalanced == []
    assert outcome.report.totals.rows_in > 300


def test_every_refusal_says_what_was_expected_and_no_message_holds_a_value(
    outcome: Outcome,
) -> None:
    entries = outcome.ledger["quarantined_rows"]
    assert entries
    assert not [entry["rule"] for entry in entries if len(entry["expected"] or "") < 5]
    files = sorted((outcome.bench.home / "quarantine").rglob("*.csv"))
    refused = {path.relative_to(outcome.bench.home / "quarantine").parts[0] for path in files}
    wanted = {
        bad.authority
        for bad in _CORPUS
        if bad.source in NEIGHBOURS and {"rows_quarantined", "file_quarantined"} >= set(bad.classes)
    }
    assert wanted <= refused
    told = "".join(path.read_text() for path in files)
    told += str(outcome.report)
    told += str(outcome.ledger)
    assert CANARY not in told
    assert CANARY.lower() not in told.lower()


def test_names_cannot_become_formulas_in_the_quarantine(outcome: Outcome) -> None:
    formula = next(bad for bad in _CORPUS if bad.name == "name_that_is_a_formula")
    folder: Path = outcome.bench.home / "quarantine" / formula.folder
    text = "".join(path.read_text() for path in folder.glob("*.csv"))
    assert "'=cmd().csv" in text
    assert "\n=cmd" not in text


def test_ingesting_the_corpus_again_changes_nothing(outcome: Outcome) -> None:
    count = "select count(*), sum(rows_loaded) from ledger.files"
    before = outcome.bench.rows(count)
    again = outcome.bench.ingest()
    assert outcome.bench.rows(count) == before
    assert again.new_loads == ()
