"""What leaves the restricted tier: protected numbers, and no exact one."""

import hashlib
import hmac
import math
from fractions import Fraction

import duckdb

from orchestration.disclosure.profiles import ties
from tests.support.command import KEY, Site

FIRST_OF_HMAC = 8
SHOWN = {True: "shown", False: "rate_withheld"}


def _protected(count: int, offset: int) -> int:
    return 5 * ((count + offset) // 5)


def test_every_published_number_is_the_exact_one_protected_by_its_cells_own_offset(
    site: Site,
) -> None:
    """The reference method, written again in Python with the standard library's HMAC."""
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        exact = con.execute(
            """
            select authority_code, period_type, cast(period_start as varchar), indicator_id, family,
                breakdown, breakdown_value, numerator, denominator, contributors, status,
                compared_numerator, compared_denominator, quantile_value, quantile_at
            from intermediate.int_indicator_values__complete where period_type <> 'month'
            """
        ).fetchall()
    with duckdb.connect(str(site.published), read_only=True) as con:
        published = {
            tuple(row[:6]): row[6:]
            for row in con.execute(
                """
                select authority_code, period_type, cast(period_start as varchar), indicator_id,
                    breakdown, breakdown_value, numerator, denominator, value, status
                from published.indicator_value
                """
            ).fetchall()
        }
    assert len(exact) == len(published)
    keys = {
        code: hmac.digest(bytes.fromhex(KEY), f"heard/disclosure/{code}".encode(), "sha256")
        for code in {row[0] for row in exact}
    }
    statuses = set()
    left_out: list[tuple[str, ...]] = []
    told_by_none: dict[tuple[str, ...], set[int | None]] = {}
    told = 0
    for code, kind, start, indicator, family, breakdown, value, *counts in exact:
        x, n, children, status, compared_x, compared_n, quantile, quantile_at = counts
        # A rolling year that begins in April is the financial year, under one name.
        is_year = kind == "rolling_12_months" and start[5:7] == "04"
        dimensions = {"authority": code, "period": f"{'year' if is_year else kind}:{start}"}
        if breakdown != "all":
            dimensions[breakdown] = value
        cell = "|".join([family, *(f"{name}={dimensions[name]}" for name in sorted(dimensions))])
        digest = hmac.digest(keys[code], cell.encode(), hashlib.sha256)
        offset = int.from_bytes(digest[:FIRST_OF_HMAC], "big") % 5
        people, bottom = _protected(children, offset), _protected(n, offset)
        top = None if x is None else _protected(x, offset)
        if status != "shown":
            expected = (None, None, None, status)
        elif people < 10:
            expected = (None, None, None, "suppressed")
        elif quantile is not None:
            # Eleven people for sure, and a protected five of them beyond the figure.
            beyond = min(Fraction(str(quantile_at)), 1 - Fraction(str(quantile_at))) * people
            is_shown = people >= 15 and beyond >= 5
            expected = (None, bottom, int(quantile + 0.5) if is_shown else None, SHOWN[is_shown])
        elif compared_n is not None:
            against, of = _protected(compared_x, offset), _protected(compared_n, offset)
            is_shown = bottom >= 20 and of >= 20
            points = 100 * against / of - 100 * top / bottom if is_shown else None
            away = None if points is None else int(math.copysign(abs(points) + 0.5, points))
            expected = (top, bottom, away, SHOWN[is_shown])
        elif bottom < 20:
            expected = (top, bottom, None, "rate_withheld")
        else:
            expected = (top, bottom, int(100 * top / bottom + 0.5), "shown")
        found = published[code, kind, start, indicator, breakdown, value]
        told += expected[0] is not None
        told_by_none.setdefault((code, kind, start, indicator, breakdown), set()).add(found[0])
        if found != expected:
            # Left out because the attack asked for it, and then so is all of the breakdown.
            assert found in (
                (None, bottom, None, "rate_withheld"),
                (None, None, None, "suppressed"),
            )
            left_out.append((code, kind, start, indicator, breakdown))
        statuses.add(expected[3])
    assert len(left_out) < told / 50
    # Of an indicator that goes with another (A12 with A1) only the cells of that one go.
    followers = {second for _, second, _ in ties()} - {first for first, _, _ in ties()} | {"A12"}
    own = [group for group in left_out if group[3] not in followers]
    assert own
    assert all(told_by_none[group] == {None} for group in own)
    assert statuses == {"shown", "suppressed", "rate_withheld", "not_applicable", "not_available"}


def test_no_exact_or_pseudonymous_column_leaves_the_restricted_tier(site: Site) -> None:
    with duckdb.connect(str(site.published), read_only=True) as con:
        columns = con.execute(
            "select table_name, column_name from information_schema.columns"
        ).fetchall()
        schemas = con.execute("select distinct table_schema from information_schema.tables")
        assert schemas.fetchall() == [("published",)]
    forbidden = {"person_key", "child_key", "contributors", "cell_offset", "inner_pad", "text"}
    assert not [column for column in columns if column[1] in forbidden]
    assert {table for table, name in columns if name == "release_id"} == {
        table for table, _ in columns
    }
    assert oct(site.warehouse.stat().st_mode & 0o777) == "0o600"


def test_parquet_files_hold_the_same_rows_as_the_database(site: Site) -> None:
    with duckdb.connect(str(site.published), read_only=True) as con:
        tables = [row[0] for row in con.execute("show tables from published").fetchall()]
        assert "indicator_value" in tables
        for table in tables:
            path = site.home / "published" / "parquet" / f"{table}.parquet"
            differ = con.execute(
                f"select count(*) from (from published.{table} except from read_parquet(?))",
                [str(path)],
            ).fetchone()
            assert differ == (0,), table


def test_rows_that_arrived_are_counted_like_children(site: Site) -> None:
    """A row of ssda903_uasc is a child; all tables and days of a source share one offset."""
    columns = "authority_code, source, as_of, raw_table, rows_in, rows_loaded, rows_quarantined"
    query = f"select {columns}, rows_duplicate from {{}}.{{}} order by all"
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        exact = con.execute(query.format("ledger", "delivery_tables")).fetchall()
    with duckdb.connect(str(site.published), read_only=True) as con:
        told = con.execute(query.format("published", "delivery")).fetchall()
    expected = []
    for code, source, as_of, table, *counts in exact:
        key = hmac.digest(bytes.fromhex(KEY), f"heard/disclosure/{code}".encode(), "sha256")
        cell = f"delivery|authority={code}|source={source}".encode()
        offset = int.from_bytes(hmac.digest(key, cell, "sha256")[:FIRST_OF_HMAC], "big") % 5
        rows = [_protected(count, offset) for count in counts]
        hidden: list[int | None] = [None] * len(rows)
        expected.append((code, source, as_of, table, *(rows if rows[0] >= 10 else hidden)))
    assert {row[4] is None for row in expected} == {True, False}
    assert sorted(told, key=str) == sorted(expected, key=str)


def test_whom_an_indicator_left_out_is_published_like_its_other_counts(site: Site) -> None:
    """One offset explains the denominator and the exempt count of a cell; nought stays nought."""
    columns = "authority_code, period_type, period_start, indicator_id, breakdown, breakdown_value"
    with duckdb.connect(str(site.warehouse), read_only=True) as con:
        exact = {
            row[:6]: row[6:]
            for row in con.execute(
                f"select {columns}, denominator, exempt from marts.fct_indicator_values"
            ).fetchall()
        }
    with duckdb.connect(str(site.published), read_only=True) as con:
        published = con.execute(
            f"select {columns}, status, denominator, exempt from published.indicator_value"
        ).fetchall()
    seen, withheld = set(), 0
    for *cell, status, denominator, exempt in published:
        bottom, left_out = exact[tuple(cell)]
        if status not in ("shown", "rate_withheld") or left_out is None:
            assert exempt is None, cell
            continue
        if exempt is None:
            # What the attack asked for.
            withheld += 1
            continue
        assert any(
            (_protected(bottom, offset), _protected(left_out, offset)) == (denominator, exempt)
            for offset in range(5)
        ), cell
        assert left_out or not exempt, cell
        seen.add(cell[3])
    assert seen >= {"A1", "A2", "A5", "A7", "B3", "C1"}
    assert withheld < len(published) / 50
