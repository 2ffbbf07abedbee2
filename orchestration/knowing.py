"""Make a home folder as it would have been on a past day, from what had arrived by then.

Belongs here: which deliveries were known, the new folder, and its note of the moment.
Does not belong here: replaying a delivery (``rebuilding`` and ``ingestion``) or the run that makes
the figures (``orchestration.refresh``). The home folder itself is only read.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from orchestration.erasure.pending import require_none_under_way
from orchestration.files import PRIVATE_FOLDER, replace_text
from orchestration.ingestion.delivery_manifest import DeliveryRecord, write_record
from orchestration.ingestion.run import load_landed
from orchestration.privacy.keys import key_id, master_key
from orchestration.progress import report
from orchestration.quotes.handover import leave_what_was_quoted
from orchestration.rebuilding import RebuildRefusedError, prepare_copy, require_whole
from orchestration.settings import Settings
from orchestration.themes.ledger import leave_what_was_known

_NOTE = "known_on"


class UnknownMomentError(ValueError):
    """What should be a day or a time is neither."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a folder as known on a day was made from."""

    settings: Settings
    moment: datetime
    deliveries: int
    later: int


def moment_of(text: str) -> datetime:
    """The moment that a day or a time means: a day is known at its end, and times are UTC.

    Raises:
        UnknownMomentError: It is neither a day nor a time.
    """
    try:
        return datetime.combine(date.fromisoformat(text), time.max, UTC)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise UnknownMomentError(
                "--known-on is a day such as 2026-03-31 or a time such as 2026-03-31T09:30"
            ) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def known_on(home: Path) -> datetime | None:
    """The moment that a home folder was made as known on; None for any other home folder."""
    try:
        return datetime.fromisoformat((home / _NOTE).read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        return None


def make_as_known(settings: Settings, moment: datetime, out: Path) -> Known:
    """Load everything that had arrived by a moment, and nothing else, into a folder of its own.

    The contracts, the models and the key are those of today: what differs from a release of that
    day differs because of them, and of nothing that arrived since.

    Raises:
        MissingKeyError: There is no pseudonym key.
        OtherKeyError: The key is not the one that the deliveries were loaded with.
        ErasurePendingError: An erasure was begun and not finished.
        RebuildRefusedError: Landed files are damaged or missing, nothing had arrived by then, or
            the folder is not empty.
    """
    name = key_id(master_key())
    # A copy must not keep somebody whose erasure was begun.
    require_none_under_way(settings.home)
    records = require_whole(settings.home, name)
    known = [_as_then(record, moment) for record in records if record.known_since <= moment]
    if not known:
        first = min(record.known_since for record in records)
        raise RebuildRefusedError(
            f"nothing had arrived by {moment:%Y-%m-%d %H:%M} UTC; the first delivery is of"
            f" {first:%Y-%m-%d %H:%M}"
        )
    _require_empty(out)
    # A run lands what its inbox holds, and this one has to hold nothing.
    copy = Settings(inbox=out / "inbox", home=out, target=settings.target)
    copy.inbox.mkdir(parents=True, mode=PRIVATE_FOLDER)
    prepare_copy(out, settings.home, known)
    leave_what_was_known(out, moment)
    leave_what_was_quoted(out, moment)
    replace_text(out / _NOTE, moment.isoformat() + "\n")
    for record in known:
        write_record(out, record.landed, name, record.known_since)
    load_landed(
        copy,
        [record.landed for record in known],
        lambda step, done, total: report(f"Replaying ({step})", done, total),
    )
    return Known(copy, moment, len(known), len(records) - len(known))


def _as_then(record: DeliveryRecord, moment: datetime) -> DeliveryRecord:
    """A record without what came later: the same bytes may have been delivered again since."""
    landed = record.landed
    if landed.delivered_at > moment:
        landed = replace(landed, delivered_at=record.known_since)
    return replace(record, landed=landed)


def _require_empty(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RebuildRefusedError(f"{out} is not empty; name a new folder with --out")
