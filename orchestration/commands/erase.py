"""``heard erase``: take a person out of everything, and say what was done.

Belongs here: asking for the id, and drawing the answer. Does not belong here: erasing
(``orchestration.erasing``), or an id in anything that is drawn.
"""

import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.commands.output import console, print_json, progress, say
from orchestration.instance import sole_run
from orchestration.preflight import require_ready
from orchestration.reaper import reap
from orchestration.settings import Settings
from orchestration.stopping import STOPPED, stoppable

if TYPE_CHECKING:
    from collections.abc import Callable

    from orchestration.erasing import Erased
    from orchestration.erasure.scanning import Plan
    from orchestration.wordless import OldWords


class NobodyNamedError(ValueError):
    """No id was given."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for."""

    people: tuple[str, ...] = field(repr=False)
    authority: str
    by: str
    reason: str
    even_if_unknown: bool
    dry_run: bool


def erase(inbox: Path | None, home: Path | None, asked: Asked, as_json: bool) -> int:
    """Erase, or only count; return the exit code."""
    from orchestration import erasing

    settings = _settings(inbox, home)
    people = asked.people or _asked_for()
    request = erasing.Request(
        asked.authority, people, asked.by, asked.reason, asked.even_if_unknown
    )
    if asked.dry_run:
        with sole_run(settings.home), progress(quiet=as_json):
            plan, _ = erasing.plan_erasure(settings, request)
        _tell_plan(plan, as_json)
        return 0
    return _do(settings, as_json, lambda: erasing.erase(settings, request))


def erase_again(inbox: Path | None, home: Path | None, as_json: bool) -> int:
    """Finish what was begun, or take out again whoever came back with a restored copy."""
    from orchestration import erasing

    settings = _settings(inbox, home)
    return _do(settings, as_json, lambda: erasing.erase_again(settings))


def erase_expired(
    inbox: Path | None, home: Path | None, by: str, is_meant: bool, as_json: bool
) -> int:
    """Tell what was kept long enough, or let go of it."""
    from orchestration.expiring import expire, find_expired

    settings = _settings(inbox, home)
    today = datetime.now(UTC).date()
    if not is_meant:
        with sole_run(settings.home), progress(quiet=as_json):
            found = find_expired(settings.home, today)
        labels = [record.landed.label for record in found.deliveries]
        _tell_expired(labels, found.words, list(found.releases), "would go; --yes does it", as_json)
        return 0
    if not by:
        raise NobodyNamedError("say --by: the certificate names who decided it")
    with sole_run(settings.home), stoppable() as stop, progress(quiet=as_json):
        reap(settings.home)
        require_ready(settings)
        done = expire(settings, today, by)
    if stop.is_made:
        return STOPPED
    _tell_expired(list(done.deliveries), done.words, list(done.releases), "went", as_json)
    return 0


def _tell_expired(
    deliveries: list[str], words: "OldWords", releases: list[str], what: str, as_json: bool
) -> None:
    if as_json:
        left = [list(each) for each in words.left]
        print_json(
            {
                "deliveries": deliveries,
                "words": words.cells,
                "words_left": left,
                "releases": releases,
            }
        )
        return
    if deliveries or releases:
        say(f"{len(deliveries):,} deliveries and {len(releases):,} releases {what}:")
    for label in (*deliveries, *releases):
        say(f"  {label}")
    if words.cells:
        say(f"Of {len(words.cells):,} deliveries old words {what}; their rows stay:")
    for label, cells in words.cells.items():
        say(f"  {label}: {cells:,} cells")
    for label, file, why in words.left:
        say(f"  {label}/{file} stays as it is: {why}")
    if not (deliveries or releases or words.cells):
        say("Nothing was kept longer than the rules say.")


def _do(settings: Settings, as_json: bool, work: "Callable[[], Erased]") -> int:
    with sole_run(settings.home), stoppable() as stop, progress(quiet=as_json):
        reap(settings.home)
        require_ready(settings)
        done = work()
    if stop.is_made:
        return STOPPED
    _tell(done, as_json)
    return 0


def _settings(inbox: Path | None, home: Path | None) -> Settings:
    settings = Settings.from_environment(inbox, home)
    if not settings.home.is_dir():
        raise FileNotFoundError(f"there is no {settings.home}; run `heard run` first")
    return settings


def _asked_for() -> tuple[str, ...]:
    """Ids from the terminal, where they are not shown, or one a line from standard input."""
    if sys.stdin.isatty():
        import getpass

        told = [getpass.getpass("Id of the person in the case system: ")]
    else:
        told = sys.stdin.read().splitlines()
    people = tuple(dict.fromkeys(line.strip() for line in told if line.strip()))
    if not people:
        raise NobodyNamedError("nobody was named; give --person or an id on standard input")
    return people


def _tell_plan(plan: "Plan", as_json: bool) -> None:
    rows = {f"{source}/{table}": n for (source, table), n in sorted(plan.rows.items()) if n}
    if as_json:
        print_json(
            {
                "files": dict(sorted(plan.files.items())),
                "files_that_would_be_emptied": plan.files_not_readable,
                "rows": rows,
            }
        )
        return
    if not plan:
        say("No landed delivery of this authority holds the person.")
        return
    out = console()
    out.print("This would go; nothing was changed:")
    for place, count in rows.items():
        out.print(f"  {place:<60} {count:>6,} rows")
    for source, count in sorted(plan.files.items()):
        out.print(f"  {count:,} landed files of {source} would be written anew")
    if plan.files_not_readable:
        out.print(f"  {plan.files_not_readable:,} of them cannot be read and would be emptied")


def _tell(done: "Erased", as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    out = console()
    out.print(f"[bold]Erased.[/bold] {sum(done.rows.values()):,} rows from {done.files:,} files.")
    out.print(
        f"Searched {done.proof.files:,} files for {done.proof.texts:,} texts: none is left"
        + (
            f" but {done.proof.shared:,} that other people's rows hold as well."
            if done.proof.shared
            else "."
        )
    )
    if done.emptied:
        out.print(f"{done.emptied:,} files could not be read and were emptied: deliver them again.")
    if done.releases:
        out.print(f"Withdrawn, because they held the person's words: {', '.join(done.releases)}")
    if done.published != "published":
        out.print("No new release: a check held it back or it failed; `heard status` says why.")
    out.print(f"Certificate: {done.certificate}", markup=False)
    out.print("Not touched: the inbox, backups, the case system, and copies outside this folder.")
