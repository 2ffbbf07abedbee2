"""Where the record of releases stood when each release was made, and whether it still holds that.

A chain of hashes shows what was rewritten within it, and not what was cut off its end. So every
release carries how long the record was and its last hash: in its manifest, in its database and in
the packs that were sent out.

Belongs here: writing that down and comparing. Does not belong here: the record (``ledger``).
"""

from collections.abc import Sequence
from pathlib import Path

from orchestration.releases.ledger import (
    LEDGER_NAME,
    Event,
    ReleaseLedgerError,
    open_ledger,
    read_events,
)
from orchestration.releases.snapshot import RELEASES
from orchestration.reporting.release_files import (
    MANIFEST,
    SCHEMA,
    DamagedManifestError,
    Manifest,
    read_manifest,
)


def record_head(home: Path) -> tuple[int, str]:
    """How many entries the record of releases has, and the hash of the last."""
    if not (home / LEDGER_NAME).is_file():
        return (0, "")
    with open_ledger(home) as ledger:
        events = read_events(ledger)
    return (len(events), events[-1].hash) if events else (0, "")


def require_uncut(home: Path, events: Sequence[Event]) -> None:
    """Compare the record with what every release at hand says of it.

    Raises:
        ReleaseLedgerError: Entries that were there when a release was made are not there now.
    """
    known = {event.release_id for event in events}
    frozen = sorted((home / RELEASES).glob("[!.]*"))
    for folder in (home / SCHEMA, *frozen):
        manifest = _manifest(folder)
        if manifest is None or not manifest.record_entries:
            # Made before releases said anything of the record, or the first.
            continue
        count = manifest.record_entries
        is_there = len(events) >= count and events[count - 1].hash == manifest.record_head
        # A run that was killed may have frozen the last one and not entered it yet.
        is_entered = folder not in frozen[:-1] or manifest.release_id in known
        if not (is_there and is_entered):
            raise ReleaseLedgerError(
                f"{LEDGER_NAME} was cut off or replaced: {manifest.release_id} was made after"
                f" {count} entries that end with {manifest.record_head[:16]}, and"
                f" {'its own is' if is_there else 'those are'} not there; put back a copy"
            )


def _manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder / MANIFEST)
    except (FileNotFoundError, NotADirectoryError, DamagedManifestError):
        # Not there, or for `heard verify` to say.
        return None
