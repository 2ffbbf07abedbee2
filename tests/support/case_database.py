"""Make a case system's reporting database out of tables of text.

Belongs here: SSD-like column types and filling them. Does not belong here: starting a server
(postgres) or expected values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from orchestration.contracts import Table
from tests.support.postgres import PASSWORD, USER, Server

# As the public build scripts make them: every date is a datetime, ids are text.
TYPES = {
    "string": "varchar",
    "code": "varchar(48)",
    "flag": "char(1)",
    "date": "timestamp",
    "datetime": "timestamp",
    "integer": "integer",
    "number": "numeric(12, 2)",
}


@dataclass(frozen=True)
class CaseDatabase:
    """One database of one server, emptied for each test."""

    server: Server

    def run(self, *statements: str) -> None:
        """Run statements as the owner."""
        with psycopg.connect(self.server.admin, autocommit=True) as con:
            for statement in statements:
                con.execute(statement)

    def empty(self) -> None:
        """Drop every schema of a test, and make the role that may only read."""
        with psycopg.connect(self.server.admin, autocommit=True) as con:
            rows = con.execute(
                "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)'"
            ).fetchall()
            for (name,) in rows:
                con.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))
            if not con.execute("select from pg_roles where rolname = %s", [USER]).fetchall():
                con.execute(
                    sql.SQL("create role {} login password {}").format(
                        sql.Identifier(USER), sql.Literal(PASSWORD)
                    )
                )
            con.execute("create schema public")

    def schema(self, name: str) -> None:
        """Make a schema that the reader may look into."""
        self.run(f"create schema {name}", f"grant usage on schema {name} to {USER}")

    def grant(self, schema: str) -> None:
        """Let the reader read all that a schema holds now."""
        self.run(f"grant select on all tables in schema {schema} to {USER}")

    def fill(
        self,
        schema: str,
        name: str,
        table: Table,
        columns: Sequence[str],
        rows: Sequence[Mapping[str, str]],
    ) -> None:
        """Make a table with the types that its contract columns have, and fill it."""
        kinds = {column.name: TYPES[column.type] for column in table.columns}
        place = sql.Identifier(schema, name)
        with psycopg.connect(self.server.admin, autocommit=True) as con:
            con.execute(
                sql.SQL("create table {} ({})").format(
                    place,
                    sql.SQL(", ").join(
                        sql.SQL("{} {}").format(
                            sql.Identifier(column),
                            sql.SQL(kinds[column]),
                        )
                        for column in columns
                    ),
                )
            )
            with (
                con.cursor() as cursor,
                cursor.copy(sql.SQL("copy {} from stdin").format(place)) as copy,
            ):
                for row in rows:
                    copy.write_row([row[column] or None for column in columns])
