"""What a published database says of every cell, for the attacker: read once, and nothing else.

Belongs here: which tables are read, and what one tells of another. Does not belong here: which
cells add up (``published``).
"""

from pathlib import Path

import pandas as pd

from orchestration.disclosure.gathering import BESIDE
from orchestration.hardening import connect

# The breakdown of the voice thread's cells.
THREAD = "stage and voice_owner"
_VALUES = """
select
    v.authority_code,
    i.family,
    v.indicator_id,
    v.period_type,
    v.period_start,
    v.period_end,
    v.breakdown,
    v.breakdown_value,
    v.status,
    v.numerator::double as numerator,
    v.denominator::double as denominator,
    v.exempt::double as exempt
from published.indicator_value as v
inner join published.indicator as i using (indicator_id)
where v.status <> 'not_available'
"""
# What is published beside indicators, as the nightly attacker reads it (``gathering``).
_BESIDE = {
    "feedback": """
select
    authority_code,
    'feedback ' || voice_owner as family,
    'feedback ' || voice_owner as indicator_id,
    period_type,
    period_start,
    period_end,
    case when source <> 'all' then 'source' when voice_kind <> 'all' then 'voice_kind'
        else 'theme' end as breakdown,
    case when source <> 'all' then source when voice_kind <> 'all' then voice_kind
        else theme_code end as breakdown_value,
    status,
    replied::double as numerator,
    items::double as denominator,
    null::double as exempt
from published.feedback
union all
select distinct
    authority_code, 'feedback ' || voice_owner, 'feedback ' || voice_owner, period_type,
    period_start, period_end, 'all', 'all', 'not_published', null::double, null::double,
    null::double
from published.feedback
""",
    "voice_thread": f"""
select
    authority_code, 'coverage', 'A1', period_type, period_start, period_end, '{THREAD}',
    stage || '|' || voice_owner, status, voiced::double, opportunities::double, null::double
from published.voice_thread
where voice_kind = 'as_information' and stage <> 'not_applicable'
""",
}
# A rate of a group is that of its cell in the window, so it gives back a count that is left out
# there, where only one count has that rate.
_RATES = """
select values_told.* replace (coalesce(values_told.numerator, told_again) as numerator)
from ({values}) as values_told
left join (
    select
        authority_code as gap_authority,
        indicator_id as gap_indicator,
        case when period_type = 'year' or window_used = 'quarter' then period_type
            else 'rolling_12_months' end as gap_type,
        period_end as gap_end,
        breakdown as gap_breakdown,
        breakdown_value as gap_value,
        max(group_rate) as rate
    from published.equity_gap
    where
        group_rate is not null
        and (window_used = '12_months' or (window_used = 'quarter' and period_type = 'quarter'))
    group by all
) as gaps
    on
        values_told.authority_code = gap_authority
        and values_told.indicator_id = gap_indicator
        and values_told.period_type = gap_type
        and values_told.period_end = gap_end
        and values_told.breakdown = gap_breakdown
        and values_told.breakdown_value = gap_value
left join lateral (
    select case when count(*) = 1 then min(5.0 * step) end as told_again
    from range(0, (coalesce(denominator, 0) / 5)::bigint + 1) as steps(step)
    where round(500.0 * step / nullif(denominator, 0)) = rate
) on true
"""
_NEEDED = BESIDE | {"equity_gap": frozenset({"group_rate", "window_used", "period_end"})}


def read_values(database: Path) -> pd.DataFrame:
    """Every published indicator value of a release, and what is told of the same beside them."""
    with connect(database, read_only=True) as connection:
        found = connection.execute(
            "select table_name, list(column_name) from duckdb_columns()"
            " where schema_name = 'published' group by table_name"
        ).fetchall()
        columns = {str(table): frozenset(names) for table, names in found}
        there = {
            name for name, needed in _NEEDED.items() if needed <= columns.get(name, frozenset())
        }
        values = _RATES.format(values=_VALUES) if "equity_gap" in there else _VALUES
        tables = [values, *(_BESIDE[name] for name in sorted(there & set(_BESIDE)))]
        every = " union all ".join(f"select * from ({table})" for table in tables)
        return connection.execute(every).fetch_df()
