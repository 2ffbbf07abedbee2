"""What one cell becomes, asked of a real DuckDB."""

from datetime import date, datetime

import duckdb
import pytest

from orchestration.contracts import Column, load_contracts
from orchestration.ingestion.cells import is_untidy, parsed, rules, trimmed, valued
from orchestration.ingestion.rows import BLANKS


def judge(
    cell: str | None, contract_source: str = "ssd", **column_fields: object
) -> tuple[object, list[str]]:
    """The value of a cell and the rules it breaks."""
    contract = load_contracts()[contract_source]
    column = Column.model_validate(
        {"name": "cell", "type": "string", "description": "A cell"} | column_fields
    )
    value = valued(column, "text", "first")
    found = rules(column, contract, True, "text", value)
    broken = (
        ", ".join(f"case when {rule.broken} then '{rule.name}' end" for rule in found) or "null"
    )
    has_colon = ":" in (cell or "")
    # A reader that cannot tell says that there may be a colon; that must change nothing.
    rows = [
        duckdb.connect()
        .execute(
            f"""
            with delivered as (select cast($cell as varchar) as cell),
            looked_at as (select cell, {is_untidy(["cell"], BLANKS)} as untidy from delivered),
            trimmed as (
                select {trimmed(column, contract, "cell", "untidy")} as text from looked_at
            ),
            first_read as (
                select text, {parsed(column, contract, "text", may_have)} as first from trimmed
            )
            select {value}, [{broken}] from first_read
            """,
            {"cell": cell},
        )
        .fetchone()
        for may_have in {True, has_colon}
    ]
    assert rows[0] is not None
    assert rows[0] == rows[-1]
    return rows[0][0], [name for name in rows[0][1] if name]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-05-01", date(2024, 5, 1)),
        ("2024-05-01 00:00:00", date(2024, 5, 1)),
        ("2024-05-01 00:00:00.000", date(2024, 5, 1)),
        ("2024-05-01 00:00:00.0000000", date(2024, 5, 1)),
        ("2024-05-01T00:00:00", date(2024, 5, 1)),
        (" 2024-02-29 ", date(2024, 2, 29)),
    ],
)
def test_a_date_of_an_ssd_is_an_iso_date(cell: str, expected: date) -> None:
    assert judge(cell, type="date") == (expected, [])


@pytest.mark.parametrize(
    "cell",
    [
        "2023-02-29",
        "01/05/2024",
        "24-05-01",
        "2024-05",
        "20240501",
        "yesterday",
        "2024-05-01x",
        "0999-12-31",
    ],
)
def test_anything_else_is_not_a_date(cell: str) -> None:
    assert judge(cell, type="date") == (None, ["NOT_A_DATE"])


def test_a_return_writes_the_day_first() -> None:
    assert judge("03/04/2019", "ssda903", type="date") == (date(2019, 4, 3), [])


@pytest.mark.parametrize("cell", ["2019-4-3T", "31/02/2025", "03/04/19", "13/13/2019"])
def test_a_return_writes_no_other_date(cell: str) -> None:
    assert judge(cell, "ssda903", type="date") == (None, ["NOT_A_DATE"])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-05-01 13:45:10", datetime(2024, 5, 1, 13, 45, 10)),  # noqa: DTZ001
        ("2024-05-01T13:45", datetime(2024, 5, 1, 13, 45)),  # noqa: DTZ001
        ("2024-05-01", datetime(2024, 5, 1)),  # noqa: DTZ001
    ],
)
def test_a_time_keeps_its_clock(cell: str, expected: datetime) -> None:
    assert judge(cell, type="datetime") == (expected, [])


@pytest.mark.parametrize(("cell", "expected"), [("7", 7), ("-7", -7), ("2.0", 2), ("2.00", 2)])
def test_a_whole_number_may_carry_empty_decimals(cell: str, expected: int) -> None:
    assert judge(cell, type="integer") == (expected, [])


@pytest.mark.parametrize("cell", ["2.5", "1e3", "two", "1,000", "9" * 30, "+", "\u00b2", "\u0663"])
def test_anything_else_is_not_a_whole_number(cell: str) -> None:
    assert judge(cell, type="integer") == (None, ["NOT_AN_INTEGER"])


@pytest.mark.parametrize(("cell", "expected"), [("2.5", 2.5), ("-0.1", -0.1), ("3", 3.0)])
def test_a_number_may_have_decimals(cell: str, expected: float) -> None:
    assert judge(cell, type="number") == (expected, [])


@pytest.mark.parametrize("cell", ["nan", "inf", "1e999", "3 miles"])
def test_anything_else_is_not_a_number(cell: str) -> None:
    assert judge(cell, type="number") == (None, ["NOT_A_NUMBER"])


@pytest.mark.parametrize("kind", ["string", "code", "flag", "date", "integer", "number"])
@pytest.mark.parametrize("cell", [None, "", "  ", "\t", "\u00a0"])
def test_a_blank_is_unknown_and_breaks_nothing(kind: str, cell: str | None) -> None:
    assert judge(cell or None, type=kind) == (None, [])


def test_the_word_for_nothing_of_sql_server_is_blank_in_an_ssd_alone() -> None:
    assert judge("NULL", type="date") == (None, [])
    assert judge(" NULL ", type="code") == (None, [])
    assert judge("Null", type="code") == ("Null", [])
    assert judge("NULL", "ssda903", type="date") == (None, ["NOT_A_DATE"])


def test_a_blank_in_a_required_key_is_a_missing_key() -> None:
    assert judge("  ", required=True) == (None, ["KEY_MISSING"])


def test_blanks_around_a_code_go() -> None:
    assert judge("\u00a0PN1 \t", type="code") == ("PN1", [])


def test_a_code_is_in_capitals_where_the_contract_says_so() -> None:
    assert judge("pn1", type="code", upper=True) == ("PN1", [])
    assert judge("pn1", type="code") == ("pn1", [])


def test_an_unknown_code_loads_as_it_is() -> None:
    assert judge("PLACEHOLDER_DATA", type="code", values=["Y"]) == ("PLACEHOLDER_DATA", [])


def test_free_text_keeps_its_shape() -> None:
    assert judge("  No.\n\nNo! ", sensitivity="free_text") == ("  No.\n\nNo! ", [])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *(("BS3 4QQ", "BS3"), ("bs34qq", "BS3"), ("SW1A 1AA", "SW1A"), ("M1 1AE", "M1")),
        *(("BS3", "BS3"), ("BS34", "BS34")),
        # Only the sector was given.
        *(("BS3 4", "BS3"), ("B1 2", "B1"), ("SW1A 1", "SW1A"), ("LS1 4", "LS1")),
        *(("BS3\u00a04QQ", "BS3"), ("M1\t1AE", "M1"), ("BS3-4QQ", "BS3"), ("BS3 4QQ.", "BS3")),
        # What else stands there may be more than a district.
        *(("nope", "not_mapped"), ("12 Acacia Avenue", "not_mapped"), ("BSO 4QQ", "not_mapped")),
        *(("E1 6A", "not_mapped"), ("", None), ("  ", None)),
    ],
)
def test_a_postcode_becomes_its_district(cell: str, expected: str | None) -> None:
    assert judge(cell, reduce="postcode_district") == (expected, [])
