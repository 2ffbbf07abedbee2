"""Take somebody's own words out of quotes, releases and packs, and what was said of them as themes.

A release holds counts that were protected, and they stay: nobody is told by them, and the gate must
remember what readers have seen. A quote is words, so a release that held one is withdrawn and its
frozen files go.

Belongs here: finding those releases and what was made of them. Does not belong here: the file of
quotes (``quotes.erasing``) or what withdrawing is (``releases``).
"""

import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from orchestration.erasure.tombstones import Tombstones
from orchestration.quotes.erasing import forget_quotes, quotes_among, releases_with
from orchestration.releases.actions import standings, withdraw
from orchestration.releases.ledger import LEDGER_NAME
from orchestration.releases.snapshot import CANDIDATE_HOME, take_down, thaw
from orchestration.releases.states import State
from orchestration.reporting.published import database_path, open_published
from orchestration.reporting.quote_table import QUOTE
from orchestration.themes import ledger as themes

_EXPRESSIONS = "vx_expression"


def forget_words(
    home: Path, authorities: Sequence[str], tombstones: Tombstones, by: str, erasure_id: str
) -> tuple[str, ...]:
    """Withdraw what held their words, then forget the words; return the releases.

    Given again after a kill, it tells those as well that went before it.
    """
    reason = f"erasure {erasure_id}"
    quotes = tuple(
        quote
        for authority in authorities
        for quote in quotes_among(
            home, authority, partial(tombstones.matching, authority, _EXPRESSIONS)
        )
    )
    recorded = releases_with(home, quotes)
    releases = tuple(dict.fromkeys((*recorded, *_before_readers(home, quotes))))
    for release in releases:
        # First all files, so that none of these takes the place of another.
        thaw(home, release)
    known = standings(home) if releases else {}
    for release in reversed(releases):
        if release in known and known[release].state is State.PUBLISHED:
            withdraw(home, release, by, reason)
        elif release not in known:
            take_down(home)
    if releases:
        shutil.rmtree(home / CANDIDATE_HOME, ignore_errors=True)
        shutil.rmtree(home / "reports", ignore_errors=True)
    _forget_themes(home, authorities, tombstones)
    # Last: until then a second attempt finds the same releases.
    forget_quotes(home, quotes)
    return tuple(dict.fromkeys((*_withdrawn_for(home, reason), *releases)))


def _before_readers(home: Path, quotes: tuple[str, ...]) -> tuple[str, ...]:
    """The release before readers, if it holds a quote; a run that was killed told nobody of it."""
    if not (quotes and database_path(home).is_file()):
        return ()
    with open_published(home) as published:
        has_quotes = published.execute(
            "select count(*) from duckdb_tables() where table_name = ?", [QUOTE]
        ).fetchone()
        if has_quotes == (0,):
            return ()
        marks = ", ".join("?" for _ in quotes)
        found = published.execute(
            f"select distinct release_id from published.{QUOTE} where quote_id in ({marks})",
            list(quotes),
        ).fetchall()
    return tuple(str(release) for (release,) in found)


def _withdrawn_for(home: Path, reason: str) -> tuple[str, ...]:
    if not (home / LEDGER_NAME).is_file():
        return ()
    return tuple(name for name, release in standings(home).items() if release.reason == reason)


def _forget_themes(home: Path, authorities: Sequence[str], tombstones: Tombstones) -> None:
    if not themes.ledger_path(home).is_file():
        return
    with themes.open_ledger(home) as ledger:
        for authority in authorities:
            known = {
                str(subject)
                for (subject,) in ledger.execute(
                    "select subject_id from items where authority_code = ?", (authority,)
                )
            }
            themes.forget(ledger, authority, tombstones.matching(authority, _EXPRESSIONS, known))
