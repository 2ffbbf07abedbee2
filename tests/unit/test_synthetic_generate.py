"""Prove what the generator promises about its files: same bytes, right columns, known flaws."""

import csv
import hashlib
import json
import os
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestration.contracts import load_contracts
from orchestration.contracts.models import Contract, Table
from orchestration.synthetic import generate
from orchestration.synthetic.generate import ImpossibleRequestError
from orchestration.synthetic.recipe import SettingsMissingError, load_recipe

AS_OF = date(2026, 9, 30)
# The sources of one CSV a table; the others are read in test_synthetic_sources.
ONE_CSV_A_TABLE = ("ssd", "voice_extension", "ssda903")


def tables_in(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.csv")) if path.parts[-3] in ONE_CSV_A_TABLE]


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("inbox")
    generate(out, authorities=2, children=200, years=2, seed=5, as_of=AS_OF)
    return out


@pytest.fixture(scope="module")
def truth(inbox: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((inbox / "truth.json").read_text("utf-8"))
    return told


def table_of(contract: Contract, path: Path, header: list[str]) -> Table | None:
    if contract.match == "by_name":
        return contract.table(path.stem)
    names = [name.lower() for name in header]
    return next((t for t in contract.tables if [c.name for c in t.columns] == names), None)


def of_csvs(counts: dict[str, int]) -> dict[str, int]:
    return {k: v for k, v in counts.items() if k.split("/")[0] in ONE_CSV_A_TABLE}


def loads(contract: Contract, table: Table, row: dict[str, str]) -> bool:
    """Return whether a row can load: its key is there and every typed cell parses."""

    def is_date(text: str, kind: Any) -> bool:
        for form in contract.formats[kind]:
            try:
                datetime.strptime(text, form)  # noqa: DTZ007  (a day has no zone)
            except ValueError:
                continue
            return True
        return False

    cells = {name.lower(): value.strip() for name, value in row.items()}
    for column in table.columns:
        value = cells.get(column.name, "")
        if not value:
            if column.name in table.required_key:
                return False
        elif column.type in ("date", "datetime"):
            if not is_date(value, column.type):
                return False
        elif column.type in ("integer", "number") and not value.replace(".", "").isdigit():
            return False
    return True


def test_the_same_seed_writes_the_same_bytes(inbox: Path, tmp_path: Path) -> None:
    generate(tmp_path, authorities=2, children=200, years=2, seed=5, as_of=AS_OF)
    assert hashes(tmp_path) == hashes(inbox)


def test_the_bytes_do_not_hang_on_the_machine(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A workbook is an archive, which could carry the clock and the rights of its files.
    before = os.umask(0o007)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        generate(tmp_path, authorities=1, children=200, years=2, seed=5, as_of=AS_OF)
    finally:
        os.umask(before)
        monkeypatch.undo()
        time.tzset()
    assert hashes(tmp_path / "330") == hashes(inbox / "330")


def test_another_seed_writes_other_people(inbox: Path, tmp_path: Path) -> None:
    generate(tmp_path, authorities=1, children=200, years=2, seed=6, as_of=AS_OF)
    name = "330/ssd/2026-09-30/ssd_person.csv"
    assert hashes(tmp_path)[name] != hashes(inbox)[name]


def test_an_authority_does_not_depend_on_how_many_there_are(inbox: Path, tmp_path: Path) -> None:
    generate(tmp_path, authorities=1, children=200, years=2, seed=5, as_of=AS_OF)
    alone, among = hashes(tmp_path / "330"), hashes(inbox / "330")
    assert alone == among


def test_every_header_is_the_contracts(inbox: Path) -> None:
    contracts = load_contracts()
    seen = Counter[str]()
    for path in tables_in(inbox):
        contract = contracts[path.parts[-3]]
        with path.open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines))
        table = table_of(contract, path, header)
        assert table is not None, path.name
        wanted = [column.name for column in table.columns if not column.extra]
        assert [name.lower() for name in header] == wanted, path.name
        seen[contract.source] += 1
    assert min(seen["ssd"], seen["voice_extension"], seen["ssda903"]) > 20


def test_the_flaws_and_rows_are_those_that_truth_json_tells(
    inbox: Path, truth: dict[str, Any]
) -> None:
    contracts = load_contracts()
    for authority, told in truth["authorities"].items():
        rows, bad, twice = {}, {}, {}
        for path in tables_in(inbox / authority):
            name = "/".join([*path.parts[-3:-1], path.stem])
            contract = contracts[path.parts[-3]]
            with path.open(encoding="utf-8", newline="") as lines:
                reader = csv.DictReader(lines)
                table = table_of(contract, path, list(reader.fieldnames or []))
                lines_read = list(reader)
            assert table is not None
            unique = {tuple(row.values()): row for row in lines_read}
            rows[name] = len(lines_read)
            twice[name] = len(lines_read) - len(unique)
            bad[name] = sum(not loads(contract, table, row) for row in unique.values())
        assert rows == of_csvs(told["rows"])
        assert {k: v for k, v in twice.items() if v} == of_csvs(told["duplicates"])
        assert {k: v for k, v in bad.items() if v} == of_csvs(told["quarantined"])
        assert sum(bad.values()) > 10


def test_no_two_loadable_rows_share_a_key(inbox: Path) -> None:
    contracts = load_contracts()
    for path in tables_in(inbox):
        contract = contracts[path.parts[-3]]
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            table = table_of(contract, path, list(reader.fieldnames or []))
            assert table is not None
            unique = {tuple(row.values()): row for row in reader}
        lowered = [
            {name.lower(): value for name, value in row.items()}
            for row in unique.values()
            if loads(contract, table, row)
        ]
        keys = Counter(tuple(row[name] for name in table.key) for row in lowered)
        assert not [key for key, times in keys.items() if times > 1], path.name


def test_a_liquidlogic_authority_has_no_conference_codes_of_its_own(inbox: Path) -> None:
    def codes(authority: str) -> set[str]:
        path = inbox / authority / "ssd/2026-09-30/ssd_cp_reviews.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            return {row["cppr_cp_review_participation"] for row in csv.DictReader(lines)}

    assert codes("330") == {"PLACEHOLDER_DATA"}
    assert "PLACEHOLDER_DATA" not in codes("331")


def test_truth_json_says_what_it_was_made_from(truth: dict[str, Any]) -> None:
    assert (truth["version"], truth["seed"], truth["as_of"]) == (1, 5, "2026-09-30")
    cells = truth["authorities"]["330"]["cells"]
    assert {cell[1] for cell in cells} == {"month", "quarter", "year", "rolling_12_months"}
    expected = {"A1", "A2", "A3", "A4", "A5", "A6", "A12", "B1", "B3"}
    assert {cell[0] for cell in cells} >= expected | {"C3", "C5", "D1", "D4", "E1", "E2"}
    assert all(cell[6] > 0 and cell[5] >= 0 for cell in cells)
    assert all(cell[5] <= cell[6] for cell in cells if cell[0] != "E2")
    assert len({tuple(cell[:5]) for cell in cells}) == len(cells)


def test_the_planted_gaps_are_visible_in_the_truth(tmp_path: Path) -> None:
    generate(tmp_path, authorities=1, children=3000, years=4, seed=3, as_of=AS_OF)
    told = json.loads((tmp_path / "truth.json").read_text("utf-8"))["authorities"]["330"]
    checked = 0
    for gap in told["planted"]:
        if gap["indicator_id"] not in ("A1", "C5", "D4"):
            continue
        group, rest = Counter[str](), Counter[str]()
        for indicator, kind, _, breakdown, value, upper, lower in told["cells"]:
            if (indicator, kind, breakdown) == (gap["indicator_id"], "month", gap["breakdown"]):
                side = group if value == gap["breakdown_value"] else rest
                side["upper"] += upper
                side["lower"] += lower
        found = 100 * (group["upper"] / group["lower"] - rest["upper"] / rest["lower"])
        assert abs(found - gap["points"]) < 8, gap
        assert gap["direction"] == ("lower" if gap["points"] < 0 else "none")
        checked += 1
    assert checked == 6


def test_a_return_never_holds_a_review_that_the_case_system_lacks(inbox: Path) -> None:
    owner, held = {}, set()
    folder = inbox / "331/ssd/2026-09-30"
    with (folder / "ssd_cla_episodes.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            owner[row["clae_cla_id"]] = row["clae_person_id"]
    with (folder / "ssd_cla_reviews.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["clar_cla_review_cancelled"] == "N" and row["clar_cla_id"]:
                held.add((owner[row["clar_cla_id"]], row["clar_cla_review_date"]))
    returned = set()
    for path in (inbox / "331/ssda903").glob("*/reviews.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if not row["REVIEW"].startswith("31/02"):
                    when = datetime.strptime(row["REVIEW"], "%d/%m/%Y")  # noqa: DTZ007
                    returned.add((row["CHILD"], when.date().isoformat()))
    assert returned
    assert returned <= held


@pytest.mark.parametrize("request_", [(0, 10, 1, 1), (1, 0, 1, 1), (1, 10, 0, 1), (1, 10, 1, -1)])
def test_what_cannot_be_invented_is_refused(
    tmp_path: Path, request_: tuple[int, int, int, int]
) -> None:
    authorities, children, years, seed = request_
    with pytest.raises(ImpossibleRequestError, match="ask for"):
        generate(tmp_path, authorities, children, years, seed, AS_OF)


def test_a_window_without_bank_holidays_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImpossibleRequestError, match="bank holidays"):
        generate(tmp_path, 1, 10, 40, 1, AS_OF)


def test_a_tiny_authority_is_still_an_authority(tmp_path: Path) -> None:
    report = generate(tmp_path, authorities=1, children=1, years=1, seed=1, as_of=date(2025, 2, 14))
    assert report.authorities == ("330",)
    assert (tmp_path / "330/voice_extension/2025-02-14/vx_expression.csv").is_file()


def test_missing_settings_say_where_they_belong(tmp_path: Path) -> None:
    with pytest.raises(SettingsMissingError, match="seeds/synthetic"):
        load_recipe(tmp_path)


def test_the_event_lists_can_be_looked_into(tmp_path: Path) -> None:
    import duckdb

    generate(tmp_path / "in", 1, 50, 1, 2, AS_OF, events_to=tmp_path / "events")
    path = tmp_path / "events/330/referrals.parquet"
    with duckdb.connect() as connection:
        found = connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
    assert found is not None
    assert found[0] > 10
