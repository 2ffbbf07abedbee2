"""Run the whole refresh through Dagster, in this process, and say how it ended.

Belongs here: executing the job and reading its events into one outcome.
Does not belong here: what the steps do (``orchestration.defs``), or drawing progress.
"""

import gc
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from orchestration.fingerprint import read_state
from orchestration.instance import dagster_home, prepare_process
from orchestration.privacy.keys import master_key
from orchestration.privacy.messages import OURS
from orchestration.reaper import end_stale_runs
from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

JOB = "nightly_refresh"
STARTED_BY = {"heard/started_by": "command"}
# How Dagster begins the words of an error that this project defines: with the name of its kind.
_KIND_OF_OURS = re.compile(rf"(?:{'|'.join(OURS)})\.[\w.]+: ")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One check that held publication back."""

    asset: str
    check: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one refresh ended."""

    status: Literal["published", "held_back", "failed"]
    run_id: str
    release_id: str = ""
    refusals: tuple[Refusal, ...] = ()
    errors: tuple[str, ...] = ()


def refresh(
    settings: Settings, settle_seconds: float = 0.0, from_the_start: bool = False
) -> Outcome:
    """Land, load, check, build, check and publish.

    Args:
        settings: Inbox and home folder.
        settle_seconds: How long a delivery must lie unchanged before it counts as complete.
        from_the_start: Build the rows of every authority, also of those with nothing new.

    Raises:
        MissingKeyError: There is no pseudonym key; nothing was touched.
    """
    master_key()
    prepare_process(settings)
    os.environ["DAGSTER_HOME"] = str(dagster_home(settings).resolve())
    with _without_looking_for_cycles():
        return _run(settings, settle_seconds, from_the_start)


def _run(settings: Settings, settle_seconds: float, from_the_start: bool) -> Outcome:
    import dagster as dg

    from orchestration.definitions import build_definitions
    from orchestration.defs.transform import FROM_THE_START

    definitions = build_definitions(settings, settle_seconds)
    with dg.DagsterInstance.get() as instance:
        end_stale_runs(instance, STARTED_BY)
        result = definitions.resolve_job_def(JOB).execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags=STARTED_BY | ({FROM_THE_START: "yes"} if from_the_start else {}),
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    return _outcome(settings, result)


@contextmanager
def _without_looking_for_cycles() -> Iterator[None]:
    """Let no garbage be looked for during a run, which makes next to none of the cyclic kind.

    The modules alone are a million objects that stay to the end. Python would look through them
    again and again while they load: a twentieth of a run's processor time by its defaults, and
    0.25 s even when told to look seldom. It makes no difference to the memory a run takes.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # What stands now is never looked at again, or the first collection would pay for all.
        gc.freeze()
        if was_enabled:
            gc.enable()


def _outcome(settings: Settings, result: "dg.ExecuteInProcessResult") -> Outcome:
    import dagster as dg

    from orchestration.defs.layers import HEARD_RELEASE
    from orchestration.defs.quality import is_refusal

    refusals = tuple(
        Refusal(found.asset_key.to_user_string(), found.check_name)
        for found in result.get_asset_check_evaluations()
        if is_refusal(found)
    )
    released = [
        event
        for event in result.all_events
        if event.is_step_materialization and event.asset_key == dg.AssetKey(list(HEARD_RELEASE))
    ]
    if result.success and released:
        published = read_state(settings.home).published
        release_id = published.release_id if published else ""
        return Outcome("published", result.run_id, release_id)
    # A release that the attack held is refused as by a check.
    refusals += tuple(
        Refusal("release/heard", "attack_finds_nothing")
        for event in result.all_events
        if event.is_step_failure and _is_held(event)
    )
    if refusals:
        return Outcome("held_back", result.run_id, refusals=refusals)
    errors = _errors(event for event in result.all_events if event.is_step_failure)
    # Dagster calls a run that skipped its last step a success.
    return Outcome("failed", result.run_id, errors=errors or ("the release was not made",))


def _is_held(event: Any) -> bool:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error is not None and error.cls_name == "HeldReleaseError"


def _errors(failures: Iterable[Any]) -> tuple[str, ...]:
    """Return each reason once, behind the steps that failed for it."""
    steps: dict[str, list[str]] = {}
    for failure in failures:
        steps.setdefault(_reason(failure), []).append(failure.step_key)
    return tuple(f"{', '.join(names)}: {reason}" for reason, names in steps.items())


def _reason(failure: Any) -> str:
    """Return a failed step's own words: our innermost error, else the innermost, no traceback."""
    error, told = failure.step_failure_data.error, []
    while error is not None:
        told.append(error.message.strip())
        error = error.cause
    # What led to an error of ours may be somebody else's, whose words are withheld.
    ours = [words for words in told if _KIND_OF_OURS.match(words)]
    return _KIND_OF_OURS.sub("", ours[-1], 1) if ours else (told or ["no reason given"])[-1]
