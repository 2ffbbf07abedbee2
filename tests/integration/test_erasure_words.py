"""Words and files of somebody who is erased: quotes, releases, the command, every encoding."""

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.contracts import load_contracts
from orchestration.erasing import Request, erase
from orchestration.erasure.tombstones import (
    read_tombstones,
)
from orchestration.erasure.words import forget_words
from orchestration.ingestion import rewriting_xml
from orchestration.ingestion.delivery_manifest import read_records, replace_record
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.results import LandedFile
from orchestration.ingestion.rewriting import Removal, rewrite
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes.ledger import (
    APPROVED,
    add_review,
    quote_id_of,
    record_release,
    store_text,
)
from orchestration.quotes.ledger import open_ledger as open_quotes
from orchestration.releases.actions import record_release as enter_release
from orchestration.releases.actions import standings
from orchestration.releases.settings import read_release_settings
from orchestration.releases.states import State
from orchestration.reporting.release_files import (
    Manifest,
    draft_database,
    draft_parquet,
    list_drafts,
    put_in_place,
    read_manifest,
)
from orchestration.themes.ledger import add_decision, item_ids
from orchestration.themes.ledger import open_ledger as open_themes
from tests.support import erasure_site as child
from tests.support.inbox import KEY_HEX, Bench


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """One file of three people."""
    return child.deliver_one_file(tmp_path, monkeypatch)


def test_a_quote_goes_with_every_release_that_held_it_and_its_words_from_the_file(
    small: Bench,
) -> None:
    home = small.home
    stones = read_tombstones(home)
    stones.add("330", "vx_expression", ["X1"])
    with open_quotes(home) as ledger:
        quotes = {x: quote_id_of(ledger, "330", x) for x in ("X1", "X2")}
        for quote in quotes.values():
            store_text(ledger, quote, "h", f"{child.WORDS} {quote}", "r")
            add_review(ledger, quote, "h", APPROVED, "Bo", f"{child.WORDS} {quote}")
    for number, held in enumerate((["X2"], ["X1"], ["X1", "X2"])):
        make_release(home, f"2026010{number}T000000Z-r")
        with open_quotes(home) as ledger:
            moment = datetime(2026, 1, number + 1, tzinfo=UTC)
            record_release(
                ledger, f"2026010{number}T000000Z-r", moment, {quotes[x]: None for x in held}
            )
    (home / "reports" / "pack").mkdir(parents=True)
    gone = forget_words(home, ["330"], stones, "Jo", "E-1")
    assert gone == ("20260101T000000Z-r", "20260102T000000Z-r")
    states = {name: release.state for name, release in standings(home).items()}
    assert [states[name] for name in gone] == [State.WITHDRAWN, State.WITHDRAWN]
    # Readers see the last release that held no words of the person.
    assert read_manifest(home / "published" / "manifest.json").release_id == "20260100T000000Z-r"
    assert [path.name for path in (home / "releases").iterdir()] == ["20260100T000000Z-r"]
    assert not (home / "reports").exists()
    content = (home / "quotes.sqlite3").read_bytes()
    assert f"{child.WORDS} {quotes['X1']}".encode() not in content
    assert b"X1" not in content.replace(b"X10", b"")
    assert f"{child.WORDS} {quotes['X2']}".encode() in content
    # Once more does nothing, as after a kill, and the certificate names the same releases.
    assert forget_words(home, ["330"], stones, "Jo", "E-1") == gone
    assert forget_words(home, ["330"], stones, "Jo", "E-2") == ()


def test_a_release_goes_that_was_killed_before_it_was_known_which_quotes_it_holds(
    small: Bench,
) -> None:
    home = small.home
    stones = read_tombstones(home)
    stones.add("330", "vx_expression", ["X1"])
    with open_quotes(home) as ledger:
        quote = quote_id_of(ledger, "330", "X1")
    folder = home / "published"
    folder.mkdir()
    with duckdb.connect(str(folder / "heard.duckdb")) as con:
        con.execute(
            "create schema published; create table published.quote as"
            f" select 'R1' as release_id, '{quote}' as quote_id"
        )
    assert forget_words(home, ["330"], stones, "Jo", "E-1") == ("R1",)
    assert list(folder.iterdir()) == []


