"""A home folder in which ten children spoke, and one allows a board to quote her.

Belongs here: making it, changing it, and publishing as a run does. Does not belong here: what may
be quoted.
"""

from datetime import timedelta
from pathlib import Path

import duckdb
from click.testing import CliRunner, Result

from orchestration.cli import app
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes.candidates import today
from orchestration.quotes.standing import quotes_to_publish, read_quotes, record_release
from orchestration.redaction.tokens import Span
from orchestration.reporting.release import publish_release

TODAY = today()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
SAID = "I told Zaynab and my mum Efua that I want to go home."
READ = "I told [CHILD] and my mum [MUM] that I want to go home."
COLUMNS = (
    "authority_code varchar, expression_id varchar, person_key varchar, voice_owner_code varchar,"
    " voice_kind varchar, expressed_on date, authored_by varchar, text varchar,"
    " quote_permission_scope_code varchar, quote_permission_on date,"
    " quote_permission_expires_on date, quote_permission_withdrawn_on date,"
    " quote_permission_understood varchar"
)


def nothing(_: str) -> list[Span]:
    """A name finder that finds nothing: what is covered here, the rules cover."""
    return []


def make_home(folder: Path) -> Path:
    """Ten children spoke; the first allows a board to quote her, the others nobody."""
    with open_warehouse(folder) as connection:
        connection.execute(
            f"""
            create schema staging; create schema ledger; create schema raw; create schema published;
            create table ledger.deliveries as
                select '330' as authority_code, 1 as delivery_number, 'voice_extension' as source,
                    date '2026-06-30' as as_of;
            create table raw.vx_known_name as select * from (values
                ('p1', 'child', 'Zainab Osei', 1), ('p1', 'mother', 'Efua Osei', 1)
            ) as t (person_id, role, name, _delivery_number);
            create table staging.stg_voice_extension__expression ({COLUMNS});
            create view published.code_label as select 'x' as code_list;
            """
        )
        connection.executemany(
            "insert into staging.stg_voice_extension__expression values"
            " ('330', ?, ?, 'child', 'as_information', '2025-05-05', 'person', ?, ?, ?, ?, null,"
            " 'Y')",
            [
                [f"e{n}", f"p{n}", SAID, "board" if n == 1 else "none", "2025-05-05", TODAY]
                for n in range(1, 11)
            ],
        )
    return folder


def change(home: Path, column: str, value: object, where: str = "expression_id = 'e1'") -> None:
    with open_warehouse(home) as connection:
        connection.execute(
            f"update staging.stg_voice_extension__expression set {column} = ? where {where}",
            [value],
        )


def publish(home: Path) -> list[str]:
    """Publish as a run does and return the words that are out."""
    with open_warehouse(home) as connection:
        quotes = quotes_to_publish(connection, home, TODAY)
        release = publish_release(connection, home, "0123abcd" * 8, quotes=quotes)
        record_release(home, release.release_id, release.released_at, quotes)
    with duckdb.connect(str(home / "published" / "heard.duckdb"), read_only=True) as out:
        return [text for (text,) in out.execute("select quotation from published.quote").fetchall()]


def run(home: Path, *arguments: str, answers: str = "") -> Result:
    return CliRunner().invoke(app, ["quotes", *arguments, "--home", str(home)], input=answers)


def waiting(home: Path) -> list[str]:
    with open_warehouse(home, read_only=True) as connection:
        return [quote.text for quote in read_quotes(connection, home, TODAY, nothing)]
