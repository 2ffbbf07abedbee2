"""What people and `heard run` do with releases.

Belongs here: candidate, check, approve, publish, withdraw, each with its entry in the ledger.
Does not belong here: drawing (``orchestration.commands.release``) or the rules (``states``).
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from orchestration.files import PRIVATE_FOLDER
from orchestration.releases.gate import Verdict, judge
from orchestration.releases.heads import require_uncut
from orchestration.releases.last_hand import LastHandOn
from orchestration.releases.ledger import append, open_ledger, read_events
from orchestration.releases.places import waiting
from orchestration.releases.settings import ReleaseSettings, read_release_settings
from orchestration.releases.snapshot import (
    CANDIDATE_HOME,
    KEY_OF_ROUNDING,
    freeze,
    frozen_files,
    put_before_readers,
    read_papers,
    require_whole,
    snapshot_folder,
    take_down,
    thaw,
)
from orchestration.releases.states import (
    ATTACK,
    AUTOMATIC,
    TABLE,
    ReleaseActionError,
    Standing,
    State,
    fold,
    require_approvable,
    require_publishable,
    require_withdrawable,
)
from orchestration.reporting.freezing import Settled
from orchestration.reporting.release_files import DATABASE, SCHEMA

LATEST = "latest"
# Frozen releases that nobody but the setting approved; those that people approved are all kept.
KEPT = 3


def place_of(home: Path, settings: ReleaseSettings, is_held: bool = False) -> Path:
    """The folder under which a run makes its release: before readers, or where people decide."""
    if not settings.asks_people and not is_held:
        return home
    folder = home / CANDIDATE_HOME
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    return folder


def record_release(
    home: Path,
    settings: ReleaseSettings,
    papers: Mapping[str, Any],
    attack: Mapping[str, int] | None = None,
    is_held: bool = False,
) -> None:
    """Freeze what a run has just made and enter it; what is entered already stays as it is.

    Args:
        home: The home folder.
        settings: How releases are made here.
        papers: What it was made from and by.
        attack: What the attack of the run found and mended: counts alone.
        is_held: Something was left, so that it lies where people decide, and they cannot approve.
    """
    manifest = freeze(home, place_of(home, settings, is_held) / SCHEMA, papers)
    with open_ledger(home) as ledger:
        if manifest.release_id in fold(read_events(ledger)):
            return
        detail = {
            "profile": settings.profile.name,
            "approvers": settings.approvers if settings.asks_people else 0,
            "files": frozen_files(home, manifest.release_id),
        }
        if attack:
            detail[ATTACK] = dict(attack)
        append(ledger, manifest.release_id, "candidate", "heard run", detail)
        if is_held:
            append(ledger, manifest.release_id, "held", "heard run", attack)
        elif not settings.asks_people:
            # Nobody is asked: the setting approves, and the entry says so.
            append(ledger, manifest.release_id, "approved", AUTOMATIC)
            append(ledger, manifest.release_id, "published", AUTOMATIC)
        known = fold(read_events(ledger))
    automatic = [name for name, release in known.items() if release.approvers == (AUTOMATIC,)]
    for name in automatic[:-KEPT]:
        thaw(home, name)


def last_hand(home: Path, settings: ReleaseSettings, is_held: bool = False) -> LastHandOn:
    """What is to be done to the draft of a release, given what readers have now."""
    with open_ledger(home) as ledger:
        events = read_events(ledger)
    known = fold(events)
    published = _published(known)
    trusts = bool(published) and known[published[-1]].was_attacked
    if published and not _rounds_alike(home, published[-1]):
        # Two draws of one number contradict each other, which is no fault of this release.
        trusts = False
    before = home / SCHEMA / DATABASE
    if published and not before.is_file():
        # Readers have nothing, and what they had is frozen here all the same.
        before = snapshot_folder(home, published[-1]) / DATABASE
    return LastHandOn(
        settings.profile,
        before,
        trusts,
        may_hold=not settings.asks_people and not is_held,
        freezes=settings.freezes(datetime.now(UTC).date()),
        settled=_settled(fold(events, TABLE)),
        places=waiting(events),
    )


def _settled(tables: Mapping[str, Standing]) -> tuple[Settled, ...]:
    """The days of which exact numbers were ever told."""
    return tuple(
        Settled(
            tuple(table.about["authorities"]),
            tuple(table.about["settled"]),
            date.fromisoformat(table.about["period_start"]),
            date.fromisoformat(table.about["period_end"]),
        )
        for table in tables.values()
        if table.was_told
    )


def standings(home: Path) -> dict[str, Standing]:
    """Every release as it is now; the chain of the ledger is proved on the way."""
    with open_ledger(home) as ledger:
        return fold(read_events(ledger))


def require_record(home: Path) -> None:
    """Compare the record with what every release at hand says of it.

    Raises:
        ReleaseLedgerError: Its end was cut off.
    """
    with open_ledger(home) as ledger:
        events = read_events(ledger)
    require_uncut(home, events)


def find(known: Mapping[str, Standing], wanted: str) -> Standing:
    """A release by its name, or the latest.

    Raises:
        ReleaseActionError: There is none.
    """
    if wanted == LATEST and known:
        return list(known.values())[-1]
    if wanted not in known:
        raise ReleaseActionError(f"there is no release {wanted}; `heard release list` has them")
    return known[wanted]


def check(home: Path, wanted: str, actor: str) -> tuple[Standing, Verdict]:
    """Run the gate on a release, with the one that was published before it."""
    known = standings(home)
    release = find(known, wanted)
    require_whole(home, release)
    previous = _published_before(home, known, release.release_id)
    settings = read_release_settings(home)
    # What passed with the release before it needs no second look; what never passed does.
    has_passed = bool(previous) and known[previous].has_passed
    verdict = judge(home, release.release_id, previous, settings.profile, has_passed)
    with open_ledger(home) as ledger:
        kind = "checked" if verdict.passed else "held"
        detail = asdict(verdict) | {"findings": len(verdict.findings)}
        append(ledger, release.release_id, kind, actor, detail)
        return find(fold(read_events(ledger)), release.release_id), verdict


def approve(home: Path, wanted: str, actor: str) -> Standing:
    """Enter one person's approval of what was checked."""
    release = find(standings(home), wanted)
    require_whole(home, release)
    with open_ledger(home) as ledger:
        # Looked at again inside: two people may approve at once.
        require_approvable(find(fold(read_events(ledger)), release.release_id), actor)
        append(ledger, release.release_id, "approved", actor.strip())
        return find(fold(read_events(ledger)), release.release_id)


