"""Calling dbt in this process, on a project of a few models and a real warehouse."""

import hashlib
import hmac
import json
from pathlib import Path

import duckdb
import pytest

from orchestration import transform
from orchestration.builds import (
    Standing,
    fixed_tables,
    forget_standing,
    read_standing,
    record_standing,
)
from orchestration.privacy.disclosure_keys import hmac_pads
from orchestration.transform import NodeResult, build_warehouse, prepare_manifest

PROJECT = transform.PROJECT
MASTER = bytes.fromhex("7b" * 16 + "1c" * 16)
CANARY = "Zyxwanda Quillfeather"
SHIPPED_PROFILE = Path(__file__).parents[2] / "dbt_project" / "profiles.yml"

FILES = {
    "dbt_project.yml": (
        "name: heard\nversion: '1.0'\nprofile: heard\nseed-paths: ['../seeds']\n"
        "models: {heard: {staging: {+materialized: view}, marts: {+materialized: table}}}\n"
    ),
    "models/staging/stg_people.sql": "select name from raw.people",
    "models/staging/stg_people.yml": (
        "models: [{name: stg_people, columns: [{name: name, data_tests: [not_null]}]}]\n"
    ),
    "models/marts/fct_people.sql": "select name from {{ ref('stg_people') }}",
    "models/marts/fct_marks.sql": (
        "select authority_code, sha256(outer_pad || unhex(sha256(inner_pad || encode('cell'))))"
        " as mark from secrets.main.disclosure_keys"
    ),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with a warehouse, and a project beside it in place of the shipped one."""
    monkeypatch.setenv("HEARD_PSEUDONYM_KEY", MASTER.hex())
    project = tmp_path / "dbt_project"
    write(project, FILES)
    (project / "profiles.yml").write_text(SHIPPED_PROFILE.read_text())
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "ref_codes.csv").write_text("code,label\na,Apple\n")
    monkeypatch.setattr(transform, "PROJECT", project)
    monkeypatch.setattr(transform, "SEEDS", tmp_path / "seeds")
    folder = tmp_path / "home"
    (folder / "tmp").mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(
            f"""
            create schema raw; create table raw.people as select '{CANARY}' as name;
            create schema ledger; create table ledger.deliveries (authority_code varchar);
            insert into ledger.deliveries values ('330'), ('331'), ('330');
            """
        )
    return folder


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def by_name(results: tuple[NodeResult, ...]) -> dict[str, NodeResult]:
    return {result.name: result for result in results}


def ask(home: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        return connection.execute(query).fetchall()


def standing(home: Path) -> Standing:
    manifest = json.loads(prepare_manifest(home).read_text())
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        return read_standing(connection, manifest)


def test_models_seeds_and_tests_are_built_and_the_warehouse_is_let_go(home: Path) -> None:
    heard: list[int] = []
    results = build_warehouse(home, on_built=heard.append)
    assert {result.name: result.status for result in results} == {
        "ref_codes": "success",
        "stg_people": "success",
        "not_null_stg_people_name": "pass",
        "fct_people": "success",
        "fct_marks": "success",
    }
    assert heard == [1, 2, 3, 4]
    # Opening it for writing fails while dbt still holds it with other settings.
    assert ask(home, "select label from main.ref_codes") == [("Apple",)]


def test_sql_can_make_keyed_marks_and_the_key_is_nowhere_on_the_disk(home: Path) -> None:
    build_warehouse(home)
    keys = {
        code: hmac.digest(MASTER, f"heard/disclosure/{code}".encode(), "sha256")
        for code in ("330", "331")
    }
    expected = [
        (code, hmac.digest(key, b"cell", hashlib.sha256).hex()) for code, key in keys.items()
    ]
    assert ask(home, "select authority_code, mark from main.fct_marks order by all") == expected
    secrets = [MASTER, *keys.values(), *(pad for key in keys.values() for pad in hmac_pads(key))]
    needles = [form for found in secrets for form in (found[:16], found[:16].hex().encode())]
    written = [path for path in home.rglob("*") if path.is_file()]
    assert len(written) > 5
    for path in written:
        content = path.read_bytes()
        assert not any(needle in content for needle in needles), path.name


def test_a_failing_test_is_counted_and_stops_what_follows(home: Path) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("insert into raw.people values (null), (null)")
    results = by_name(build_warehouse(home))
    failed = results["not_null_stg_people_name"]
    assert (failed.status, failed.failures, failed.is_failed_test) == ("fail", 2, True)
    assert results["fct_people"].status == "skipped"
    assert not results["fct_people"].is_ok


def test_a_model_that_chokes_on_a_value_does_not_tell_it(home: Path) -> None:
    write(transform.PROJECT, {"models/marts/fct_people.sql": "select name::date from raw.people"})
    result = by_name(build_warehouse(home))["fct_people"]
    assert result.status == "error"
    assert "Conversion Error" in result.message
    assert CANARY not in result.message
    for path in (home / "dbt").rglob("*"):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes(), path.name


def test_no_model_reaches_a_file_that_is_no_code_list(home: Path) -> None:
    secret, written = home / "notes.txt", home / "written.csv"
    secret.write_text(CANARY)
    reads = [f"select * from {where}" for where in ("read_text('/etc/passwd')", "glob('/etc/*')")]
    reads += [f"select * from read_text('{secret}')"]
    hooks = [f"copy (select 1) to '{written}'", "attach '/tmp/elsewhere.duckdb'", "install httpfs"]
    hooks += ["set enable_external_access = true", "set lock_configuration = false"]
    models = [*reads, *(f'{{{{ config(pre_hook="{hook}") }}}} select 1 as one' for hook in hooks)]
    write(
        transform.PROJECT,
        {f"models/marts/fct_out_{place}.sql": sql for place, sql in enumerate(models)},
    )
    results = by_name(build_warehouse(home))
    statuses = {name: result.status for name, result in results.items() if "_out_" in name}
    assert statuses == {f"fct_out_{place}": "error" for place in range(len(models))}
    assert results["ref_codes"].status == "success"
    assert not written.exists()


def test_a_project_is_parsed_again_only_when_it_changed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_manifest(home)
    parsed: list[Path] = []
    monkeypatch.setattr(transform, "parse_project", lambda home, _: parsed.append(home))
    prepare_manifest(home)
    # Another home folder shares what the first one parsed.
    prepare_manifest(home / "other")
    assert parsed == []
    write(transform.PROJECT, {"models/marts/fct_more.sql": "select 1 as one"})
    prepare_manifest(home)
    assert parsed == [home]


def test_a_project_that_cannot_be_read_says_what_to_run(home: Path) -> None:
    write(transform.PROJECT, {"models/marts/fct_bad.sql": "select * from {{ ref('nothing') }}"})
    with pytest.raises(transform.TransformError, match="dbt parse --project-dir"):
        prepare_manifest(home)


def test_seeds_and_views_that_stand_are_left_alone_and_tests_still_run(home: Path) -> None:
    assert standing(home) == Standing(seeds=False, views=False)
    build_warehouse(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        record_standing(connection)
    assert standing(home) == Standing(seeds=True, views=True)
    again = build_warehouse(home, with_seeds=False, with_views=False)
    assert {result.name for result in again} == {
        "not_null_stg_people_name",
        "fct_people",
        "fct_marks",
    }
    assert all(result.is_ok for result in again)


def test_a_changed_seed_a_changed_view_and_a_lost_view_stand_no_longer(home: Path) -> None:
    build_warehouse(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        record_standing(connection)
        connection.execute("drop view main.stg_people")
    assert standing(home) == Standing(seeds=True, views=False)
    (transform.SEEDS / "ref_codes.csv").write_text("code,label\na,Pear\n")
    assert standing(home) == Standing(seeds=False, views=False)


def test_nothing_stands_after_a_build_that_did_not_end(home: Path) -> None:
    build_warehouse(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        record_standing(connection)
        forget_standing(connection)
    assert standing(home) == Standing(seeds=False, views=False)


def test_a_table_from_seeds_alone_is_fixed_and_left_with_its_tests_still_run(home: Path) -> None:
    write(
        transform.PROJECT,
        {
            "models/marts/dim_codes.sql": "select code from {{ ref('ref_codes') }}",
            "models/marts/dim_codes.yml": (
                "models: [{name: dim_codes, columns: [{name: code, data_tests: [unique]}]}]\n"
            ),
            "models/marts/dim_few.sql": "select code from {{ ref('dim_codes') }}",
            "models/marts/dim_own.sql": "select 1 as one",
            "models/marts/fct_both.sql": (
                "select name, code from {{ ref('stg_people') }}, {{ ref('dim_codes') }}"
            ),
            "models/staging/people.yml": (
                "sources: [{name: raw, schema: raw, tables: [{name: people}]}]\n"
            ),
            "models/staging/stg_people.sql": "select name from {{ source('raw', 'people') }}",
            "models/marts/fct_marks.sql": "select 1 as one from {{ ref('stg_people') }}",
        },
    )
    manifest = json.loads(prepare_manifest(home).read_text())
    fixed = [manifest["nodes"][unique_id]["name"] for unique_id in fixed_tables(manifest)]
    assert set(fixed) == {"dim_codes", "dim_few", "dim_own"}
    assert fixed.index("dim_codes") < fixed.index("dim_few")
    build_warehouse(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("update main.dim_codes set code = 'left alone'")
    again = build_warehouse(home, with_seeds=False, with_views=False, leave=fixed)
    assert {result.name for result in again} == {
        *("not_null_stg_people_name", "unique_dim_codes_code"),
        *("fct_people", "fct_marks", "fct_both"),
    }
    assert ask(home, "select code from main.dim_codes") == [("left alone",)]


def test_a_lost_fixed_table_stands_no_longer(home: Path) -> None:
    write(transform.PROJECT, {"models/marts/dim_own.sql": "select 1 as one"})
    build_warehouse(home)
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        record_standing(connection)
        connection.execute("drop table main.dim_own")
    assert not standing(home).fixed_tables


def test_only_these_tables_of_the_project_follow_from_seeds_and_code_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transform, "PROJECT", PROJECT)
    monkeypatch.setattr(transform, "SEEDS", PROJECT.parent / "seeds" / "reference")
    manifest = json.loads(prepare_manifest(home).read_text())
    fixed = {manifest["nodes"][unique_id]["name"] for unique_id in fixed_tables(manifest)}
    # A table that asks for the time, the environment or a key must not be among them.
    assert fixed == {
        "int_working_days",
        "dim_dates",
        "dim_indicators",
        "dim_opportunity_types",
        "fct_tool_fairness",
    }


def test_dbt_makes_no_messages_that_nobody_hears() -> None:
    from dbt_common.events.base_types import EventLevel
    from dbt_common.events.event_manager_client import get_event_manager
    from dbt_common.events.types import Formatting, Note

    from orchestration.transform_events import HeardEvents, hear_only_what_is_wanted

    told: list[str] = []
    hear_only_what_is_wanted()
    manager = get_event_manager()
    assert isinstance(manager, HeardEvents)
    manager.add_callback(lambda message: told.append(message.info.name))
    manager.fire_event(Formatting(msg="nobody hears this"))
    manager.fire_event(Note(msg="this is one"), level=EventLevel.WARN)
    assert told == ["Note"]