def test_which_words_had_a_theme_goes_with_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
    stones = read_tombstones(tmp_path)
    stones.add("330", "vx_expression", ["SENTINEL-1"])
    subjects = [("330", "expression", each, "f" * 64) for each in ("SENTINEL-1", "X2")]
    with open_themes(tmp_path) as ledger:
        item, other = item_ids(ledger, subjects).values()
        for each in (item, other):
            add_decision(ledger, each, 1, "2026-1", "Bo", False, ["school"])
    assert forget_words(tmp_path, ["330"], stones, "Jo", "E-1") == ()
    with open_themes(tmp_path) as ledger:
        assert ledger.execute("select item_id from items").fetchall() == [(other,)]
    assert b"SENTINEL-1" not in (tmp_path / "themes.sqlite3").read_bytes()


def make_release(home: Path, release_id: str) -> None:
    folder = home / "published"
    folder.mkdir(exist_ok=True)
    database = draft_database(folder, release_id)
    with duckdb.connect(str(database)) as con:
        con.execute("create schema published")
    parquet_folder = draft_parquet(folder, release_id)
    parquet_folder.mkdir()
    (parquet_folder / "release.parquet").write_text(release_id)
    files = list_drafts(folder, release_id)
    moment = datetime(2026, 4, 1, tzinfo=UTC)
    put_in_place(folder, Manifest(release_id, moment, "inputs", 2, 4, files))
    enter_release(home, read_release_settings(home), {"inputs_hash": "inputs"})


def test_the_command_counts_first_asks_for_the_id_and_never_shows_it(
    small: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARD_INBOX", str(small.inbox))
    monkeypatch.setenv("HEARD_HOME", str(small.home))
    told: list[str] = []

    def heard(*words: str, typed: str | None = f" {child.ID}\n") -> Result:
        done = CliRunner().invoke(app, ["erase", *words], input=typed)
        told.append(done.output)
        return done

    assert heard("--authority", "330").exit_code == 2
    done = heard("--authority", "330", "--dry-run", "--json")
    assert json.loads(done.stdout) == {
        "files": {"ssd": 1},
        "files_that_would_be_emptied": 0,
        "rows": {"ssd/ssd_person": 1},
    }
    assert not (small.home / "erasures").exists()
    asked = ("--authority", "330", "--by", "Jo", "--reason", "asked")
    assert isinstance(heard(*asked, typed="\n").exception, ValueError)
    assert heard(*asked).exit_code == 0
    # A backup that is put back brings the person back, until they are erased again.
    with open_warehouse(small.home, read_only=True) as con:
        assert con.execute("select count(*) from raw.ssd_person").fetchone() == (2,)
    (record,) = read_records(small.home)
    whole = (small.inbox / "330/ssd/2026-06-30/ssd_person.csv").read_bytes()
    sha256 = hashlib.sha256(whole).hexdigest()
    (small.home / "landing" / sha256).write_bytes(whole)
    old = replace(record.landed, files=(LandedFile("ssd_person.csv", sha256, len(whole)),))
    replace_record(small.home, replace(record, landed=old))
    assert heard("--again").exit_code == 0
    assert child.NAME.encode() not in child.everything_in(small.home)
    assert not any(child.ID in output for output in told)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
@pytest.mark.parametrize("block", [7, 64, 1 << 16])
def test_an_xml_file_keeps_every_other_byte_whatever_its_encoding_and_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, block: int
) -> None:
    declared = encoding.replace("-sig", "")
    records = [child.CHILD.format(n=n, child=f"K{n} ") for n in range(1, 6)]
    head = f'<?xml version="1.0" encoding="{declared}"?>\n<x:EXPSSDA903 xmlns:x="u">'
    # What no reader sees may speak of whoever goes: before a record, in one, and at the very end.
    of_k3 = records[2].replace("</", "<!-- K3 > --></", 1)
    said = f"<!-- > K1 \xe9\r\n -->{records[0]}{records[1]}{of_k3}<?note K5 > ?>{records[3]}"
    whole = f"{head}{said}{records[4]}</x:EXPSSDA903><!-- K5 -->"
    (tmp_path / "landed").write_bytes(whole.encode(encoding))
    real = rewriting_xml.utf8_blocks
    monkeypatch.setattr(rewriting_xml, "utf8_blocks", lambda path: real(path, block))
    contract = load_contracts()["ssda903"]
    with duckdb.connect() as con:
        opening = Opening(con, contract, "r.xml", tmp_path / "landed", tmp_path, 2026)
        removal = Removal(ids=frozenset({"K1", "K3", "K5"}))
        assert rewrite(opening, removal) == ("rewritten", 3)
    kept = f"\r\n{records[1].strip()}\r\n\r\n{records[3].strip()}\r\n\r\n"
    assert (tmp_path / "rewritten").read_bytes().decode(encoding) == (
        f"{head}{kept}</x:EXPSSDA903>"
    )


