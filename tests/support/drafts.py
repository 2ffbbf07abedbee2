"""Tables of a draft beside the values of indicators, for what is done to it before it is published.

Belongs here: their rows. Does not belong here: what becomes of them.
"""

import duckdb


def make_thread(con: duckdb.DuckDBPyConnection, voiced: list[tuple[str, str, int]]) -> None:
    """Rows of the voice thread: stage, owner and how many were heard of fifty."""
    con.execute(
        "create table draft.published.voice_thread (release_id varchar, authority_code varchar,"
        " period_type varchar, period_start date, period_end date, stage varchar,"
        " voice_owner varchar, opportunities bigint, voiced bigint, own_words bigint,"
        " considered bigint, changed bigint, told bigint, status varchar, voice_kind varchar,"
        " themed bigint, unbroken bigint, completeness integer)"
    )
    con.executemany(
        "insert into draft.published.voice_thread values ('r2', '330', 'quarter', '2026-01-01',"
        " '2026-03-31', ?, ?, 50, ?, 0, 0, 0, 0, 'shown', 'as_information', 0, 0, 90)",
        voiced,
    )


def make_feedback(con: duckdb.DuckDBPyConnection, rows: list[tuple[str, str, int, int]]) -> None:
    """Rows of feedback: source, kind, items and how many were replied to."""
    con.execute(
        "create table draft.published.feedback (release_id varchar, authority_code varchar,"
        " period_type varchar, period_start date, period_end date, source varchar,"
        " voice_owner varchar, voice_kind varchar, theme_code varchar, items bigint,"
        " replied bigint, status varchar, completeness integer)"
    )
    con.executemany(
        "insert into draft.published.feedback values ('r2', '330', 'quarter', '2026-01-01',"
        " '2026-03-31', ?, 'child', ?, 'all', ?, ?, 'shown', 90)",
        rows,
    )
