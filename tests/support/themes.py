"""Themes that readers gave to words of a site, as ``heard themes`` would keep them.

Belongs here: decisions made by rule, for tests of what becomes of them. Does not belong here: the
commands themselves (tests/unit/test_themes.py).
"""

from pathlib import Path

import duckdb

from orchestration.themes.coding import decide, measure_agreement, read_items
from orchestration.themes.frame import load_frame
from orchestration.themes.ledger import add_suggestions, open_ledger

# So many words of an authority are read.
READ = 80


def read_some(home: Path) -> dict[str, int]:
    """Let one reader give every other word of a site a theme; return how many by authority."""
    frame = load_frame(home)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        every = read_items(connection, home, frame)
    by_authority = {
        authority: [item for item in every if item.words.authority_code == authority][:READ]
        for authority in sorted({item.words.authority_code for item in every})
    }
    for items in by_authority.values():
        for number, item in enumerate(items):
            said = "school" if number % 2 else "feelings"
            with open_ledger(home) as ledger:
                near = [(said if number % 8 else "money", 0.5)]
                add_suggestions(ledger, item.item_id, frame.version, "by rule", near)
            decide(home, item, frame, "A. Reader", said, is_suggestion_shown=False)
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        measure_agreement(home, read_items(connection, home, frame), frame)
    return {authority: len(items) for authority, items in by_authority.items()}
