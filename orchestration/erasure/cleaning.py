"""Put the files of a delivery back into landing without the people who were erased.

Belongs here: one delivery's new files and how many rows they lack; what of landing nobody names
any more. Does not belong here: whose rows go (screening) or the order of an erasure.
"""

import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from orchestration.contracts import Contract
from orchestration.erasure.screening import Hits, Opened, Screen
from orchestration.erasure.tombstones import PERSON, Tombstones
from orchestration.files import sync_file, sync_folder
from orchestration.ingestion.delivery_manifest import DeliveryRecord
from orchestration.ingestion.landing import landed_path
from orchestration.ingestion.parsing import Parser
from orchestration.ingestion.results import ErasedRows, LandedDelivery, LandedFile
from orchestration.ingestion.returned_rows import FOLDER as ROWS_TO_SEND_BACK

_LANDED_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)
# A mapping may make one row of many delivered ones, which show one after the other.
_ROUNDS = 50
_CHUNK = 1 << 20
# An id in a file's name is one of its words, or some with what stands between them.
_NAME_WORD = re.compile(r"[^\W_]+")
_ID_WORDS = 4

# What runs left behind and what is made again; nothing in them is a record of its own.
MADE_AGAIN = ("tmp", "dbt/target", "dbt/logs", "candidate")

Counts = Mapping[tuple[str, str], int]


class NotErasableError(RuntimeError):
    """A file still holds somebody after it was written anew."""


class Cleaner:
    """Writes files of one home folder anew."""

    def __init__(
        self,
        home: Path,
        parser: Parser,
        contracts: dict[str, Contract],
        tombstones: Tombstones,
    ) -> None:
        self._home, self._parser, self._contracts = home, parser, contracts
        self._screen, self._stones = Screen(parser, contracts, tombstones), tombstones

    def clean(self, landed: LandedDelivery) -> LandedDelivery:
        """The delivery without erased people; itself where there are none.

        Raises:
            NotErasableError: Somebody is still found in what was written.
        """
        while True:
            known = self._stones.size()
            try:
                new = {
                    opened.file.name: self._rewritten(landed, opened, hits)
                    for opened, hits in self._screen.find(landed)
                }
            finally:
                self._parser.clear()
            files = tuple(new.get(file.name, file) for file in landed.files)
            landed = replace(landed, files=files)
            # A row may hang on one that was found in a later file.
            if self._stones.size() == known:
                return self.named(landed)

    def named(self, landed: LandedDelivery) -> LandedDelivery:
        """The delivery with names of files that no erased person's id stands in."""
        files = tuple(self._named(landed.authority_code, file) for file in landed.files)
        return replace(landed, files=files)

    def _named(self, authority: str, file: LandedFile) -> LandedFile:
        words = [match.span() for match in _NAME_WORD.finditer(file.name)]
        pieces = {
            file.name[begin:end]
            for first, (begin, _) in enumerate(words)
            for _, end in words[first : first + _ID_WORDS]
        }
        ids = self._stones.matching(authority, PERSON, frozenset(pieces))
        name = file.name
        for each in sorted(ids, key=len, reverse=True):
            name = name.replace(each, "erased")
        return replace(file, name=name)

    def _rewritten(self, landed: LandedDelivery, opened: Opened, hits: Hits) -> LandedFile:
        before, file = opened.counts(), opened.file
        for _ in range(_ROUNDS):
            file = self._written(landed, file, hits)
            opened = self._screen.open(landed, file)
            hits = self._screen.look(landed, opened)
            if not hits:
                return replace(file, erased=self._erased(landed, file, before, opened.counts()))
        raise NotErasableError(
            f"{landed.label} still holds somebody who is to be erased; please report this"
        )

    def _written(self, landed: LandedDelivery, file: LandedFile, hits: Hits) -> LandedFile:
        path, removed = self._parser.rewrite(
            self._contracts[landed.source], file, landed.collection_year, hits.removal()
        )
        sha256, size = put_in_landing(self._home, path)
        return replace(
            file,
            sha256=sha256,
            size=size,
            delivered_sha256=file.identity,
            rows_removed=file.rows_removed + removed,
        )

    def _erased(
        self, landed: LandedDelivery, file: LandedFile, before: Counts, after: Counts
    ) -> tuple[ErasedRows, ...]:
        """What the file lacks, in rows of raw tables, with what it lacked before."""
        contract = self._contracts[landed.source]
        gone = Counter({(each.part, each.raw_table): each.rows for each in file.erased})
        for (part, table), rows in before.items():
            raw_table = _raw_table(contract, table)
            gone[part, raw_table] += rows - after.get((part, table), 0)
        return tuple(ErasedRows(*place, rows) for place, rows in sorted(gone.items()) if rows)


def put_in_landing(home: Path, path: Path) -> tuple[str, int]:
    """Copy a file into landing under the hash of its bytes; return hash and size."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    target = landed_path(home, digest.hexdigest())
    if not target.exists():
        partial = target.with_name(f".{os.getpid()}.part")
        partial.unlink(missing_ok=True)
        shutil.copyfile(path, partial)
        partial.chmod(0o400)
        sync_file(partial)
        partial.replace(target)
        sync_folder(target.parent)
    return digest.hexdigest(), size


def unlink_unnamed(home: Path, records: Iterable[DeliveryRecord]) -> int:
    """Remove every landed file that no delivery names; return how many there were.

    A file that was landed and never loaded is one of them: it is still in the inbox, or nobody can
    say what it is.
    """
    named = {file.sha256 for record in records for file in record.landed.files}
    unnamed = [
        path
        for path in (home / "landing").glob("*")
        if _LANDED_NAME.fullmatch(path.name) and path.name not in named
    ]
    for path in unnamed:
        path.unlink()
    if unnamed:
        sync_folder(home / "landing")
    return len(unnamed)


def forget_rows_to_send_back(home: Path) -> None:
    """Remove rows that were read out of landed files for whoever sent them."""
    for folder in list((home / "quarantine").rglob(ROWS_TO_SEND_BACK)):
        shutil.rmtree(folder)


def clear_what_is_made_again(home: Path) -> None:
    """Remove what runs left behind."""
    for name in MADE_AGAIN:
        shutil.rmtree(home / name, ignore_errors=True)


def _raw_table(contract: Contract, name: str) -> str:
    table = contract.table(name)
    return contract.raw_table(table) if table else name
