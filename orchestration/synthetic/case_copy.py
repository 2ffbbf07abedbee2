"""Hold the laid-out case system in DuckDB, so that other extracts tell of the same children.

Belongs here: the copy, and the small SQL functions that its readers share. Does not belong here:
what a census or a list of Annex A holds. The copy is made before flaws are added: a yearly return
is made from the case system, not from a damaged file of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestration.hardening import connect
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.workforce import Tables

if TYPE_CHECKING:
    import duckdb

# Days are ISO texts, which sort as dates do; what is not there is null.
_MACROS = """
create macro day_after(day, days) as
    strftime(cast(day as date) + cast(days as integer), '%Y-%m-%d');
create macro as_known(day) as case when day <= getvariable('ends') then day end;
create macro touches(began, ended) as
    began <= getvariable('ends') and coalesce(ended, '9999') >= getvariable('begins');
create macro escaped(value) as
    replace(replace(replace(cast(value as varchar), '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
create macro leaf(name, value) as
    coalesce('<' || name || '>' || escaped(value) || '</' || name || '>', '');
"""


def _text(column: str) -> str:
    """Return the SQL of a cell; of a visit at night the returns know the day only."""
    cell = f"nullif(cast({column} as varchar), '')"
    return f"{cell}[:10]" if column.endswith("_visit_date") else cell


@contextmanager
def case_copy(place: Place, tables: Tables) -> Iterator["duckdb.DuckDBPyConnection"]:
    """Open the tables of the case system as DuckDB tables of the same names."""
    with connect(config={"threads": 1}) as con:
        for name, frame in tables.items():
            # What only a return knows has no table of the dataset and stays as it is.
            layout = list(place.recipe.layout["ssd"].get(name, frame.columns))
            con.register("laid_out", frame.reindex(columns=layout, fill_value=""))
            columns = ", ".join(f"{_text(each)} as {each}" for each in layout)
            con.execute(f"create table {name} as select {columns} from laid_out")
            con.unregister("laid_out")
        con.execute(_MACROS)
        yield con


def set_window(con: "duckdb.DuckDBPyConnection", begins: str, ends: str) -> None:
    """Say which days the next statements tell of; the last is the day on which they are true."""
    con.execute(f"set variable begins = '{begins}'; set variable ends = '{ends}'")
