"""Erase a person from a home folder: landed files first, then all that was made of them.

Belongs here: the order of it, and finishing what was killed half-way.
Does not belong here: each step (``orchestration.erasure``), or what is asked (``commands.erase``).

From the moment that the tombstones lie on the disk nothing needs the id any more: every step looks
for whoever has a tombstone, so that doing it all again finishes it.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.erasure.certificates import write_certificate
from orchestration.erasure.cleaning import (
    MADE_AGAIN,
    Cleaner,
    clear_what_is_made_again,
    forget_rows_to_send_back,
    unlink_unnamed,
)
from orchestration.erasure.pending import (
    Pending,
    end_pending,
    now_publishing,
    read_pending,
    write_pending,
)
from orchestration.erasure.proof import ErasureIncompleteError, Proof, prove
from orchestration.erasure.scanning import Plan, pseudonyms_of, scan
from orchestration.erasure.search import Sentinel
from orchestration.erasure.sentinels import SHORTEST_ID
from orchestration.erasure.tally import Tally, stand_of, tally
from orchestration.erasure.tombstones import PERSON, Tombstones, read_tombstones
from orchestration.erasure.words import forget_words
from orchestration.expiring import EXPIRED, finish_expiry
from orchestration.ingestion.delivery_manifest import DeliveryRecord, read_records, replace_record
from orchestration.ingestion.parsing import Parser
from orchestration.mappings.loader import load_mappings, source_contracts
from orchestration.privacy.keys import key_id, master_key, pseudonym_key
from orchestration.progress import report
from orchestration.rebuilding import rebuild
from orchestration.settings import Settings

ALL = "all"


class PersonUnknownError(LookupError):
    """No landed delivery of the authority holds the person."""


@dataclass(frozen=True, slots=True)
class Request:
    """Whom to erase, who says so and why; the ids stay in memory."""

    authority_code: str
    ids: tuple[str, ...] = field(repr=False)
    by: str
    reason: str
    even_if_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Erased:
    """How an erasure ended."""

    erasure_id: str
    certificate: Path
    rows: dict[str, int]
    files: int
    emptied: int
    releases: tuple[str, ...]
    published: str
    proof: Proof


def plan_erasure(settings: Settings, request: Request) -> tuple[Plan, Tombstones]:
    """Find out what would go; nothing is written."""
    home, master = settings.home, master_key()
    tombstones = read_tombstones(home)
    authority = request.authority_code
    tombstones.add(authority, PERSON, request.ids)
    tombstones.aliases = frozenset(pseudonyms_of(home, master, authority, request.ids))
    tombstones.alias_key = pseudonym_key(master, PERSON, authority)
    records = _records(home, authority)
    with Parser(home, load_mappings(home)) as parser:
        plan = scan(
            records,
            parser,
            dict(source_contracts(home)),
            tombstones,
            lambda done, total: report("Reading landed deliveries", done, total),
        )
    plan.sentinels |= {Sentinel(name) for name in tombstones.aliases}
    plan.sentinels |= {Sentinel(each, True) for each in request.ids if len(each) >= SHORTEST_ID}
    return plan, tombstones


def erase(settings: Settings, request: Request) -> Erased:
    """Erase somebody and prove it; the caller holds the home folder.

    Raises:
        PersonUnknownError: Nothing landed holds the person.
        ErasureIncompleteError: Something of theirs is still found; what was done stays done.
    """
    plan, tombstones = plan_erasure(settings, request)
    if not plan and not request.even_if_unknown:
        raise PersonUnknownError(
            f"no landed delivery of {request.authority_code} holds this person; see that id and"
            " authority are right. To keep them out of later deliveries, add --even-if-unknown"
        )
    now = datetime.now(UTC)
    pending = Pending(
        erasure_id=f"E-{now:%Y%m%d}-{secrets.token_hex(4)}",
        authority_code=request.authority_code,
        by=request.by,
        reason=request.reason,
        asked_at=now.isoformat(timespec="seconds"),
        pseudonyms=tuple(sorted(tombstones.aliases)),
        before=stand_of(_records(settings.home, request.authority_code)),
    )
    # In this order: a stone without an erasure filters what comes; the reverse would find nobody.
    tombstones.save(settings.home)
    write_pending(settings.home, pending)
    return finish(settings, pending, plan.sentinels, frozenset(plan.deliveries))


def erase_again(settings: Settings) -> Erased:
    """Finish what was begun; else take out everybody who has a tombstone, as after a restore.

    Raises:
        PersonUnknownError: Nobody was ever erased here.
    """
    if done := finish_pending(settings):
        return done
    stones = read_tombstones(settings.home).stones
    if not stones:
        raise PersonUnknownError("nobody was erased from this home folder, so nothing is done")
    now = datetime.now(UTC)
    pending = Pending(
        erasure_id=f"E-{now:%Y%m%d}-{secrets.token_hex(4)}",
        authority_code=ALL,
        by="heard erase --again",
        reason="everybody with a tombstone",
        asked_at=now.isoformat(timespec="seconds"),
        pseudonyms=(),
        before=stand_of(_records(settings.home)),
    )
    write_pending(settings.home, pending)
    return finish(settings, pending, set())


def finish_pending(settings: Settings) -> Erased | None:
    """Finish an erasure that was begun and killed, if there is one."""
    pending = read_pending(settings.home)
    if pending is None:
        return None
    if pending.authority_code == EXPIRED:
        finish_expiry(settings, pending, datetime.now(UTC).date(), is_again=True)
        return None
    return finish(settings, pending, {Sentinel(name) for name in pending.pseudonyms})


def finish(
    settings: Settings,
    pending: Pending,
    sentinels: set[Sentinel],
    only: frozenset[str] | None = None,
) -> Erased:
    """Do every step, from whichever was the last one done.

    Args:
        settings: Inbox and home folder.
        pending: What was asked.
        sentinels: What to look for in the end.
        only: The deliveries that hold the person, where all have just been read; else all are.
    """
    from orchestration.refresh import refresh

    home, tombstones = settings.home, read_tombstones(settings.home)
    asked = pending.authority_code
    authorities = sorted(tombstones.stones) if asked == ALL else [asked]
    clean_landing(home, authorities, tombstones, only)
    gone = tally(pending.before, [each for code in authorities for each in _records(home, code)])
    releases = forget_words(home, authorities, tombstones, pending.by, pending.erasure_id)
    forget_rows_to_send_back(home)
    if _records(home):
        rebuild(settings)
    clear_what_is_made_again(home)
    pending = now_publishing(home, pending)
    outcome = refresh(settings)
    try:
        proof = prove(home, sentinels)
    except ErasureIncompleteError:
        # Whoever finished it later would not know the ids, and certify what was not searched for.
        end_pending(home)
        raise
    told = _certificate(pending, gone, releases, outcome.status, proof)
    path = write_certificate(home, pending.erasure_id, told)
    end_pending(home)
    return Erased(
        erasure_id=pending.erasure_id,
        certificate=path,
        rows=told["rows_erased"],
        files=gone.files,
        emptied=gone.emptied,
        releases=releases,
        published=outcome.status,
        proof=proof,
    )


def clean_landing(
    home: Path,
    authorities: list[str],
    tombstones: Tombstones,
    only: frozenset[str] | None = None,
) -> None:
    """Write every landed file anew that holds somebody with a tombstone."""
    contracts = dict(source_contracts(home))
    with Parser(home, load_mappings(home)) as parser:
        cleaner = Cleaner(home, parser, contracts, tombstones)
        while True:
            before = tombstones.size()
            records = [each for code in authorities for each in _records(home, code)]
            for done, record in enumerate(records, start=1):
                is_read = only is None or record.landed.delivery_id in only
                _clean(home, record, cleaner, is_read and record.landed.source in contracts)
                report("Writing landed files anew", done, len(records))
            if tombstones.size() == before:
                break
            tombstones.save(home)
            only = None
    unlink_unnamed(home, read_records(home))


def _clean(home: Path, record: DeliveryRecord, cleaner: Cleaner, is_read: bool) -> None:
    """Write a delivery anew; of one that is not read, only the names of its files."""
    kept = cleaner.clean(record.landed) if is_read else cleaner.named(record.landed)
    if kept != record.landed:
        replace_record(home, DeliveryRecord(kept, record.key_id, record.first_seen_at))


def _records(home: Path, authority: str | None = None) -> list[DeliveryRecord]:
    return [
        record for record in read_records(home) if authority in (None, record.landed.authority_code)
    ]


def _certificate(
    pending: Pending, gone: Tally, releases: tuple[str, ...], published: str, proof: Proof
) -> dict[str, Any]:
    return {
        "authority_code": pending.authority_code,
        "asked_by": pending.by,
        "reason": pending.reason,
        "asked_at": pending.asked_at,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "landed_files_rewritten": gone.files,
        "landed_files_emptied": gone.emptied,
        "rows_erased": dict(gone.rows),
        "releases_withdrawn": list(releases),
        "made_again": ["warehouse", "published", "quarantine", *MADE_AGAIN],
        "publishing": published,
        "searched_files": proof.files,
        "searched_bytes": proof.bytes,
        "searched_texts": proof.texts,
        "texts_that_others_have_too": proof.shared,
        "archives_not_read_whole": proof.unread,
        "key_id": key_id(master_key()),
    }
