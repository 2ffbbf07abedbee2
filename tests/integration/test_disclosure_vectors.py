"""The project's own disclosure macros, run on DuckDB, give the reference's numbers."""

import csv
import json
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import duckdb
import pytest

from orchestration.privacy.disclosure_keys import hmac_pads
from tests.support.command import vector_folder
from tests.support.rendered_sql import render_sql

VECTORS = vector_folder("sdc")
SPEC = json.loads((VECTORS / "sdc_spec_dev.json").read_text())
CELLS = json.loads((VECTORS / "sdc_cells_dev.json").read_text())
COUNTS = ("n_children", "n_due", "x_voice")


Render = Callable[[str], str]


@pytest.fixture(scope="module")
def render(tmp_path_factory: pytest.TempPathFactory) -> Render:
    return cache(partial(render_sql, tmp_path_factory.mktemp("dbt")))


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    inner, outer = hmac_pads(SPEC["key"].encode())
    con.execute("create table keys (inner_pad blob, outer_pad blob)")
    con.execute("insert into keys values (?, ?)", [inner, outer])
    return con


def _kept_dimensions(dimensions: dict[str, str], hierarchies: Sequence[Any]) -> dict[str, str]:
    """Totals say nothing, and a parent says nothing that its child does not say."""
    kept = {name: value for name, value in dimensions.items() if value != "Total"}
    for child, parent in hierarchies:
        if child in dimensions and kept.get(child) is not None:
            kept.pop(parent, None)
    return kept


def _cell_id_sql(render: Render, names: Sequence[str]) -> str:
    values = {name: f'"{name}"' for name in names}
    return render(f"{{{{ cell_id('family', {list(names)!r}, {values!r}) }}}}")


def test_cell_ids_offsets_and_protected_counts_equal_the_reference(
    render: Render, connection: duckdb.DuckDBPyConnection
) -> None:
    names = sorted({name for vector in CELLS["vectors"] for name in vector["dims"]})
    columns = ", ".join(f'"{name}" varchar' for name in names)
    connection.execute(f"create table cells (family varchar, n integer, {columns})")
    for number, vector in enumerate(CELLS["vectors"]):
        kept = _kept_dimensions(vector["dims"], vector["hierarchies"])
        row = [vector["family"], number, *(kept.get(name) for name in names)]
        connection.execute(f"insert into cells values ({', '.join('?' * len(row))})", row)

    cell_id = _cell_id_sql(render, names)
    offset = render("{{ keyed_offset('cell_id', 'inner_pad', 'outer_pad', 5) }}")
    found = connection.execute(
        f"select cell_id, {offset} from (select n, {cell_id} as cell_id from cells), keys"
        " order by n"
    ).fetchall()
    assert found == [(vector["cell_id"], vector["delta"]) for vector in CELLS["vectors"]]

    protect = render("{{ protected_count('n', 'd') }}")
    for vector in CELLS["vectors"]:
        for count, protected in vector["protected"].items():
            answer = connection.execute(
                f"select {protect} from (select ? as n, ? as d)", [int(count), vector["delta"]]
            ).fetchone()
            assert answer == (protected,)


@pytest.mark.parametrize("table", sorted(SPEC["tables"]))
def test_a_table_made_with_the_macros_equals_the_published_one(
    table: str, render: Render, connection: duckdb.DuckDBPyConnection
) -> None:
    dimensions = SPEC["tables"][table]
    connection.execute(
        "create table micro as select * from read_csv(?, all_varchar = true)",
        [str(VECTORS / "sdc_micro_dev.csv")],
    )
    cell_id = _cell_id_sql(render, sorted(dimensions))
    offset = render("{{ keyed_offset('cell_id', 'inner_pad', 'outer_pad', 5) }}")
    protected = {count: render(f"{{{{ protected_count('{count}', 'd') }}}}") for count in COUNTS}
    expected = list(csv.DictReader((VECTORS / "sdc_published_dev" / f"{table}.csv").open()))
    for row in expected:
        wanted = {name: row[name] for name in dimensions if row[name] != "Total"}
        where = " and ".join(f"{name} = ?" for name in wanted) or "true"
        kept = _kept_dimensions({name: row[name] for name in dimensions}, SPEC["hierarchies"])
        literals = ", ".join(
            f"nullif('{kept.get(name, '')}', '') as \"{name}\"" for name in dimensions
        )
        found = connection.execute(
            f"""
            with counted as (
                select
                    count(distinct child) as n_children,
                    count(*) as n_due,
                    count(*) filter (where voice = '1') as x_voice
                from micro where {where}
            ), identified as (
                select *, {cell_id} as cell_id
                from (select *, '{SPEC["family"]}' as family, {literals} from counted)
            ), offsets as (select *, {offset} as d from identified, keys)
            select {", ".join(protected[count] for count in COUNTS)} from offsets
            """,
            list(wanted.values()),
        ).fetchone()
        assert found is not None
        if row["sdc_status"] == "z":
            continue
        if row["sdc_status"] == "c":
            assert found[0] < SPEC["min_children"], row
        else:
            assert [str(number) for number in found] == [row[count] for count in COUNTS], row
