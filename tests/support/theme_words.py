"""A home folder with words that have no theme, and one reader who reads them all.

Belongs here: what both test modules of ``heard themes`` look at. Does not belong here: a test, or
the site of the end-to-end tests (``tests.support.themes``).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.redaction.tokens import Span
from orchestration.themes.coding import read_items
from orchestration.themes.frame import load_frame
from orchestration.themes.ledger import add_suggestions, open_ledger

SAID = "Zainab says school is boring and my teacher shouts."
READ = "[CHILD] says school is boring and my teacher shouts."
CHILDREN = 140
# What people say of each ten; the model says the same, or is wrong on two.
TRUE = ["school"] * 5 + ["feelings"] * 5
RIGHT = TRUE
WRONG_TWICE = ["school"] * 4 + ["feelings"] * 5 + ["school"]


def nothing(_: str) -> list[Span]:
    """A name finder that finds nothing: what is covered here, the rules cover."""
    return []


def make_home(tmp_path: Path) -> Path:
    """Words of 140 children; those from 100 on have another first language."""
    with open_warehouse(tmp_path) as connection:
        connection.execute(
            f"""
            create schema staging; create schema marts; create schema ledger; create schema raw;
            create table ledger.deliveries as select '330' as authority_code, 1 as delivery_number;
            create table raw.vx_known_name as select 'p' || n as person_id, 'child' as role,
                'Zainab Osei' as name, 1 as _delivery_number from range(300) as t (n);
            create table staging.stg_voice_extension__expression as select '330' as authority_code,
                'e' || n as expression_id, 'p' || n as person_key, 'person' as authored_by,
                null::varchar as theme_codes, '{SAID}' as text from range({CHILDREN}) as t (n);
            create table marts.fct_voice_expressions as select '330' as authority_code,
                'e' || n as expression_id, 'recorded' as evidence_kind,
                if(n < 100, 'english', 'other_language') as first_language_group,
                '8-11' as age_band, 'N' as communication_need from range({CHILDREN}) as t (n);
            """
        )
    return tmp_path


def change(home: Path, statement: str) -> None:
    with open_warehouse(home) as connection:
        connection.execute(statement)


def items_of(home: Path) -> Any:
    with open_warehouse(home, read_only=True) as connection:
        found = read_items(connection, home, load_frame(home))
    # By number of the child, so that a test can say which.
    return sorted(found, key=lambda item: int(item.words.subject_id[1:]))


def run(home: Path, *arguments: str, answers: str = "") -> Result:
    return CliRunner().invoke(app, ["themes", *arguments, "--home", str(home)], input=answers)


def read_all(home: Path, answers: Sequence[str], suggested: Sequence[str]) -> Any:
    """Let a model point at codes and a person read everything without seeing them."""
    frame = load_frame(home)
    items = items_of(home)
    with open_ledger(home) as ledger:
        for item, code in zip(items, suggested, strict=True):
            add_suggestions(ledger, item.item_id, frame.version, "m", [(code, 0.5)] if code else [])
        for item, answer in zip(items, answers, strict=True):
            ledger.execute(
                "insert into decisions (item_id, round, frame_version, coder, is_suggestion_shown,"
                " theme_codes, decided_at) values (?, 1, '1', 'A', 0, ?, '2026-05-05T00:00:00')",
                (item.item_id, answer),
            )
    return items_of(home)
