"""What ``heard run`` does between lock and release, without Dagster and dbt: a second, not fifteen.

Faults are injected into it by the hundred; the real command gets a few. It can also be broken on
purpose (``--broken``), to show that the harness notices.

Belongs here: the same calls as the command, in the same order. Does not belong here: a fault.
"""

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.commands.problems import told_in_one_line
from orchestration.ingestion import parsing
from orchestration.instance import PRIVATE_UMASK, sole_run
from orchestration.preflight import TellingLackOfRoom, require_ready
from orchestration.reaper import UNFINISHED_ERASURE, reap
from orchestration.settings import Settings
from orchestration.stopping import STOPPED, stoppable
from tests.faults.acts import ACTS, finish, give

INPUTS = "00" * 32
VIEWS = """
create schema if not exists published;
create or replace view published.delivery as
    select authority_code, source, as_of, raw_table, rows_in, rows_loaded
    from ledger.delivery_tables;
create or replace view published.indicator_value as
    select authority_code, count(*) as value from raw.ssda903_reviews
    inner join ledger.deliveries on _delivery_number = delivery_number
    group by all;
"""


def main() -> None:
    """Ingest an inbox and publish, once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("inbox", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--settle", type=float, default=0.0)
    parser.add_argument("--unprepared", action="store_true", help="do not ask for room first")
    parser.add_argument("--before-parser", type=shlex.split, default=())
    parser.add_argument("--broken", choices=sorted(BROKEN))
    parser.add_argument("--act", choices=sorted(ACTS), help="a command in the run's place")
    parser.add_argument("--keys", type=Path, help="a file of keys")
    given = parser.parse_args()
    if given.keys:
        os.environ["HEARD_PSEUDONYM_KEY_FILE"] = str(given.keys)
        del os.environ["HEARD_PSEUDONYM_KEY"]
    if given.act:
        with told_in_one_line():
            sys.exit(give(given.act, given.inbox, given.home, _refresh))
    settings = Settings(inbox=given.inbox, home=given.home)
    os.umask(PRIVATE_UMASK)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with told_in_one_line(), sole_run(settings.home), stoppable() as stop:
        reap(settings.home)
        if not given.unprepared:
            require_ready(settings)
        parsing._COMMAND = (*given.before_parser, *parsing._COMMAND)
        if (settings.home / UNFINISHED_ERASURE).exists():
            finish(settings, _refresh)
        with TellingLackOfRoom(settings):
            _refresh(settings, given.settle, given.broken)
    sys.exit(STOPPED if stop.is_made else 0)


def _refresh(settings: Settings, settle: float = 0.0, broken: str | None = None) -> None:
    from orchestration.ingestion import run
    from orchestration.ingestion.warehouse import open_warehouse
    from orchestration.reporting.release import publish_release

    # DuckDB imports pandas only to ask whether a value is one of its, for half of a run's time.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    if broken:
        BROKEN[broken]()
    run.ingest_inbox(settings, settle_seconds=settle)
    with open_warehouse(settings.home) as connection:
        connection.execute(VIEWS)
        publish_release(connection, settings.home, INPUTS)


def _break_transactions() -> None:
    """Commit every statement by itself: rows before their ledger."""

    @contextmanager
    def open_ended(*_: object) -> Iterator[None]:
        yield

    for name, module in list(sys.modules.items()):
        if name.startswith("orchestration.ingestion") and hasattr(module, "transaction"):
            module.transaction = open_ended  # type: ignore[attr-defined]


def _break_publication() -> None:
    """Write the database over the old one in place."""
    from orchestration.reporting import release
    from orchestration.reporting.release_files import Manifest, draft_database, put_in_place

    def overwrite(folder: Path, manifest: Manifest) -> None:
        draft = draft_database(folder, manifest.release_id)
        if (folder / "heard.duckdb").exists():
            shutil.copyfile(draft, folder / "heard.duckdb")
        put_in_place(folder, manifest)

    release.put_in_place = overwrite


def _break_birth() -> None:
    """Let DuckDB make the warehouse under its final name."""
    from orchestration.ingestion import warehouse

    warehouse._create = lambda *_: None


def _break_landing() -> None:
    """Copy into landing under the final name."""
    from orchestration.ingestion import landing

    def land(descriptor: int, folder: Path) -> tuple[str, int]:
        os.lseek(descriptor, 0, os.SEEK_SET)
        sha256, size = landing._hash(descriptor)
        os.lseek(descriptor, 0, os.SEEK_SET)
        with (folder / sha256).open("wb", buffering=0) as stream:
            while chunk := os.read(descriptor, 64):
                stream.write(chunk)
        return sha256, size

    landing._copy = land


def _break_manifests() -> None:
    """Take what is there for what the manifest names."""
    from orchestration.ingestion import inbox
    from orchestration.ingestion.inbox_manifest import Compared

    inbox.compare = lambda _, files: Compared(tuple(files), (), ())


def _break_patience() -> None:
    """Take the first death of the parser for the file's doing."""
    parsing._ATTEMPTS = 1


BROKEN = {
    "manifests": _break_manifests,
    "patience": _break_patience,
    "transactions": _break_transactions,
    "publication": _break_publication,
    "birth": _break_birth,
    "landing": _break_landing,
}

if __name__ == "__main__":
    main()
