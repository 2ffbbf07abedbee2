"""Where each quote stands today: waiting for a person, approved, refused, or no longer allowed.

Belongs here: joining live permission, redacted words and decisions; what a release may hold.
Does not belong here: the command line, or the published table.
"""

import hashlib
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
# A profile of releases, and an audience of quotes: anybody.
_PUBLIC = "public"
_TOKEN = re.compile(r"\[[A-Z' ]+(?: \d+)?\]")
# Tokens that a person may put in by hand; of others there are those of the redacted words.
_ANYBODY = re.compile(r"\[(?:PERSON|PLACE|CHILD)(?: \d+)?\]")


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
    ends_on: date | None = None

    @property
    def needs_recall(self) -> bool:
        """Whether a release out there still holds words that may no longer be quoted so."""
        return self.state != APPROVED and bool(self.releases)


@dataclass(frozen=True, slots=True)
class Names:
    """What finds names in words that a person edited: those of the case, and a model."""

    people: Mapping[str, tuple[KnownPerson, ...]] = field(default_factory=dict)
    finder: NameFinder | None = None


def read_names(
    connection: "DuckDBPyConnection", home: Path, day: date, finder: NameFinder | None
) -> Names:
    """Whom the case of each quote of a day knows by name."""
    people = known_people(connection)
    with kept.open_ledger(home) as ledger:
        return Names(
            {
                kept.quote_id_of(ledger, words.authority_code, words.expression_id): people.get(
                    (words.authority_code, words.person_key), ()
                )
                for words in live_candidates(connection, day)
            },
            finder,
        )


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


def decide(
    home: Path,
    quote: Quote,
    decision: str,
    reviewer: str,
    text: str | None = None,
    names: Names | None = None,
) -> None:
    """Record what a person decided about a quote whose words they read.

    Args:
        home: The home folder.
        quote: What they read.
        decision: Approved or refused.
        reviewer: Who they are.
        text: The words as they may be read, where the person edited them.
        names: What finds names in edited words besides the rules.

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
        if final != quote.text and _names_left(final, quote, names or Names()):
            raise QuoteError(
                f"{quote.quote_id}: the words as edited hold a name, an identifier, or a token"
                " that the redacted words do not have; put [PERSON 1] or such in its place"
            )
    with kept.open_ledger(home) as ledger:
        kept.add_review(ledger, quote.quote_id, quote.text_hash, decision, name, final)


def quotes_to_publish(
    connection: "DuckDBPyConnection", home: Path, day: date, profile: str = ""
) -> list[Quote]:
    """Return the quotes that a release of a day may hold; nothing is opened where there is none.

    Args:
        connection: Connection to the warehouse.
        home: The home folder.
        day: The day of the release.
        profile: Who reads it: of one that anybody reads, words for boards alone are no part.
    """
    if not kept.ledger_path(home).is_file():
        return []
    return [
        quote
        for quote in read_quotes(connection, home, day, None)
        if quote.state == APPROVED and (profile != _PUBLIC or quote.audience == _PUBLIC)
    ]


def record_release(
    home: Path, release_id: str, released_at: datetime, quotes: Sequence[Quote]
) -> None:
    """Remember which quotes a release held."""
    if quotes:
        with kept.open_ledger(home) as ledger:
            ends = {quote.quote_id: quote.ends_on for quote in quotes}
            kept.record_release(ledger, release_id, released_at, ends)


def _of_live(
    ledger: sqlite3.Connection,
    words: Candidate,
    people: Mapping[tuple[str, str], tuple[KnownPerson, ...]],
    finder: NameFinder | None,
) -> Quote | None:
    known = people.get((words.authority_code, words.person_key), ())
    text_hash = _hash(words, known)
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
        ends_on=words.ends_on,
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


def _names_left(text: str, quote: Quote, names: Names) -> bool:
    """Whether something would still be taken out, or a token stands for nobody in the quote."""
    own = set(_TOKEN.findall(quote.text))
    if any(each not in own and not _ANYBODY.fullmatch(each) for each in _TOKEN.findall(text)):
        return True
    plain = _TOKEN.sub("it", text)
    return bool(redact(plain, names.people.get(quote.quote_id, ()), names.finder).spans)


def _hash(words: Candidate, people: Sequence[KnownPerson]) -> str:
    """Return a hash of what a reviewer decides by: a change of any of it is a new state.

    That is the words, the names of the case and the rules, but also who may read it, and whether
    they understood that.
    """
    names = sorted(f"{person.role}\0{person.name}" for person in people)
    asked = [words.audience, str(words.is_understood)]
    return hashlib.sha256(
        "\0\0".join([RULES_VERSION, words.text, *asked, *names]).encode()
    ).hexdigest()
