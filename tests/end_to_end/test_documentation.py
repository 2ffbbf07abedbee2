"""What a release says of itself: comments in the database, the page of documentation, freshness."""

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from unittest import mock

import duckdb
import pytest
from dbt.cli.main import dbtRunner

from expectations.registry import load_registry
from expectations.registry.measures import Freshness
from orchestration.documentation import project_page, public_manifest
from orchestration.reporting.release_files import read_manifest as read_release_manifest
from orchestration.transform import (
    _close_connection,
    prepare_manifest,
    read_manifest,
    read_parsed,
)
from tests.support.command import KEY, REPOSITORY, Site

PROJECT = REPOSITORY / "dbt_project"
CHROMIUM = shutil.which("chromium")
# What the rules of judging call a delivery that `dbt source freshness` finds as old.
SAME_AS = {"pass": "pass", "warn": "watch", "error": "fail"}


@pytest.fixture(scope="module")
def page(site: Site) -> str:
    return (site.home / "published" / "docs.html").read_text(encoding="utf-8")


def test_every_published_table_and_column_says_what_it_is(site: Site) -> None:
    with duckdb.connect(str(site.published), read_only=True) as con:
        tables = con.execute("select table_name, comment from duckdb_tables()").fetchall()
        columns = con.execute(
            "select table_name, column_name, comment from duckdb_columns()"
            " where schema_name = 'published'"
        ).fetchall()
    assert len(tables) > 10
    assert len(columns) > 140
    assert [row for row in tables + columns if not row[-1]] == []


def test_every_column_that_a_model_makes_is_described(site: Site) -> None:
    nodes = read_manifest(prepare_manifest(site.home))["nodes"].values()
    described = {
        (node["schema"], node["alias"], name)
        for node in nodes
        if node["resource_type"] == "model"
        for name, column in node["columns"].items()
        if column["description"].strip()
    }
    schemas = {schema for schema, _, _ in described}
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        made = con.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where schema_name in (select unnest(?))",
            [sorted(schemas)],
        ).fetchall()
    assert len(made) > 1_900
    assert set(made) - described == set()


def test_every_mart_and_its_columns_say_what_they_are_in_the_warehouse(site: Site) -> None:
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        silent = con.execute(
            "select table_name, column_name from duckdb_columns()"
            " where schema_name = 'marts' and comment is null"
        ).fetchall()
        tables = con.execute(
            "select count(*), count(comment) from duckdb_tables() where schema_name = 'marts'"
        ).fetchone()
    assert silent == []
    assert tables is not None
    assert tables[0] == tables[1] > 10


