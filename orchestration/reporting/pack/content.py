"""What a pack consists of: the one model that HTML, PDF and CSV are all made from.

Belongs here: plain values, whole and worded; nothing that draws them has anything to add.
Does not belong here: reading a database, or how any of it looks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

# Why there is no number is as much a finding as the number. The first five are those of the
# published tables; the others are the pack's own, for what it says besides figures.
State = Literal[
    "shown",
    "suppressed",
    "rate_withheld",
    "not_applicable",
    "not_available",
    "no_figure",
    "not_recorded",
    "too_few_to_tell",
    "text",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its words, and the number in them when there is one."""

    words: str
    value: str = ""
    state: State = "text"
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: what it is about, and its cells."""

    label: str
    cells: tuple[Cell, ...]
    indicator: str = ""
    period: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of what the table beside it says."""

    svg: str
    alt: str
    # How many labels of its axes are numbers; they say nothing of their own.
    axis_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with or without a picture beside it."""

    caption: str
    row_heading: str
    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    picture: Picture | None = None
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or a few."""

    text: str
    is_verdict: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Things of a kind."""

    items: tuple[str, ...]
    is_numbered: bool = False
    kind: str = "bullets"


Block = Table | Paragraph | Bullets


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what is under it."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Page one, the annex, or the page for children and young people."""

    id: Literal["front", "annex", "young"]
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that one board of one authority is told of one release."""

    board_id: str
    title: str
    authority_code: str
    authority_name: str
    audience: str
    question: str
    release_id: str
    released_on: str
    # Seconds since 1970: the clock of everything that is made of this release.
    released_at: int
    as_of: str
    is_public: bool
    verdict: str
    parts: tuple[Part, ...] = field(default=())

    @property
    def about(self) -> str:
        """One line that every page needs: whose it is, of what, and how old."""
        return f"{self.authority_name}. Data as of {self.as_of}. Published {self.released_on}."

    def sections(self) -> Iterator[tuple[Part, Section]]:
        """Yield every section with the part that it is in."""
        for part in self.parts:
            for section in part.sections:
                yield part, section
