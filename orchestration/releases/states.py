"""In which state a release is, and what may be done to it then.

Belongs here: the rules of the machine. Does not belong here: files (``snapshot``), the gate or the
ledger's file.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from orchestration.names import is_same_person, plain_name
from orchestration.releases.ledger import Event

# Who approves where the settings ask nobody.
AUTOMATIC = "setting: release automatic"
# Where the entry of a candidate keeps what the attack of its run found and mended.
ATTACK = "attack"
# What the ledger holds: releases of the whole database, and tables that are made once.
RELEASE, TABLE = "release", "table"


class State(StrEnum):
    """What a release is."""

    CANDIDATE = "candidate"
    HELD = "held"
    CHECKED = "checked"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ReleaseActionError(ValueError):
    """What is asked for cannot be done to this release now."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One release as it is now."""

    release_id: str
    state: State
    since: str
    approvers: tuple[str, ...] = ()
    needed: int = 0
    profile: str = ""
    reason: str = ""
    # The gate read all of it and found nothing, whatever became of it since.
    has_passed: bool = False
    # The run that made it attacked it before it was published, and mended what it found.
    was_attacked: bool = False
    form: str = RELEASE
    # Of a table: what it holds, and the release that it was last checked with.
    about: Mapping[str, Any] = field(default_factory=dict)
    # The hash of each of its frozen files, as the record has it.
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def was_told(self) -> bool:
        """Whether anybody ever read it; what was told stays told."""
        return self.state in (State.PUBLISHED, State.WITHDRAWN)


def fold(events: Iterable[Event], form: str = RELEASE) -> dict[str, Standing]:
    """What each release, or each table, adds up to, in the order in which they came."""
    found: dict[str, Standing] = {}
    for event in events:
        before = found.get(event.release_id) or Standing(event.release_id, State.CANDIDATE, "")
        found[event.release_id] = _after(before, event)
    return {name: standing for name, standing in found.items() if standing.form == form}


def _after(before: Standing, event: Event) -> Standing:
    now = replace(before, since=event.happened_at)
    if event.kind == "candidate":
        needed = int(event.detail.get("approvers", 0))
        return replace(
            now,
            needed=needed,
            profile=str(event.detail.get("profile", "")),
            was_attacked=ATTACK in event.detail,
            form=str(event.detail.get("form", RELEASE)),
            files=event.detail.get("files", {}),
            about=event.detail.get("about", {}),
        )
    if event.kind == "approved":
        approvers = (*before.approvers, event.actor)
        state = State.APPROVED if len(approvers) >= before.needed else before.state
        return replace(now, state=state, approvers=approvers)
    if event.kind in ("checked", "held"):
        # An approval is of what was checked then.
        passed = event.kind == "checked"
        if before.form == TABLE:
            about = {**before.about, "previous": event.detail.get("previous", "")}
            before, now = replace(before, about=about), replace(now, about=about)
        if before.state in (State.PUBLISHED, State.WITHDRAWN):
            return replace(before, has_passed=passed)
        return replace(now, state=State(event.kind), approvers=(), has_passed=passed)
    return replace(now, state=State(event.kind), reason=str(event.detail.get("reason", "")))


def require_approvable(release: Standing, actor: str) -> None:
    """Refuse an approval too early, too late, or by somebody who gave it already.

    Raises:
        ReleaseActionError: With what to do.
    """
    if not plain_name(actor):
        raise ReleaseActionError("an approval needs a name; say --by NAME")
    if release.state is State.HELD:
        raise ReleaseActionError(
            f"{release.release_id} is held: the attacker found something, so it cannot be approved"
        )
    if release.state is State.CANDIDATE:
        raise ReleaseActionError(
            f"{release.release_id} was not checked yet; run `heard release check` first"
        )
    if release.state is not State.CHECKED:
        raise ReleaseActionError(f"{release.release_id} is {release.state} already")
    if any(is_same_person(actor, name) for name in release.approvers):
        raise ReleaseActionError(
            f"{actor} approved {release.release_id} already; somebody else has to as well"
        )


def require_publishable(release: Standing) -> None:
    """Refuse to publish what nobody approved, or what was approved once and is out or gone.

    Raises:
        ReleaseActionError: With what to do.
    """
    if release.state in (State.PUBLISHED, State.WITHDRAWN):
        raise ReleaseActionError(f"{release.release_id} is {release.state} already")
    if release.state is not State.APPROVED:
        raise ReleaseActionError(
            f"{release.release_id} is {release.state}; it has {len(release.approvers)} of"
            f" {release.needed} approvals; `heard release check` and `approve` come first"
        )


def require_withdrawable(release: Standing, reason: str) -> None:
    """Refuse to withdraw what is not out, or without saying why.

    Raises:
        ReleaseActionError: With what to do.
    """
    if release.state is not State.PUBLISHED:
        raise ReleaseActionError(
            f"{release.release_id} is {release.state}; only a published {release.form} can be"
            " withdrawn"
        )
    if not reason.strip():
        raise ReleaseActionError("say why it is withdrawn: --reason TEXT")
