"""Write the SQL that measures the registry's checks: few statements, small aggregates.

Belongs here: one statement out of many checks, so that those of one table share its scan.
Does not belong here: what a kind of measure counts (``aggregates``, ``single``), running it
(``measure``) or thresholds (``rules``). Nothing written here returns a value of a row; every
column that comes out is a count, a group or a column name.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from expectations.aggregates import CodesOf, Pair, pairs
from expectations.registry.measures import GroupShare, RowsThatBreak, RowsThatHold
from expectations.registry.models import Check
from expectations.single import single_select
from expectations.sql import PROLOGUE, current_rows, expand, text, texts

# Not a group of people: what nobody knows, or what does not apply to them.
_NO_GROUP = ("unknown", "not_mapped", "not_applicable")


@dataclass(frozen=True, slots=True)
class _Source:
    """The rows to aggregate and the column to group by; what is equal shares a scan."""

    authority: str
    rows: str
    group: str = ""
    # A slice says which column it is a value of; a group of a comparison does not need to.
    label: str = ""


def statement(checks: Iterable[Check], codes_of: CodesOf, measured_on: str) -> str:
    """Return one SQL statement that measures every check given.

    Args:
        checks: The checks to measure.
        codes_of: Gives the accepted codes of a reference list, upper case.
        measured_on: ISO date of the run; freshness counts back from it.
    """
    together: dict[_Source, list[Pair]] = defaultdict(list)
    selects: list[str] = []
    for check in checks:
        single = single_select(check, measured_on)
        if single is not None:
            selects.append(single)
            continue
        for source in _sources(check):
            together[source].extend(pairs(check, codes_of))
    selects.extend(_combined_select(source, chosen) for source, chosen in together.items())
    return PROLOGUE + "\nunion all\n".join(selects)


def tables_of(check: Check, codes_of: CodesOf, measured_on: str) -> str:
    """Return the SQL of one check without what all share, to see which tables it reads."""
    return statement([check], codes_of, measured_on).removeprefix(PROLOGUE)


def _sources(check: Check) -> Iterator[_Source]:
    """Yield what a check aggregates: all rows, and then the rows of each slice."""
    measure = check.measure
    joins = expand(measure.joins) if isinstance(measure, RowsThatHold | RowsThatBreak) else ""
    if check.tier == "raw":
        authority, rows = "subject._authority_code", f"{current_rows(check.relation)} as subject"
    else:
        authority, rows = "subject.authority_code", f"{check.tier}.{check.relation} as subject"
    if check.tier == "marts":
        rows += " inner join as_of_dates on subject.authority_code = as_of_dates.authority_code"
    rows = f"{rows} {joins}".strip()
    if isinstance(measure, GroupShare):
        yield _Source(authority, rows, f"subject.{measure.group}")
        return
    yield _Source(authority, rows)
    for column in check.slices:
        yield _Source(authority, rows, f"subject.{column}", f"{column.removesuffix('_code')}: ")


def _combined_select(source: _Source, chosen: list[Pair]) -> str:
    measures = ",\n".join(
        f"{{'check_id': '{pair.check_id}', 'slice': {text(pair.slice)}, "
        f"'n': {pair.n}, 'k': {pair.k}}}"
        for pair in chosen
    )
    group = source.group
    value = f"coalesce(cast({group} as varchar), 'unknown')" if group else "cast(null as varchar)"
    slice_, where = "measure.slice", ""
    if group:
        slice_ = f"{text(source.label)} || group_value" if source.label else "group_value"
        where = " where measure.n > 0"
        if source.label:
            where += f" and group_value not in ({texts(_NO_GROUP)})"
    return (
        f"select measure.check_id, authority_code, {slice_} as slice, measure.n, measure.k from ("
        f"select {source.authority} as authority_code, {value} as group_value, "
        f"unnest([{measures}]) as measure from {source.rows} group by all){where}"
    )
