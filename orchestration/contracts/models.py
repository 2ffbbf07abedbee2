"""The shape of a source contract, and how to read one line of it.

Belongs here: pydantic models of the YAML files and the rules a contract must keep by itself.
Does not belong here: SQL, or anything about one delivery.

A column line:

- `name`: the column's name in the warehouse; a delivered header matches it in any letter case.
- `type`: string, code, flag (text), date, datetime, integer or number.
- `required`: the source forbids a blank. A row whose *key* column is required and blank is
  quarantined; other blanks load, and the checks measure them.
- `codes`: the reference seed that lists the codes; `values`: a short list given here instead.
- `separator`: the cell holds several codes, set apart by this character.
- `upper`: load the code in capitals.
- `aliases`: other names under which case systems deliver the same column.
- `pseudonym`: replace the id by a keyed hash; ids of one kind and authority stay joinable. Kind
  `linkage` is the same in every authority, and loads only where the installation asks for it.
- `only_where`: the value loads only in rows where another column holds one of these words.
- `only_like`: a value loads only if all of it matches this pattern; any other is a blank.
- `reduce`: load a coarser form (`postcode_district`: BS3 4QQ becomes BS3).
- `sensitivity`: none, pseudonym, characteristic, free_text or direct_identifier.
- `load: false`: the column stays in the landed file and never reaches the warehouse.
- `extra`: some build scripts add it though the specification has no such column; its absence is
  not drift.
- `from_year`, `to_year`: the first and last collection year that has the column; outside them its
  absence is not drift.
- `answers`: the answer set (`ref_answer_rules`) that understands its free spellings. The raw table
  holds the text as delivered and, beside it, `<name>_code`: the code it means, `not_mapped` where
  no rule knows, null where blank.
- `states`: what the column says of the whole file: its `authority`, its `collection_year`, which
  `collection` it is (one of `values`), its `last_day`, or days most of which lie in its year
  (`day_of_year`). What does not fit the delivery is refused or told (ingestion/belonging).
- `xpath`: in an XML file, where the value stands, seen from the table's element; by default the
  child element of the column's name.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestration.contracts.shapes import ColumnQuestions, ContractQuestions, TableQuestions

ColumnType = Literal["string", "code", "flag", "date", "datetime", "integer", "number"]
Sensitivity = Literal["none", "pseudonym", "characteristic", "free_text", "direct_identifier"]
States = Literal["authority", "collection_year", "collection", "last_day", "day_of_year"]
Encoding = Literal["utf-8", "windows-1252"]
PseudonymKind = Literal["person", "professional", "respondent", "linkage"]

# Names become SQL identifiers and file names, so they may hold nothing that either could misread.
_NAME = r"^[a-z][a-z0-9_]{0,62}$"


class _Model(BaseModel):
    """Frozen, and strict about misspelt keys: a typo must not switch a safeguard off."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OnlyWhere(_Model):
    """Which rows a value loads from: those where a column of the table holds one of the words."""

    column: str = Field(pattern=_NAME)
    words: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if any(word != word.lower().strip() for word in self.words):
            raise ValueError(f"{self.column}: give the words in small letters")
        return self


class Column(ColumnQuestions, _Model):
    """One column of one table."""

    name: str = Field(pattern=_NAME)
    type: ColumnType
    description: str = Field(min_length=1)
    required: bool = False
    codes: str | None = Field(default=None, pattern=r"^ref_[a-z0-9_]+$")
    values: tuple[str, ...] = ()
    separator: str | None = Field(default=None, min_length=1, max_length=1)
    upper: bool = False
    aliases: tuple[str, ...] = ()
    pseudonym: PseudonymKind | None = None
    only_where: OnlyWhere | None = None
    only_like: str | None = Field(default=None, min_length=1)
    reduce: Literal["postcode_district"] | None = None
    sensitivity: Sensitivity = "none"
    load: bool = True
    extra: bool = False
    from_year: int | None = None
    to_year: int | None = None
    answers: str | None = Field(default=None, pattern=_NAME)
    states: States | None = None
    xpath: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.sensitivity == "direct_identifier" and self.load:
            raise ValueError(f"{self.name}: a direct identifier must carry load: false")
        if (self.pseudonym is not None) != (self.sensitivity == "pseudonym"):
            raise ValueError(f"{self.name}: pseudonym and sensitivity: pseudonym go together")
        if (self.pseudonym or self.reduce or self.upper or self.only_like) and not self.is_text:
            raise ValueError(f"{self.name}: pseudonym, reduce, upper, only_like need a text type")
        if self.answers and not (self.is_text and self.load and not self.pseudonym):
            raise ValueError(f"{self.name}: answers need a text that loads as delivered")
        if self.codes and self.values:
            raise ValueError(f"{self.name}: give codes or values, not both")
        return self


