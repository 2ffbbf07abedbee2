"""Find the tables of a contract in a database, and say what to read of each.

Belongs here: names of schemas, tables and columns, in any letter case. Does not belong here: rows.

Only columns that load are read, so a name or a full identifier that no report needs never leaves
the database.
"""

from dataclasses import dataclass

from orchestration.contracts import Column, Contract, Table
from orchestration.extraction.connection import Connection
from orchestration.extraction.dialects import DIALECTS, Dialect
from orchestration.extraction.reading import read_batches


class AmbiguousTableError(LookupError):
    """A table stands in more than one schema."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A contract table in the database.

    Attributes:
        table: The table of the contract.
        schema: Where it stands.
        name: Its name there.
        columns: Name and data type of each of its columns that may be read, in their order.
    """

    table: Table
    schema: str
    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def read(self) -> dict[str, Column]:
        """Name in the database and contract column of everything that is read."""
        by_lower = {name.lower(): name for name, _ in reversed(self.columns)}
        found: dict[str, Column] = {}
        for column in self.table.loaded_columns:
            # The column's own name first: beside it, an alias is just another column.
            names = [name.lower() for name in (column.name, *column.aliases)]
            delivered = next((by_lower[name] for name in names if name in by_lower), None)
            if delivered is not None:
                found[delivered] = column
        return found

    @property
    def withheld(self) -> int:
        """How many direct identifiers stay in the database."""
        ours = {
            name.lower()
            for column in self.table.columns
            if not column.load
            for name in (column.name, *column.aliases)
        }
        return sum(name.lower() in ours for name, _ in self.columns)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Columns that the contract does not know; they are not read."""
        known = {
            name.lower() for column in self.table.columns for name in (column.name, *column.aliases)
        }
        return tuple(
            name if name.isascii() and name.isidentifier() else f"column {place}"
            for place, (name, _) in enumerate(self.columns, start=1)
            if name.lower() not in known
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Columns that load and that the database does not have."""
        read = {column.name for column in self.read.values()}
        return tuple(
            column.name
            for column in self.table.loaded_columns
            if column.name not in read and not column.extra
        )

    def query(self, dialect: Dialect) -> str:
        """The statement that reads the table."""
        types = dict(self.columns)
        values = ", ".join(
            f"{self._value(dialect, column, name, types[name])} as {dialect.quoted(name)}"
            for name, column in self.read.items()
        )
        return f"select {values} from {dialect.quoted(self.schema)}.{dialect.quoted(self.name)}"

    def _value(self, dialect: Dialect, column: Column, name: str, data_type: str) -> str:
        """The expression of one column; what only some rows may tell, only those tell."""
        value = dialect.value(column, name, data_type)
        if column.only_where is None:
            return value
        wanted = column.only_where.column
        decider = next((name for name, read in self.read.items() if read.name == wanted), None)
        if decider is None:
            return "null"
        words = ", ".join(f"'{word}'" for word in column.only_where.words)
        condition = f"lower(ltrim(rtrim({dialect.quoted(decider)}))) in ({words})"
        return f"case when {condition} then {value} end"


def find_tables(
    connection: Connection, contract: Contract, schema: str | None
) -> dict[str, FoundTable]:
    """The contract tables that the database shows, by name.

    Raises:
        AmbiguousTableError: The same table stands in two schemas and none was named.
    """
    dialect = DIALECTS[connection.product]
    columns: dict[tuple[str, str], list[tuple[str, str]]] = {
        (row[0], row[1]): [] for row in _rows(connection, dialect.relations)
    }
    for place, table, name, data_type in _rows(connection, dialect.columns):
        columns.setdefault((place, table), []).append((name, data_type.lower()))
    wanted = {table.name: table for table in contract.tables}
    found: dict[str, list[FoundTable]] = {}
    for (place, name), listed in sorted(columns.items()):
        contract_table = wanted.get(name.lower())
        if contract_table and (schema is None or place.lower() == schema.lower()):
            found.setdefault(contract_table.name, []).append(
                FoundTable(contract_table, place, name, tuple(listed))
            )
    return {name: _only(places) for name, places in found.items()}


def _only(places: list[FoundTable]) -> FoundTable:
    if len(places) > 1:
        schemas = ", ".join(sorted({place.schema for place in places}))
        raise AmbiguousTableError(
            f"{places[0].table.name} stands {len(places)} times in the database (schema {schemas});"
            " say which with --schema, and give it one name in any letter case"
        )
    return places[0]


def _rows(connection: Connection, query: str) -> list[tuple[str, ...]]:
    _, batches = read_batches(connection, query)
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]
