"""Move part of the voice into exports of other programs: an app, registers, forms, surveys.

Belongs here: which items a council has in another program. Does not belong here: inventing them, or
their layout there (export_registers, export_meetings, export_answers, export_surveys). What is
moved leaves the voice extension, so nothing is told twice; only items to which no decision and no
reply points are moved, because the warehouse gives moved ids a prefix.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from orchestration.synthetic.clocks import FAR, Array
from orchestration.synthetic.collective import Collective
from orchestration.synthetic.export_answers import case_forms, voice_questions
from orchestration.synthetic.export_meetings import offers_of_advocacy, return_interviews
from orchestration.synthetic.export_registers import list_of_examples, register, statements
from orchestration.synthetic.export_shape import write_export
from orchestration.synthetic.export_surveys import long_survey, wide_survey
from orchestration.synthetic.flaws import Counts
from orchestration.synthetic.history import History
from orchestration.synthetic.recipe import Draws, Place

# What a mapping says of every survey, so that others stay where they are.
_SURVEYED = "as_information"


@dataclass(frozen=True, slots=True)
class Moved:
    """What other programs hold, and what stays in the voice extension.

    Attributes:
        said: Expressions by the program that holds them.
        interviews: Missing episodes whose interview another program holds.
        gathered: Collective voice by the program that holds it.
        expressions: The expressions that stay.
        collective: The collective voice that stays.
        missing: The missing episodes that stay.
    """

    said: Mapping[str, pd.DataFrame]
    interviews: pd.DataFrame
    gathered: Mapping[str, Collective]
    expressions: pd.DataFrame
    collective: Collective
    missing: pd.DataFrame


def move_to_exports(
    place: Place,
    history: History,
    said: pd.DataFrame,
    gathered: Collective,
    followed: Mapping[str, Array],
    *,
    nothing: bool = False,
) -> Moved:
    """Choose what other programs hold.

    Args:
        place: The authority.
        history: What happened there.
        said: Every expression.
        gathered: Collective voice.
        followed: For expressions, feedback and waves, the positions to which something points.
        nothing: Whether all stays in the voice extension.
    """
    known = history.missing["in_extension"].to_numpy()
    if nothing:
        return Moved({}, history.missing.iloc[:0], {}, said, gathered, history.missing[known])
    shares, draws = place.recipe.exports, place.draws("exports")
    loose = ~np.isin(np.arange(len(said)), followed["expression"])
    elsewhere = known & draws.whether(shares["interviews"]["share"], len(known))
    interviews = history.missing[elsewhere]
    chosen = {
        "app": loose & _own_statements(said) & draws.whether(shares["app"]["share"], len(said)),
        "interview": loose & _of_interviews(said, interviews),
    }
    for program, through in (("advocacy", "advocate"), ("forms", "form")):
        worded = (said["through"] == through).to_numpy() & (said["text"] != "").to_numpy()
        share = draws.whether(shares[program]["share"], len(said))
        chosen[program] = loose & worded & share
    held, stays = _collective(draws, shares, gathered, followed)
    return Moved(
        said={program: said[here] for program, here in chosen.items()},
        interviews=interviews,
        gathered=held,
        expressions=said[~np.logical_or.reduce(list(chosen.values()))],
        collective=stays,
        missing=history.missing[known & ~elsewhere],
    )


def _own_statements(said: pd.DataFrame) -> Array:
    """Return what a child or young person wrote in the app."""
    own = (said["own"] & (said["child"] >= 0)).to_numpy()
    # Not all that was captured in an app is verbatim, which the export takes it to be.
    return np.asarray(own & (said["through"] == "app").to_numpy())


def _of_interviews(said: pd.DataFrame, interviews: pd.DataFrame) -> Array:
    """Return what was said in an interview and is just what its export can tell."""
    held = interviews.set_index("missing_id")["held"]
    day = said["occasion_id"].map(held).fillna(FAR).to_numpy()
    here = (said["kind"] == "RHI_DONE") & (said["owner"] == "child") & (said["text"] != "")
    here &= (said["about"] == "as_information") & (said["directness"] == "summary_unchecked")
    return np.asarray(here.to_numpy() & (said["day"].to_numpy() == day))


def _collective(
    draws: Draws,
    shares: Mapping[str, Mapping[str, float]],
    gathered: Collective,
    followed: Mapping[str, Array],
) -> tuple[dict[str, Collective], Collective]:
    """Return collective voice by program, and what stays."""
    feedback, waves = gathered.feedback, gathered.waves
    listed = ~np.isin(np.arange(len(feedback)), followed["feedback"])
    listed &= draws.whether(shares["feedback"]["share"], len(feedback))
    shown = draws.whether(shares["examples"]["share"], len(gathered.examples))
    fit = (waves["about"] == _SURVEYED).to_numpy() & (waves["responded"] > 0).to_numpy()
    fit &= ~np.isin(np.arange(len(waves)), followed["survey_wave"])
    tools = np.flatnonzero(fit)
    tools = tools[: int(np.ceil(len(tools) * shares["surveys"]["share"]))]
    # In turns, so that even few waves show both ways to export them.
    long, wide = tools[::2], tools[1::2]
    registers = replace(gathered, feedback=feedback[listed], examples=gathered.examples[shown])
    stays = replace(
        _of_waves(gathered, np.setdiff1d(np.arange(len(waves)), tools)),
        feedback=feedback[~listed],
        examples=gathered.examples[~shown],
    )
    held = {"long": _of_waves(gathered, long), "wide": _of_waves(gathered, wide)}
    return held | {"registers": registers}, stays


def _of_waves(gathered: Collective, waves: Array) -> Collective:
    answers = gathered.answers[gathered.answers["wave"].isin(waves)].reset_index(drop=True)
    return replace(gathered, waves=gathered.waves.iloc[waves], answers=answers)


def write_exports(out: Path, place: Place, history: History, moved: Moved, counts: Counts) -> None:
    """Write one delivery for each of the programs."""
    said, gathered = moved.said, moved.gathered
    for export in (
        statements(place, history, said["app"]),
        register(place, history, gathered["registers"].feedback),
        list_of_examples(place, gathered["registers"].examples),
        offers_of_advocacy(place, history, said["advocacy"]),
        return_interviews(place, history, moved.interviews, said["interview"]),
        case_forms(place, history, said["forms"]),
        voice_questions(place, history),
        long_survey(place, gathered["long"]),
        wide_survey(place, gathered["wide"]),
    ):
        write_export(out, place, export, counts)
