"""Where each quote stands today: waiting for a person, approved, refused, or no longer allowed.

Belongs here: joining live permission, redacted words and decisions; what a release may hold.
Does not belong here: the command line, or the published table.
"""

import hashlib
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.quotes import ledger as kept
from orchestration.quotes.candidates import Candidate, known_people, live_candidates
from orchestration.redaction.people import KnownPerson
from orchestration.redaction.redact import RULES_VERSION, NameFinder, redact

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WAITING, APPROVED, REFUSED, ENDED = "waiting", "approved", "refused", "no longer allowed"
_LONGEST = 2000
_TOKEN = re.compile(r"\[[A-Z' ]+(?: \d+)?\]")


class QuoteError(ValueError):
    """What was asked cannot be done with this quote."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One quote as it stands: redacted words only."""

    quote_id: str
    state: str
    authority_code: str
    audience: str
    voice_owner: str
    voice_kind: str
    period_start: date | None
    period_end: date | None
    text: str
    text_hash: str
    reviewer: str
    releases: tuple[str, ...]
    is_understood: bool = False

    @property
    def needs_recall(self) -> bool:
        """Whether a release out there still holds words that may no longer be quoted."""
        return self.state in (ENDED, REFUSED) and bool(self.releases)


def read_quotes(
    connection: "DuckDBPyConnection", home: Path, day: date, finder: NameFinder | None
) -> list[Quote]:
    """Return every quote as it stands on a day; words that are new get redacted on the way.

    Args:
        connection: The warehouse.
        home: The home folder.
        day: Today.
        finder: The model that finds names. Without it no new words are made ready.
    """
    live = live_candidates(connection, day)
    people = known_people(connection)
    with kept.open_ledger(home) as ledger:
        quotes = []
        for words in live:
            quote = _of_live(ledger, words, people, finder)
            if quote:
                quotes.append(quote)
        return quotes + _ended(ledger, {quote.quote_id for quote in quotes})


def decide(home: Path, quote: Quote, decision: str, reviewer: str, text: str | None = None) -> None:
    """Record what a person decided about a quote whose words they read.

    Raises:
        QuoteError: There is no name, or the words as edited hold something that must not be read.
    """
    name = " ".join(reviewer.split())
    if not name or len(name) > 100:
        raise QuoteError("--reviewer is the name of the person who reads the quotes")
    if quote.state == ENDED:
        raise QuoteError(f"{quote.quote_id} may no longer be quoted; nothing was recorded")
    final = (text if text is not None else quote.text).strip()
    if decision == kept.APPROVED:
        if not final or len(final) > _LONGEST:
            raise QuoteError(f"a quote has 1 to {_LONGEST} letters")
        if final != quote.text and _names_left(final):
            raise QuoteError(
                f"{quote.quote_id}: the words as edited hold a name or an identifier; put a token"
                " such as [PERSON 1] in its place"
            )
    with kept.open_ledger(home) as ledger:
        kept.add_review(ledger, quote.quote_id, quote.text_hash, decision, name, final)


def quotes_to_publish(connection: "DuckDBPyConnection", home: Path, day: date) -> list[Quote]:
    """Return the quotes that a release of a day may hold; nothing is opened where there is none."""
    if not kept.ledger_path(home).is_file():
        return []
    return [q for q in read_quotes(connection, home, day, None) if q.state == APPROVED]


def record_release(
    home: Path, release_id: str, released_at: datetime, quotes: Sequence[Quote]
) -> None:
    """Remember which quotes a release held."""
    if quotes:
        with kept.open_ledger(home) as ledger:
            kept.record_release(ledger, release_id, released_at, [q.quote_id for q in quotes])


def _of_live(
    ledger: sqlite3.Connection,
    words: Candidate,
    people: Mapping[tuple[str, str], tuple[KnownPerson, ...]],
    finder: NameFinder | None,
) -> Quote | None:
    known = people.get((words.authority_code, words.person_key), ())
    text_hash = _hash(words.text, known)
    quote_id = kept.quote_id_of(ledger, words.authority_code, words.expression_id)
    redacted = kept.stored_text(ledger, quote_id, text_hash)
    if redacted is None:
        if finder is None:
            return None
        done = redact(words.text, known, finder)
        redacted = done.text
        rules = ",".join(f"{rule}:{count}" for rule, count in done.counts.items())
        kept.store_text(ledger, quote_id, text_hash, redacted, rules)
    review = kept.last_review(ledger, quote_id)
    state, text, reviewer = WAITING, redacted, ""
    if review and review.text_hash == text_hash:
        state, reviewer = review.decision, review.reviewer
        text = review.text or redacted
    return Quote(
        quote_id=quote_id,
        state=state,
        authority_code=words.authority_code,
        audience=words.audience,
        voice_owner=words.voice_owner,
        voice_kind=words.voice_kind,
        period_start=words.period_start,
        period_end=words.period_end,
        text=text,
        text_hash=text_hash,
        reviewer=reviewer,
        releases=kept.releases_of(ledger, quote_id),
        is_understood=words.is_understood,
    )


def _ended(ledger: sqlite3.Connection, live: set[str]) -> list[Quote]:
    """Return quotes that were read or published once and may not be quoted today."""
    found = ledger.execute(
        "select quote_id, authority_code from quotes where quote_id in (select quote_id from"
        " reviews union select quote_id from releases) order by quote_id"
    ).fetchall()
    return [
        Quote(
            quote_id, ENDED, authority, "", "", "", None, None, "", "", "",
            kept.releases_of(ledger, quote_id),
        )
        for quote_id, authority in found
        if quote_id not in live
    ]  # fmt: skip


def _names_left(text: str) -> bool:
    """Whether the rules would still take something out, tokens apart."""
    return bool(redact(_TOKEN.sub("it", text)).spans)


def _hash(text: str, people: Sequence[KnownPerson]) -> str:
    """Return a hash of words, names of the case and rules: any change is a new state."""
    names = sorted(f"{person.role}\0{person.name}" for person in people)
    return hashlib.sha256("\0\0".join([RULES_VERSION, text, *names]).encode()).hexdigest()
