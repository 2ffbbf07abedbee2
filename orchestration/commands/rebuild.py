"""``heard rebuild``: make the warehouse again from the landed files, then run everything.

Belongs here: the order of it, and saying whether the result is the same.
Does not belong here: the replay (``orchestration.rebuilding``) or the run
(``orchestration.refresh``).
"""

from dataclasses import dataclass
from pathlib import Path

from orchestration.commands.output import console, print_json, progress
from orchestration.commands.run import FAILED, HELD_BACK, PUBLISHED
from orchestration.instance import sole_run
from orchestration.preflight import require_ready
from orchestration.reaper import reap
from orchestration.settings import Settings
from orchestration.stopping import STOPPED, stoppable

UNREADABLE = "could not be read"


@dataclass(frozen=True, slots=True)
class Answer:
    """How ``heard rebuild`` ended, for a program; a checksum covers raw tables and marts."""

    status: str
    deliveries: int
    checksum_before: str
    checksum_after: str
    raw_is_equal: bool | None
    is_equal: bool | None


def rebuild(inbox: Path | None, home: Path | None, as_json: bool) -> int:
    """Replay landing into a new warehouse, swap it in, run everything; return the exit code."""
    from orchestration.rebuilding import checksum
    from orchestration.rebuilding import rebuild as replay
    from orchestration.refresh import refresh

    settings = Settings.from_environment(inbox, home)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with sole_run(settings.home), stoppable() as stop, progress(quiet=as_json):
        reap(settings.home)
        require_ready(settings)
        rebuilt = replay(settings)
        outcome = refresh(settings)
        after = checksum(settings.home)
    if stop.is_made:
        return STOPPED
    before = rebuilt.all_before
    answer = Answer(
        status=outcome.status,
        deliveries=rebuilt.deliveries,
        checksum_before=before,
        checksum_after=after,
        raw_is_equal=rebuilt.raw_before == rebuilt.raw_after if rebuilt.raw_before else None,
        is_equal=before == after if before else None,
    )
    if as_json:
        print_json(answer)
    else:
        _tell(answer)
    return {"published": PUBLISHED, "held_back": HELD_BACK, "failed": FAILED}[outcome.status]


def _tell(answer: Answer) -> None:
    out = console()
    out.print(f"Made the warehouse again from {answer.deliveries:,} landed deliveries.")
    out.print(f"  before  {answer.checksum_before or UNREADABLE}")
    out.print(f"  after   {answer.checksum_after}")
    if answer.is_equal is None:
        out.print("The old warehouse could not be read, so there is nothing to compare with.")
    elif answer.is_equal:
        out.print("Both say the same, to the row.")
    else:
        what = "the marts differ" if answer.raw_is_equal else "raw tables differ"
        out.print(
            f"They do not say the same: {what}. That is right if the code, the contracts or the"
            " inbox changed since the last run; otherwise please report it."
        )
    if answer.status != "published":
        out.print("Nothing was published; `heard run` and `heard status` say why.")
