"""What can be asked of a contract, whoever holds it; and a contract as it is handed to the parser.

Whoever reads a contract checks it (models), and pydantic takes longer to import than a delivery to
judge. The parser gets a contract that was checked, so it takes the fields as they come.

Belongs here: questions that need only the fields, and those fields as a message between two of our
own processes. Does not belong here: a check, or pydantic.
"""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from orchestration.contracts.models import Column, ColumnType, Contract, Table

TEXT_TYPES: frozenset["ColumnType"] = frozenset({"string", "code", "flag"})


class ColumnQuestions:
    """What can be asked of a column."""

    if TYPE_CHECKING:
        type: ColumnType
        from_year: int | None
        to_year: int | None

    def is_due(self, collection_year: int) -> bool:
        """Whether a delivery of that year should hold the column."""
        return (self.from_year or 0) <= collection_year <= (self.to_year or 9999)

    @property
    def is_text(self) -> bool:
        """Whether every delivered value is a valid one."""
        return self.type in TEXT_TYPES


class TableQuestions:
    """What can be asked of a table."""

    if TYPE_CHECKING:
        key: tuple[str, ...]
        columns: tuple[Column, ...]

    @property
    def loaded_columns(self) -> tuple["Column", ...]:
        """The columns that reach the warehouse, in contract order."""
        return tuple(column for column in self.columns if column.load)

    @property
    def required_key(self) -> tuple[str, ...]:
        """The key columns without which neither a file nor a row can be used."""
        return tuple(c.name for c in self.columns if c.name in self.key and c.required)


class ContractQuestions:
    """What can be asked of a contract."""

    if TYPE_CHECKING:
        raw_prefix: str
        tables: tuple[Table, ...]

    def raw_table(self, table: "Table") -> str:
        """Name of the table in schema raw."""
        return f"{self.raw_prefix}{table.name}"

    def table(self, name: str) -> "Table | None":
        """The table of that name, or None."""
        return next((table for table in self.tables if table.name == name), None)


class _Handed:
    """Fields out of a message; what JSON made a list of was a tuple."""

    def __init__(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self, name, tuple(value) if isinstance(value, list) else value)


class _HandedColumn(ColumnQuestions, _Handed):
    def __init__(self, fields: dict[str, Any]) -> None:
        where = fields["only_where"]
        super().__init__(fields | {"only_where": _Handed(where) if where else None})


class _HandedTable(TableQuestions, _Handed):
    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields | {"columns": [_HandedColumn(each) for each in fields["columns"]]})


class _HandedContract(ContractQuestions, _Handed):
    def __init__(self, fields: dict[str, Any]) -> None:
        shape = fields["xml"]
        super().__init__(
            fields
            | {
                "xml": _Handed(shape) if shape else None,
                "formats": {kind: tuple(forms) for kind, forms in fields["formats"].items()},
                "tables": [_HandedTable(each) for each in fields["tables"]],
            }
        )


def as_message(contract: "Contract") -> str:
    """A contract as a text between two processes."""
    return contract.model_dump_json()


@lru_cache(maxsize=1)
def from_message(text: str) -> "Contract":
    """The contract that `as_message` described; every question of it has the same answer.

    The files of a delivery come one after another, all with the same contract.
    """
    return cast("Contract", _HandedContract(json.loads(text)))