MAPPING = """
source: our_register
title: Our register
description: Invented.
files: ['*register*']
sheet: ['*']
date_formats: ['%d/%m/%Y']
headers: {Ref: [Id], Kind: [], Child: [], Received: [], Words: []}
leave_out: [{column: Kind, equals: [Draft]}]
tables:
  - table: vx_feedback
    rows: [{column: Kind, equals: [Complaint, Draft]}]
    columns:
      feedback_id: {from: Ref}
      person_id: {from: Child}
      kind: {value: complaint}
      made_by: {value: child}
      received_on: {from: Received}
      text: {from: Words}
"""


def test_rows_that_a_mapping_passes_over_or_no_table_takes_are_looked_into_as_well(
    small: Bench,
) -> None:
    (small.home / "mappings").mkdir()
    (small.home / "mappings" / "our_register.yaml").write_text(MAPPING)
    header = ["Ref", "Kind", "Child", "Received", "Words"]
    rows = [
        ["1", "Complaint", child.SISTER, "03/04/2026", "stays"],
        ["2", "Draft", child.ID, "03/04/2026", "left out sentinel"],
        ["3", "Petition", child.ID, "03/04/2026", "unmapped sentinel"],
        ["4", "Complaint", child.ID, "03/04/2026", "complaint sentinel"],
        ["5", "Petition", child.SISTER, "03/04/2026", "stays as well"],
    ]
    book = openpyxl.Workbook()
    for title in ("North", "South"):
        sheet = book.create_sheet(title)
        for row in ([], header, *rows):
            sheet.append([f"{title}{row[0]}", *row[1:]] if row and row != header else row)
    book.save(small.inbox / "book.xlsx")
    content = (small.inbox / "book.xlsx").read_bytes()
    (small.inbox / "book.xlsx").unlink()
    too_long = f"6,Complaint,{child.ID},03/04/2026,wide sentinel,x\n"
    text = "".join(",".join(row) + "\n" for row in (header, *rows)) + too_long
    small.deliver("330/our_register/2026-06-30", {"register.xlsx": content, "register.csv": text})
    small.ingest()
    before = small.files()
    asked = Request("330", (child.ID,), "Jo", "asked")
    assert erase(child.settings(small), asked).rows["our_register/vx_feedback"] == 7
    shutil.rmtree(small.inbox)
    left = child.everything_in(small.home)
    assert b"sentinel" not in left.lower().replace(b"sentinelsurname", b"")
    assert (left.count(b"stays as well"), before.keys()) == (2, small.files().keys())
    assert small.rows("select count(*) from raw.vx_feedback") == [(3,)]
    # What is left of the sister's petitions still waits for somebody to say where they belong.
    assert small.rows(
        "select file_name, part, row_number from ledger.quarantined_rows where rule ="
        " 'NO_TARGET_TABLE' order by all"
    ) == [
        ("register.csv", "rows no table takes", 3),
        ("register.xlsx", "North: rows no table takes", 7),
        ("register.xlsx", "South: rows no table takes", 7),
    ]
