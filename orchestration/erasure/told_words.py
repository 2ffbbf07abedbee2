"""What else held words that were kept long enough: quotes, themes, and the search that proves it.

Belongs here: the files of decisions, and which words to look for afterwards. Does not belong here:
landed files (old_words), or the order of it all (``orchestration.expiring``).
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from orchestration.contracts import Contract
from orchestration.erasure.sameness import Word
from orchestration.erasure.search import Sentinel
from orchestration.erasure.sentinels import MOST, SHORTEST_TEXT
from orchestration.privacy.keys import master_key, pseudonym_key
from orchestration.privacy.pseudonyms import pseudonyms
from orchestration.quotes.erasing import forget_old_words
from orchestration.themes import ledger as themes

_EXPRESSIONS = "vx_expression"


def forget_told(
    home: Path, authority: str, contract: Contract, words: Iterable[Word]
) -> set[Sentinel]:
    """Let quotes and themes do without the words; return what to look for in the end.

    Words that a release quotes are not looked for: they are kept as long as the release.
    """
    said = list(words)
    expressions = [word for word in said if word.table == _EXPRESSIONS]
    old = _named(authority, contract, [word.row_id for word in expressions])
    new = _named(authority, contract, [word.new_id for word in expressions])
    quoted = forget_old_words(home, authority, dict(zip(old, new, strict=True)))
    if themes.ledger_path(home).is_file():
        changes = [
            (name, _hash(word.text), new_name, _hash(word.mark))
            for name, new_name, word in zip(old, new, expressions, strict=True)
        ]
        with themes.open_ledger(home) as ledger:
            themes.keep_without_words(ledger, authority, changes)
    told = {
        word.text.strip() for name, word in zip(old, expressions, strict=True) if name in quoted
    }
    texts = {word.text.strip() for word in said} - told
    return {Sentinel(text) for text in texts if len(text) >= SHORTEST_TEXT}


def some_of(sentinels: set[Sentinel]) -> set[Sentinel]:
    """As many as may be looked for, drawn without a pattern."""
    drawn = sorted(sentinels, key=lambda each: _hash(each.text))
    return set(drawn[:MOST])


def _named(authority: str, contract: Contract, ids: list[str]) -> list[str]:
    """What the warehouse calls the rows: ids that a mapping makes of words become keyed hashes."""
    table = contract.table(_EXPRESSIONS)
    kinds = {column.name: column.pseudonym for column in table.columns} if table else {}
    kind = kinds[table.key[0]] if table else None
    return pseudonyms(ids, pseudonym_key(master_key(), kind, authority)) if kind else ids


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
