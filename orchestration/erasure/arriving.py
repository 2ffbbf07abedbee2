"""Keep erased people, and words that went, out of a delivery that comes later.

Belongs here: what ingestion asks on each pass over the inbox. Does not belong here: erasing them in
the first place (``orchestration.erasing``, ``orchestration.expiring``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from orchestration.contracts import Contract
from orchestration.erasure.cleaning import Cleaner
from orchestration.erasure.old_words import WordKeeper
from orchestration.erasure.retention import Days
from orchestration.erasure.tombstones import Tombstones
from orchestration.ingestion.delivery_manifest import read_record, read_records, records_folder
from orchestration.ingestion.landing import landed_path
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.results import LandedDelivery, LandedFile

ErasedFiles = Mapping[tuple[str, str], Mapping[str, LandedFile]]


def erased_files(home: Path) -> ErasedFiles:
    """What lies in landing in the place of delivered files, by authority, source and their hash."""
    found: dict[tuple[str, str], dict[str, LandedFile]] = {}
    for record in read_records(home):
        for file in record.landed.files:
            if file.delivered_sha256:
                place = (record.landed.authority_code, record.landed.source)
                found.setdefault(place, {})[file.delivered_sha256] = file
    return found


@contextmanager
def cleaned(
    home: Path,
    landed: LandedDelivery,
    contracts: Mapping[str, Contract],
    parser: Parser,
    tombstones: Tombstones,
    wordless: Days,
) -> Iterator[LandedDelivery]:
    """A landed delivery as it may be loaded; in the block its record is written.

    One that is recorded is as its record says, for the erasure itself cleaned it. A new one has
    erased people taken out, and words said before the day since which they are kept; after its
    record names the new files the delivered ones go.
    """
    first_kept = wordless.get((landed.authority_code, landed.source))
    is_named = tombstones.has(landed.authority_code)
    if landed.source not in contracts or not (is_named or first_kept):
        yield landed
        return
    path = records_folder(home) / f"{landed.delivery_id}.json"
    if path.is_file():
        yield replace(landed, files=read_record(path).landed.files)
        return
    strays, kept = _hashes(landed), landed
    if is_named:
        kept = Cleaner(home, parser, dict(contracts), tombstones).clean(landed)
        if kept != landed:
            # Keys of rows that hung on theirs may be new: they come before the record.
            tombstones.save(home)
    if first_kept:
        strays |= _hashes(kept)
        taken = WordKeeper(home, parser, contracts).take(kept, first_kept)
        kept, strays = taken.landed, strays.union(taken.strays)
    yield kept
    if kept != landed:
        _forget(home, strays)


def _hashes(landed: LandedDelivery) -> set[str]:
    return {sha256 for file in landed.files for sha256 in (file.sha256, file.identity)}


def _forget(home: Path, strays: set[str]) -> None:
    """Remove from landing what this delivery was, and no record names."""
    named = {file.sha256 for record in read_records(home) for file in record.landed.files}
    for sha256 in strays - named:
        landed_path(home, sha256).unlink(missing_ok=True)
