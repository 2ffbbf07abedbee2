"""``heard release``: what becomes of a release, and who decided it.

Belongs here: drawing it, and handing on what a person decides.
Does not belong here: what is possible when (``orchestration.releases``).
"""

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from orchestration.commands.output import console, print_json, say
from orchestration.instance import sole_run
from orchestration.reaper import reap
from orchestration.releases import actions, exact_tables
from orchestration.releases.comparing import Difference, compare
from orchestration.releases.gate import Verdict
from orchestration.releases.states import Standing
from orchestration.settings import Settings

PASSED = 0
HELD = 2


def show_list(home: Path | None, as_json: bool) -> int:
    """Show the releases; return the exit code."""
    folder = _home(home)
    actions.require_record(folder)
    found = [*actions.standings(folder).values(), *exact_tables.tables(folder).values()]
    if as_json:
        print_json([asdict(release) for release in found])
        return PASSED
    if not found:
        say("There is no release yet; `heard run` makes one.")
        return PASSED
    from orchestration.commands.summary import make_table

    table = make_table("release", "state", "since", "profile", "approved by")
    for release in found:
        by = ", ".join(release.approvers).replace("[", "\\[")
        table.add_row(
            release.release_id, str(release.state), release.since[:16], release.profile, by
        )
    console().print(table)
    return PASSED


def check(home: Path | None, wanted: str, by: str | None, as_json: bool) -> int:
    """Run the gate; return the exit code."""
    folder = _home(home)
    does = exact_tables.check_table if _is_table(folder, wanted) else actions.check
    release, verdict = does(folder, wanted, _actor(by))
    if as_json:
        print_json(asdict(release) | {"verdict": asdict(verdict)})
    else:
        _tell(release, verdict)
    return PASSED if verdict.passed else HELD


def approve(home: Path | None, wanted: str, by: str | None, as_json: bool) -> int:
    """Enter an approval; return the exit code."""
    folder = _home(home)
    does = exact_tables.approve_table if _is_table(folder, wanted) else actions.approve
    release = does(folder, wanted, _actor(by))
    lacking = release.needed - len(release.approvers)
    _answer(
        release,
        as_json,
        f"{release.release_id} is {release.state}; "
        + (f"{lacking} more to approve." if lacking > 0 else "`heard release publish` is next."),
    )
    return PASSED


def publish(home: Path | None, wanted: str, by: str | None, as_json: bool) -> int:
    """Publish; return the exit code."""
    folder = _home(home)
    does = exact_tables.publish_table if _is_table(folder, wanted) else actions.publish
    with _alone(folder):
        release = does(folder, wanted, _actor(by))
    _answer(release, as_json, f"{release.release_id} is published.")
    return PASSED


def withdraw(home: Path | None, wanted: str, reason: str, by: str | None, as_json: bool) -> int:
    """Withdraw; return the exit code."""
    folder = _home(home)
    if _is_table(folder, wanted):
        with _alone(folder):
            table = exact_tables.withdraw_table(folder, wanted, _actor(by), reason)
        _answer(table, as_json, f"{wanted} is withdrawn. What it told stays told.")
        return PASSED
    with _alone(folder):
        release, before = actions.withdraw(folder, wanted, _actor(by), reason)
    shown = f"Readers see {before} again." if before else "Readers see nothing now."
    _answer(release, as_json, f"{release.release_id} is withdrawn. {shown}")
    return PASSED


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the home folder: a run that starts meanwhile clears the drafts of what is published."""
    with sole_run(home):
        reap(home)
        yield


def diff(home: Path | None, before: str, after: str, as_json: bool) -> int:
    """Compare two releases; return the exit code."""
    folder = _home(home)
    known = actions.standings(folder)
    found = compare(folder, *(actions.find(known, wanted) for wanted in (before, after)))
    if as_json:
        print_json([asdict(difference) for difference in found])
    else:
        _draw(found)
    return PASSED


def _draw(found: Sequence[Difference]) -> None:
    from orchestration.commands.summary import make_table

    table = make_table("table", "rows before", "rows after", "only before", "only after")
    for each in found:
        numbers = (each.before, each.after, each.only_before, each.only_after)
        table.add_row(each.table, *(f"{number:,}" for number in numbers))
    console().print(table)


def _tell(release: Standing, verdict: Verdict) -> None:
    with_ = f", with {verdict.previous} before it" if verdict.previous else ""
    say(f"The attacker read {release.release_id}{with_}: {verdict.cells:,} cells.")
    if verdict.contradictions:
        say("Some numbers contradict each other, so nothing can be said of them.")
    say(
        f"{verdict.exact} can be told exactly, {verdict.narrow} all but exactly; "
        + ("it passed." if verdict.passed else "it is held.")
    )
    for finding in verdict.findings:
        say(
            f"  {finding['severity']}: {finding['kind']} of {finding['measure']} in"
            f" {finding['cell']} ({finding['values_left']} left)"
        )
    if verdict.places and not verdict.passed:
        say("`heard run --force` makes a release without what was found; then check that one.")


def _answer(release: Standing, as_json: bool, text: str) -> None:
    if as_json:
        print_json(release)
    else:
        say(text)


def _is_table(home: Path, wanted: str) -> bool:
    return wanted in exact_tables.tables(home)


def _actor(by: str | None) -> str:
    return by if by is not None else getpass.getuser()


def _home(home: Path | None) -> Path:
    # Only the home folder matters here, so a missing inbox must not stop the answer.
    return Settings.from_environment(inbox=Path(), home=home).home
