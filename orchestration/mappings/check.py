"""Try a mapping on a file: the real parser and the real judge, and nothing that lasts.

Belongs here: what would load, what would not and why, as counts. Does not belong here: opening the
file, which the parser does with its limits (trying), or a value out of it.
"""

from dataclasses import dataclass
from pathlib import Path

from orchestration.contracts import load_contracts
from orchestration.ingestion.gate import FileRefusedError
from orchestration.mappings.compiled import contract_of
from orchestration.mappings.models import Mapping
from orchestration.mappings.opening import ask_parser


@dataclass(frozen=True, slots=True)
class TriedPart:
    """What one part of the file, usually one target table, would come to."""

    part: str
    table: str | None
    rows: int
    loaded: int
    quarantined: int
    duplicate: int


@dataclass(frozen=True, slots=True)
class Unmapped:
    """How many values of a column no line of its value map knows, or are no number."""

    table: str
    column: str
    rows: int
    values: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """How many rows would load that are likely to be a mistake."""

    table: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a mapping makes of a file: counts, rules and names of columns only.

    Attributes:
        refusals: Part, rule and expectation of whatever cannot be used as a whole.
        parts: The counts.
        quarantine: Table, column, rule, expectation and count of rows.
        unmapped: Values without a code; they load as delivered and are reported as not mapped.
        blank: Rows that load though a column that should be filled is blank.
        same_key: Rows that load though another one with their key says something else.
        unused: Delivered columns that the mapping does not use.
        missing: Target columns that the file has nothing for.
        left_out: What `leave_out` took away.
    """

    refusals: tuple[tuple[str, str, str], ...]
    parts: tuple[TriedPart, ...] = ()
    quarantine: tuple[tuple[str, str, str, str, int], ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    blank: tuple[Doubtful, ...] = ()
    same_key: tuple[Doubtful, ...] = ()
    unused: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every row would load whole or is left out on purpose, with a code for each value.

        A question that nobody answered by a number is one for words.
        """
        doubts = (self.refusals, self.quarantine, self.unmapped, self.blank, self.same_key)
        return not any(doubts)


def try_mapping(mapping: Mapping, path: Path, collection_year: int) -> Trial:
    """Dry-run a mapping on one file.

    Raises:
        MappingError: The mapping does not fit the tables that it names.
    """
    from pydantic import TypeAdapter

    contract_of(mapping, load_contracts()["voice_extension"])
    try:
        found = ask_parser(path, collection_year, mapping)
    except FileRefusedError as refusal:
        return Trial(refusals=((path.name, refusal.reason, refusal.expected),))
    return TypeAdapter(Trial).validate_python(found)
