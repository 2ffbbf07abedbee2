"""What the parser says of one part of a file, as a value that can travel between processes.

Belongs here: places, counts, rules and reasons. Does not belong here: any value out of a row.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

from orchestration.ingestion.gate import FileRefusedError
from orchestration.ingestion.matching import Drift


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """One part of a delivered file: staged rows, or the reason why there are none.

    Attributes:
        label: The sheet or element; empty for a file that is one table.
        table: The contract table, None where none could be told.
        stage: Name of the staged files in the scratch folder.
        has_repeats: Whether some rows repeat earlier ones.
        has_problems: Whether some rows break a rule; the load's own counts must agree.
        answered: Places of the columns whose answers have codes.
        width: How many cells a row should have.
        drift: How the header differs from the contract.
        rules: Column, rule and expectation of each bit of `_problems`.
        malformed: Numbers of the rows that cannot be staged at all.
        malformed_because: Rule and expectation of those rows.
        refusal: Reason and expectation, where the part cannot be used at all.
    """

    label: str
    table: str | None
    stage: str = ""
    has_repeats: bool = False
    has_problems: bool = True
    answered: tuple[int, ...] = ()
    width: int = 0
    drift: tuple[Drift, ...] = ()
    rules: tuple[tuple[str, str, str], ...] = ()
    malformed: tuple[int, ...] = ()
    malformed_because: tuple[str, str] = ("", "")
    refusal: tuple[str, str] | None = None

    @classmethod
    def refused(cls, label: str, table: str | None, refusal: FileRefusedError) -> Self:
        """A part that cannot be used at all."""
        return cls(label, table, refusal=(refusal.reason, refusal.expected))

    def as_message(self) -> dict[str, Any]:
        """The part in types that JSON knows."""
        return asdict(self)

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Self:
        """The part that `as_message` described."""
        refusal = message["refusal"]
        return cls(
            **message
            | {
                "drift": tuple(Drift(**drift) for drift in message["drift"]),
                "rules": tuple(tuple(rule) for rule in message["rules"]),
                "answered": tuple(message["answered"]),
                "malformed": tuple(message["malformed"]),
                "malformed_because": tuple(message["malformed_because"]),
                "refusal": None if refusal is None else (refusal[0], refusal[1]),
            }
        )
