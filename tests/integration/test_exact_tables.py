"""A table of exact numbers is made once, decided on by people, and adds nothing to what is out."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.commands import release as command
from orchestration.releases import actions, exact_tables
from orchestration.releases.exact_cube import Asked, TableRefusedError
from orchestration.releases.settings import ReleaseSettingsError, read_release_settings
from orchestration.releases.snapshot import SnapshotError, snapshot_folder
from orchestration.releases.states import ReleaseActionError, State
from orchestration.reporting.dfe_form import Place, Row, data_file
from tests.support.exact_home import RELEASE, ExactHome

YEAR = Asked(("A1",), ("sex",), "year", date(2025, 4, 1))
PLACES = {"330": Place("Town", "E08000025")}


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = ExactHome(tmp_path_factory.mktemp("exact"))
    site.make()
    exact_tables.make_table(site.home, YEAR, PLACES, "Ann")
    return site.home


@pytest.fixture
def home(made_once: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    import shutil

    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def _table(home: Path) -> str:
    (table_id,) = exact_tables.tables(home)
    return table_id


def _told(home: Path) -> dict[tuple[str, str], dict[str, str]]:
    text = (snapshot_folder(home, _table(home)) / "heard_dfe_table.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    return {(row["breakdown_topic"], row["breakdown"]): row for row in rows}


def test_the_form_is_the_departments_with_every_row_and_its_symbols(home: Path) -> None:
    told = _told(home)
    # 2 of unknown sex are a few; who the cheapest others are follows from the totals beside them.
    assert told["Sex", "U"]["denominator"] == "c"
    assert told["Sex", "U"]["numerator"] == "0"
    assert told["Sex", "X"]["denominator"] == "z"
    assert told["Total", "Total"] == {
        "time_period": "202526",
        "time_identifier": "Financial year",
        "geographic_level": "Local authority",
        "country_code": "E92000001",
        "country_name": "England",
        "old_la_code": "330",
        "new_la_code": "E08000025",
        "la_name": "Town",
        "measure": "A1 Voice recorded",
        "breakdown_topic": "Total",
        "breakdown": "Total",
        "numerator": "45",
        "denominator": "60",
        "percentage": "75",
    }
    # 2 and the two that were not heard among the girls: each needs another that is hidden.
    assert [told["Sex", name]["denominator"] for name in ("Girls", "M")].count("c") == 1
    meta = (snapshot_folder(home, _table(home)) / "heard_dfe_table.meta.csv").read_text()
    described = list(csv.DictReader(meta.splitlines()))
    assert {row["col_type"] for row in described} == {"Filter", "Indicator"}
    assert {row["col_name"] for row in described} <= set(told["Total", "Total"])


def test_symbols_of_rates_tell_why_there_is_none() -> None:
    def percentage(top: int, bottom: int, hidden: bool = False, status: str = "shown") -> str:
        row = Row("330", "A1", "Total", "Total", status, (top, bottom), (hidden, False))
        text = data_file([row], ("year", date(2025, 4, 1)), 20, {})
        return next(csv.DictReader(text.splitlines()))["percentage"]

    assert percentage(1, 400) == "low"
    assert percentage(0, 400) == "0"
    assert percentage(2, 400) == "1"
    assert percentage(6, 19) == "u"
    assert percentage(3, 40, hidden=True) == "c"
    assert percentage(0, 0) == "z"
    assert percentage(9, 40, status="not_available") == "x"


def test_two_people_approve_a_table_and_readers_get_its_two_files(home: Path) -> None:
    table_id = _table(home)
    assert exact_tables.tables(home)[table_id].state is State.CHECKED
    for person in ("Ann", "Bo"):
        command.approve(home, table_id, person, as_json=True)
    assert command.publish(home, table_id, "Bo", as_json=True) == 0
    folder = home / "published" / "tables" / table_id
    assert sorted(path.name for path in folder.iterdir()) == [
        *("heard_dfe_table.csv", "heard_dfe_table.meta.csv")
    ]
    command.withdraw(home, table_id, "a wrong extract", "Ann", as_json=True)
    assert not folder.exists()


def test_a_table_is_no_release_and_never_the_latest_of_them(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert actions.standings(home) == {}
    with pytest.raises(ReleaseActionError):
        actions.find(actions.standings(home), "latest")
    command.show_list(home, as_json=True)
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["form"], listed["profile"]) == ("table", "dfe_table")


def test_the_same_numbers_are_the_same_table_and_others_of_those_days_are_refused(
    home: Path,
) -> None:
    table_id = _table(home)
    for person in ("Ann", "Bo"):
        exact_tables.approve_table(home, table_id, person)
    exact_tables.publish_table(home, table_id, "Bo")
    again = exact_tables.make_table(home, YEAR, PLACES, "Cy")
    assert (again.table_id, again.state) == (table_id, "published")
    by_area = Asked(("A1",), ("area",), "year", date(2025, 4, 1))
    with pytest.raises(TableRefusedError, match="made once"):
        exact_tables.make_table(home, by_area, PLACES, "Cy")
    exact_tables.withdraw_table(home, table_id, "Ann", "a mistake")
    with pytest.raises(TableRefusedError, match="made once"):
        exact_tables.make_table(home, by_area, PLACES, "Cy")
    # Later releases leave those days as they are.
    (settled,) = actions.last_hand(home, read_release_settings(home)).settled
    assert (settled.authorities, settled.indicators) == (("330",), ("A1",))
    assert (settled.first_day, settled.last_day) == (date(2025, 4, 1), date(2026, 3, 31))


def test_numbers_that_readers_have_in_another_state_are_not_told_exactly(home: Path) -> None:
    ExactHome(home).correct()
    with pytest.raises(TableRefusedError, match="not those that readers have"):
        exact_tables.make_table(home, YEAR, PLACES, "Ann")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Asked(("Z9",), (), "year", date(2025, 4, 1)), "no indicator Z9"),
        (Asked(("C6",), (), "year", date(2025, 4, 1)), "no share of a count"),
        (Asked(("A1",), (), "year", date(2027, 4, 1)), "no closed year"),
        (Asked(("A1",), ("colour",), "year", date(2025, 4, 1)), "broken down by colour"),
    ],
)
def test_what_is_not_there_is_refused_by_name(asked: Asked, why: str, home: Path) -> None:
    with pytest.raises(TableRefusedError, match=why):
        exact_tables.make_table(home, asked, {}, "Ann")


def test_after_another_release_a_table_is_checked_again_before_anybody_reads_it(
    home: Path,
) -> None:
    import duckdb

    table_id = _table(home)
    for person in ("Ann", "Bo"):
        exact_tables.approve_table(home, table_id, person)
    with duckdb.connect(str(ExactHome(home).published)) as con:
        con.execute(f"update published.indicator set release_id = '{RELEASE}-2'")
    with pytest.raises(ReleaseActionError, match="another release"):
        exact_tables.publish_table(home, table_id, "Bo")
    checked, verdict = exact_tables.check_table(home, table_id, "Ann")
    assert (checked.state, checked.approvers, verdict.passed) == (State.CHECKED, (), True)


def test_a_number_that_somebody_put_back_into_a_table_is_noticed(home: Path) -> None:
    path = snapshot_folder(home, _table(home)) / "heard_dfe_table.csv"
    path.write_text(path.read_text().replace(",c,", ",2,", 1))
    with pytest.raises(SnapshotError, match="changed after it was frozen"):
        exact_tables.approve_table(home, _table(home), "Ann")


def test_a_site_cannot_take_the_table_for_its_releases(tmp_path: Path) -> None:
    (tmp_path / "releases.yml").write_text("profile: dfe_table\n")
    with pytest.raises(ReleaseSettingsError, match="made once"):
        read_release_settings(tmp_path)


def test_a_table_that_would_hide_most_of_an_indicator_is_refused(home: Path) -> None:
    import duckdb

    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        # All but the totals is of few people.
        con.execute(
            "update intermediate.int_indicator_values__complete set contributors = 3"
            " where breakdown <> 'all'"
        )
    with pytest.raises(TableRefusedError, match="most of them in A1 by sex"):
        exact_tables.make_table(home, YEAR, PLACES, "Ann")
