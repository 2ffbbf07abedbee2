"""Generate the deliveries of invented authorities, and the truth about them.

Belongs here: the order of the work, authority by authority. Does not belong here: how anything is
invented, laid out or counted.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from orchestration.synthetic.case_system import kept, write_case_system
from orchestration.synthetic.collective import Collective, gather_collective
from orchestration.synthetic.counting import Cell
from orchestration.synthetic.event_lists import Happened, write_event_lists
from orchestration.synthetic.exports import move_to_exports, write_exports
from orchestration.synthetic.flaws import Counts
from orchestration.synthetic.followup import (
    Subjects,
    numbered,
    record_influences,
    record_replies,
)
from orchestration.synthetic.history import invent_history
from orchestration.synthetic.opportunities import list_opportunities
from orchestration.synthetic.outcomes import add_outcomes
from orchestration.synthetic.planted import planted_gaps
from orchestration.synthetic.recipe import Place, load_recipe, places
from orchestration.synthetic.truth import Told, work_out
from orchestration.synthetic.voice import explain_absence, record_expressions
from orchestration.synthetic.voice_tables import child_tables, collective_tables, followup_tables
from orchestration.synthetic.write import write_delivery

TRUTH_FILE = "truth.json"
# The years of seeds/reference/ref_bank_holidays.csv: without them a clock would run too fast.
_HOLIDAYS_FROM, _HOLIDAYS_TO = 2000, 2040


class ImpossibleRequestError(ValueError):
    """The generator was asked for something it cannot invent."""


@dataclass(frozen=True, slots=True)
class GenerationReport:
    """What was generated, without a single personal value in it."""

    authorities: tuple[str, ...]
    files: int
    rows: int
    quarantined: int
    duplicates: int
    truth_cells: int
    truth_path: Path


@dataclass(frozen=True, slots=True)
class Invented:
    """One authority: the truth about it and the counts of its files."""

    cells: list[Cell]
    planted: list[dict[str, Any]]
    counts: Counts


def generate(
    out: Path,
    authorities: int,
    children: int,
    years: int,
    seed: int,
    as_of: date,
    events_to: Path | None = None,
    seeds: Sequence[int] | None = None,
    first_authority: int = 330,
    lean: bool = False,
) -> GenerationReport:
    """Write deliveries of all sources for invented authorities, with truth.json beside them.

    Args:
        out: The inbox to write to.
        authorities: How many authorities, with codes in a row.
        children: How many children are known to each.
        years: How many years of history end on `as_of`.
        seed: The same seed gives the same bytes.
        as_of: The day on which the extracts are true.
        events_to: A folder for the event lists (`seeds/synthetic/event_lists.yaml`), from which
            whoever doubts the warehouse can work out every indicator again.
        seeds: A seed for each authority, instead of one for all.
        first_authority: The code of the first authority.
        lean: Whether to leave out Annex A, other programs' exports, the expected values, all of the
            census but the cases before court, and tables that no indicator reads, which take most
            of the time.
    """
    if min(authorities, children, years) < 1 or authorities > 600 or children > 99_999 or seed < 0:
        raise ImpossibleRequestError(
            "ask for 1 to 600 authorities, 1 to 99,999 children, 1 year or more and a seed of 0"
            " or more"
        )
    if as_of.year - years < _HOLIDAYS_FROM or as_of.year >= _HOLIDAYS_TO:
        raise ImpossibleRequestError(
            f"bank holidays are known from {_HOLIDAYS_FROM} to {_HOLIDAYS_TO}: ask for fewer years"
            " or extend seeds/reference/ref_bank_holidays.csv"
        )
    given = list(seeds) if seeds is not None else [seed] * authorities
    if len(given) != authorities or min(given) < 0:
        raise ImpossibleRequestError("give one seed of 0 or more for each authority")
    out.mkdir(parents=True, exist_ok=True)
    recipe = load_recipe()
    invented = {
        place.authority: _invent(place, out, events_to, lean)
        for place in places(authorities, children, years, given, as_of, recipe, first_authority)
    }
    return _report(out, seed, as_of, invented)


def _invent(place: Place, out: Path, events_to: Path | None, lean: bool) -> Invented:
    """Invent one authority, write its deliveries and work out its truth."""
    history = invent_history(place)
    rows = list_opportunities(place, history)
    said = record_expressions(place, history, rows)
    reasons = explain_absence(place, rows, said)
    add_outcomes(rows, said, reasons)
    gathered = gather_collective(place, history)
    influences, replies = _follow_up(place, rows, said, gathered)
    counts = Counts()
    write_case_system(out, place, history, counts, lean)
    followed = {
        kind: np.concatenate([influences[at]["subject"], replies[at]["subject"]])
        for at, kind in enumerate(("expression", "feedback", "survey_wave"))
    }
    moved = move_to_exports(place, history, said, gathered, followed, nothing=lean)
    if not lean:
        write_exports(out, place, history, moved, counts)
    all_influences = numbered(place, "INF", influences)
    all_replies = numbered(place, "RPL", replies)
    told = Told(
        history=history,
        rows=rows,
        expressions=said,
        influenced=influences[0]["subject"].to_numpy(),
        replies=replies[0],
        # How many people answered is known of a wave only where it stayed.
        collective=replace(gathered, waves=moved.collective.waves),
    )
    voice = {
        **child_tables(place, history, moved.expressions, reasons, moved.missing),
        **followup_tables(all_influences, all_replies),
        **collective_tables(history, moved.collective),
    }
    write_delivery(out, place, "voice_extension", place.as_of, kept(voice, lean), counts)
    if events_to is not None:
        at = said["row"].to_numpy()
        occasion = np.where(at >= 0, rows["occasion_id"].to_numpy()[np.maximum(at, 0)], "")
        registers = moved.gathered.get("registers")
        happened = Happened(
            history=history,
            expressions=said,
            absences=reasons,
            influences=all_influences,
            replies=all_replies,
            collective=gathered,
            occasion_of=occasion,
            in_app=_among(said, moved.said.get("app")),
            in_register=_among(gathered.feedback, registers.feedback if registers else None),
        )
        write_event_lists(events_to / place.authority, place, happened)
    return Invented([] if lean else work_out(place, told), planted_gaps(place), counts)


def _among(every: pd.DataFrame, moved: pd.DataFrame | None) -> Any:
    """Return which rows are among those that another program holds."""
    return np.isin(np.arange(len(every)), [] if moved is None else moved.index)


def _follow_up(
    place: Place, rows: pd.DataFrame, said: pd.DataFrame, gathered: Collective
) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
    """Return influences and replies, those of expressions first."""
    at = said["row"].to_numpy()
    decision = (at >= 0) & rows["is_decision"].to_numpy()[np.maximum(at, 0)]
    waves = gathered.waves.rename(columns={"opened": "day", "audience": "owner"})
    subjects = [
        _subjects("expression", said, "expression_id", decision),
        _subjects("feedback", gathered.feedback, "feedback_id", None),
        _subjects("survey_wave", waves, "wave_id", None),
    ]
    met = gathered.sessions
    sessions = _subjects("participation_session", met, "session_id", None)
    influences = [record_influences(place, one) for one in subjects]
    replies = [
        record_replies(place, one, influence["subject"].to_numpy())
        for one, influence in zip(subjects, influences, strict=True)
    ]
    # What a group agreed stands with its session; whether the group was told is a reply.
    replies.append(record_replies(place, sessions, np.flatnonzero(met["agreed"] > 0)))
    return influences, replies


def _subjects(kind: str, frame: pd.DataFrame, identifier: str, decision: Any | None) -> Subjects:
    return Subjects(
        kind=kind,
        identifiers=frame[identifier].to_numpy(),
        days=frame["day"].to_numpy(),
        owners=frame["owner"].to_numpy(),
        at_decision=np.ones(len(frame), dtype=bool) if decision is None else decision,
    )


def _report(out: Path, seed: int, as_of: date, invented: dict[str, Invented]) -> GenerationReport:
    """Write truth.json and say what was done."""
    path = out / TRUTH_FILE
    truth = {
        "version": 1,
        "seed": seed,
        "as_of": as_of.isoformat(),
        "authorities": {
            authority: {"cells": one.cells, "planted": one.planted, **asdict(one.counts)}
            for authority, one in invented.items()
        },
    }
    text = json.dumps(truth, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    counts = [one.counts for one in invented.values()]
    return GenerationReport(
        authorities=tuple(invented),
        # Rows of a file that holds several tables are counted table by table.
        files=sum(len({tuple(name.split("/")[:3]) for name in one.rows}) for one in counts),
        rows=sum(sum(count.rows.values()) for count in counts),
        quarantined=sum(sum(count.quarantined.values()) for count in counts),
        duplicates=sum(sum(count.duplicates.values()) for count in counts),
        truth_cells=sum(len(one.cells) for one in invented.values()),
        truth_path=path,
    )
