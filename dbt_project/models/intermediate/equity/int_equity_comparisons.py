"""Every group against the rest: what SQL cannot say, from ``orchestration.fairness``.

Belongs here: which rows belong together, and handing them over.
Does not belong here: counting (``int_equity_counts``) or any formula (the package).
"""

KEYS = (
    *("authority_code", "measure", "subject", "counting", "scope", "scope_value"),
    *("period_end", "dimension", "group_value", "x", "n", "children"),
)
NUMBERED = """
select
    {keys}, window_length, level_role, cast(xx as double) as xx, cast(xn as double) as xn,
    cast(nn as double) as nn,
    row_number() over (order by {all_keys}) - 1 as cell_number,
    dense_rank() over (order by {set_keys}, window_length) - 1 as set_number,
    dense_rank() over (order by {set_keys}, group_value) - 1 as series_number,
    dense_rank() over (
        order by
            authority_code, measure, subject, scope, scope_value, period_end, dimension, group_value
    ) - 1 as pair_number,
    dense_rank() over (order by authority_code, period_end) - 1 as occasion_number,
    dense_rank() over (order by {family}) - 1 as family_number
from (select *, contains(dimension, ' x ') as is_pair from counts)
where stratum = 'all'
order by cell_number
"""
SET_KEYS = "authority_code, measure, subject, counting, scope, scope_value, period_end, dimension"
# A row for each stratum of its set, also where the group has nobody in it.
STRATA = """
with cells as ({numbered}),
places as (
    select distinct authority_code, measure, subject, counting, scope, scope_value, period_end,
        window_length, dimension, stratum
    from counts where stratum <> 'all'
)
select
    cells.cell_number,
    dense_rank() over (order by cells.set_number, places.stratum) - 1 as stratum_number,
    cast(coalesce(counts.x, 0) as double) as x,
    cast(coalesce(counts.n, 0) as double) as n
from cells
inner join places using ({set_keys}, window_length)
left join counts
    on counts.stratum = places.stratum
    and counts.authority_code = cells.authority_code
    and counts.measure = cells.measure
    and counts.subject = cells.subject
    and counts.counting = cells.counting
    and counts.scope = cells.scope
    and counts.scope_value = cells.scope_value
    and counts.period_end = cells.period_end
    and counts.window_length = cells.window_length
    and counts.dimension = cells.dimension
    and counts.group_value = cells.group_value
-- Sums in one order have the same last digits.
order by cells.cell_number, stratum_number
"""


def model(dbt, session):
    """Compare all groups of the warehouse at once; one row per comparison."""
    dbt.config(materialized="table")
    counts = dbt.ref("int_equity_counts")
    # Loaded here, because dbt reads this file to learn what it depends on.
    import numpy as np

    from orchestration.fairness import compare, load_thresholds

    thresholds = load_thresholds()
    keys = ", ".join(KEYS)
    numbered = NUMBERED.format(
        keys=keys,
        all_keys=f"{SET_KEYS}, group_value, window_length",
        set_keys=SET_KEYS,
        family=", ".join(thresholds.family),
    )
    table = counts.query("counts", numbered).fetchnumpy()
    strata = counts.query(
        "counts", STRATA.format(numbered=numbered.rsplit("order by", 1)[0], set_keys=SET_KEYS)
    ).fetchnumpy()
    found = compare(table, strata, thresholds)
    columns = {name: table[name][found.row] for name in KEYS} | found.columns
    columns["method_version"] = np.full(len(found.row), thresholds.version, dtype=object)
    session.register("equity_comparisons", columns)
    # Without a row, words have no type to be seen by.
    words = ", ".join(
        f"cast({name} as varchar) as {name}"
        for name, values in columns.items()
        if values.dtype.kind in "OU"
    )
    return session.query(
        f"select * replace ({words}, cast(period_end as date) as period_end)"
        " from equity_comparisons"
    )
