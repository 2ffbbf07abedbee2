"""A mapping held against the voice extension: what it may fill, and the contract it becomes.

Belongs here: the rules between a mapping and its target tables, and the contract of a file that has
no mapping yet. Does not belong here: the rules within a mapping (models), or SQL
(ingestion.mapped_sql).
"""

from collections.abc import Mapping as Dictionary

from orchestration.contracts.models import Column, Contract, Table
from orchestration.mappings.models import Cell, Mapping, MappingError, Target

SUFFIXES = (".csv", ".xlsx", ".parquet")

# Ids that only this source gives out. Two sources may both count from 1, so each id carries the
# name of its source; ids of the case system (a child, a conference) are everybody's.
OWN_IDS = frozenset(
    {
        *("expression_id", "influence_id", "subject_id", "reply_id", "wave_id", "feedback_id"),
        *("request_id", "session_id", "example_id", "answer_id", "form_id"),
    }
)
# Stands for the whole delivered row, so that what is made of two different rows is never taken for
# one row that came twice. It is compared and not loaded.
DELIVERED_ROW = "delivered_row"
# The source of a file that belongs to no delivery.
ANY_FILE = "any_file"
_ISO_DATE = "%Y-%m-%d"
_TIMES = ("%H:%M:%S", "%H:%M:%S.%f", "%H:%M")


def contracts_of(
    mappings: Dictionary[str, Mapping], voice_extension: Contract
) -> dict[str, Contract]:
    """The contract of each mapped source: the voice extension's tables that it fills.

    Raises:
        MappingError: A mapping does not fit the tables that it names.
    """
    return {source: contract_of(each, voice_extension) for source, each in mappings.items()}


def contract_of(mapping: Mapping, voice_extension: Contract) -> Contract:
    """The contract of one mapped source."""
    if mapping.source in (voice_extension.source, ANY_FILE):
        raise MappingError(f"{mapping.source}: this source has its own format; choose another name")
    persons = _person_columns(mapping, voice_extension)
    tables: dict[str, Table] = {}
    for target in mapping.tables:
        table = _table(mapping, target, voice_extension)
        _check_columns(mapping, target, table, persons)
        tables[table.name] = _narrowed(tables.get(table.name, table), mapping)
    dates, times = _formats(mapping)
    return Contract(
        source=mapping.source,
        version=mapping.version,
        title=mapping.title,
        description=mapping.description,
        provenance="A mapping; the tables are those of the voice extension.",
        extent=mapping.extent,
        match="by_part",
        suffixes=SUFFIXES,
        raw_prefix=voice_extension.raw_prefix,
        encoding=mapping.encoding,
        formats={"date": dates, "datetime": times},
        tables=tuple(tables.values()),
    )


def any_file() -> Contract:
    """The contract of a file that nobody described yet: it may be opened, and that is all."""
    column = Column(name="any", type="string", required=True, description="Any.")
    return Contract(
        source=ANY_FILE,
        version="1",
        title="Any file",
        description="A file that nobody described yet.",
        provenance="None.",
        extent="full",
        match="by_part",
        suffixes=SUFFIXES,
        raw_prefix="",
        encoding="windows-1252",
        formats={"date": (_ISO_DATE,), "datetime": (f"{_ISO_DATE} {_TIMES[0]}",)},
        tables=(Table(name="any", description="Any.", key=("any",), columns=(column,)),),
    )


def is_own_id(column: Column, cell: Cell) -> bool:
    """Whether the id gets the name of its source in front."""
    return column.name in OWN_IDS and not cell.shared and not cell.hash


def _table(mapping: Mapping, target: Target, voice_extension: Contract) -> Table:
    table = voice_extension.table(target.table)
    if table is None:
        known = ", ".join(each.name for each in voice_extension.tables)
        raise MappingError(f"{mapping.source}: there is no table {target.table}; choose of {known}")
    return table


def _check_columns(mapping: Mapping, target: Target, table: Table, persons: set[str]) -> None:
    place = f"{mapping.source}: {table.name}"
    known = {column.name: column for column in table.loaded_columns}
    unknown = sorted(set(target.columns) - set(known))
    if unknown:
        raise MappingError(f"{place}: no column {', '.join(unknown)}; choose of {', '.join(known)}")
    absent = [c.name for c in table.columns if c.required and c.name not in target.columns]
    if absent:
        raise MappingError(f"{place}: say from: or value: for {', '.join(absent)}")
    for name, cell in target.columns.items():
        _check_cell(f"{place}.{name}", cell, known[name], persons)


def _check_cell(place: str, cell: Cell, column: Column, persons: set[str]) -> None:
    leaked = sorted(persons & set(cell.names))
    if leaked and column.pseudonym is None and not cell.hash:
        # Elsewhere it would load as delivered, and the id of a child must not.
        raise MappingError(
            f"{place}: {', '.join(leaked)} identifies a person; make an id of it with hash:"
        )
    if cell.hash and (
        not column.is_text or (column.pseudonym and column.pseudonym != "respondent")
    ):
        raise MappingError(f"{place}: hash: makes new ids; {column.name} needs from:")
    if column.values:
        given = {code for code in (cell.value, cell.blank, *cell.values.values()) if code}
        given |= {cell.otherwise} - {"as_delivered", "blank"}
        wrong = sorted(given - set(column.values))
        if wrong:
            raise MappingError(
                f"{place}: {', '.join(wrong)} is no code; choose of {', '.join(column.values)}"
            )
    if cell.separator and not column.separator:
        raise MappingError(f"{place}: {column.name} holds one value, so it takes no separator:")


def _person_columns(mapping: Mapping, voice_extension: Contract) -> set[str]:
    """The delivered columns that hold the id of a person, as the mapping itself says."""
    return {
        name
        for target in mapping.tables
        for column in _table(mapping, target, voice_extension).columns
        if column.pseudonym and column.name in target.columns
        for name in target.columns[column.name].names
        if not name.startswith("$")
    }


def _narrowed(table: Table, mapping: Mapping) -> Table:
    """The table as this source fills it: what it never fills is not missed, hashes get a key."""
    targets = [target for target in mapping.tables if target.table == table.name]
    columns = []
    for column in table.columns:
        cells = [t.columns[column.name] for t in targets if column.name in t.columns]
        changes: dict[str, object] = {"extra": len(cells) < len(targets)}
        if any(cell.hash for cell in cells):
            # Without a key, whoever guesses the child and the day would have made the id too.
            changes |= {"pseudonym": "respondent", "sensitivity": "pseudonym"}
        columns.append(column.model_copy(update=changes))
    columns = [column for column in columns if column.name != DELIVERED_ROW]
    columns.append(
        Column(
            name=DELIVERED_ROW,
            type="string",
            load=False,
            extra=True,
            description="The whole delivered row, to be compared.",
        )
    )
    return table.model_copy(update={"columns": tuple(columns)})


def _formats(mapping: Mapping) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Formats of dates and of times: the mapping's own, then ISO, which nobody can misread."""
    # A year of two digits first: the longer form would read 01/04/16 as the year 16.
    own = sorted(mapping.date_formats, key=lambda form: "%y" not in form)
    plain = [form for form in own if "%H" not in form and "%I" not in form]
    timed = [form for form in own if form not in plain]
    plain = [*plain, *([] if _ISO_DATE in plain else [_ISO_DATE])]
    times = [*timed, *(f"{form} {time}" for form in plain for time in _TIMES)]
    times += [f"{_ISO_DATE}T{time}" for time in _TIMES]
    return (*plain, *times), (*times, *plain)
