"""A landed file with its judgement, and how every entry of the quarantine begins.

Belongs here: what the two writers (writing, recording) share. Does not belong here: a statement.
"""

from dataclasses import dataclass, replace
from typing import Self

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.judging import JudgedFile
from orchestration.ingestion.results import LandedDelivery, LandedFile


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """A landed file with its judgement: staged rows, or a refusal."""

    file: LandedFile
    raw_table: str | None
    judged: JudgedFile | None = None
    refusal: FileRefusedError | None = None
    is_copy: bool = False

    def as_copy(self) -> Self:
        """The same file, known to repeat an earlier one."""
        return replace(self, is_copy=True)


QUARANTINE_HEAD = "$delivery, $authority, $source, cast($as_of as date), $file, $raw_table"


def quarantine_parameters(landed: LandedDelivery, outcome: FileOutcome) -> dict[str, object]:
    """The parameters that `QUARANTINE_HEAD` names."""
    return {
        "delivery": landed.delivery_id,
        "authority": landed.authority_code,
        "source": landed.source,
        "as_of": landed.as_of,
        "file": outcome.file.name,
        "raw_table": outcome.raw_table,
    }
