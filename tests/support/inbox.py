"""An inbox and a home folder to try ingestion on.

Belongs here: writing deliveries and asking the warehouse. Does not belong here: expected values,
which every test states for itself.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pytest

from orchestration.ingestion import parser
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.results import IngestReport
from orchestration.ingestion.run import ingest_inbox
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.settings import Settings

if TYPE_CHECKING:
    import duckdb

KEY_HEX = "7b" * 16 + "1c" * 16
REVIEWS_HEADER = "CHILD,DOB,REVIEW,REVIEW_CODE\n"

# Every delivery of a test has this time unless it says otherwise, so that nothing depends on when
# the test runs.
DELIVERED = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Bench:
    """One inbox, one home and one key."""

    inbox: Path
    home: Path

    def deliver(
        self,
        label: str,
        files: Mapping[str, str | bytes],
        delivered: datetime = DELIVERED,
    ) -> Path:
        """Write a delivery such as `330/ssd/2026-09-30` and return its folder."""
        folder = self.inbox / label
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = folder / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            os.utime(path, (delivered.timestamp(), delivered.timestamp()))
        return folder

    def ingest(self) -> IngestReport:
        """Ingest the inbox."""
        return ingest_inbox(Settings(inbox=self.inbox, home=self.home))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the warehouse to a query."""
        with open_warehouse(self.home, read_only=True) as con:
            return con.execute(query).fetchall()

    def files(self) -> dict[str, tuple[str, str | None, int, int, int, int]]:
        """State, reason and counts (in, loaded, quarantined, duplicate) of each file."""
        found = self.rows(
            "select file_name, state, reason, rows_in, rows_loaded, rows_quarantined, "
            "rows_duplicate from ledger.files"
        )
        return {row[0]: row[1:] for row in found}

    def quarantine(self) -> list[tuple[Any, ...]]:
        """File, row number, column, rule and expectation of everything in quarantine."""
        return self.rows(
            "select file_name, row_number, column_name, rule, expected "
            "from ledger.quarantined_rows order by all"
        )


def make_bench(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A bench in a folder, with a key in the environment."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    return Bench(inbox, folder / "home")


def parse_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the parser work in this process: a child for each of hundreds of runs takes minutes."""
    # One connection for each parser, as a child has; it ends with the parser.
    connections: WeakKeyDictionary[Parser, duckdb.DuckDBPyConnection] = WeakKeyDictionary()

    def exchange(self: Parser, request: dict[str, Any], _patience: float) -> str:
        if self not in connections:
            landing = self._home.resolve() / "landing"
            connections[self] = parser._connect(landing, self._scratch.resolve())
        return json.dumps(parser._answer(connections[self], request))

    monkeypatch.setattr(parser, "_grant_time", lambda _path: None)
    monkeypatch.setattr(Parser, "_exchange", exchange)


def samples_folder(name: str) -> Path | None:
    """A folder of real-shaped samples, where they are here."""
    default = Path(__file__).parents[2] / ".." / "shared" / "samples"
    folder = Path(os.environ.get("HEARD_SAMPLES") or default).resolve() / name
    return folder if folder.is_dir() else None


def samples(name: str) -> Path:
    """The same; the test is skipped by name where they are absent."""
    folder = samples_folder(name)
    if folder is None:
        pytest.skip(f"no samples of {name} beside the project; set HEARD_SAMPLES to run this test")
    return folder