class Table(TableQuestions, _Model):
    """One table: what a row is, what identifies it, and its columns."""

    name: str = Field(pattern=_NAME)
    description: str = Field(min_length=1)
    key: tuple[str, ...] = Field(min_length=1)
    columns: tuple[Column, ...] = Field(min_length=1)
    # Where the table's rows stand in an XML file, seen from the record: `CINdetails/Assessments`.
    element: str | None = Field(default=None, min_length=1)
    from_year: int | None = None
    # Whether each key has one row, so that two that differ are a mix-up and no history.
    one_row_each: bool = False

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [name for column in self.columns for name in (column.name, *column.aliases)]
        if len(names) != len({name.lower() for name in names}):
            raise ValueError(f"{self.name}: a column name or alias is given twice")
        loaded = {column.name for column in self.loaded_columns}
        if not set(self.key) <= loaded:
            raise ValueError(f"{self.name}: every key column must be loaded")
        for column in self.loaded_columns:
            if column.only_where and column.only_where.column not in loaded:
                raise ValueError(f"{column.name}: only_where names a column that does not load")
        if not self.required_key:
            raise ValueError(f"{self.name}: at least one key column must be required")
        return self


class Xml(_Model):
    """How an XML file of the source is built: its root, and the element that repeats under it."""

    root: str
    record: str


class Change(_Model):
    """One reviewed difference between a collection year and the year before."""

    year: int
    what: str


# What of a table a delivery holds: all that is true, all of one collection year, or what is new or
# changed since the delivery before.
Extent = Literal["full", "collection_year", "incremental"]


class Contract(ContractQuestions, _Model):
    """One source: how its files are recognised and read, and its tables."""

    source: str = Field(pattern=_NAME)
    version: str
    title: str
    description: str
    provenance: str
    extent: Extent
    match: Literal["by_name", "by_header", "by_part"]
    suffixes: tuple[str, ...] = (".csv", ".parquet")
    xml: Xml | None = None
    base_year: int | None = None
    changes: tuple[Change, ...] = ()
    raw_prefix: str
    # How CSV files come. One that may come as windows-1252 may come as UTF-8 too: the bytes tell.
    encoding: Encoding
    # Texts that stand for a blank, beside the empty cell.
    blank_texts: tuple[str, ...] = ()
    formats: dict[Literal["date", "datetime"], tuple[str, ...]]
    tables: tuple[Table, ...] = Field(min_length=1)

    @property
    def links_authorities(self) -> bool:
        """Whether a column loads that is the same for one child in every authority."""
        return any(
            column.pseudonym == "linkage"
            for table in self.tables
            for column in table.loaded_columns
        )

    def without_linkage(self) -> Self:
        """The contract of an installation that does not link authorities."""
        if not self.links_authorities:
            return self
        return self.model_copy(update={"tables": tuple(map(_without_linkage, self.tables))})

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        names = [table.name for table in self.tables]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.source}: a table is given twice")
        used = {column.type for table in self.tables for column in table.columns}
        missing = {kind for kind in ("date", "datetime") if kind in used} - set(self.formats)
        if missing:
            raise ValueError(f"{self.source}: formats are missing for {sorted(missing)}")
        return self


def _without_linkage(table: Table) -> Table:
    columns = tuple(
        column.model_copy(update={"load": False}) if column.pseudonym == "linkage" else column
        for column in table.columns
    )
    return table.model_copy(update={"columns": columns})
