"""The gate: the attacker reads the release before and this one together.

Belongs here: which numbers are attacked and what holds a release. Does not belong here: the attack
(``orchestration.disclosure``). What did not move since a release that passed is not attacked again.
"""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.disclosure.profiles import Profile, attack_settings
from orchestration.releases.places import Place
from orchestration.releases.snapshot import KEY_OF_ROUNDING, read_papers, snapshot_folder
from orchestration.reporting.release_files import DATABASE

if TYPE_CHECKING:
    import pandas as pd

    from orchestration.disclosure.attacker import Finding
    from orchestration.disclosure.knowledge import Knowledge
    from orchestration.disclosure.published import Question
    from orchestration.disclosure.tables import Grid

_SAID = 20
_KEY = ["authority_code", "family", "period_type", "period_start"]
CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of a release. Findings name cells, never a value.

    ``findings`` are the first of them, to be read; ``places`` are all, for the next run.
    """

    passed: bool
    previous: str
    cells: int
    exact: int
    narrow: int
    contradictions: int
    hidden_share: float
    findings: tuple[dict[str, Any], ...]
    places: tuple[Place, ...] = ()


def judge(
    home: Path, release_id: str, previous: str, profile: Profile, only_moved: bool = False
) -> Verdict:
    """Attack a frozen release, with the one before it if there is one.

    Args:
        home: The home folder.
        release_id: The release.
        previous: The one that was published before it; empty if none was.
        profile: What holds a release.
        only_moved: Leave out periods in which no number moved; the release before passed.
    """
    # scipy and pandas take half a second; only a gate needs them.
    from orchestration.disclosure.published import make_questions
    from orchestration.disclosure.published_values import read_values

    names = [name for name in (previous, release_id) if name]
    values = {name: read_values(snapshot_folder(home, name) / DATABASE) for name in names}
    candidate = values[release_id]
    hidden = float((candidate["status"] == "suppressed").mean()) if len(candidate) else 0.0
    told: list[Finding] = []
    places: list[Place] = []
    found: Counter[str] = Counter()
    cells = 0
    told_of = attack_settings()
    questions = make_questions(
        _moved(values) if only_moved else values,
        told_of["stocks"],
        told_of["people"],
        told_of["apart"],
        is_sticky=len({read_papers(home, name).get(KEY_OF_ROUNDING) for name in names}) == 1,
    )
    for question in questions:
        cells += len(question.grid.cells)
        findings = attack_question(question)
        if findings is None:
            found[CONTRADICTION] += 1
            continue
        found.update(finding.severity for finding in findings)
        told.extend(findings)
        places.extend(_place(question.authority_code, finding) for finding in findings)
    holds = found["exact"] + found[CONTRADICTION]
    if profile.fail_on == "narrow":
        holds += found["narrow"]
    return Verdict(
        passed=not holds,
        previous=previous,
        cells=cells,
        exact=found["exact"],
        narrow=found["narrow"],
        contradictions=found[CONTRADICTION],
        hidden_share=round(hidden, 3),
        findings=tuple(asdict(finding) for finding in told[:_SAID]),
        places=tuple(dict.fromkeys(places)),
    )


def attack_question(question: "Question") -> "tuple[Finding, ...] | None":
    """What is found; nothing at all (None) where the numbers contradict each other."""
    from orchestration.disclosure.attacker import attack_grid
    from orchestration.disclosure.bounding import ContradictionError

    def findings(of: "Grid", knowing: "Knowledge") -> "tuple[Finding, ...] | None":
        try:
            return attack_grid(of, knowing).findings
        except ContradictionError:
            return None

    found = findings(question.grid, question.knowledge)
    if found is None:
        # Cells under two names, frozen beside new, need not agree.
        question = question.loosened()
        found = findings(question.grid, question.knowledge)
    grid, knowledge = question.grid, question.knowledge
    if found is None and any(findings(each, knowledge) is None for each in grid.apart()):
        # Parts fall short in one release by itself: what nobody gave an owner is in the whole and
        # in none of its parts. Two releases that disagree are another matter.
        found = findings(grid, replace(knowledge, has_rest=True))
    return found


def _place(authority: str, finding: "Finding") -> Place:
    figure, _, count = finding.measure.rpartition(" ")
    period, _, part = finding.cell.partition("|")
    period_type, _, period_start = period.partition(":")
    breakdown, _, value = part.partition("=")
    whole = "all"
    return Place(
        authority, figure, count, period_type, period_start, breakdown or whole, value or whole
    )


def _moved(values: "dict[str, pd.DataFrame]") -> "dict[str, pd.DataFrame]":
    """The periods in which any published number differs between the releases, whole."""
    if len(values) < 2:
        return values
    before, after = values.values()
    same = before.merge(after, how="outer", indicator=True)
    moved = same.loc[same["_merge"] != "both", _KEY].drop_duplicates()
    return {name: found.merge(moved, on=_KEY) for name, found in values.items()}
