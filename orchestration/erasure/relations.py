"""Which rows belong to somebody without naming them: through the row that they hang on.

Belongs here: reading `relations.yaml`. Does not belong here: looking at rows (screening).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("relations.yaml")


@dataclass(frozen=True, slots=True)
class Relation:
    """A column that names a row of another table, where `where` says `equals`, if it asks that."""

    table: str
    column: str
    of: str
    key: str
    where: str = ""
    equals: str = ""


@cache
def relations() -> tuple[Relation, ...]:
    """Every relation."""
    stored = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        Relation(
            *(line["table"], line["column"], line["of"], line["key"]),
            *(line.get("where", ""), str(line.get("is", ""))),
        )
        for line in stored
    )


def relations_of(table: str) -> tuple[Relation, ...]:
    """The columns of a table by which its rows hang on others."""
    return tuple(each for each in relations() if each.table == table)


@cache
def keys() -> Mapping[str, str]:
    """The key column of every table on which rows of another hang."""
    return {each.of: each.key for each in relations()}
