"""Say in words what a measure counts, and out of what.

Belongs here: one pair of phrases for each kind of measure. Does not belong here: the page around
them (``docs``), or SQL (``aggregates``, ``single``).
"""

from expectations.registry.measures import (
    AgainstLastYear,
    AttributeStability,
    CodeInList,
    CodeShare,
    DominantValue,
    Drift,
    Freshness,
    GroupShare,
    NotEmpty,
    PlaceholderText,
    QuarantinedShare,
    Query,
    RowsThatBreak,
    RowsThatHold,
    SharePresent,
    UniqueKey,
    Volume,
)
from expectations.registry.models import Check


def counted_and_out_of(check: Check) -> tuple[str, str]:
    """Return what is found and what is looked at."""
    measure = check.measure
    scope = getattr(measure, "where", "true")
    rows = "all rows" if scope == "true" else f"rows where `{scope}`"
    match measure:
        case SharePresent():
            but = f" other than {', '.join(measure.missing)}" if measure.missing else ""
            return f"rows with a value in `{measure.column}`{but}", rows
        case CodeInList():
            return f"codes in `{measure.column}` that `{measure.list}` holds", f"codes of {rows}"
        case RowsThatHold():
            return f"rows where `{measure.holds}`", rows
        case RowsThatBreak():
            return f"rows where `{measure.breaks}`", rows
        case UniqueKey():
            return f"rows over one for each {_listed(measure.columns)}", rows
        case DominantValue():
            return f"the commonest value, in {_listed(measure.columns)}", f"values of {rows}"
        case CodeShare():
            codes = " or ".join(measure.codes)
            return f"rows with {codes} in `{measure.column}`", f"values of {rows}"
        case PlaceholderText():
            return f"cells that are {measure.text}, in {_listed(measure.columns)}", "filled cells"
        case GroupShare():
            what = "people" if measure.count_distinct else "rows"
            return (
                f"{what} with `{measure.flag}`, for each {measure.group.replace('_', ' ')}",
                f"{what} of {rows}",
            )
        case Query():
            return measure.counted, measure.out_of
        case _:
            return _of_whole_tables(check)


def _of_whole_tables(check: Check) -> tuple[str, str]:
    measure = check.measure
    match measure:
        case Volume():
            return "rows of the latest delivery", "rows of the one before"
        case QuarantinedShare():
            return "rows set aside", "rows of the current deliveries"
        case Freshness():
            return "days since the extract was true", "the day of the run"
        case AgainstLastYear():
            return "rows of the last whole quarter", "rows of the same quarter a year before"
        case AttributeStability():
            if measure.lost:
                return f"people whose `{measure.column}` is gone", "people, for each value before"
            return f"people whose `{measure.column}` is as before", "people known in both extracts"
        case Drift():
            return (
                f"rows where `{measure.flag}`",
                "rows of the last quarter, and of the year before",
            )
        case NotEmpty():
            return "authorities with a row", f"authorities that delivered {measure.source}"
        case _:
            raise AssertionError(f"{measure.kind} has no words; give it some in wording.py")


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{column}`" for column in columns)
