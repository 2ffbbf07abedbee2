"""What else held words that were kept long enough: quotes, themes, and the search that proves it.

Belongs here: the files of decisions, and which words to look for afterwards. Does not belong here:
landed files (old_words), or the order of it all (``orchestration.expiring``).
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestration.contracts import Contract
from orchestration.erasure.sameness import Word
from orchestration.erasure.search import Sentinel
from orchestration.erasure.sentinels import MOST
from orchestration.privacy.keys import master_key, pseudonym_key
from orchestration.privacy.pseudonyms import pseudonyms
from orchestration.quotes.erasing import forget_old_words, kept_words
from orchestration.reporting.quote_table import QUOTE
from orchestration.themes import ledger as themes

_EXPRESSIONS = "vx_expression"
# What is shorter stands in lists of answers and in guides as well, and proves nothing.
_LEAST_WORDS = 5


def forget_told(home: Path, authority: str, contract: Contract, words: Iterable[Word]) -> None:
    """Let quotes and themes do without the words."""
    expressions = [word for word in words if word.table == _EXPRESSIONS]
    old = _named(authority, contract, [word.row_id for word in expressions])
    new = _named(authority, contract, [word.new_id for word in expressions])
    forget_old_words(home, authority, dict(zip(old, new, strict=True)))
    if expressions and themes.ledger_path(home).is_file():
        changes = [
            (name, _hash(word.text), new_name, _hash(word.mark))
            for name, new_name, word in zip(old, new, expressions, strict=True)
        ]
        with themes.open_ledger(home) as ledger:
            themes.keep_without_words(ledger, authority, changes)


def some_of(sentinels: set[Sentinel], words: Iterable[Word]) -> set[Sentinel]:
    """With more words to look for, as many as may be; drawn without a pattern."""
    texts = {word.text.strip() for word in words}
    more = {Sentinel(text) for text in texts if len(text.split()) >= _LEAST_WORDS}
    return set(sorted(sentinels | more, key=lambda each: _hash(each.text))[:MOST])


def without_quoted(home: Path, sentinels: set[Sentinel]) -> set[Sentinel]:
    """Those that no release quotes and no reviewer's file holds for one."""
    if not sentinels:
        return sentinels
    quoted = "\n".join([*kept_words(home), *_released(home)])
    return {each for each in sentinels if each.text not in quoted}


def _released(home: Path) -> Iterator[str]:
    """What releases quote, those before readers and the frozen ones."""
    import pyarrow.parquet as pq

    for path in home.rglob(f"{QUOTE}.parquet"):
        yield from (str(text) for text in pq.read_table(path).column("quotation").to_pylist())


def _named(authority: str, contract: Contract, ids: list[str]) -> list[str]:
    """What the warehouse calls the rows: ids that a mapping makes of words become keyed hashes."""
    table = contract.table(_EXPRESSIONS)
    kinds = {column.name: column.pseudonym for column in table.columns} if table else {}
    kind = kinds[table.key[0]] if table else None
    return pseudonyms(ids, pseudonym_key(master_key(), kind, authority)) if kind else ids


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
