"""Which roles the server has, and whose rows each may see: ``roles.csv`` as values.

Which tables a role reads stands beside the models (``declared``); here is what dbt cannot say. The
setup, the policies and the table in docs/roles.md are made from both, and a test tries every cell
on a real server.

Belongs here: reading and judging the file. Does not belong here: SQL (``grants``).
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

OWNER = "heard_owner"
PIPELINE = "heard_pipeline"
# Not a role: PostgreSQL's word for everybody.
EVERYBODY = "public"
_FILE = Path(__file__).with_name("roles.csv")


class Right(StrEnum):
    """What a role may do with a kind of object."""

    NONE = "none"
    CONNECT = "connect"
    CREATE = "create"
    READ = "read"
    OWN = "own"  # rows of the authorities that the login is for
    WRITE = "write"


class SignsIn(StrEnum):
    """How a role comes to be used."""

    YES = "yes"
    NO = "no"
    GROUP = "group"  # logins are made as its members


@dataclass(frozen=True, slots=True)
class Role:
    """One row of the file.

    Attributes:
        name: The role.
        signs_in: How it comes to be used.
        database: Its right to the database.
        rows: Which rows it sees of a restricted table that it may read at all: all (`read`), those
            of its authorities (`own`) or `none`; `write` for whoever owns every table.
        own_authority: Its right to the list of logins and authorities.
        words: Who has it.
    """

    name: str
    signs_in: SignsIn
    database: Right
    rows: Right
    own_authority: Right
    words: str


@cache
def read_matrix() -> tuple[Role, ...]:
    """Return every role, the pseudo-role of everybody else last."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Role(
                name=row["role"],
                signs_in=SignsIn(row["signs_in"]),
                database=Right(row["database"]),
                rows=Right(row["rows"]),
                own_authority=Right(row["own_authority"]),
                words=row["words"],
            )
            for row in csv.DictReader(lines)
        )


def having(kind: str, *rights: Right) -> list[str]:
    """Return the roles that have one of these rights to the rows or to the list of authorities."""
    return [role.name for role in read_matrix() if getattr(role, kind) in rights]
