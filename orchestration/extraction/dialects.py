"""How each database lists its tables and names its values in SQL.

Belongs here: the few statements that differ between PostgreSQL and SQL Server. Does not belong
here: running them (reading).

Whatever a case system's database made of a column, it must leave as the text, number or time that
the same column has in a CSV: decimals as text because Arrow would pad them, times without a zone in
local time as the SSD has them, and every rare type as text because the driver knows only the usual.
"""

from dataclasses import dataclass

from orchestration.contracts import Column

_LOCAL = {"postgresql": "Europe/London", "mssql": "GMT Standard Time"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of database.

    Attributes:
        product: `postgresql` or `mssql`.
        columns: Query for schema, table, column and data type of all that may be read.
        relations: Query for schema and name of all tables and views that may be seen.
        start: What a session says first.
        text: The type that holds any text.
        kept: Data types that leave as they are.
    """

    product: str
    columns: str
    relations: str
    start: str
    text: str
    kept: frozenset[str]

    def quoted(self, name: str) -> str:
        """A name as an identifier, whatever is in it."""
        if self.product == "mssql":
            return "[" + name.replace("]", "]]") + "]"
        return '"' + name.replace('"', '""') + '"'

    def value(self, column: Column, name: str, data_type: str) -> str:
        """The expression that reads a column."""
        read = self.quoted(name)
        if data_type in self.kept:
            return read
        if data_type in ("timestamp without time zone", "date") and self.product == "postgresql":
            # An end at infinity is PostgreSQL's way to say open; the SSD says it with a null.
            return f"case when isfinite({read}) then {read} end"
        if data_type in ("timestamp with time zone", "datetimeoffset"):
            local = f"{read} at time zone '{_LOCAL[self.product]}'"
            return f"cast({local} as {self._time})"
        if data_type in ("datetime", "datetime2", "smalldatetime"):
            return f"cast({read} as {self._time})"
        if data_type in ("boolean", "bit") and _says_yes_or_no(column):
            yes, no = ("1", "0") if self.product == "mssql" else ("true", "false")
            return f"case {read} when {yes} then 'Y' when {no} then 'N' end"
        return f"cast({read} as {self.text})"

    @property
    def _time(self) -> str:
        return "datetime2(6)" if self.product == "mssql" else "timestamp"


def _says_yes_or_no(column: Column) -> bool:
    return column.type == "flag" or {"Y", "N"} <= set(column.values)


_COLUMNS = (
    "select cast(table_schema as {text}) as table_schema, cast(table_name as {text}) as table_name,"
    " cast(column_name as {text}) as column_name, cast(data_type as {text}) as data_type"
    " from information_schema.columns {where}"
    " order by table_schema, table_name, ordinal_position"
)

POSTGRESQL = Dialect(
    product="postgresql",
    columns=_COLUMNS.format(
        text="text", where="where table_schema not in ('pg_catalog', 'information_schema')"
    ),
    # The information schema hides what may not be read, and then a table seems to be missing.
    relations=(
        "select cast(n.nspname as text) as table_schema, cast(c.relname as text) as table_name"
        " from pg_catalog.pg_class as c"
        " inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid"
        " where c.relkind in ('r', 'v', 'm', 'f', 'p')"
        " and n.nspname not in ('pg_catalog', 'information_schema')"
    ),
    start="set default_transaction_read_only = on",
    text="text",
    kept=frozenset(
        {
            *("smallint", "integer", "bigint", "real", "double precision"),
            *("character varying", "text"),
        }
    ),
)

SQL_SERVER = Dialect(
    product="mssql",
    columns=_COLUMNS.format(text="nvarchar(128)", where=""),
    # SQL Server shows nobody the name of a table that they may not read.
    relations=(
        "select cast(table_schema as nvarchar(128)) as table_schema,"
        " cast(table_name as nvarchar(128)) as table_name from information_schema.tables"
    ),
    # A nightly build may hold a table; waiting for it without end helps nobody.
    start="set lock_timeout 60000",
    text="nvarchar(max)",
    kept=frozenset(
        {
            *("tinyint", "smallint", "int", "bigint", "real", "float", "date"),
            *("char", "varchar", "nchar", "nvarchar"),
        }
    ),
)

DIALECTS = {dialect.product: dialect for dialect in (POSTGRESQL, SQL_SERVER)}
