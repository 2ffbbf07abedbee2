"""Let go of words that were kept long enough, in every landed delivery of a home folder.

Belongs here: which deliveries, since when, and what else held the words. Does not belong here: one
delivery (``erasure.old_words``), or making the warehouse again (``orchestration.expiring``).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from orchestration.contracts import Contract
from orchestration.erasure.narrative import has_words
from orchestration.erasure.old_words import Taken, WordKeeper
from orchestration.erasure.retention import (
    WORDS,
    Days,
    note_wordless,
    read_rules,
    rule_for,
    wordless_before,
)
from orchestration.erasure.search import Sentinel
from orchestration.erasure.told_words import forget_told, some_of
from orchestration.ingestion.delivery_manifest import DeliveryRecord, read_records, replace_record
from orchestration.ingestion.parsing import Parser
from orchestration.mappings.loader import load_mappings, source_contracts
from orchestration.progress import report

Left = tuple[tuple[str, str, str], ...]


@dataclass(slots=True)
class OldWords:
    """What is past its time, or went; counts, labels and reasons only.

    Attributes:
        cells: How many cells, by delivery; a file that nobody can read counts as one.
        left: Files that stay as they are: delivery, file and why.
        sentinels: Words to look for afterwards, in memory only.
    """

    cells: dict[str, int] = field(default_factory=dict)
    left: list[tuple[str, str, str]] = field(default_factory=list)
    sentinels: set[Sentinel] = field(default_factory=set, repr=False)

    def add(self, taken: Taken) -> None:
        """Count one delivery."""
        label = taken.landed.label
        if taken:
            self.cells[label] = self.cells.get(label, 0) + taken.cells + taken.emptied
        self.left += [(label, *each) for each in taken.left]


def find_old_words(home: Path, today: date, without: Collection[str] = ()) -> OldWords:
    """What would go; nothing is changed.

    Args:
        home: The home folder.
        today: The day.
        without: Ids of deliveries that are not looked at, for they go whole.
    """
    found = OldWords()
    with _keeper(home) as (keeper, contracts):
        found.left += _unknown(home, contracts, today, without)
        for record, first_kept in _each(home, contracts, today, without):
            found.add(keeper.look(record.landed, first_kept))
    return found


def take_old_words(home: Path, today: date, without: Collection[str] = ()) -> OldWords:
    """Take them out of landing, of quotes and of themes; what was killed is simply done again."""
    found = OldWords()
    with _keeper(home) as (keeper, contracts):
        found.left += _unknown(home, contracts, today, without)
        for record, first_kept in _each(home, contracts, today, without):
            contract = contracts[record.landed.source]
            taken = keeper.take(record.landed, first_kept)
            found.add(taken)
            # Before the record: until it is written a second attempt finds the same words.
            forget_told(home, record.landed.authority_code, contract, taken.words)
            found.sentinels = some_of(found.sentinels, taken.words)
            if taken.landed != record.landed:
                replace_record(
                    home, DeliveryRecord(taken.landed, record.key_id, record.first_seen_at)
                )
        days = _days(home, contracts, today)
    note_wordless(home, days)
    return found


@contextmanager
def _keeper(home: Path) -> Iterator[tuple[WordKeeper, dict[str, Contract]]]:
    contracts = dict(source_contracts(home))
    with Parser(home, load_mappings(home)) as parser:
        yield WordKeeper(home, parser, contracts), contracts


def _each(
    home: Path, contracts: dict[str, Contract], today: date, without: Collection[str]
) -> Iterator[tuple[DeliveryRecord, date]]:
    days = _days(home, contracts, today)
    listed = [
        (record, days[place])
        for record in read_records(home)
        for place in [(record.landed.authority_code, record.landed.source)]
        if place in days and record.landed.delivery_id not in without
    ]
    for done, each in enumerate(listed, start=1):
        yield each
        report("Looking for words that were kept long enough", done, len(listed))


def _unknown(
    home: Path, contracts: dict[str, Contract], today: date, without: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    """Deliveries as old of a source that nobody can read any more; they may hold words."""
    rules = read_rules(home)
    for record in read_records(home):
        landed = record.landed
        is_old = landed.as_of < rule_for(rules, WORDS, landed.source).first_kept(today)
        if landed.source not in contracts and is_old and landed.delivery_id not in without:
            yield landed.label, "*", "its source has no mapping any more"


def _days(home: Path, contracts: dict[str, Contract], today: date) -> Days:
    """Since when the words of each source are kept; a day that is noted is never taken back."""
    rules, noted = read_rules(home), wordless_before(home)
    days: Days = {}
    for record in read_records(home):
        landed = record.landed
        place = (landed.authority_code, landed.source)
        if landed.source in contracts and has_words(contracts[landed.source]):
            first = rule_for(rules, WORDS, landed.source).first_kept(today)
            days[place] = max(first, noted.get(place, first))
    return days
