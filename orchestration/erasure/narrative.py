"""Which columns hold words that somebody said, and from which day their time counts.

Belongs here: reading `narrative.yaml`. Does not belong here: how long (retention), or rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from orchestration.contracts import Contract

_FILE = Path(__file__).with_name("narrative.yaml")


@dataclass(frozen=True, slots=True)
class Narrative:
    """The columns of a table with somebody's words, and the dates that say when it was said."""

    table: str
    columns: tuple[str, ...]
    said_on: tuple[str, ...]


@cache
def narratives() -> Mapping[str, Narrative]:
    """By table."""
    stored = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["words"]
    return {
        line["table"]: Narrative(line["table"], tuple(line["columns"]), tuple(line["said_on"]))
        for line in stored
    }


def has_words(contract: Contract) -> bool:
    """Whether a source has anybody's words."""
    return any(table.name in narratives() for table in contract.tables)
