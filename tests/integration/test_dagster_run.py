"""Whole runs from the command line: published, nothing new, held back, refused.

One home folder goes through all of it, because a run costs seconds; each test says what one of
the runs left behind.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import dagster as dg
import duckdb
import pytest
from click.testing import CliRunner

from orchestration.cli import app
from orchestration.files import replace_text
from orchestration.incidents.fold import read_incidents
from orchestration.incidents.ledger import open_ledger
from orchestration.instance import sole_run
from tests.support.inbox import DELIVERED, KEY_HEX, REVIEWS_HEADER, Bench

PERSON_CANARY = "Zyxwanda-Quillfeather"
TEXT_CANARY = "31/02/2005-my-secret-words"
RETURN = "330/ssda903/2020-03-31"
CHILDREN = 60
REFUSING_CHECK = "903-002"


@dataclass(frozen=True)
class Ran:
    """How one command ended."""

    code: int
    answer: dict[str, Any]
    output: str


@dataclass(frozen=True)
class Story:
    """The folders, and how each run ended."""

    bench: Bench
    first: Ran
    second: Ran
    forced: Ran
    refused: Ran
    release_before: bytes
    release_after: bytes


def heard(bench: Bench, *arguments: str, key: str = KEY_HEX) -> Ran:
    environment = os.environ | {
        "HEARD_INBOX": str(bench.inbox),
        "HEARD_HOME": str(bench.home),
        "HEARD_PSEUDONYM_KEY": key,
    }
    ran = subprocess.run(
        [sys.executable, "-m", "orchestration", *arguments, "--json"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
        umask=0o022,
    )
    answer = json.loads(ran.stdout) if ran.stdout.strip() else {}
    return Ran(ran.returncode, answer, ran.stdout + ran.stderr)


def reviews(code: str) -> str:
    rows = [f"C{number},01/05/2008,0{number % 9 + 1}/05/2019,{code}" for number in range(CHILDREN)]
    rows.append(f"{PERSON_CANARY},01/05/2008,10/05/2019,{code}")
    rows.append(f"C1,{TEXT_CANARY},11/05/2019,{code}")
    return REVIEWS_HEADER + "\n".join(rows) + "\n"


# Nobody answers there: what is sent waits in the outbox.
ALERTS = "routes: [{name: team, board: operators, address: HEARD_ALERT_TEAM, releases: true}]"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    bench = Bench(folder / "inbox", folder / "home")
    bench.inbox.mkdir()
    bench.deliver(RETURN, {"reviews.csv": reviews("PN1")})
    bench.home.mkdir()
    replace_text(bench.home / "alerts.yaml", ALERTS)
    first = heard(bench, "run")
    second = heard(bench, "run")
    forced = heard(bench, "run", "--force")
    published = bench.home / "published" / "heard.duckdb"
    before = published.read_bytes() if published.exists() else b""
    # A file with another code list: it would show that nobody took part.
    bench.deliver(RETURN, {"reviews.csv": reviews("YES")}, DELIVERED + timedelta(days=1))
    refused = heard(bench, "run")
    after = published.read_bytes() if published.exists() else b""
    return Story(bench, first, second, forced, refused, before, after)


@pytest.fixture
def instance(story: Story, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    monkeypatch.setenv("DAGSTER_HOME", str(story.bench.home / "dagster"))
    with dg.DagsterInstance.get() as found:
        yield found


def test_a_run_publishes_what_was_delivered(story: Story) -> None:
    assert (story.first.code, story.first.answer["status"]) == (0, "published"), story.first.output
    path = str(story.bench.home / "published" / "heard.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        (told,) = connection.execute(
            "select rows_in, rows_loaded, rows_quarantined, rows_duplicate"
            " from published.delivery where raw_table = 'ssda903_reviews' and rows_in > 0"
        ).fetchall()
        # Rows are told as children are: rounded to five.
        delivered = (CHILDREN + 2, CHILDREN + 1, 1, 0)
        assert all(
            number % 5 == 0 and abs(number - exact) < 5
            for number, exact in zip(told, delivered, strict=True)
        )


def test_a_second_run_does_nothing(story: Story) -> None:
    assert (story.second.code, story.second.answer["status"]) == (0, "nothing_new")
    assert story.second.answer["release_id"] == story.first.answer["release_id"]


def test_a_forced_run_publishes_anew_from_the_views_that_stand(story: Story) -> None:
    assert (story.forced.code, story.forced.answer["status"]) == (0, "published")
    assert story.forced.answer["release_id"] > story.first.answer["release_id"]


def test_a_stop_level_check_holds_publication_back_and_the_last_release_stays(
    story: Story,
) -> None:
    assert (story.refused.code, story.refused.answer["status"]) == (2, "held_back")
    assert {"asset": "raw/ssda903/reviews", "check": "return_codes_are_in_the_list"} in (
        story.refused.answer["refusals"]
    )
    assert story.release_before
    assert story.release_after == story.release_before


def test_a_check_that_refuses_is_an_incident_and_is_told_at_once(story: Story) -> None:
    listed = cast("list[dict[str, Any]]", heard(story.bench, "incidents").answer)
    (found,) = [i for i in listed if i["check_id"] == REFUSING_CHECK]
    assert (found["state"], found["severity"], found["bad_runs"]) == ("open", "stop", 1)
    status = heard(story.bench, "status").answer
    assert status["open_incidents"] >= 1
    with open_ledger(story.bench.home) as ledger:
        bodies = [row["body"] for row in ledger.execute("select body from messages")]
        releases = ledger.execute("select release_id from releases").fetchall()
    assert [REFUSING_CHECK in body for body in bodies].count(True) == 1
    assert [row["release_id"] for row in releases] == [
        ran.answer["release_id"] for ran in (story.first, story.forced)
    ]
    # Each release is told once, and nobody is told by `heard run` failing.
    assert sum("New figures were published" in body for body in bodies) == 2


def test_confirmed_incidents_are_published_and_a_run_held_back_changes_nothing_there(
    story: Story,
) -> None:
    path = str(story.bench.home / "published" / "heard.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        rows = connection.execute(
            "select check_id, state, closed_at from published.incident order by check_id"
        ).fetchall()
        columns = [
            name
            for (name,) in connection.execute(
                "select column_name from duckdb_columns() where table_name = 'incident'"
            ).fetchall()
        ]
    with open_ledger(story.bench.home) as ledger:
        live = [i.check_id for i in read_incidents(ledger, DELIVERED) if i.state.is_live]
    assert {row[1:] for row in rows} <= {("open", None)}
    assert sorted([row[0] for row in rows] + [REFUSING_CHECK]) == sorted(live)
    assert not {"slice", "slice_kind", "n", "k", "value", "owner"} & set(columns)


def test_a_refused_run_does_not_build_the_warehouse(instance: dg.DagsterInstance) -> None:
    built = [
        {
            entry.dagster_event.step_key
            for entry in instance.all_logs(run.run_id)
            if entry.dagster_event and entry.dagster_event.is_step_success
        }
        for run in instance.get_runs()
    ]

    # The newest run comes first.
    assert ["build_warehouse" in steps for steps in built] == [False, True, True]
    assert all("raw_ssda903" in steps for steps in built)


def test_the_run_history_tells_counts(instance: dg.DagsterInstance) -> None:
    key = dg.AssetKey(["raw", "ssda903", "reviews"])
    event = instance.get_latest_materialization_event(key)
    assert event is not None
    assert event.asset_materialization is not None
    told = {name: value.value for name, value in event.asset_materialization.metadata.items()}
    assert told == {"dagster/row_count": CHILDREN + 1, "quarantined": 1, "duplicate": 0}


def test_no_name_and_no_cell_of_an_extract_is_anywhere_but_in_the_landed_file(
    story: Story,
) -> None:
    files = [path for path in story.bench.home.rglob("*") if path.is_file()]
    holding = {
        path.relative_to(story.bench.home).parts[0]
        for path in files
        for canary in (PERSON_CANARY, TEXT_CANARY)
        if canary.encode() in path.read_bytes()
    }
    assert holding == {"landing"}
    for ran in (story.first, story.second, story.forced, story.refused):
        assert PERSON_CANARY not in ran.output
        assert TEXT_CANARY not in ran.output


def test_the_key_is_nowhere_in_the_home_folder(story: Story) -> None:
    key = bytes.fromhex(KEY_HEX)
    needles = (key, key[:16], KEY_HEX.encode(), KEY_HEX[:24].encode())
    holding = [
        path.name
        for path in story.bench.home.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]
    assert holding == []


def test_only_the_owner_can_look_into_the_restricted_tier_whatever_was_done(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every command that writes, run by an account whose own files are open to all."""
    home = story.bench.home
    monkeypatch.setenv("HEARD_HOME", str(home))
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", KEY_HEX)
    before = os.umask(0o022)
    try:
        for words in (
            "pack --board scrutiny",
            "release list",
            "incidents list",
            "quotes list",
            "quarantine export",
        ):
            ran = CliRunner().invoke(app, words.split())
            assert ran.exit_code == 0, (words, ran.output)
    finally:
        os.umask(before)
    assert (home / "reports").is_dir()
    assert list((home / "quarantine").rglob("*.csv"))
    wider = [
        (str(path.relative_to(home)), oct(path.stat().st_mode))
        for path in (home, *home.rglob("*"))
        if path.stat().st_mode
        & (0o027 if path.relative_to(home).parts[:1] in (("published",), ("reports",)) else 0o077)
    ]
    assert wider == []


def test_two_runs_do_not_share_a_home_folder(story: Story) -> None:
    with sole_run(story.bench.home):
        ran = heard(story.bench, "run", "--force")
    assert ran.code == 75
    assert "another run" in ran.output


def test_without_a_key_nothing_is_touched(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "inbox", tmp_path / "home")
    bench.inbox.mkdir()
    bench.deliver(RETURN, {"reviews.csv": reviews("PN1")})
    ran = heard(bench, "run", key="")
    assert ran.code == 1
    assert "HEARD_PSEUDONYM_KEY" in ran.output
    assert not bench.home.exists()
