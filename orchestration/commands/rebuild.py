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
EXIT_CODES = {"published": PUBLISHED, "held_back": HELD_BACK, "failed": FAILED}


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
    return EXIT_CODES[outcome.status]


@dataclass(frozen=True, slots=True)
class AnswerAsKnown:
    """How ``heard rebuild --known-on`` ended, for a program."""

    status: str
    known_on: str
    deliveries: int
    deliveries_since: int
    published: str


def rebuild_as_known(home: Path | None, known_on: str, out: Path, as_json: bool) -> int:
    """Make the figures as they would have been on a past day, beside the home folder."""
    from orchestration.knowing import make_as_known, moment_of
    from orchestration.refresh import refresh

    # Nothing is taken from an inbox; whoever asks about the past need not have one.
    settings = Settings.from_environment(out / "inbox", home)
    with stoppable() as stop, progress(quiet=as_json):
        with sole_run(settings.home):
            known = make_as_known(settings, moment_of(known_on), out.absolute())
        with sole_run(known.settings.home):
            require_ready(known.settings)
            outcome = refresh(known.settings)
    if stop.is_made:
        return STOPPED
    answer = AnswerAsKnown(
        status=outcome.status,
        known_on=known.moment.isoformat(),
        deliveries=known.deliveries,
        deliveries_since=known.later,
        published=str(known.settings.home / "published"),
    )
    if as_json:
        print_json(answer)
    else:
        _tell_as_known(answer)
    return EXIT_CODES[outcome.status]


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


def _tell_as_known(answer: AnswerAsKnown) -> None:
    out = console()
    out.print(
        f"Made from the {answer.deliveries:,} deliveries known on {answer.known_on};"
        f" {answer.deliveries_since:,} came later. The home folder was only read."
    )
    if answer.status == "published":
        out.print(f"The figures as they were known: {answer.published}", markup=False)
    else:
        out.print("Nothing was published; `heard status --home` with that folder says why.")
