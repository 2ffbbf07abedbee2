"""The code frame: which themes there are to choose from, and one line that says what each is.

The shipped frame is a beginning. One that was agreed with young people takes its place as
``theme_frame.csv`` in the home folder: the same columns, a version of its own, and codes of
``ref_theme_codes``, so that figures stay comparable.

Belongs here: reading and judging that file. Does not belong here: labels (the seeds).
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OWN_FRAME = "theme_frame.csv"
COLUMNS = ("frame_version", "theme_code", "line")
_SHIPPED = Path(__file__).with_name("frame.csv")
_CODES = Path(__file__).resolve().parents[2] / "seeds" / "reference" / "ref_theme_codes.csv"
# A code that stands for anything else has no meaning that words could be near to.
_OTHER = "other"


class ThemeFrameError(ValueError):
    """The code frame cannot be used; the message says which row and what was expected."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One version of the code frame: lines by code, in the order in which people read them."""

    version: str
    lines: dict[str, str]

    def codes_of(self, answer: str) -> tuple[str, ...]:
        """Return the codes of an answer such as `school;feelings`, the main one first.

        Raises:
            ThemeFrameError: A code is not of this frame, comes twice, or is one too many.
        """
        codes = tuple(code.strip() for code in answer.split(";") if code.strip())
        allowed = {*self.lines, _OTHER}
        unknown = [code for code in codes if code not in allowed]
        if unknown or len(codes) > 2 or len(set(codes)) < len(codes):
            raise ThemeFrameError(
                f"expected one code or two with ; between them, the main one first, of: "
                f"{', '.join(sorted(allowed))}; or none"
            )
        return codes


@cache
def labels() -> dict[str, str]:
    """Return the label of every code that figures know."""
    with _CODES.open(encoding="utf-8", newline="") as lines:
        return {row["theme_code"]: row["label"] for row in csv.DictReader(lines)}


def load_frame(home: Path) -> Frame:
    """Return the frame of a home folder, or the shipped one.

    Raises:
        ThemeFrameError: The authority's own file cannot be used.
    """
    own = home / OWN_FRAME
    path = own if own.is_file() else _SHIPPED
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ThemeFrameError(f"{path.name}: expected the columns {','.join(COLUMNS)}")
            rows = list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise ThemeFrameError(f"{path.name}: save it as a CSV file in UTF-8") from None
    return _judged(path.name, rows)


def _judged(name: str, rows: list[dict[str, str]]) -> Frame:
    versions, lines = set(), {}
    for number, row in enumerate(rows, start=2):
        version, code, line = ((row[column] or "").strip() for column in COLUMNS)
        if not version or not line:
            raise ThemeFrameError(f"{name}, row {number}: a version and a line are needed")
        if code not in labels() or code == _OTHER or code in lines:
            raise ThemeFrameError(
                f"{name}, row {number}: expected a theme_code of the reference list, each once"
                f" ({', '.join(sorted(set(labels()) - {_OTHER}))})"
            )
        versions.add(version)
        lines[code] = line
    if len(versions) != 1:
        raise ThemeFrameError(f"{name}: expected rows of one frame_version, at least one")
    return Frame(versions.pop(), lines)
