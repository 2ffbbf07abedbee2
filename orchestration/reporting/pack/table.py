"""The same content as CSV: one row for each sentence, and one for each cell of a table.

Belongs here: the long form, mechanically from the content.
Does not belong here: choosing anything.
"""

import csv
import io
from collections.abc import Iterator

from orchestration.reporting.pack.content import Bullets, Pack, Paragraph, Section, Table

COLUMNS = (
    "board",
    "authority_code",
    "release_id",
    "part",
    "section",
    "kind",
    "caption",
    "item",
    "indicator",
    "period",
    "group",
    "measure",
    "value",
    "state",
    "words",
)
# A spreadsheet takes such a text for a formula and would run it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(pack: Pack) -> str:
    """Return a pack as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    common = {
        "board": pack.board_id,
        "authority_code": pack.authority_code,
        "release_id": pack.release_id,
    }
    heads = (pack.title, pack.authority_name, pack.about, pack.audience, pack.question)
    for words in heads:
        writer.writerow(common | {"part": "front", "kind": "heading", **_text(words)})
    for part, section in pack.sections():
        where = common | {"part": part.id, "section": _safe(section.title)}
        for row in _rows(section):
            writer.writerow(where | row)
    return out.getvalue()


def _rows(section: Section) -> Iterator[dict[str, str]]:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield {"kind": block.kind, **_text(block.text)}
        elif isinstance(block, Bullets):
            yield from ({"kind": "bullet", **_text(item)} for item in block.items)
        else:
            yield from _table(block)


def _table(table: Table) -> Iterator[dict[str, str]]:
    caption = _safe(table.caption)
    if table.picture is not None:
        yield {"kind": "picture", "caption": caption, **_text(table.picture.alt)}
    for row in table.rows:
        for heading, cell in zip(table.headings, row.cells, strict=True):
            yield {
                "kind": "cell",
                "caption": caption,
                "item": _safe(row.label),
                "indicator": row.indicator,
                "period": row.period,
                "group": row.group,
                "measure": heading,
                "value": cell.value,
                "state": cell.state,
                "words": _safe(cell.words),
            }


def _text(words: str) -> dict[str, str]:
    return {"state": "text", "words": _safe(words)}


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
