"""Count the records of an XML file that hold two ids or two keys, of which only the first is read.

Belongs here: where ids and keys stand, from the contract. Does not belong here: ids of two records
that are the same (belonging), or any value.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.ingestion.xml_stylesheet import (
    column_path,
    has_known_place,
    is_outside_records,
    steps,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from orchestration.contracts import Table
    from orchestration.contracts.models import Xml

TWO_IDS, TWO_VALUES = "two_ids", "two_values"


@dataclass(frozen=True, slots=True)
class Doubled:
    """An element that a record may have once, or once in each row.

    Attributes:
        name: Its name.
        kind: What two of them are.
        count: How many records among the first `$count` elements of the one given have two.
    """

    name: str
    kind: str
    count: "etree.XPath"


def doubled(shape: "Xml", tables: "Sequence[Table]") -> list[Doubled]:
    """The id of a record, and what else identifies its rows."""
    from lxml import etree

    record = steps(shape.record)[-1]
    tests: dict[str, tuple[str, str]] = {}
    for table in tables:
        # To look for an element of any name costs more than what it may find.
        if not table.element or is_outside_records(table) or not has_known_place(table):
            continue
        for column in table.columns:
            path = column_path(column)
            if column.name not in table.required_key or "::" in path or path.startswith(("$", ".")):
                continue
            place = "/".join([*(each for each in steps(table.element) if each != "."), path])
            name = path.rsplit("/", 1)[-1]
            is_id = column.pseudonym == "person"
            # A record has one id; a row has one key.
            found = (TWO_IDS, f"({place})[2]") if is_id else (TWO_VALUES, f"{place}[2]")
            tests.setdefault(name, found)
    return [
        Doubled(name, kind, etree.XPath(f"count(*[position() <= $count]/self::{record}[{test}])"))
        for name, (kind, test) in tests.items()
    ]
