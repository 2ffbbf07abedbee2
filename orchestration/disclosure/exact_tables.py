"""A one-off table of exact numbers, as a candidate beside what a release says of the same period.

One count is told by the table, by the release, and by the release again where another period has
the same days; offsets are shared by all indicators of a family. All of it is one question.

Belongs here: bringing them onto one grid. Does not belong here: reading files, or what is hidden
(``suppression``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from orchestration.disclosure.exact_attacker import Candidate
from orchestration.disclosure.knowledge import Knowledge
from orchestration.disclosure.profiles import TableProfile, attack_settings, identities
from orchestration.disclosure.programme import Exact
from orchestration.disclosure.published import NOT_PUBLISHED, make_questions
from orchestration.disclosure.tables import ABSENT, LEFT_OUT

COUNTS = ("numerator", "denominator")
CELL = ["authority_code", "period_type", "period_start", "breakdown", "breakdown_value"]
_KEY = [*CELL, "indicator_id"]


@dataclass(frozen=True, slots=True)
class Question:
    """The part of a table that one family of indicators of one authority is."""

    authority_code: str
    family: str
    candidate: Candidate
    # For each row of the table that is in it: its label there, its cell and its two counts.
    rows: np.ndarray
    cells: np.ndarray
    measures: np.ndarray


def make_candidates(
    table: pd.DataFrame, published: pd.DataFrame, rules: TableProfile
) -> list[Question]:
    """Bring a table and a release together.

    Args:
        table: Rows of exact numbers: the columns of a published cell, family, status, numerator,
            denominator, contributors and is_dominated.
        published: All values of the last release.
        rules: How the table is protected.
    """
    found = []
    for (authority, family), rows in table.groupby(["authority_code", "family"]):
        same = published[
            (published["authority_code"] == authority)
            & (published["family"] == family)
            & (published["period_start"] == rows["period_start"].iloc[0])
            & (published["period_end"] == rows["period_end"].iloc[0])
        ]
        found.append(_question(str(authority), str(family), rows, same, rules))
    return found


def _question(
    authority: str, family: str, rows: pd.DataFrame, same: pd.DataFrame, rules: TableProfile
) -> Question:
    known = same.merge(rows[_KEY], on=_KEY, how="outer", indicator=True)
    lacking = rows.merge(known.loc[known["_merge"] == "right_only", _KEY], on=_KEY)
    lacking = lacking.assign(status=NOT_PUBLISHED, numerator=np.nan, denominator=np.nan)
    values = pd.concat([same, lacking[lacking.columns.intersection(same.columns)]])
    told_of = attack_settings()
    (asked,) = make_questions(
        {"release": values.reset_index(drop=True)},
        told_of["stocks"],
        told_of["people"],
        told_of["apart"],
        with_same_days=True,
    )
    knowledge = _knowledge(asked.knowledge, rows)
    grid = asked.grid
    place = {name: at for at, name in enumerate(grid.cells)}
    cells = np.array([place[name] for name in cell_names(rows)], dtype=int)
    measures = np.array(
        [
            [knowledge.measures.index(f"{name} {count}") for count in COUNTS]
            for name in rows["indicator_id"]
        ]
    )
    states = grid.states.copy()
    counts = np.full((len(grid.cells), len(knowledge.measures)), np.nan)
    few = np.zeros(counts.shape, dtype=bool)
    is_told = (rows["status"] == "shown").to_numpy()
    of_few = rows["contributors"].between(1, rules.threshold) | rows["is_dominated"]
    for number, count in enumerate(COUNTS):
        at = (cells[is_told], measures[is_told, number])
        counts[at] = rows.loc[is_told, count].to_numpy(dtype=float)
        few[at] = of_few[is_told]
        here = (0, *at)
        states[here] = np.where(states[here] == ABSENT, LEFT_OUT, states[here])
    candidate = Candidate(replace(grid, states=states), knowledge, counts, few, rules.threshold)
    return Question(authority, family, candidate, rows.index.to_numpy(), cells, measures)


def cell_names(rows: pd.DataFrame) -> list[str]:
    """Names of cells, as a release's grid has them."""
    return [
        f"{kind}:{str(start)[:10]}" + (f"|{by}={value}" if by != "all" else "")
        for kind, start, by, value in rows[
            ["period_type", "period_start", "breakdown", "breakdown_value"]
        ].itertuples(index=False)
    ]


def _knowledge(knowledge: Knowledge, rows: pd.DataFrame) -> Knowledge:
    """Add what the table makes known: parts of its own wholes, and what is the same elsewhere."""
    apart = attack_settings()["apart"]
    own = [
        (f"{name} numerator", f"{name} denominator")
        for name in sorted(set(rows["indicator_id"]))
        if name not in apart
    ]
    parts = tuple(dict.fromkeys((*knowledge.subset, *own)))
    tied = tuple(
        (whole, of) for whole, of in identities() if {whole, *of} <= set(knowledge.measures)
    )
    return replace(knowledge, subset=parts, sensitive=parts, identities=tied)


def as_told(question: Question, hidden: pd.DataFrame, hides_zeros: bool) -> Exact:
    """What a table that was read back tells of its part: its counts are those that it shows."""
    mask = np.zeros(question.candidate.counts.shape, dtype=bool)
    for number, count in enumerate(COUNTS):
        is_hidden = hidden.loc[question.rows, count].to_numpy(dtype=bool)
        mask[question.cells[is_hidden], question.measures[is_hidden, number]] = True
    return Exact(question.candidate.counts, mask, hides_zeros)


def hidden_rows(questions: Sequence[Question], hidden: Sequence[np.ndarray]) -> pd.DataFrame:
    """Which numbers of which rows of the table are hidden."""
    found = [
        pd.DataFrame(
            {
                count: mask[question.cells, question.measures[:, number]]
                for number, count in enumerate(COUNTS)
            },
            index=question.rows,
        )
        for question, mask in zip(questions, hidden, strict=True)
    ]
    return pd.concat(found).sort_index()