def test_contracts_stand_in_the_warehouse_as_constraints(site: Site) -> None:
    manifest = read_manifest(prepare_manifest(site.home))
    promised = {
        (node["schema"], node["name"], column["name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "table"
        for column in node["columns"].values()
        if "not_null" in {constraint["type"] for constraint in column["constraints"]}
    }
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        kept = con.execute(
            "select schema_name, table_name, unnest(constraint_column_names)"
            " from duckdb_constraints() where constraint_type = 'NOT NULL'"
            " and schema_name in ('marts', 'intermediate', 'published')"
        ).fetchall()
        checks = con.execute(
            "select distinct table_name from duckdb_constraints() where constraint_type = 'CHECK'"
            " and schema_name in ('marts', 'intermediate')"
        ).fetchall()
    assert len(promised) > 50
    assert set(kept) == promised
    # No cell that is suppressed can hold a count, whoever writes the table.
    assert {
        "int_feedback__protected",
        "int_voice_threads__protected",
        "int_information_rights__protected",
        "int_participation__protected",
    } <= {name for (name,) in checks}


def test_the_page_is_part_of_the_release_and_made_once(site: Site, page: str) -> None:
    listed = {
        file.path: file.bytes
        for file in read_release_manifest(site.home / "published" / "manifest.json").files
    }
    assert listed["docs.html"] == len(page.encode())
    assert len(page) < 8_000_000
    made = project_page(site.home)
    assert made.read_text(encoding="utf-8") == page
    stamp = made.stat().st_mtime_ns
    assert project_page(site.home).stat().st_mtime_ns == stamp


def test_the_page_tells_of_tables_and_of_no_person_key_or_machine(site: Site, page: str) -> None:
    for told in ("fct_voice_opportunities", "Upper limit of the 95 % interval", "board_pack"):
        assert told in page
    places = {str(REPOSITORY), str(site.home), str(site.inbox), str(Path.home()) + "/"}
    assert [place for place in places if place in page] == []
    assert KEY not in page
    assert not re.search(r"invocation_id|root_path|\"env\":", page)
    # The page counts no rows: a table of three rows on unaccompanied children is a small count.
    assert not re.search(r"\"has_stats\":\{[^}]*\"value\":true", page)
    assert "num_rows" not in _data_of(page)
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        people = con.execute("select distinct person_key from marts.dim_children").fetchall()
    words = set(re.findall(r"[0-9a-zA-Z_-]{12,}", _data_of(page)))
    assert len(people) > 100
    assert {key for (key,) in people} & words == set()


def _data_of(page: str) -> str:
    """Return what is ours in the page: the manifest and the catalogue."""
    return page[page.index('"dbt_schema_version"') :]


def test_whatever_dbt_knows_of_this_machine_is_left_out() -> None:
    manifest = {
        "metadata": {"project_name": "heard", "env": {"A": "secret"}, "user_id": "someone"},
        "nodes": {"seed.heard.codes": {"root_path": "/home/someone", "name": "codes"}},
        "macros": {
            "macro.heard.a": {"package_name": "heard"},
            "macro.dbt.b": {"package_name": "dbt"},
        },
        "unit_tests": {"unit_test.heard.t": {"given": ["an invented row"]}},
        "parent_map": {"unit_test.heard.t": ["model.heard.m"], "model.heard.m": []},
        "child_map": {"model.heard.m": ["unit_test.heard.t", "model.heard.n"]},
    }
    assert public_manifest(manifest) == {
        "metadata": {"project_name": "heard", "send_anonymous_usage_stats": False},
        "nodes": {"seed.heard.codes": {"name": "codes"}},
        "macros": {"macro.heard.a": {"package_name": "heard"}},
        "unit_tests": {},
        "parent_map": {"model.heard.m": []},
        "child_map": {"model.heard.m": ["model.heard.n"]},
    }


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_the_page_opens_in_a_browser_without_a_network(site: Site, tmp_path: Path) -> None:
    address = (site.home / "published" / "docs.html").resolve().as_uri()
    log = tmp_path / "net.json"
    done = subprocess.run(
        [
            str(CHROMIUM),
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
            *("--host-resolver-rules=MAP * ~NOTFOUND", f"--log-net-log={log}"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=5000"),
            *("--dump-dom", f"{address}#!/model/model.heard.indicator_value"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    # Without what the page was made from, only what the browser drew of it is left.
    drawn = re.sub(r"<script.*?</script>", "", done.stdout, flags=re.DOTALL)
    assert "Upper limit of the 95 % interval" in drawn
    assert "Performance and insight" in drawn
    assert "getdbt.com" not in log.read_text()


def test_dbt_and_the_checks_call_the_same_sources_stale(site: Site, tmp_path: Path) -> None:
    folders = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": tmp_path / "target",
        "--log-path": tmp_path / "logs",
    }
    arguments = [word for pair in folders.items() for word in map(str, pair)]
    # dbt opens the warehouse for writing, and nobody may do that to the site.
    shutil.copyfile(site.warehouse, tmp_path / site.warehouse.name)
    settings = {"HEARD_HOME": str(tmp_path), "HEARD_PSEUDONYM_KEY": KEY, "DO_NOT_TRACK": "1"}
    tables = ("ssd.ssd_person", "voice_extension.vx_expression", "ssda903.ssda903_header")
    chosen = [f"source:{table}" for table in tables]
    # Read and not parsed again, which would take longer than the three questions.
    runner = dbtRunner(manifest=read_parsed(site.home))
    with mock.patch.dict(os.environ, settings):
        done = runner.invoke(["--quiet", "source", "freshness", "--select", *chosen, *arguments])
        _close_connection()
    found = {result.node.name: result for result in done.result.results}
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        judged = dict(con.execute("select check_id, outcome from quality.check_results").fetchall())
    assert len(found) == 3
    for name, check in (("ssd_person", "SSD-015"), ("vx_expression", "VEX-017")):
        assert found[name].max_loaded_at.date() == date(2026, 7, 1), name
        assert SAME_AS[str(found[name].status)] == judged[check], name
    assert SAME_AS[str(found["ssda903_header"].status)] == judged["903-017"]


def test_the_days_of_freshness_are_those_of_the_checks(site: Site) -> None:
    manifest = read_manifest(prepare_manifest(site.home))
    days = {
        source["name"]: (
            source["freshness"]["warn_after"]["count"],
            source["freshness"]["error_after"]["count"],
        )
        for source in manifest["sources"].values()
        if source["freshness"] and source["loaded_at_query"]
    }
    checks = [check for check in load_registry() if isinstance(check.measure, Freshness)]
    assert {check.id for check in checks} == {"SSD-015", "VEX-017", "903-017"}
    for check in checks:
        limits = (check.rule.watch_above, check.rule.fail_above)  # type: ignore[union-attr]
        assert days[check.relation] == limits, check.id
        assert f"raw_table = '{check.relation}'" in _query(manifest, check.relation)


def _query(manifest: object, table: str) -> str:
    assert isinstance(manifest, dict)
    return next(
        str(source["loaded_at_query"])
        for source in manifest["sources"].values()
        if source["name"] == table
    )
