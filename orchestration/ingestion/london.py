"""What a delivered time means: an instant in UTC, and how sure the clock on the wall makes it.

An extract says "30 March 2026, 01:30" by the clock of London, which skips an hour each March and
repeats one each October. So beside each time of a raw table, as London's clocks show it, stand
the instant in UTC, the text as delivered, and a word:

- `exact`: one instant, by the clock or because the text says its own offset;
- `ambiguous`: the hour comes twice that night; the first of the two is taken;
- `nonexistent`: no clock showed it; it is read as if the clocks had not gone forward;
- `day`: the text is a date; midnight is nobody's word.

Belongs here: SQL that works this out. Does not belong here: which columns are times (cells, by
their contract) or what a model makes of them.
"""

from typing import TYPE_CHECKING

from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orchestration.contracts import Column

# What stands beside a time in its raw table, by the end of its name.
DERIVED: dict[str, str] = {"_utc": "timestamp", "_text": "varchar", "_clock": "varchar"}

_ZONE = "'Europe/London'"
_HOUR = "interval 1 hour"
# From here on London is one hour ahead in summer and never more; before, it was other things.
_SIMPLE_SINCE = "timestamp '1972-01-01'"
_WITH_OFFSET = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d)"


def from_offset(text: str) -> str:
    """The London time of a text that names its own offset; null for any other."""
    return (
        f"case when {_has_offset(text)} then timezone({_ZONE}, try_cast({text} as timestamptz)) end"
    )


def derived(value: str, text: str) -> tuple[str, str, str]:
    """SQL of what stands beside a time, in the order of `DERIVED`.

    Args:
        value: The time as London's clocks show it.
        text: The text that it was read from.
    """
    return _utc(value, text), f"case when {value} is not null then {text} end", _clock(value, text)


def spelling(columns: "Iterable[Column]") -> set[str]:
    """Columns that tell how times were written: the same time written otherwise is the same."""
    return {
        f"{column.name}{end}"
        for column in columns
        if column.type == "datetime"
        for end in ("_text", "_clock")
    }


def _utc(value: str, text: str) -> str:
    return (
        f"case when {_has_offset(text)} then timezone('UTC', try_cast({text} as timestamptz)) "
        f"when {value} < {_SIMPLE_SINCE} then timezone('UTC', timezone({_ZONE}, {value})) "
        # In October both readings show this time, and the earlier one is summer's.
        f"when {_shows(f'{value} - {_HOUR}', value)} then {value} - {_HOUR} else {value} end"
    )


def _clock(value: str, text: str) -> str:
    in_summer, in_winter = _shows(f"{value} - {_HOUR}", value), _shows(value, value)
    return (
        f"case when {value} is null then null "
        f"when {_has_offset(text)} then 'exact' "
        f"when not contains({text}, ':') and {value} = date_trunc('day', {value}) then 'day' "
        f"when {value} < {_SIMPLE_SINCE} then 'exact' "
        f"when {in_summer} and {in_winter} then 'ambiguous' "
        f"when {in_summer} or {in_winter} then 'exact' else 'nonexistent' end"
    )


def _shows(utc: str, value: str) -> str:
    """Whether London's clocks show a time at an instant; this way round there is no doubt."""
    return f"timezone({_ZONE}, timezone('UTC', {utc})) = {value}"


def _has_offset(text: str) -> str:
    return f"regexp_full_match({text}, {literal(_WITH_OFFSET)})"
