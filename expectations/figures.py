"""What the results of the checks say of the figures: the views that mark what is published.

Belongs here: which result bears on which figure, and the worst of them in words.
Does not belong here: results (``store``), or joining a mark to a figure (dbt's published models).
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from expectations.rules import SLICE_MARK

_TABLES = Path(__file__).with_name("tables.yml")

# What each result says of the figures: of which, and how bad it is. A slice such as `area: QX1`
# speaks of the figures of that area alone; a check on a characteristic, of its breakdown.
_BEARING = f"""
create or replace view quality.bearing as
select
    authority_code,
    indicator_id,
    case
        when breakdown is not null then breakdown
        when contains(slice, '{SLICE_MARK}') then split_part(slice, '{SLICE_MARK}', 1)
        else '*'
    end as breakdown,
    case
        when breakdown is null and contains(slice, '{SLICE_MARK}')
            then split_part(slice, '{SLICE_MARK}', 2)
        else '*'
    end as breakdown_value,
    outcome in ('pass', 'watch', 'fail', 'error') as has_judged,
    case
        when outcome not in ('fail', 'error') then 0
        when severity = 'stop' then 2
        when severity = 'warn' then 1
        else 0
    end as doubt,
    completeness,
    sentence
from (
    select *, unnest(string_split(indicators, ',')) as indicator_id
    from quality.public_check_results
    where indicators <> '' and not is_shadow
)
"""

# A table of several indicators has the worst of them, each claim once.
_FITNESS = """
create or replace view quality.figure_quality as
with found as (
    select
        authority_code,
        indicator_id,
        breakdown,
        breakdown_value,
        bool_or(has_judged) as is_judged,
        max(doubt) as doubt,
        list(distinct sentence) filter (where doubt > 0) as broken,
        min(completeness) as completeness
    from quality.bearing
    group by authority_code, indicator_id, breakdown, breakdown_value
),
every as (
    from found
    union all by name
    select
        authority_code,
        table_name as indicator_id,
        breakdown,
        breakdown_value,
        bool_and(is_judged) as is_judged,
        max(doubt) as doubt,
        list_distinct(flatten(list(coalesce(broken, [])))) as broken,
        min(completeness) as completeness
    from found
    inner join (values {tables}) as made_of (table_name, indicator_id) using (indicator_id)
    group by authority_code, table_name, breakdown, breakdown_value
)
select
    authority_code,
    indicator_id,
    breakdown,
    breakdown_value,
    greatest(doubt, case when breakdown = '*' and not is_judged then 1 else 0 end) as doubt,
    nullif(
        concat_ws(
            ' ',
            case
                when breakdown = '*' and not is_judged
                    then 'There was too little to check the data behind this figure.'
            end,
            case
                when doubt > 0 then 'Not met: ' || array_to_string(list_sort(broken), ' ')
            end
        ),
        ''
    ) as caveat,
    cast(completeness as integer) as completeness
from every;
create or replace view quality.indicator_quality as
select
    authority_code,
    indicator_id,
    case doubt when 2 then 'unfit' when 1 then 'watch' else 'ok' end as quality
from quality.figure_quality
where breakdown = '*' and not list_contains({names}, indicator_id)
"""


@lru_cache(maxsize=1)
def tables() -> Mapping[str, tuple[str, ...]]:
    """Published tables that are made of several indicators, with these."""
    stored = yaml.safe_load(_TABLES.read_text(encoding="utf-8"))
    return {name: tuple(indicators) for name, indicators in stored.items()}


def figure_views() -> tuple[str, ...]:
    """The statements that make the views, in order."""
    pairs = [f"('{name}', '{one}')" for name, indicators in tables().items() for one in indicators]
    return _BEARING, _FITNESS.format(tables=", ".join(pairs), names=list(tables()))
