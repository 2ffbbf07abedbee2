"""Rows that must be found nowhere outside the restricted tier, and the search for them.

Each error path has rows of its own: a name, an id, words and a date with the same random letters in
all of them, so that any piece of any of them, however cut, quoted or cased, is found by one search.

Belongs here: making them and looking for them. Does not belong here: an error (``leaking``).
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

# Rows as they came, and the warehouse made of them: only the owner reads those.
RESTRICTED = ("landing", "warehouse.duckdb", "warehouse.duckdb.wal")
_SQLITE = (".db", ".sqlite3")
_DATABASE = ".duckdb"


@dataclass(frozen=True)
class Row:
    """What one invented child's row holds."""

    tag: str

    @classmethod
    def of(cls, path_id: str) -> "Row":
        """Return the row of an error path, the same each time."""
        return cls(hashlib.sha256(f"sentinel {path_id}".encode()).hexdigest()[:12])

    @property
    def cells(self) -> dict[str, str]:
        """Name, id, words and date."""
        return {
            "<NAME>": f"Wyn{self.tag}",
            "<ID>": f"P{self.tag}",
            "<WORDS>": f"they do not know {self.tag} under the stairs",
            "<DATE>": f"31/02/2011-{self.tag}",
        }

    def fill(self, text: str) -> str:
        """Return a text with the cells in their places."""
        for token, cell in self.cells.items():
            text = text.replace(token, cell)
        return text


def holders(
    rows: Iterable[Row], folders: Iterable[Path], home: Path, since: float = 0.0
) -> dict[str, set[str]]:
    """Return by tag where it was found; compressed and paged files are read as what they are.

    Args:
        rows: What to look for.
        folders: Where.
        home: The home folder among them, whose restricted tier may hold rows.
        since: Leave out what is older, because it was looked through before.
    """
    tags = {row.tag for row in rows}
    needle = re.compile("|".join(sorted(tags)).encode(), re.IGNORECASE)
    found: dict[str, set[str]] = {}
    for path in _files(folders, home):
        if path.stat().st_mtime < since:
            continue
        for text in _texts(path):
            for match in needle.findall(text):
                found.setdefault(match.decode().lower(), set()).add(str(path))
    return found


def _files(folders: Iterable[Path], home: Path) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(home).parts if path.is_relative_to(home) else ("",)
            if path.is_file() and not path.is_symlink() and inside[0] not in RESTRICTED:
                yield path


def _texts(path: Path) -> Iterator[bytes]:
    """The bytes of a file, the same without the zeros of UTF-16, and its rows if it has any."""
    content = path.read_bytes()
    yield content
    yield str(path).encode()
    yield content.replace(b"\0", b"")
    if content.startswith(b"PAR1"):
        yield repr(duckdb.sql(f"from read_parquet('{path}')").fetchall()).encode()
    elif path.suffix == _DATABASE and content[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as con:
            tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
            for schema, table in tables:
                yield repr(con.execute(f'from "{schema}"."{table}"').fetchall()).encode()
    elif path.suffix in _SQLITE and content.startswith(b"SQLite"):
        with closing(sqlite3.connect(path)) as kept:
            yield "\n".join(kept.iterdump()).encode()
