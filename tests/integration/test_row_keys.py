"""The text of a row's key is what the engine itself would write, only sooner."""

from pathlib import Path

import duckdb

from tests.support.rendered_sql import render_sql

LARGEST = 2**128 - 1
EDGES = [0, 9, 10, 2**127 - 1, 2**127, 2**127 + 1, LARGEST - 1, LARGEST]
EDGES += [digit * 10**38 + beside for digit in (1, 2, 3) for beside in (-1, 0, 1)]


def test_the_text_of_a_key_is_its_digits(tmp_path: Path) -> None:
    text = render_sql(tmp_path, "{{ row_key_text('key') }}")
    with duckdb.connect() as con:
        con.execute("create table keys (key uhugeint, digits varchar)")
        con.executemany(
            "insert into keys values (cast(? as uhugeint), ?)",
            [[str(edge), str(edge)] for edge in EDGES],
        )
        con.execute(
            "insert into keys select key, cast(key as varchar)"
            " from (select md5_number(cast(range as varchar)) as key from range(2000))"
        )
        con.execute("insert into keys values (null, null)")
        differ = con.execute(
            f"select key from keys where digits is distinct from {text}"
        ).fetchall()
    assert differ == []
