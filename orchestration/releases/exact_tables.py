"""Tables of exact numbers in the Department's form: made once for a closed period, then decided on.

A table is made under attack and frozen as a candidate; people approve it as they do a release. What
a period has told exactly it never tells again in another way: a second table of the same days is
refused unless it is the same, and its figures stand still in all later releases.

Belongs here: making, checking, publishing and withdrawing, each with its entry in the ledger. Does
not belong here: reading the cube (``exact_cube``), what is hidden (``disclosure``) or the form.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.disclosure.profiles import table_profile
from orchestration.releases.exact_cube import (
    Asked,
    TableRefusedError,
    families_of,
    read_cube,
    release_of,
)
from orchestration.releases.exact_files import (
    KEYS,
    drop_table,
    freeze_table,
    read_frozen,
    show_table,
)
from orchestration.releases.exact_making import (
    Hidden,
    attack_again,
    require_mostly_told,
    suppressed,
    table_rows,
)
from orchestration.releases.gate import Verdict
from orchestration.releases.heads import record_head
from orchestration.releases.ledger import append, open_ledger, read_events
from orchestration.releases.settings import read_release_settings
from orchestration.releases.snapshot import frozen_files, require_whole
from orchestration.releases.states import (
    TABLE,
    ReleaseActionError,
    Standing,
    fold,
    require_approvable,
    require_publishable,
    require_withdrawable,
)
from orchestration.reporting.dfe_form import COUNTS, Place, Row, data_file, meta_file
from orchestration.reporting.release_files import DATABASE, SCHEMA

if TYPE_CHECKING:
    import pandas as pd

PROFILE = "dfe_table"


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a table that was asked for: counts alone."""

    table_id: str
    state: str
    rows: int
    numbers: int
    hidden: int
    hidden_for_others: int
    hides_zeros: bool


def tables(home: Path) -> dict[str, Standing]:
    """Every table as it is now."""
    with open_ledger(home) as ledger:
        return fold(read_events(ledger), TABLE)


def make_table(home: Path, asked: Asked, places: Mapping[str, Place], actor: str) -> Made:
    """Make a table, or find that it was made before.

    Raises:
        TableRefusedError: It cannot be made, or its days were told exactly in another way.
    """
    rules, published = table_profile(PROFILE), home / SCHEMA / DATABASE
    cube = read_cube(home, published, asked)
    hidden = suppressed(cube, published, rules)
    require_mostly_told(cube, hidden, rules)
    rows = table_rows(cube, hidden, published)
    period = (asked.period_type, asked.period_start)
    data, meta = data_file(rows, period, rules.least_for_rate, places), meta_file()
    about = _about(cube, asked, published, hidden)
    # Named by what it says: the same numbers are the same table.
    digest = hashlib.sha256(f"{data}{meta}".encode()).hexdigest()
    table_id = f"dfe-{asked.period_start:%Y%m%d}-{digest[:8]}"
    known = tables(home)
    _require_not_told(known, table_id, about)
    made = partial(_made, table_id, rows, hidden)
    if table_id in known:
        return made(known[table_id])
    freeze_table(home, table_id, (data, meta), about, record_head(home))
    with open_ledger(home) as ledger:
        detail = {
            "form": TABLE,
            "profile": rules.name,
            "approvers": read_release_settings(home).approvers,
            "about": {name: told for name, told in about.items() if name != "keys"},
            "files": frozen_files(home, table_id),
        }
        append(ledger, table_id, "candidate", actor, detail)
        append(ledger, table_id, "checked", actor, {"previous": about["previous"]})
        return made(fold(read_events(ledger), TABLE)[table_id])


