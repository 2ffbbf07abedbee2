"""Let go of what was kept long enough: deliveries, words, frozen releases, the record of runs.

Belongs here: the order of it. Does not belong here: how long (``erasure.retention``), words
(``orchestration.wordless``), or a person (``orchestration.erasing``).
"""

import os
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.erasure.certificates import write_certificate
from orchestration.erasure.cleaning import (
    clear_what_is_made_again,
    forget_rows_to_send_back,
    unlink_unnamed,
)
from orchestration.erasure.pending import Pending, end_pending, now_publishing, write_pending
from orchestration.erasure.proof import prove
from orchestration.erasure.retention import (
    LOGS,
    RELEASES,
    note_expired,
    past_retention,
    read_rules,
    rule_for,
)
from orchestration.erasure.tally import stand_of, tally
from orchestration.erasure.told_words import without_quoted
from orchestration.ingestion.delivery_manifest import DeliveryRecord, read_records, records_folder
from orchestration.instance import dagster_home, prepare_process
from orchestration.privacy.keys import key_id, master_key
from orchestration.rebuilding import read_old, replay, require_same_rounding, require_whole, swap_in
from orchestration.releases.actions import standings
from orchestration.releases.snapshot import snapshot_folder, thaw
from orchestration.releases.states import State
from orchestration.settings import Settings
from orchestration.wordless import OldWords, find_old_words, take_old_words

EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Expiring:
    """What is past its time; runs are counted only when they go."""

    deliveries: tuple[DeliveryRecord, ...]
    releases: tuple[str, ...]
    runs_before: date
    words: OldWords

    def __bool__(self) -> bool:
        return bool(self.deliveries or self.releases or self.words.cells)


@dataclass(frozen=True, slots=True)
class Expired:
    """What went."""

    certificate: Path
    deliveries: tuple[str, ...]
    words: OldWords
    releases: tuple[str, ...]
    runs: int
    published: str


def find_expired(home: Path, today: date) -> Expiring:
    """What the rules keep no longer; nothing is changed."""
    expiring = _past(home, today)
    words = find_old_words(home, today, without=_ids(expiring.deliveries))
    return replace(expiring, words=words)


def _past(home: Path, today: date) -> Expiring:
    """The same without a look into any file."""
    rules = read_rules(home)
    first = rule_for(rules, RELEASES).first_kept(today)
    known = standings(home).values()
    shown = [release.release_id for release in known if release.state is State.PUBLISHED][-1:]
    old = tuple(
        release.release_id
        for release in known
        if release.release_id not in shown
        and datetime.fromisoformat(release.since).date() < first
        and snapshot_folder(home, release.release_id).is_dir()
    )
    gone = tuple(past_retention(read_records(home), rules, today))
    return Expiring(gone, old, rule_for(rules, LOGS).first_kept(today), OldWords())


def expire(settings: Settings, today: date, by: str) -> Expired:
    """Let go of everything that is past its time; the caller holds the home folder."""
    now = datetime.now(UTC)
    # Before it is written down that something is under way, which stops every run until it is done.
    _require_replayable(settings.home)
    gone = [each.landed.label for each in _past(settings.home, today).deliveries]
    pending = Pending(
        erasure_id=f"R-{now:%Y%m%d}-{secrets.token_hex(4)}",
        authority_code=EXPIRED,
        by=by,
        # Named here, for what was forgotten before a kill is not found again.
        reason=f"kept long enough: {', '.join(gone) or 'no delivery'}",
        asked_at=now.isoformat(timespec="seconds"),
        pseudonyms=(),
        before=stand_of(read_records(settings.home)),
    )
    write_pending(settings.home, pending)
    return finish_expiry(settings, pending, today)


def finish_expiry(
    settings: Settings, pending: Pending, today: date, is_again: bool = False
) -> Expired:
    """Do every step; those that were done already find nothing to do.

    Args:
        settings: Inbox and home folder.
        pending: What was asked.
        today: The day.
        is_again: It was killed; nobody knows how the warehouse stands to the landed files.
    """
    from orchestration.refresh import refresh

    home = settings.home
    if is_again:
        _require_replayable(home)
    expiring = _past(home, today)
    words = take_old_words(home, today, without=_ids(expiring.deliveries))
    if expiring.deliveries or words.cells or (is_again and read_records(home)):
        _replay_without(settings, expiring.deliveries)
        clear_what_is_made_again(home)
    # Also when nothing is past its time any more: it may have been killed just before this.
    unlink_unnamed(home, read_records(home))
    for release in expiring.releases:
        thaw(home, release)
    pending = now_publishing(home, pending)
    runs = _forget_runs(settings, expiring.runs_before)
    outcome = refresh(settings)
    labels = tuple(record.landed.label for record in expiring.deliveries)
    proof = prove(home, without_quoted(home, words.sentinels))
    told = {
        "asked_by": pending.by,
        "reason": pending.reason,
        "asked_at": pending.asked_at,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "deliveries": list(labels),
        "landed_files_without_old_words": tally(pending.before, read_records(home)).files,
        "cells_without_old_words": words.cells,
        "files_left_as_they_are": [list(each) for each in words.left],
        "searched_texts": proof.texts,
        "texts_that_younger_rows_have_too": proof.shared,
        "releases": list(expiring.releases),
        "runs": runs,
        "publishing": outcome.status,
    }
    path = write_certificate(home, pending.erasure_id, told)
    end_pending(home)
    return Expired(path, labels, words, expiring.releases, runs, outcome.status)


def _require_replayable(home: Path) -> None:
    # What only the ledger knows gets a record first, or it would be lost with the old warehouse.
    read_old(home)
    if read_records(home):
        require_whole(home, key_id(master_key()))


def _ids(records: tuple[DeliveryRecord, ...]) -> frozenset[str]:
    return frozenset(record.landed.delivery_id for record in records)


def _replay_without(settings: Settings, gone: tuple[DeliveryRecord, ...]) -> None:
    home, names = settings.home, _ids(gone)
    require_same_rounding(home)
    kept = [each for each in read_records(home) if each.landed.delivery_id not in names]
    forget_rows_to_send_back(home)
    scratch, _ = replay(settings, kept)
    # Before the swap: from then on nothing else remembers that they were here.
    note_expired(home, gone)
    swap_in(scratch, home)
    for name in names:
        (records_folder(home) / f"{name}.json").unlink(missing_ok=True)


def _forget_runs(settings: Settings, before: date) -> int:
    """Delete the record of runs long ago: the ledger, not Dagster, says what happened."""
    if not (dagster_home(settings) / "history").is_dir():
        return 0
    prepare_process(settings)
    os.environ["DAGSTER_HOME"] = str(dagster_home(settings).resolve())
    import dagster as dg

    moment = datetime(before.year, before.month, before.day, tzinfo=UTC)
    with dg.DagsterInstance.get() as instance:
        old = instance.get_runs(dg.RunsFilter(created_before=moment))
        for run in old:
            instance.delete_run(run.run_id)
    return len(old)
