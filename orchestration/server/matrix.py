"""Who may do what on the server: ``roles.csv`` as values.

The one place that says so: the setup, the grants, the policies and the table in docs/roles.md are
made from it, and a test tries every cell on a real server.

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
    """One row of the matrix."""

    name: str
    signs_in: SignsIn
    database: Right
    published: Right
    marts: Right
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
                published=Right(row["published"]),
                marts=Right(row["marts"]),
                own_authority=Right(row["own_authority"]),
                words=row["words"],
            )
            for row in csv.DictReader(lines)
        )


def readers(kind: str, *rights: Right) -> list[str]:
    """Return the roles that have one of these rights to a kind of object."""
    wanted = rights or (Right.READ, Right.OWN)
    return [role.name for role in read_matrix() if getattr(role, kind) in wanted]


def as_markdown() -> str:
    """Return the matrix as the table of docs/roles.md."""
    lines = [
        "| role | who | signs in | database | `published` | `marts` | `access.own_authority` |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{role.name}` | {role.words} | {role.signs_in} | {role.database} | {role.published}"
        f" | {role.marts} | {role.own_authority} |"
        for role in read_matrix()
    ]
    return "\n".join(lines) + "\n"
