"""Count the records of an XML file that hold two ids, of which only the first would be read.

Belongs here: where the id of a record stands, from the contract. Does not belong here: ids of two
records that are the same (belonging), or any value.
"""

from typing import TYPE_CHECKING

from orchestration.ingestion.xml_stylesheet import column_path, is_outside_records, steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

    from orchestration.contracts import Table
    from orchestration.contracts.models import Xml


def id_path(tables: "Sequence[Table]") -> str:
    """Where a record's own id stands, seen from the record; blank where no table says so."""
    for table in tables:
        if table.element and not is_outside_records(table):
            for column in table.columns:
                path = column_path(column)
                if column.pseudonym == "person" and column.required and "::" not in path:
                    return "/".join([*steps(table.element), path])
    return ""


def doubled_ids(shape: "Xml", tables: "Sequence[Table]") -> "etree.XPath":
    """How many records among the first `$count` elements of the one that it is given have two."""
    from lxml import etree

    path = id_path(tables)
    record = steps(shape.record)[-1]
    test = f"[({path})[2]]" if path else "[false()]"
    return etree.XPath(f"count(*[position() <= $count]/self::{record}{test})")
