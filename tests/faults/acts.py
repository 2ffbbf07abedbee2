"""The commands that change what is there already, with the light driver's run in Dagster's place.

Belongs here: giving each as the command line does. Does not belong here: a fault, or what must hold
afterwards.
"""

import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

from orchestration.instance import PRIVATE_UMASK
from orchestration.settings import Settings

Refresh = Callable[[Settings], None]

# Nobody else has this id; two sources hold it.
PERSON, AUTHORITY = "SENTINELCHILD", "330"
REASON = "asked for"


def give(act: str, inbox: Path, home: Path, refresh: Refresh) -> int:
    """Give one command, and return its exit code."""
    os.umask(PRIVATE_UMASK)
    _without_dagster(refresh)
    return ACTS[act](inbox, home)


def finish(settings: Settings, refresh: Refresh) -> None:
    """Finish what an erasure left, as a run does before anything else."""
    from orchestration.erasing import finish_pending

    _without_dagster(refresh)
    finish_pending(settings)


def _without_dagster(light: Refresh) -> None:
    from orchestration import expiring, refresh
    from orchestration.refresh import Outcome

    def run(settings: Settings, *_: object, **__: object) -> Outcome:
        light(settings)
        return Outcome("published", "run")

    refresh.refresh = run
    # The light run does without pandas; who reads a staged file needs to know of none.
    if sys.modules.get("pandas", os) is None:
        del sys.modules["pandas"]
    # Dagster's own record is no part of this.
    expiring._forget_runs = lambda *_: 0


def _erase(inbox: Path, home: Path) -> int:
    from orchestration.commands.erase import Asked, erase

    asked = Asked((PERSON,), AUTHORITY, "Jo", REASON, even_if_unknown=False, dry_run=False)
    return erase(inbox, home, asked, as_json=True)


def _expire(inbox: Path, home: Path) -> int:
    from orchestration.commands.erase import erase_expired

    return erase_expired(inbox, home, "Jo", is_meant=True, as_json=True)


def _rotate(inbox: Path, home: Path) -> int:
    from orchestration import rotating
    from orchestration.commands.keys import rotate

    # The same new key each time, so that what must come out is known.
    keys = itertools.count(0xA1)
    rotating.new_key = lambda: bytes([next(keys)]) * 32
    return rotate("Jo", False, inbox, home, as_json=True)


def _rebuild(inbox: Path, home: Path) -> int:
    from orchestration.commands.rebuild import rebuild

    return rebuild(inbox, home, as_json=True)


def _publish(_: Path, home: Path) -> int:
    from orchestration.commands.release import publish

    return publish(home, "latest", "Jo", as_json=True)


def _withdraw(_: Path, home: Path) -> int:
    from orchestration.commands.release import withdraw

    return withdraw(home, "latest", REASON, "Jo", as_json=True)


ACTS: dict[str, Callable[[Path, Path], int]] = {
    "erase": _erase,
    "expire": _expire,
    "publish": _publish,
    "rebuild": _rebuild,
    "rotate": _rotate,
    "withdraw": _withdraw,
}
