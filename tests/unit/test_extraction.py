"""What is said to a database, and what of its errors is passed on."""

import pytest

from orchestration.contracts import load_contracts
from orchestration.extraction.connection import (
    Connection,
    DatabaseUnreachableError,
    parse_url,
)
from orchestration.extraction.dialects import POSTGRESQL, SQL_SERVER
from orchestration.extraction.finding import FoundTable
from orchestration.extraction.reading import (
    PermissionDeniedError,
    UnreadableError,
    _driver_errors,
)
from orchestration.settings import SettingsError

SECRET = "Zyxwanda"
PLACE = Connection("mssql", "db:1433", "db", 1433, f"mssql://u:{SECRET}@db/x")


def _missing(*columns: tuple[str, str]) -> FoundTable:
    table = load_contracts()["ssd"].table("ssd_missing")
    assert table is not None
    return FoundTable(table, "ssd_development", "SSD_missing", columns)


def test_sql_server_is_asked_in_its_own_words() -> None:
    found = _missing(
        ("Miss_table_id", "decimal"),
        ("miss_person_id", "nvarchar"),
        ("miss_missing_episode_start_date", "datetime"),
        ("miss_missing_episode_end_date", "datetimeoffset"),
        ("miss_missing_rhi_offered", "bit"),
        ("miss_missing_rhi_accepted", "nchar"),
        ("odd]name", "int"),
    )
    assert found.query(SQL_SERVER) == (
        "select cast([Miss_table_id] as nvarchar(max)) as [Miss_table_id], "
        "[miss_person_id] as [miss_person_id], "
        "cast([miss_missing_episode_start_date] as datetime2(6)) "
        "as [miss_missing_episode_start_date], "
        "cast([miss_missing_episode_end_date] at time zone 'GMT Standard Time' as datetime2(6)) "
        "as [miss_missing_episode_end_date], "
        "case [miss_missing_rhi_offered] when 1 then 'Y' when 0 then 'N' end "
        "as [miss_missing_rhi_offered], "
        "[miss_missing_rhi_accepted] as [miss_missing_rhi_accepted] "
        "from [ssd_development].[SSD_missing]"
    )
    assert found.unknown == ("column 7",)


@pytest.mark.parametrize(
    ("name", "postgresql", "sql_server"),
    [
        ('a"b', '"a""b"', '[a"b]'),
        ("a]b;drop", '"a]b;drop"', "[a]]b;drop]"),
    ],
)
def test_a_name_out_of_a_database_cannot_leave_its_quotes(
    name: str, postgresql: str, sql_server: str
) -> None:
    assert POSTGRESQL.quoted(name) == postgresql
    assert SQL_SERVER.quoted(name) == sql_server


def test_a_column_under_its_own_name_wins_over_an_alias() -> None:
    table = load_contracts()["ssd"].table("ssd_cin_plans")
    assert table is not None
    both = (("cin_plan_id", "text"), ("CINP_cin_plan_id", "text"))
    read = FoundTable(table, "s", "t", both).read
    assert {name: column.name for name, column in read.items()} == {
        "CINP_cin_plan_id": "cinp_cin_plan_id"
    }


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("db error: ERROR: permission denied for table x", PermissionDeniedError),
        ("The SELECT permission was denied on the object 'x'", PermissionDeniedError),
        (
            "timed out waiting for connection: password authentication failed",
            DatabaseUnreachableError,
        ),
        ("Token error: 'Login failed for user' on server x", DatabaseUnreachableError),
        ("db error: ERROR: invalid input syntax", UnreadableError),
    ],
)
def test_of_an_error_only_its_kind_is_passed_on(message: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as told, _driver_errors(PLACE):
        raise RuntimeError(f"{message}: {SECRET}")
    assert SECRET not in str(told.value)
    assert told.value.__suppress_context__


def test_a_fault_inside_the_driver_is_an_error_too_and_a_fault_of_ours_stays_one() -> None:
    panic = type("PanicException", (BaseException,), {})
    with pytest.raises(UnreadableError), _driver_errors(PLACE):
        raise panic(SECRET)
    with pytest.raises(KeyError), _driver_errors(PLACE):
        raise KeyError
    with pytest.raises(KeyboardInterrupt), _driver_errors(PLACE):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("url", "product", "place"),
    [
        (f"postgres://u:{SECRET}@DB.example:6000/x", "postgresql", "db.example:6000"),
        (f"mssql://u:{SECRET}@[::1]/x?encrypt=true", "mssql", "::1:1433"),
        ("postgresql:///x?host=/run/postgresql", "postgresql", "the local socket"),
    ],
)
def test_an_address_shows_its_host_and_port_and_never_its_password(
    url: str, product: str, place: str
) -> None:
    connection = parse_url(url)
    assert (connection.product, connection.place) == (product, place)
    assert SECRET not in repr(connection)


@pytest.mark.parametrize(
    "url", ["", "db", f"mysql://u:{SECRET}@h/x", f"postgresql://u:{SECRET}#@h:p/x"]
)
def test_an_address_that_cannot_be_used_is_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError) as told:
        parse_url(url)
    assert SECRET not in str(told.value)
