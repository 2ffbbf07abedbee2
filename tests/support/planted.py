"""A small authority with a canary among its rows, and public returns beside it, run once.

Belongs here: what is delivered, and running it. Does not belong here: what must come of it, which
every test states for itself.
"""

import csv
import shutil
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingestion.run import ingest_inbox
from orchestration.settings import Settings
from tests.support.command import Site, heard
from tests.support.inbox import samples_folder
from tests.support.outbound import watched

RETURN = "csc-validator-be-903"
# Two authorities that sent the same three returns, one after another, in other orders.
YEARLY = "cs-demand-model"
ORDERS = {"995": (2017, 2018, 2019), "996": (2019, 2017, 2018)}

NAME = "Zanthippe-Quuxworthy"
TEXT = "the purple badger keeps my secret under the stairs"
PERSON = "CANARY-0001"
# A bad date makes the row an error, so that its values pass through the code that reports errors.
BAD_DATE = "31/02/20255-canary"
SECRETS = (NAME, TEXT, PERSON, BAD_DATE)


@dataclass(frozen=True, slots=True)
class Planted:
    """The site after its run.

    Attributes:
        folder: Holds the inbox, the home folder and, beside them, what was noted.
    """

    folder: Path

    @property
    def site(self) -> Site:
        """Inbox and home folder."""
        return Site(inbox=self.folder / "inbox", home=self.folder / "home")

    @property
    def calls(self) -> Path:
        """What the run called; beside the home folder, which holds what the run made alone."""
        return self.folder / "calls"

    @property
    def said(self) -> Path:
        """All that the run, `heard status` and `heard doctor` printed."""
        return self.folder / "said"


def make_planted(planted: Planted) -> None:
    """One synthetic authority with a canary, and of the public returns those that are here."""
    site = planted.site
    _deliver(RETURN, "*.csv", site.inbox / "999/ssda903/2031-03-31")
    _deliver_in_turn(site)
    sizes = ("--authorities", "1", "--children", "300", "--years", "2", "--seed", "3")
    made = heard("generate", "--out", str(site.inbox), *sizes, "--as-of", "2026-06-30")
    assert made.returncode == 0, made.stderr
    (site.inbox / "truth.json").unlink()
    _add_canary(site.inbox / "330")
    output = [
        heard("run", site=site, before=watched(planted.calls)),
        heard("status", site=site),
        heard("doctor", site=site),
    ]
    assert output[0].returncode == 0, output[0].stdout + output[0].stderr
    planted.said.write_text("".join(done.stdout + done.stderr for done in output))


def _deliver_in_turn(site: Site) -> None:
    settings = Settings(inbox=site.inbox, home=site.home)
    for years in zip(*ORDERS.values(), strict=True):
        for code, year in zip(ORDERS, years, strict=True):
            _deliver(YEARLY, f"{year}-*.csv", site.inbox / code / "ssda903" / f"{year}-03-31")
        ingest_inbox(settings)


def _deliver(name: str, pattern: str, target: Path) -> None:
    """Copy samples that we may delete again; those that are here are read where they lie."""
    if (folder := samples_folder(name)) is not None:
        target.mkdir(parents=True)
        for path in sorted(folder.glob(pattern)):
            shutil.copyfile(path, target / path.name)


def _add_canary(authority: Path) -> None:
    person = {"pers_person_id": PERSON, "pers_forename": NAME, "pers_surname": NAME}
    _append(authority, "ssd_person", person | {"pers_dob": "2015-01-01"})
    _append(authority, "ssd_person", person | {"pers_person_id": "C2", "pers_dob": BAD_DATE})
    said = {"person_id": PERSON, "voice_owner": "child", "text": TEXT}
    _append(
        authority, "vx_expression", said | {"expression_id": "C1", "expressed_on": "2026-01-05"}
    )
    _append(authority, "vx_expression", said | {"expression_id": "C2", "expressed_on": BAD_DATE})


def _append(authority: Path, table: str, values: dict[str, str]) -> None:
    path = max(authority.rglob(f"{table}.csv"))
    with path.open(newline="") as handle:
        header = next(csv.reader(handle))
    assert values.keys() <= set(header)
    with path.open("a", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerow([values.get(name, "") for name in header])
