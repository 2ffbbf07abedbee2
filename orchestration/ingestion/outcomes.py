"""A part of a landed file with its judgement, and how every entry of the quarantine begins.

Belongs here: what the two writers (writing, recording) share. Does not belong here: a statement.
"""

from dataclasses import dataclass, replace
from typing import Self

from orchestration.contracts import Table
from orchestration.ingestion.parts import JudgedPart
from orchestration.ingestion.results import LandedDelivery, LandedFile


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """One part of a landed file with its judgement: staged rows, or a refusal.

    Attributes:
        file: The landed file.
        part: What the parser said of this part.
        table: Its contract table, where one could be told.
        raw_table: The name of that table in schema raw.
        stage: SQL that reads the staged rows, to stand in a from clause.
        answered_stage: The same with the codes of answers, at the cost of a join for each.
        answers: SQL that reads the codes alone.
        number: The part's number within the delivery; it does not depend on names of files.
        is_copy: Whether the same bytes came before in the same delivery, for the same table.
    """

    file: LandedFile
    part: JudgedPart
    table: Table | None = None
    raw_table: str | None = None
    stage: str = ""
    answered_stage: str = ""
    answers: str = ""
    number: int = 0
    is_copy: bool = False

    @property
    def is_readable(self) -> bool:
        """Whether the part has rows to load or to quarantine."""
        return self.part.refusal is None

    def numbered(self, number: int) -> Self:
        """The same part under its number."""
        return replace(self, number=number)

    def as_copy(self) -> Self:
        """The same part, known to repeat an earlier one."""
        return replace(self, is_copy=True)


QUARANTINE_HEAD = "$delivery, $authority, $source, cast($as_of as date), $file, $part, $raw_table"


def quarantine_parameters(landed: LandedDelivery, outcome: PartOutcome) -> dict[str, object]:
    """The parameters that `QUARANTINE_HEAD` names."""
    return {
        "delivery": landed.delivery_id,
        "authority": landed.authority_code,
        "source": landed.source,
        "as_of": landed.as_of,
        "file": outcome.file.name,
        "part": outcome.part.label,
        "raw_table": outcome.raw_table,
    }
