"""Run the heard command as a user does, in a process of its own."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
KEY = "5b" * 32


@dataclass(frozen=True, slots=True)
class Site:
    """An inbox and a home folder of an invented council."""

    inbox: Path
    home: Path

    @property
    def warehouse(self) -> Path:
        """The restricted database."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The database that leaves the restricted tier."""
        return self.home / "published" / "heard.duckdb"


def heard(
    *arguments: str,
    site: Site | None = None,
    key: str | None = KEY,
    before: Sequence[str] = (),
) -> subprocess.CompletedProcess[str]:
    """Run ``heard`` with the settings of a site, and return what it said.

    Args:
        arguments: The command and its options.
        site: Whose inbox and home folder.
        key: The pseudonym key; None for no key at all.
        before: The words of a program that runs it.
    """
    wanted = {"HEARD_PSEUDONYM_KEY": key} if key else {}
    if site is not None:
        wanted |= {"HEARD_INBOX": str(site.inbox), "HEARD_HOME": str(site.home)}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEARD_")}
    return subprocess.run(
        [*before, str(Path(sys.executable).with_name("heard")), *arguments],
        env=kept | wanted,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def children_cpu_seconds() -> float:
    """Processor seconds of all finished child processes: what a command cost, all threads."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def heard_run(site: Site, *options: str, expect: int = 0) -> dict[str, Any]:
    """Run everything, insist on an exit code, and return the answer."""
    done = heard("run", "--json", *options, site=site)
    assert done.returncode == expect, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def vector_folder(name: str) -> Path:
    """Return a folder of independent test vectors that the project ships."""
    return REPOSITORY / "tests" / "vectors" / name