def publish(home: Path, wanted: str, actor: str) -> Standing:
    """Put an approved release before its readers."""
    with open_ledger(home) as ledger:
        release = find(fold(read_events(ledger)), wanted)
        require_publishable(release)
        require_whole(home, release)
        if ended := _without_leave(home, release.release_id):
            raise ReleaseActionError(
                f"{release.release_id} quotes words that may no longer be quoted so"
                f" ({', '.join(ended)}); `heard run --force` makes a release without them"
            )
        # Safe to repeat: killed before the entry, the next one does the same again.
        put_before_readers(home, release)
        append(ledger, release.release_id, "published", actor)
        return find(fold(read_events(ledger)), release.release_id)


def withdraw(home: Path, wanted: str, actor: str, reason: str) -> tuple[Standing, str]:
    """Take a release from its readers; the one before, if there is one, takes its place.

    One that quotes what may no longer be quoted does not come back; then it is the one before that.
    """
    with open_ledger(home) as ledger:
        known = fold(read_events(ledger))
        release = find(known, wanted)
        require_withdrawable(release, reason)
        is_shown = list(_published(known))[-1] == release.release_id
        standing_before = _published_before(home, known, release.release_id, is_shown)
        if is_shown and standing_before:
            put_before_readers(home, known[standing_before])
        elif is_shown:
            take_down(home)
        append(ledger, release.release_id, "withdrawn", actor, {"reason": reason})
        return find(fold(read_events(ledger)), release.release_id), standing_before


def _published(known: Mapping[str, Standing]) -> list[str]:
    return [name for name, release in known.items() if release.state is State.PUBLISHED]


def _published_before(
    home: Path, known: Mapping[str, Standing], release_id: str, is_to_be_read: bool = False
) -> str:
    """The release that readers had before, if its files are still kept."""
    order = list(known)
    before = [name for name in _published(known) if order.index(name) < order.index(release_id)]
    if is_to_be_read:
        kept = (name for name in reversed(before) if snapshot_folder(home, name).is_dir())
        return next((name for name in kept if not _without_leave(home, name)), "")
    return before[-1] if before and snapshot_folder(home, before[-1]).is_dir() else ""


def _rounds_alike(home: Path, release_id: str) -> bool:
    """Whether a release was rounded with the key that counts now, as far as its papers say."""
    from orchestration.privacy.keys import disclosure_key, key_id

    used = read_papers(home, release_id).get(KEY_OF_ROUNDING)
    return not used or used == key_id(disclosure_key())


def _without_leave(home: Path, release_id: str) -> tuple[str, ...]:
    # Only a person who decides needs this; a run quotes what is allowed on its day.
    from orchestration.quotes.releasing import quotes_without_leave

    return quotes_without_leave(home, snapshot_folder(home, release_id) / DATABASE)
