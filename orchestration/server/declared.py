"""Who may read which table: what the models themselves say, in dbt's own ``grants``.

Belongs here: reading and judging what they say. Does not belong here: SQL (``grants``), or running
dbt; its manifest is handed in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.server.errors import ServerError
from orchestration.server.matrix import Right, Role, SignsIn, having, read_matrix

PUBLISHED = "published"
MARTS = "marts"
SCHEMAS = (PUBLISHED, MARTS)
_SELECT = "select"


@dataclass(frozen=True, slots=True)
class Grants:
    """The roles that may read each table, by its schema and name, in the order of ``roles.csv``."""

    readers: Mapping[tuple[str, str], tuple[str, ...]]

    def of(self, schema: str, table: str) -> tuple[str, ...]:
        """Who may read a table; one that no model makes, whoever may read all that models make."""
        if (schema, table) in self.readers:
            return self.readers[schema, table]
        of_models = [set(found) for (where, _), found in self.readers.items() if where == schema]
        return _in_order(set.intersection(*of_models) if of_models else ())

    def of_any(self, schema: str, tables: Iterable[str]) -> tuple[str, ...]:
        """Who may read one of these tables at least."""
        return _in_order(name for table in tables for name in self.of(schema, table))

    def right(self, role: Role, schema: str) -> Right:
        """What a role may do with a schema: the cell of the matrix."""
        if role.rows is Right.WRITE:
            return Right.WRITE
        if not any(role.name in self.of(*table) for table in self.readers if table[0] == schema):
            return Right.NONE
        return role.rows if schema == MARTS else Right.READ


def read_grants(manifest: Mapping[str, Any]) -> Grants:
    """Read what the models of a dbt project grant.

    Raises:
        ServerError: A model grants something else than reading, or to whom it must not.
    """
    found = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["schema"] in SCHEMAS:
            table = (str(node["schema"]), str(node["alias"]))
            found[table] = _judged(".".join(table), node["config"].get("grants") or {}, table[0])
    return Grants(found)


def _judged(table: str, granted: Mapping[str, Any], schema: str) -> tuple[str, ...]:
    if set(granted) - {_SELECT}:
        raise ServerError(f"{table} grants more than select: nobody but its owner changes a table")
    told = granted.get(_SELECT) or []
    names = {told} if isinstance(told, str) else {str(name) for name in told}
    may = {role.name for role in read_matrix() if role.signs_in is SignsIn.GROUP}
    if schema == MARTS:
        may &= set(having("rows", Right.READ, Right.OWN))
    if names - may:
        raise ServerError(
            f"{table} is granted to {', '.join(sorted(names - may))}: no role of"
            " orchestration/server/roles.csv that may see its rows"
        )
    return _in_order(names)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    wanted = set(names)
    return tuple(role.name for role in read_matrix() if role.name in wanted)


def as_markdown(grants: Grants) -> str:
    """Return the matrix as the table of docs/roles.md."""
    lines = [
        "| role | who | signs in | database | `published` | `marts` | `access.own_authority` |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{role.name}` | {role.words} | {role.signs_in} | {role.database}"
        f" | {grants.right(role, PUBLISHED)} | {grants.right(role, MARTS)}"
        f" | {role.own_authority} |"
        for role in read_matrix()
    ]
    return "\n".join(lines) + "\n"
