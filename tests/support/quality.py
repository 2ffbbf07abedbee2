"""A small warehouse in which every quality check passes, for tests to break on purpose.

Belongs here: one authority's raw tables, ledger and marts, made by SQL with invented content.
Does not belong here: the faults (each test plants its own).
"""

import hashlib
from datetime import UTC, date, datetime

import duckdb

from orchestration.contracts import load_contracts
from orchestration.ingestion.ledger import delivery_number, ensure_schema
from tests.support.quality_tables import CHILDREN, RETURN, SSD, VOICE, Part

AUTHORITY = "330"
MEASURED_AT = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
AS_OF = date(2026, 9, 30)
PREVIOUS_AS_OF = date(2026, 8, 31)

_BREAKDOWNS = """
    case when i % 2 = 0 then 'M' else 'F' end as sex, '8-11' as age_band,
    ['white', 'mixed', 'asian', 'black', 'other'][1 + i % 5] as ethnic_group,
    case when i % 4 = 0 then 'Y' else 'N' end as disability,
    case when i % 3 = 0 then 'Y' else 'N' end as communication_need,
    'N' as interpreter_needed, 'N' as uasc, 'foster' as placement_group,
    'care_order' as legal_group, 'N1' as category_of_need, 'N' as care_leaver,
    ['QX1', 'QX2', 'QX3'][1 + i % 3] as area
"""

MARTS = f"""
create schema marts;
create table marts.dim_children as
select 'child' || i as child_key, '{AUTHORITY}' as authority_code, 'p' || i as person_key
from range(1, {CHILDREN + 1}) as children (i);
create table marts.fct_voice_opportunities as
select
    'opportunity' || i as opportunity_key, '{AUTHORITY}' as authority_code,
    'p' || (1 + i % {CHILDREN}) as person_key,
    ['CLA_VISIT_YEAR1', 'ICPC', 'CLA_REVIEW_N'][1 + (i // 7) % 3] as opportunity_type_code,
    'looked_after' as stage, 'child' as voice_owner_code,
    case when (i // 7) % 3 = 0 then 'ssd_cla_visits' else 'other' end as occasion_table,
    'occasion' || i as occasion_id, cast(null as date) as due_date,
    date '{AS_OF}' - i::integer % 730 as held_date,
    date '{AS_OF}' - i::integer % 730 as opportunity_date,
    case when i % 7 < 5 then 'voiced' else 'missed' end as outcome,
    case when i % 7 >= 5 then ['not_asked', 'not_recorded', 'not_able'][1 + i % 3] end
        as missed_reason,
    case when (i // 7) % 3 > 0 then 'PN1' end as participation_code,
    true as is_own_voice, true as is_seen, i % 5 > 0 as is_seen_alone, 10 as age_years,
    {_BREAKDOWNS}
from range(1, 2921) as opportunities (i);
create table marts.fct_voice_expressions as
select
    'expression' || i as expression_key, '{AUTHORITY}' as authority_code,
    'p' || (1 + i % {CHILDREN}) as person_key, 'recorded' as evidence_kind,
    'child' as voice_owner_code, true as is_own_voice,
    date '{AS_OF}' - i::integer % 360 as expressed_on,
    date '{AS_OF}' - i::integer % 360 + i::integer % 4 as recorded_on,
    'ICPC' as claimed_opportunity_type_code, 'conversation' as capture_method_code,
    'verbatim' as directness_code, 'opportunity' || i as opportunity_key, true as has_text,
    'board' as quote_permission_scope_code,
    cast(null as date) as quote_permission_expires_on,
    cast(null as date) as quote_permission_withdrawn_on,
    {_BREAKDOWNS}
from range(1, 601) as expressions (i);
create table marts.fct_reconciled_rows as
select
    '{AUTHORITY}' as authority_code, things.thing, fates.row_fate_code, fates.is_accounted_for,
    fates.staged_rows, fates.mart_rows
from (values ('child'), ('opportunity'), ('expression')) as things (thing),
    (values ('in_mart', true, 90, 90), ('no_date', true, 10, 0))
    as fates (row_fate_code, is_accounted_for, staged_rows, mart_rows);
"""


def clean_warehouse(con: duckdb.DuckDBPyConnection) -> None:
    """Fill an empty database with one authority on which every registered check passes."""
    ensure_schema(con, load_contracts())
    for as_of in (PREVIOUS_AS_OF, AS_OF):
        deliver(con, "ssd", as_of, SSD)
        deliver(con, "voice_extension", as_of, VOICE)
    for year_end in (date(2025, 3, 31), date(2026, 3, 31)):
        deliver(con, "ssda903", year_end, RETURN)
    con.execute(MARTS)


def deliver(
    con: duckdb.DuckDBPyConnection, source: str, as_of: date, parts: dict[str, Part]
) -> None:
    """Load one delivery of a source, as ingestion would."""
    delivery_id = hashlib.sha256(f"{source}-{as_of}".encode()).hexdigest()[:12]
    con.execute(
        "insert into ledger.deliveries values (?, ?, ?, ?, ?, ?, 1, 'loaded', ?, null)",
        [delivery_id, delivery_number(delivery_id), AUTHORITY, source, as_of, as_of, as_of],
    )
    for name, part in parts.items():
        raw_table = f"ssda903_{name}" if source == "ssda903" else name
        names = ", ".join(part.columns)
        values = ", ".join(part.columns.values()).replace("{as_of}", str(as_of))
        con.execute(
            f"insert into raw.{raw_table} ({names}, _delivery_number, _as_of, "
            f"_row_number, _row_key) select {values}, {delivery_number(delivery_id)}, "
            f"date '{as_of}', i + 1, i from range(1, {part.rows + 1}) as numbers (i)"
        )
        con.execute(
            "insert into ledger.delivery_tables values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)",
            [
                delivery_id,
                delivery_number(delivery_id),
                AUTHORITY,
                source,
                as_of,
                as_of,
                "collection_year" if source == "ssda903" else "full",
                raw_table,
                part.rows,
                part.rows,
            ],
        )
