"""Which words wait for whom, what they decided, and for which groups the model may point at a code.

Belongs here: joining words, suggestions and decisions. Does not belong here: the command line, the
model, or the figures of agreement (``orchestration.themes.agreement``).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.names import is_same_person
from orchestration.privacy.marks import is_mark
from orchestration.themes import ledger as kept
from orchestration.themes.frame import Frame
from orchestration.themes.items import BREAKDOWNS, Words, words_without_theme

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from orchestration.themes.agreement import Agreement, Pair

# Read again by somebody else: one item in so many, drawn by its id.
ONE_IN = 10
BY_MODEL, BY_PEOPLE = "suggestion_and_person", "two_people"
FIRST, SECOND = 1, 2


class ThemeError(ValueError):
    """What was asked cannot be done with this item."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about an item."""

    coder: str
    codes: tuple[str, ...]
    is_blind: bool


@dataclass(frozen=True, slots=True)
class Item:
    """Words without a theme as they stand."""

    item_id: str
    words: Words
    # What the model points at; none where it never read them.
    suggested: tuple[tuple[str, float], ...] | None
    first: Decision | None
    second: Decision | None

    @property
    def is_read_twice(self) -> bool:
        """Whether the draw gave it a second reader."""
        drawn = hashlib.sha256(self.item_id.encode()).digest()
        return int.from_bytes(drawn[:8], "big") % ONE_IN == 0

    def round_for(self, coder: str) -> int | None:
        """Return which reading it waits for and this person may do, or none."""
        if is_mark(self.words.text):
            return None
        if self.first is None:
            return FIRST
        again = self.is_read_twice and self.second is None
        return SECOND if again and not is_same_person(self.first.coder, coder) else None


def read_items(connection: "DuckDBPyConnection", home: Path, frame: Frame) -> list[Item]:
    """Return all words that got no theme where they were recorded, with what is known of each."""
    words = words_without_theme(connection)
    with kept.open_ledger(home) as ledger:
        known = kept.known_items(ledger) if any(is_mark(said.text) for said in words) else set()
        # Nobody can read words that are no longer kept; what was decided of them stays.
        words = [said for said in words if not is_mark(said.text) or said.subject in known]
        ids = kept.item_ids(ledger, [said.subject for said in words])
        suggested = kept.suggested(ledger, frame.version)
        last = kept.last_decisions(ledger)
    decided = {
        place: Decision(
            row["coder"],
            tuple(row["theme_codes"].split(";")) if row["theme_codes"] else (),
            not row["is_suggestion_shown"],
        )
        for place, row in last.items()
    }
    return [
        Item(
            item,
            said,
            suggested.get(item),
            decided.get((item, FIRST)),
            decided.get((item, SECOND)),
        )
        for said in words
        for item in (ids[said.subject],)
    ]


def decide(
    home: Path, item: Item, frame: Frame, coder: str, answer: str, is_suggestion_shown: bool
) -> None:
    """Record the codes that a person gave to an item.

    Raises:
        ThemeError: There is no name, or this person may not read the item now.
        ThemeFrameError: The answer holds something that is no code.
    """
    name = " ".join(coder.split())
    if not name or len(name) > 100:
        raise ThemeError("--coder is the name of the person who reads")
    round_ = item.round_for(name)
    if round_ is None:
        raise ThemeError(f"{item.item_id} does not wait for {name}; nothing was recorded")
    codes = frame.codes_of(answer)
    with kept.open_ledger(home) as ledger:
        kept.add_decision(
            ledger,
            item.item_id,
            round_,
            frame.version,
            name,
            is_suggestion_shown and round_ == FIRST,
            codes,
        )


def pairs_of(items: Iterable[Item], comparison: str) -> list["Pair"]:
    """Return the main codes of two, item by item.

    A model is only held against a person who did not see what it said.
    """
    from orchestration.themes.agreement import Pair

    pairs = []
    for item in items:
        blind = [found for found in (item.second, item.first) if found and found.is_blind]
        if comparison == BY_PEOPLE and item.first and item.second:
            one, other = _main(item.first.codes), _main(item.second.codes)
        elif comparison == BY_MODEL and item.suggested is not None and blind:
            one, other = _main([code for code, _ in item.suggested]), _main(blind[0].codes)
        else:
            continue
        said = item.words
        pairs.append(Pair(one, other, said.person_key or item.item_id, said.groups))
    return pairs


def measure_agreement(
    home: Path, items: Sequence[Item], frame: Frame
) -> dict[tuple[str, str], list["Agreement"]]:
    """Work out every agreement anew, by authority and comparison, and keep it for the next run."""
    from orchestration.themes.agreement import measure

    found = {}
    for authority in sorted({item.words.authority_code for item in items}):
        own = [item for item in items if item.words.authority_code == authority]
        for comparison in (BY_MODEL, BY_PEOPLE):
            found[authority, comparison] = measure(pairs_of(own, comparison), BREAKDOWNS)
    today = datetime.now(UTC).date().isoformat()
    rows = [
        (
            *(today, authority, comparison, row.breakdown, row.breakdown_value, row.items),
            *(row.children, row.agreed, row.kappa, row.gap_points, row.verdict, frame.version),
        )
        for (authority, comparison), told in found.items()
        for row in told
    ]
    with kept.open_ledger(home) as ledger:
        ledger.execute("delete from agreement")
        ledger.executemany(f"insert into agreement values ({', '.join('?' * 12)})", rows)
    return found


def may_suggest(
    item: Item, found: Mapping[tuple[str, str], Sequence["Agreement"]]
) -> tuple[tuple[str, float], ...]:
    """Return what the model may show of an item: only where it was good enough for its groups.

    Nobody has shown that it is until enough was read without it, so it begins switched off.
    """
    from orchestration.themes.agreement import EVERYBODY, ON_TARGET

    told = found.get((item.words.authority_code, BY_MODEL), ())
    good = {(row.breakdown, row.breakdown_value) for row in told if row.verdict == ON_TARGET}
    needed = {(EVERYBODY, EVERYBODY), *zip(BREAKDOWNS, item.words.groups, strict=True)}
    return item.suggested or () if needed <= good else ()


def _main(codes: Sequence[str]) -> str:
    return codes[0] if codes else ""
