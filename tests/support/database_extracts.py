"""What the tests of `heard extract` share: a server, a case database in it, and an extraction.

Belongs here: fixtures, imported by the modules that use them. Does not belong here: an assertion.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from orchestration.extraction.connection import parse_url
from orchestration.extraction.database import ExtractReport, extract_source
from tests.support.case_database import CaseDatabase
from tests.support.inbox import Bench, make_bench
from tests.support.postgres import Server, postgres_server

AS_OF = date(2026, 9, 30)
CANARY = "Zyxwanda Quillfeather"
SCHEMA = "ssd_development"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres_server() as running:
        yield running


@pytest.fixture
def database(server: Server) -> CaseDatabase:
    made = CaseDatabase(server)
    made.empty()
    made.schema(SCHEMA)
    return made


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return make_bench(tmp_path, monkeypatch)


def extracted(
    database: CaseDatabase, bench: Bench, schema: str | None = None, source: str = "ssd"
) -> ExtractReport:
    connection = parse_url(database.server.url)
    return extract_source(connection, bench.inbox, "330", source, AS_OF, schema)
