"""Write the rows that a stylesheet shredded, each into the file of its table.

Belongs here: sorting rows by their letter, putting their start before them, and line ends inside a
value. Does not belong here: the stylesheet and its marks (xml_stylesheet) or how the files are read
(xml_reader).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from orchestration.ingestion.xml_stylesheet import LETTERS, ROW_END, STAND_INS, STARTS

# A space, a tab, and the byte by which a no-break space ends: XML has no other blank that is no
# stand-in.
_BLANKS = (b" ", b"\t", b"\xa0")
_ROW_END = ROW_END.encode()
_MARKS = 128
_LAST_START = ord(max(STARTS))
_STAND_INS = tuple(zip((b"\n", b"\r"), (mark.encode() for mark in STAND_INS), strict=True))


@dataclass(slots=True)
class Sink:
    """The files that rows are written to, one a table."""

    streams: Sequence[IO[bytes]]
    rows: list[int] = field(default_factory=list)
    has_stand_ins: list[bool] = field(default_factory=list)
    has_blanks: list[bool] = field(default_factory=list)
    has_colon: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = [0] * len(self.streams)
        self.has_stand_ins = [False] * len(self.streams)
        self.has_blanks = [False] * len(self.streams)
        self.has_colon = [False] * len(self.streams)

    def write(self, shredded: bytes, starts: Mapping[str, str]) -> None:
        """Sort whole rows by the letter at their end and write them as lines, letter and all.

        Args:
            shredded: Rows and starts of rows, in the order of the file.
            starts: For each letter or figure, the figure of the start that its rows follow.
        """
        groups: list[list[bytes]] = [[] for _ in range(_MARKS)]
        keep = [group.append for group in groups]
        texts = [b""] * _MARKS
        before = [ord(starts.get(chr(mark)) or "\0") for mark in range(_MARKS)]
        for row in shredded.split(_ROW_END)[:-1]:
            mark = row[-1]
            if mark > _LAST_START:
                keep[mark](texts[before[mark]] + row)
            else:
                texts[mark] = texts[before[mark]] + row[:-1]
        # Hardly any value holds one of these, so one look at all of them comes first.
        has_line_ends = any(mark in shredded for mark, _ in _STAND_INS)
        has_colon = b":" in shredded
        blanks = [blank for blank in _BLANKS if blank in shredded]
        for place, letter in enumerate(LETTERS):
            rows = groups[ord(letter)]
            if not rows:
                continue
            if has_line_ends:
                rows = [self._without_line_ends(row, place) for row in rows]
            self.rows[place] += len(rows)
            # So that the last line ends, too.
            rows.append(b"")
            lines = b"\n".join(rows)
            self.has_blanks[place] = self.has_blanks[place] or any(b in lines for b in blanks)
            self.has_colon[place] = self.has_colon[place] or (has_colon and b":" in lines)
            self.streams[place].write(lines)

    def _without_line_ends(self, row: bytes, place: int) -> bytes:
        for mark, stand_in in _STAND_INS:
            if mark in row:
                row = row.replace(mark, stand_in)
                self.has_stand_ins[place] = True
        return row