def check_table(home: Path, table_id: str, actor: str) -> tuple[Standing, Verdict]:
    """Attack a frozen table beside what readers have now."""
    require_whole(home, tables(home)[table_id])
    published = home / SCHEMA / DATABASE
    frozen = read_frozen(home, table_id)
    found = attack_again(frozen, published, table_profile(PROFILE))
    previous = release_of(published)
    verdict = Verdict(
        passed=not found,
        previous=previous,
        cells=len(frozen.rows),
        exact=0,
        narrow=found,
        contradictions=0,
        hidden_share=round(float(frozen.hidden.to_numpy().mean()), 3),
        findings=(),
    )
    with open_ledger(home) as ledger:
        kind = "checked" if verdict.passed else "held"
        append(ledger, table_id, kind, actor, {"previous": previous, "narrow": verdict.narrow})
        return fold(read_events(ledger), TABLE)[table_id], verdict


def approve_table(home: Path, table_id: str, actor: str) -> Standing:
    """Enter one person's approval of a table."""
    with open_ledger(home) as ledger:
        table = fold(read_events(ledger), TABLE)[table_id]
        require_whole(home, table)
        require_approvable(table, actor)
        append(ledger, table_id, "approved", actor.strip())
        return fold(read_events(ledger), TABLE)[table_id]


def publish_table(home: Path, table_id: str, actor: str) -> Standing:
    """Put an approved table before its readers."""
    with open_ledger(home) as ledger:
        known = fold(read_events(ledger), TABLE)
        table = known[table_id]
        require_whole(home, table)
        require_publishable(table)
        _require_not_told(known, table_id, table.about)
        if table.about["previous"] != release_of(home / SCHEMA / DATABASE):
            raise ReleaseActionError(
                f"readers have another release since {table_id} was checked; `heard release check"
                f" {table_id}` reads the two together, and approvals are asked for again"
            )
        show_table(home, table_id)
        append(ledger, table_id, "published", actor)
        return fold(read_events(ledger), TABLE)[table_id]


def withdraw_table(home: Path, table_id: str, actor: str, reason: str) -> Standing:
    """Take a table from its readers; what it told stays told."""
    with open_ledger(home) as ledger:
        table = fold(read_events(ledger), TABLE)[table_id]
        require_withdrawable(table, reason)
        drop_table(home, table_id)
        append(ledger, table_id, "withdrawn", actor, {"reason": reason})
        return fold(read_events(ledger), TABLE)[table_id]


def _made(table_id: str, rows: Sequence[Row], hidden: Hidden, standing: Standing) -> Made:
    numbers = sum(row.status == "shown" for row in rows) * len(COUNTS)
    gone = int(hidden.of_rows.to_numpy().sum())
    others = gone - hidden.for_themselves
    return Made(table_id, str(standing.state), len(rows), numbers, gone, others, hidden.may_be_none)


def _about(cube: "pd.DataFrame", asked: Asked, published: Path, hidden: Hidden) -> dict[str, Any]:
    """What a table holds and was made beside, for the record; no number of it."""
    keys = cube[[*KEYS]].astype(str).to_numpy().tolist()
    return asked.told() | {
        "authorities": sorted(set(cube["authority_code"])),
        "period_end": f"{cube['period_end'].iloc[0]:%Y-%m-%d}",
        "settled": families_of(published, sorted(set(cube["family"]))),
        "previous": release_of(published),
        "hides_zeros": hidden.may_be_none,
        "keys": keys,
    }


def _require_not_told(
    known: Mapping[str, Standing], table_id: str, about: Mapping[str, Any]
) -> None:
    """Refuse to tell days exactly that were told exactly in another way.

    Raises:
        TableRefusedError: With the table that was published.
    """
    for name, other in known.items():
        shares_days = (
            about["period_start"] <= other.about["period_end"]
            and other.about["period_start"] <= about["period_end"]
        )
        shares_authority = set(about["authorities"]) & set(other.about["authorities"])
        if name != table_id and other.was_told and shares_days and shares_authority:
            raise TableRefusedError(
                f"{name} told exact numbers of these days already, and a table is made once: give"
                " people that one. Another beside it would give away what it hides"
            )
