"""Before a load counts: does the server give exactly the rights that are declared?

An administrator can add rights that we never see (a default for new tables, a role made a member of
another), and every load would then hand out what it should not. So a load asks, and undoes itself.

Belongs here: the questions to the server's catalogue, and what the answer must be.
Does not belong here: giving rights (``grants``).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from orchestration.ingestion.sql import literal
from orchestration.server.declared import MARTS, Grants
from orchestration.server.errors import ServerError
from orchestration.server.matrix import EVERYBODY, OWNER, PIPELINE, read_matrix

# Who has which right to what is in our schemas, and to the schemas themselves.
_GRANTED = """
select n.nspname, r.name, coalesce(g.rolname, 'public'), lower(a.privilege_type)
from pg_namespace as n
inner join (
    select oid as namespace, '' as name, nspacl as acl from pg_namespace
    union all
    select relnamespace, relname, relacl from pg_class
) as r on n.oid = r.namespace
cross join lateral aclexplode(r.acl) as a
left join pg_roles as g on a.grantee = g.oid
where n.nspname in ({schemas}) and coalesce(g.rolname, '') <> {owner}
group by 1, 2, 3, 4
"""
_COLUMNS = """
select distinct n.nspname, c.relname
from pg_attribute as a
inner join pg_class as c on a.attrelid = c.oid
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname in ({schemas}) and a.attacl is not null
"""
_MEMBERS = """
select r.rolname, m.rolname
from pg_auth_members as g
inner join pg_roles as r on g.roleid = r.oid
inner join pg_roles as m on g.member = m.oid
where m.rolname in ({roles}) or r.rolname in ({inner})
"""
_ABOVE = "select rolname from pg_roles where rolname in ({roles}) and (rolsuper or rolbypassrls)"
_OPEN = """
select c.relname from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
where n.nspname = {marts} and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not (c.relkind in ('r', 'p') and c.relrowsecurity and c.relforcerowsecurity)
"""


def require_rights(server: Any, tables: Sequence[tuple[str, ...]], grants: Grants) -> None:
    """Undo a load whose tables somebody could read who should not.

    Args:
        server: The connection, in the transaction of the load.
        tables: What it loaded: each table's schema and name.
        grants: Who may read each.

    Raises:
        ServerError: A right is there that nobody declared, or one is missing.
    """
    schemas = sorted({schema for schema, _ in tables}, reverse=True)
    names = [role.name for role in read_matrix() if role.name != EVERYBODY]
    listed = {
        "schemas": _listed(schemas),
        "roles": _listed(names),
        "inner": _listed([OWNER, PIPELINE]),
        "owner": literal(OWNER),
        "marts": literal(MARTS),
    }

    def ask(query: str) -> set[tuple[str, ...]]:
        rows = server.execute_unnamed(query.format(**listed)).rows
        return {tuple(map(str, row)) for row in rows}

    loaded = {schema: [name for where, name in tables if where == schema] for schema in schemas}
    found = ask(_GRANTED)
    wrong = [
        f"{schema}: {words}"
        for schema, names_in in loaded.items()
        for words in _differences(found, schema, names_in, grants)
    ]
    wrong += [f"{schema}.{table}: rights to single columns" for schema, table in ask(_COLUMNS)]
    wrong += [f"{name} is above row-level security" for (name,) in ask(_ABOVE)]
    wrong += [
        f"{member} is a member of {role}" for role, member in ask(_MEMBERS) - {(OWNER, PIPELINE)}
    ]
    if MARTS in schemas:
        wrong += [f"{MARTS}.{table} has no row-level security" for (table,) in ask(_OPEN)]
    if wrong:
        raise ServerError(
            "the server gives other rights than the models' grants and"
            f" orchestration/server/roles.csv: {'; '.join(sorted(set(wrong)))}; take them back"
            " (default privileges and memberships too), then run it again; it keeps what it had"
        )


def _differences(
    granted: Iterable[tuple[str, ...]], schema: str, tables: Sequence[str], grants: Grants
) -> list[str]:
    """What is granted and not declared, or the other way round; a schema has no table's name."""
    found = {(table, who, right) for where, table, who, right in granted if where == schema}
    wanted = {("", who, "usage") for who in grants.of_any(schema, tables)}
    wanted |= {(table, who, "select") for table in tables for who in grants.of(schema, table)}
    return [
        *(f"{who} has {right} on {_kind(table)}" for table, who, right in found - wanted),
        *(f"{who} lacks {right} on {_kind(table)}" for table, who, right in wanted - found),
    ]


def _kind(table: str) -> str:
    return "a table" if table else "a schema"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(literal, names))
