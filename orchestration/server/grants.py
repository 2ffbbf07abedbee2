"""The statements that turn what is declared into roles, rights and row-level security.

Belongs here: SQL of PostgreSQL, as text. Does not belong here: running it (``load``, or the
administrator's psql), or who may do what (``declared``, ``matrix``).
"""

from collections.abc import Iterator, Sequence

from orchestration.ingestion.sql import identifier, literal
from orchestration.server.declared import MARTS, Grants
from orchestration.server.matrix import (
    EVERYBODY,
    OWNER,
    PIPELINE,
    Right,
    SignsIn,
    having,
    read_matrix,
)

ACCESS = "access"
AUTHORITY = "authority_code"
# Tables of codes and days: they are about nobody, so an authority's analyst reads them whole.
_DIMENSION = "dim_"

# What a line of a log could quote: statements, their parameters, the row that an error stopped at.
_PIPELINE_SETTINGS = {
    "synchronous_commit": "on",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    # The message of an error quotes the value that it stopped at.
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "statement_timeout": "30min",
    "idle_in_transaction_session_timeout": "10min",
}

# Every account of a server may make large objects, and may ask how many rows a table has that it
# must not read: the marts have one for each child. Those who watch the server still may.
_BUILT_IN = """\
do $$ declare one regprocedure; begin
  for one in
    select oid::regprocedure from pg_proc
    where pronamespace = 'pg_catalog'::regnamespace
      and proname ~ '^(lo_creat|lo_create|lo_from_bytea|pg_stat_get_.*(tuples|_since_).*)$'
  loop
    execute format('revoke execute on function %s from public', one);
    execute format('grant execute on function %s to pg_monitor', one);
  end loop;
end $$;
"""

_HEAD = """\
-- Roles of Heard, made by `heard server setup` from orchestration/server/roles.csv.
-- Run it as a superuser, connected to the database that holds Heard's tables and nothing else:
--   heard server setup | psql -v ON_ERROR_STOP=1 -d heard
-- It may be run again: it makes what is missing and takes away what is too much. It sets no
-- password; give the pipeline one with \\password heard_pipeline.
begin;
set local password_encryption = 'scram-sha-256';
"""
_OWN_AUTHORITY = f"""\
create schema if not exists {ACCESS} authorization {OWNER};
create table if not exists {ACCESS}.own_authority (
    login name not null,
    authority_code text not null,
    primary key (login, authority_code)
);
alter table {ACCESS}.own_authority owner to {OWNER};
alter table {ACCESS}.own_authority enable row level security;
drop policy if exists own_rows on {ACCESS}.own_authority;
create policy own_rows on {ACCESS}.own_authority for select using (login = current_user);
"""


def setup_script() -> str:
    """Return what the administrator of the server runs once, and after every new version."""
    return "\n".join(
        [_HEAD, *_roles(), *_database(), _BUILT_IN, _OWN_AUTHORITY, *_access(), "commit;\n"]
    )


def table_grants(
    schema: str, target: str, tables: Sequence[tuple[str, bool]], grants: Grants
) -> Iterator[str]:
    """Yield what lets the roles read a schema, and only the rows that they may.

    Args:
        schema: Which one it will be: `published` or `marts`.
        target: What it is called until it is complete.
        tables: Names of its tables, and whether they say whose authority a row is.
        grants: Who may read each.
    """
    place = identifier(target)
    yield f"revoke all on schema {place} from {EVERYBODY}"
    if somebody := grants.of_any(schema, [name for name, _ in tables]):
        yield f"grant usage on schema {place} to {', '.join(somebody)}"
    for name, has_authority in tables:
        table, roles = f"{place}.{identifier(name)}", grants.of(schema, name)
        if roles:
            yield f"grant select on {table} to {', '.join(roles)}"
        if schema == MARTS:
            yield from _policies(table, name, has_authority, roles)


def _policies(place: str, table: str, has_authority: bool, roles: Sequence[str]) -> Iterator[str]:
    """Without a policy that says otherwise nobody reads a row, the owner included."""
    yield f"alter table {place} enable row level security"
    yield f"alter table {place} force row level security"
    # What the server would note of all rows, anybody may read from its estimates.
    yield f"alter table {place} set (autovacuum_enabled = false)"
    everything, own = (
        ", ".join(name for name in roles if name in having("rows", right))
        for right in (Right.READ, Right.OWN)
    )
    if everything:
        yield f"create policy every_row on {place} for select to {everything} using (true)"
    if own and has_authority:
        which = (
            f"{AUTHORITY} in (select o.authority_code from {ACCESS}.own_authority as o"
            " where o.login = current_user)"
        )
        yield f"create policy own_rows on {place} for select to {own} using ({which})"
    elif own and table.startswith(_DIMENSION):
        yield f"create policy codes on {place} for select to {own} using (true)"


def _roles() -> Iterator[str]:
    for role in read_matrix():
        if role.name == EVERYBODY:
            continue
        name = literal(role.name)
        login = "login" if role.signs_in is SignsIn.YES else "nologin"
        yield (
            f"do $$ begin if not exists (select from pg_roles where rolname = {name})"
            f" then create role {role.name}; end if; end $$;"
        )
        yield (
            f"alter role {role.name} {login} nosuperuser nocreatedb nocreaterole noreplication"
            " nobypassrls;"
        )
    # What the pipeline does it does as the owner, and only when it says so.
    yield f"alter role {PIPELINE} noinherit;"
    yield f"grant {OWNER} to {PIPELINE};"
    for setting, value in _PIPELINE_SETTINGS.items():
        yield f"alter role {PIPELINE} set {setting} = {literal(value)};"


def _database() -> Iterator[str]:
    """Take the rights that a new database gives everybody, and give each role its own."""
    yield "revoke all on schema public from public;"
    statements = [f"revoke all on database %I from {EVERYBODY}"]
    for role in read_matrix():
        if role.name != EVERYBODY:
            statements.append(f"revoke all on database %I from {role.name}")
        if role.database in (Right.CONNECT, Right.CREATE):
            statements.append(f"grant {role.database} on database %I to {role.name}")
    body = "\n".join(f"  execute format('{each}', current_database());" for each in statements)
    yield f"do $$ begin\n{body}\nend $$;"


def _access() -> Iterator[str]:
    roles = ", ".join(having("own_authority", Right.OWN))
    yield f"revoke all on schema {ACCESS} from {EVERYBODY};"
    yield f"grant usage on schema {ACCESS} to {roles};"
    yield f"grant select on {ACCESS}.own_authority to {roles};"
