"""Publish what a small warehouse holds, as the step of the run does, in a process a test may kill.

Usage: python -m tests.support.release_driver HOME [before|after]

Belongs here: the warehouse, the step, and a SIGKILL before or after the ledger is told of the
release. Does not belong here: what a test expects.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import dagster as dg

from orchestration.defs import publish
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.resources import Home, Inputs

_WAREHOUSE = """
create schema ledger;
create table ledger.deliveries
    (delivery_id varchar, authority_code varchar, source varchar, as_of date);
create table ledger.transform_builds as select 1 as build;
create schema quality;
create table quality.check_results as
    select 'SSD-001' as check_id, false as is_blocking, 'pass' as outcome;
create schema published;
create view published.code_label as select 'a' as code, 'A' as label;
"""


def make_warehouse(home: Path) -> Path:
    """Make a warehouse that may be published, and return its home folder."""
    with open_warehouse(home) as connection:
        connection.execute(_WAREHOUSE)
    return home


def publish_now(home: Path, kill: str = "") -> None:
    """Run the step; `kill` names the moment at which the process dies of it."""
    tell = publish.watch_release

    def watch(folder: Path, release_id: str, released_at: datetime) -> None:
        if kill != "before":
            tell(folder, release_id, released_at)
        if kill:
            os.kill(os.getpid(), signal.SIGKILL)

    # The page about the project needs dbt, and says nothing of a release.
    setattr(publish, "project_page", lambda _: None)  # noqa: B010
    setattr(publish, "watch_release", watch)  # noqa: B010
    try:
        dg.materialize(
            [publish.build_release_asset([], [])],
            resources={
                "home": Home(path=str(home)),
                "inputs": Inputs(inbox=str(home / "inbox"), home=str(home)),
            },
        )
    finally:
        setattr(publish, "watch_release", tell)  # noqa: B010


if __name__ == "__main__":
    publish_now(Path(sys.argv[1]), *sys.argv[2:])
