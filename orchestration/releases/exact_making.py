"""Making a table of exact numbers: what is hidden, what is refused, and its rows.

Belongs here: from the cube to rows. Does not belong here: what becomes of the table
(``exact_tables``), its files or the form.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.disclosure.profiles import TableProfile
from orchestration.hardening import connect
from orchestration.releases.exact_cube import WHOLE, TableRefusedError
from orchestration.releases.exact_files import Frozen
from orchestration.reporting.dfe_form import COUNTS, TOTAL, Row

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from orchestration.disclosure.exact_over_time import OverTime

_SHOWN = "shown"
_LABELS = """
select code_list, code, label from release.published.code_label
"""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Which numbers of which rows are hidden.

    Attributes:
        of_rows: For each row of the cube, its two counts.
        for_themselves: How many are a few themselves; the others would tell those.
        may_be_none: A hidden number may be a zero.
    """

    of_rows: "pd.DataFrame"
    for_themselves: int
    may_be_none: bool


def suppressed(cube: "pd.DataFrame", published: Path, rules: TableProfile) -> Hidden:
    """Hide what has to be hidden, with the attacker who also has the last release.

    Raises:
        TableRefusedError: The numbers contradict those that readers have, or nothing helps.
    """
    # The programme takes half a second to import; only who makes a table needs it.
    from orchestration.disclosure.bounding import ContradictionError
    from orchestration.disclosure.exact_tables import hidden_rows, make_candidates
    from orchestration.disclosure.published_values import read_values
    from orchestration.disclosure.suppression import suppress

    questions = make_candidates(cube, read_values(published), rules)
    with connect(attached={"release": published}) as connection:
        over_time = read_over_time(connection)
        try:
            done = [
                suppress(each.candidate, partial(over_time.recheck, each, cube))
                for each in questions
            ]
        except ContradictionError:
            raise TableRefusedError(
                "these numbers and the published ones cannot both be true; was the disclosure key"
                " changed? Publish a release first"
            ) from None
    if any(each.left for each in done):
        raise TableRefusedError(
            "something small can be told whatever is hidden; take fewer breakdowns or a longer"
            " period"
        )
    return Hidden(
        hidden_rows(questions, [each.hidden for each in done]),
        sum(int(each.primary.sum()) for each in done),
        any(each.hides_zeros for each in done),
    )


def attack_again(frozen: Frozen, published: Path, rules: TableProfile) -> int:
    """How many numbers can be told too closely from a table beside what readers have now.

    Raises:
        TableRefusedError: They contradict each other.
    """
    from orchestration.disclosure.bounding import ContradictionError
    from orchestration.disclosure.exact_tables import as_told, make_candidates
    from orchestration.disclosure.published_values import read_values
    from orchestration.disclosure.suppression import findings

    found = 0
    with connect(attached={"release": published}) as connection:
        over_time = read_over_time(connection)
        for each in make_candidates(frozen.rows, read_values(published), rules):
            exact = as_told(each, frozen.hidden, frozen.hides_zeros)
            try:
                found += len(findings(each.candidate, exact))
            except ContradictionError:
                raise TableRefusedError(
                    "this table and what readers have now contradict each other: its figures moved."
                    " Make it anew"
                ) from None
            found += len(over_time.recheck(each, frozen.rows, exact))
    return found


def read_over_time(connection: "DuckDBPyConnection") -> "OverTime":
    """The attacker who knows all periods of the release that is attached as ``release``."""
    from orchestration.disclosure.exact_over_time import OverTime
    from orchestration.disclosure.gathering import BESIDE

    found = connection.execute(
        "select table_name, list(column_name) from duckdb_columns()"
        " where database_name = 'release' and schema_name = 'published' group by table_name"
    ).fetchall()
    columns = {str(table): frozenset(names) for table, names in found}
    beside = [name for name, needed in BESIDE.items() if needed <= columns.get(name, frozenset())]
    return OverTime(connection, "release.published", beside)


def require_mostly_told(cube: "pd.DataFrame", hidden: Hidden, rules: TableProfile) -> None:
    """Refuse a table of an indicator of which most is hidden (rule R9).

    Raises:
        TableRefusedError: With the breakdowns to leave out.
    """
    is_told = (cube["status"] == _SHOWN).to_numpy()
    share = hidden.of_rows.mean(axis=1)[is_told]
    own = cube[is_told]
    whole = share.groupby([own["authority_code"], own["indicator_id"]]).mean()
    if (whole > rules.mostly_hidden).any():
        by = share.groupby([own["indicator_id"], own["breakdown"]]).mean()
        mostly = [f"{name} by {of}" for name, of in by[by > rules.mostly_hidden].index]
        raise TableRefusedError(
            f"more than {rules.mostly_hidden:.0%} of the numbers of"
            f" {', '.join(sorted({name for _, name in whole[whole > rules.mostly_hidden].index}))}"
            f" would be hidden, most of them in {', '.join(mostly)}; leave that out, or take a year"
            " in place of a quarter"
        )


def table_rows(cube: "pd.DataFrame", hidden: Hidden, published: Path) -> list[Row]:
    """Rows of the form, in the order of the cube, with the names that readers know."""
    with connect(attached={"release": published}) as connection:
        labels = {
            (str(code_list), str(code)): str(label)
            for code_list, code, label in connection.execute(_LABELS).fetchall()
        }
    found = []
    for (_, row), gone in zip(
        cube.iterrows(), hidden.of_rows[list(COUNTS)].to_numpy(dtype=bool), strict=True
    ):
        by, value = str(row["breakdown"]), str(row["breakdown_value"])
        is_whole = by == WHOLE
        found.append(
            Row(
                str(row["authority_code"]),
                f"{row['indicator_id']} {row['name']}",
                TOTAL if is_whole else by.replace("_", " ").capitalize(),
                TOTAL if is_whole else labels.get((by, value), value),
                str(row["status"]),
                (int(row["numerator"]), int(row["denominator"])),
                (bool(gone[0]), bool(gone[1])),
            )
        )
    return found
