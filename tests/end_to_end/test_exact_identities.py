"""What the attacker is told of counts with two names is so in every cell of a whole site."""

import duckdb

from orchestration.disclosure.profiles import identities
from tests.support.command import Site

_COUNT = """
    select authority_code, period_type, period_start, breakdown, breakdown_value, {count} as n
    from intermediate.int_indicator_values__complete
    where indicator_id = '{indicator}' and status = 'shown'
"""
_KEY = "authority_code, period_type, period_start, breakdown, breakdown_value"


def _differing(con: duckdb.DuckDBPyConnection, whole: str, parts: tuple[str, ...]) -> list[int]:
    """How many cells all of them have, and in how many the parts are not the whole."""
    tables = []
    for number, name in enumerate((whole, *parts)):
        indicator, count = name.split()
        tables.append(f"({_COUNT.format(indicator=indicator, count=count)}) as t{number}")
    joined = tables[0] + "".join(f" inner join {table} using ({_KEY})" for table in tables[1:])
    total = " + ".join(f"t{number + 1}.n" for number in range(len(parts)))
    row = con.execute(
        f"select count(*), count(*) filter (where t0.n <> {total}) from {joined}"
    ).fetchone()
    return list(row or ())


def test_counts_with_two_names_are_one_count_in_every_cell(site: Site) -> None:
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        found = {each: _differing(con, *each) for each in identities()}
    assert [each for each, (_, differing) in found.items() if differing] == []
    # Letters before proceedings are not delivered here.
    assert [each for each, (cells, _) in found.items() if cells < 10] == [
        ("A11 numerator", ("A10 denominator",))
    ]
