"""``heard run``: refresh everything, or find in a moment that nothing is new.

Belongs here: the order of the cheap question and the costly answer, and exit codes.
Does not belong here: anything imported before it is known that there is work to do.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.commands.output import console, print_json, progress, say
from orchestration.fingerprint import (
    State,
    fingerprint,
    forget_published,
    is_published,
    read_state,
    write_state,
)
from orchestration.instance import sole_run
from orchestration.preflight import (
    TellingLackOfRoom,
    lack_of_room,
    require_access,
    require_ready,
)
from orchestration.reaper import UNFINISHED_ERASURE, has_leftovers, reap
from orchestration.settings import Settings
from orchestration.stopping import STOPPED, stoppable

if TYPE_CHECKING:
    from orchestration.ingestion.results import Ignored

PUBLISHED = 0
FAILED = 1
HELD_BACK = 2
_MANIFEST = "/manifest.csv"
# Named here as well: to import the module that reads it costs more than a run with nothing new.
ALERT_SETTINGS = "alerts.yaml"


@dataclass(frozen=True, slots=True)
class Answer:
    """How ``heard run`` ended, for a program."""

    status: str
    release_id: str
    published: str
    refusals: tuple[dict[str, str], ...] = ()
    errors: tuple[str, ...] = ()
    left_in_inbox: "tuple[Ignored, ...]" = ()


def run(settings: Settings, as_json: bool, force: bool = False, summary: bool = True) -> int:
    """Refresh if anything changed; return the exit code."""
    require_access(settings)
    state = read_state(settings.home)
    current = fingerprint(settings, state)
    unfinished = has_leftovers(settings.home)
    known = not force and not unfinished and is_published(settings, state, current)
    if known and state.published:
        if settings.home.is_dir():
            write_state(settings.home, state)
        if (settings.home / ALERT_SETTINGS).is_file():
            _see_to_incidents(settings.home, nothing_new=True)
        return _nothing_new(settings, state, as_json)

    from orchestration.refresh import refresh

    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with sole_run(settings.home), stoppable() as stop, progress(quiet=as_json):
        reap(settings.home)
        require_ready(settings)
        if (settings.home / UNFINISHED_ERASURE).exists():
            from orchestration.erasing import finish_pending

            finish_pending(settings)
        if force:
            forget_published(settings.home)
        if not settings.inbox.is_dir() and not as_json:
            say(f"There is no inbox at {settings.inbox}; a network share may come back: trying on.")
        with TellingLackOfRoom(settings):
            outcome = refresh(settings, from_the_start=force)
    if stop.is_made:
        return _stopped(as_json)
    _see_to_incidents(settings.home)

    from orchestration.releases.settings import read_release_settings
    from orchestration.reporting.inbox_left import left_in_inbox

    waits = outcome.status == "published" and read_release_settings(settings.home).asks_people
    answer = Answer(
        status="candidate" if waits else outcome.status,
        release_id=outcome.release_id,
        published=str(settings.home / "published"),
        refusals=tuple({"asset": r.asset, "check": r.check} for r in outcome.refusals),
        errors=(*_lack_of_room(settings, outcome.status), *outcome.errors),
        left_in_inbox=left_in_inbox(settings.inbox, settings.home),
    )
    if as_json:
        print_json(answer)
    else:
        _tell(answer, settings.home, summary)
    return {"published": PUBLISHED, "held_back": HELD_BACK, "failed": FAILED}[outcome.status]


def _see_to_incidents(home: Path, nothing_new: bool = False) -> None:
    """Do what time makes due about incidents, and send messages where somebody is to be told."""
    from orchestration.alerts.delivery import drain
    from orchestration.watching import watch_time

    watch_time(home, datetime.now(UTC), nothing_new)
    for trouble in drain(home).troubles:
        sys.stderr.write(f"heard: {trouble}\n")


def _lack_of_room(settings: Settings, status: str) -> tuple[str, ...]:
    lack = lack_of_room(settings) if status == "failed" else None
    return () if lack is None else (lack,)


def _nothing_new(settings: Settings, state: State, as_json: bool) -> int:
    published = settings.home / "published"
    release_id = state.published.release_id if state.published else ""
    left: tuple[Ignored, ...] = ()
    if any(name.startswith("inbox/") and name.lower().endswith(_MANIFEST) for name in state.files):
        # Only a delivery with a manifest can wait unseen; to look for one costs more than the rest.
        from orchestration.reporting.inbox_left import left_in_inbox

        left = left_in_inbox(settings.inbox, settings.home)
    if as_json:
        print_json(Answer("nothing_new", release_id, str(published), left_in_inbox=left))
        return PUBLISHED
    say(f"Nothing new since release {release_id}. Published: {published}")
    _tell_left(left)
    return PUBLISHED


def _tell_left(left: "tuple[Ignored, ...]") -> None:
    if left:
        from orchestration.commands.summary import show_left_in_inbox

        show_left_in_inbox(console(), left)


def _stopped(as_json: bool) -> int:
    if as_json:
        print_json({"status": "stopped"})
    else:
        say("Stopped, as asked. What was committed stays; the next run does the rest.")
    return STOPPED


def _tell(answer: Answer, home: Path, summary: bool) -> None:
    out = console()
    if answer.status == "published":
        if summary:
            from orchestration.commands.summary import show_summary

            show_summary(out, home)
            _tell_left(answer.left_in_inbox)
        return
    if answer.status == "candidate":
        out.print(
            f"[bold]Candidate {answer.release_id}.[/bold] Nobody reads it yet: people approve"
        )
        out.print("releases here. `heard release check`, `approve` (each approver) and `publish`.")
        return
    if answer.status == "held_back":
        out.print("[bold]Held back.[/bold] A check that must hold failed, so nothing was published")
        out.print("and the last release stays as it was. What failed:")
        for refusal in answer.refusals:
            out.print(f"  {refusal['check']} on {refusal['asset']}")
        out.print("`heard status` says what to do about each. Mend the extract, deliver it again.")
        return
    out.print("[bold]The run failed.[/bold] Nothing was published; the last release stays.")
    for error in answer.errors:
        out.print(f"  {error}", markup=False)
    out.print("`heard doctor` checks the installation, the settings and the folders.")
