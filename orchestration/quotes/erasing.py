"""Forget words of somebody who was erased, or that were kept long enough; say who quoted them.

Belongs here: the file of quotes. Does not belong here: releases, or who it is: whoever asks knows
the expressions by their ids alone. What reviewers decided stays, for it holds no words.
"""

import sqlite3
from collections.abc import Callable, Mapping, Set
from pathlib import Path

from orchestration.quotes.ledger import ledger_path, open_ledger

ERASED = "erased:"


def quotes_among(
    home: Path, authority: str, theirs: Callable[[Set[str]], Set[str]]
) -> tuple[str, ...]:
    """The quotes of an authority whose expressions are somebody's."""
    if not ledger_path(home).is_file():
        return ()
    with open_ledger(home) as ledger:
        known = {
            str(expression): str(quote)
            for quote, expression in ledger.execute(
                "select quote_id, expression_id from quotes where authority_code = ?", (authority,)
            )
        }
    return tuple(sorted(known[expression] for expression in theirs(known.keys())))


def forget_quotes(home: Path, quotes: tuple[str, ...]) -> None:
    """Delete the words of quotes, and which words they were of."""
    if not quotes:
        return
    with open_ledger(home) as ledger:
        for quote in quotes:
            _delete_words(ledger, quote)
            ledger.execute(
                "update quotes set expression_id = ? where quote_id = ?",
                (f"{ERASED}{quote}", quote),
            )
    _vacuum(home)


def _delete_words(ledger: sqlite3.Connection, quote: str) -> None:
    ledger.execute("delete from texts where quote_id = ?", (quote,))
    ledger.execute(
        "delete from final_texts where review_id in"
        " (select review_id from reviews where quote_id = ?)",
        (quote,),
    )


def _vacuum(home: Path) -> None:
    # What a page no longer uses goes from the file as well.
    connection = sqlite3.connect(ledger_path(home), isolation_level=None)
    try:
        connection.execute("vacuum")
    finally:
        connection.close()


def forget_old_words(home: Path, authority: str, renamed: Mapping[str, str]) -> None:
    """Delete redacted words whose own were kept long enough, unless a release holds them.

    What a release quotes is kept as long as the release.

    Args:
        home: The home folder.
        authority: Whose words they were.
        renamed: The expressions, and what they are called from now on.
    """
    if not (renamed and ledger_path(home).is_file()):
        return
    # Killed before the rest was done, it comes again with some that have their new names.
    now = {**{new: new for new in renamed.values()}, **renamed}
    with open_ledger(home) as ledger:
        theirs = {
            str(quote): now[str(expression)]
            for quote, expression in ledger.execute(
                "select quote_id, expression_id from quotes where authority_code = ?", (authority,)
            )
            if expression in now
        }
        told = {str(quote) for (quote,) in ledger.execute("select quote_id from releases")}
        for quote, expression in theirs.items():
            ledger.execute(
                "update or ignore quotes set expression_id = ? where quote_id = ?",
                (expression, quote),
            )
            if quote not in told:
                _delete_words(ledger, quote)
    if theirs.keys() - told:
        _vacuum(home)


def kept_words(home: Path) -> list[str]:
    """Return the redacted words that the file of quotes still holds."""
    if not ledger_path(home).is_file():
        return []
    with open_ledger(home) as ledger:
        found = ledger.execute("select redacted from texts union select text from final_texts")
        return [str(text) for (text,) in found.fetchall()]


def releases_with(home: Path, quotes: tuple[str, ...]) -> tuple[str, ...]:
    """The releases that held one of these quotes, oldest first."""
    if not quotes:
        return ()
    with open_ledger(home) as ledger:
        marks = ", ".join("?" for _ in quotes)
        found = ledger.execute(
            f"select distinct release_id, released_at from releases where quote_id in ({marks})"
            " order by released_at",
            quotes,
        ).fetchall()
    return tuple(dict.fromkeys(str(release) for release, _ in found))
