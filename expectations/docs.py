"""Write ``docs/checks.md`` from the registry and the kill matrix.

Run it with ``python -m expectations.docs``.

Belongs here: what a person reads about each check. Does not belong here: a check
(``expectations/registry``), or any result of an authority.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from expectations.kills import Kill, read_kills
from expectations.registry import Check, load_registry
from expectations.registry.models import Missingness, NoDrift, Parity, Within
from expectations.results import Outcome
from expectations.wording import counted_and_out_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "checks.md"
AREAS = {
    "ledger": "What arrived",
    "raw": "Sources",
    "staging": "Staging",
    "marts": "Marts",
    "published": "Releases",
}
_OPENING = """\
# Checks

Generated from `expectations/registry/` and `expectations/kill_matrix.csv` by
`python -m expectations.docs`. Change those and run it again.

Every check is a claim that can be false. SQL counts the cases looked at and those found; Great
Expectations judges the counts; no row of a person ever enters it. What arrived is checked before
the warehouse is built, and what was built before it is published.

| outcome | it means |
|---|---|
| pass | the claim holds; between groups: no evidence of a gap larger than the limit, never "fair" |
| watch | past the line at which somebody should look; or a gap that so few cases cannot prove |
| fail | the claim is false |
| error | it could not be looked at, which counts as bad |
| not applicable | there was nothing to look at; an empty table never passes |
| too small | fewer cases than the check asks for, so nothing is said |

A failure of severity **stop** makes the figures it bears on unfit, and holds publication back
unless the check says otherwise; **warn** marks them *watch*; **watch** shows in the trend. A slice
(an area, a stage) marks only the figures of that slice, and fails only when its 95 % Wilson bound
is past the limit. A check on trial (*shadow*) counts for nothing yet. A figure that no check could
look at is *watch*, not *ok*. The words of the caveat stand beside the figure, in
`quality_caveat` of every published table of counts; every result of every run stays in
`quality.check_history`.

Dimensions are those of the UK Government Data Quality Framework; the words after them are the cell
of Kahn and others (2016).
"""


def main() -> int:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
    return 0


def render() -> str:
    """Return the page."""
    checks, kills = load_registry(), read_kills()
    parts = [_OPENING, *_totals(checks)]
    sure: dict[str, list[str]] = defaultdict(list)
    for kill in kills:
        if kill.is_sure:
            sure[kill.check_id].append(kill.fault)
    for tier, title in AREAS.items():
        parts.append(f"\n## {title}\n")
        parts += [_block(check, sure[check.id]) for check in checks if check.tier == tier]
    parts += _matrix(kills)
    return "\n".join(parts)


def _totals(checks: Iterable[Check]) -> Iterator[str]:
    checks = list(checks)
    yield f"There are {len(checks)} checks; a run with fewer results than that is an error.\n"
    yield "| dimension | checks |\n|---|---|"
    for dimension, count in sorted(Counter(check.dimension for check in checks).items()):
        yield f"| {dimension} | {count} |"
    # The outcomes are told above; a seventh must not stay untold.
    told = {"pass", "watch", "fail", "error", "not_applicable", "too_small"}
    if told != {outcome.value for outcome in Outcome}:
        raise AssertionError("there is another outcome; tell it in expectations/docs.py")


def _block(check: Check, faults: list[str]) -> str:
    counted, out_of = counted_and_out_of(check)
    lines = [
        f"### {check.id} {check.sentence}",
        "",
        _facts(check),
        "",
        f"- Counted: {counted}; out of: {out_of}.",
        f"- Limit: {_limit(check)}. {check.reason}",
        f"- Then: {check.what_to_do}",
    ]
    if check.slices:
        parts = ", ".join(part.removesuffix("_code").replace("_", " ") for part in check.slices)
        lines.append(f"- Also for each: {parts}.")
    if check.indicators:
        where = f", broken down by {check.breakdown.replace('_', ' ')}" if check.breakdown else ""
        lines.append(f"- Bears on: {', '.join(check.indicators)}{where}.")
    if faults:
        others = f", and {len(faults) - 3} more" if len(faults) > 3 else ""
        lines.append(f"- Dies when: {'; '.join(faults[:3])}{others}.")
    return "\n".join([*lines, ""])


def _facts(check: Check) -> str:
    about = f"`{check.asset}`, {check.dimension} ({check.cell}); {_force(check)}"
    return f"{about}; {check.owner}, to be reviewed by {check.review_on}."


def _force(check: Check) -> str:
    if check.shadow:
        return f"{check.severity.value}, on trial"
    if check.severity.value == "stop":
        return "stop" if check.blocks else "stop, published with the mark unfit"
    return check.severity.value


def _limit(check: Check) -> str:
    rule = check.rule
    least = f", from {check.min_n} cases on" if check.min_n > 1 else ""
    match rule:
        case Within():
            unit = " %" if rule.unit == "percent" else " days"
            limits = [
                f"{word} {limit:g}{unit}"
                for word, limit in (
                    ("fails under", rule.fail_below),
                    ("fails over", rule.fail_above),
                    ("is watched under", rule.watch_below),
                    ("is watched over", rule.watch_above),
                )
                if limit is not None
            ]
            return ", ".join(limits) + least
        case Parity():
            return f"no group under {rule.floor:g} times the rest{least}"
        case Missingness():
            return f"no group over the rest by more than {rule.max_gap_points:g} points{least}"
        case NoDrift():
            return f"no change by more than {rule.max_change_points:g} points{least}"


def _matrix(kills: Iterable[Kill]) -> Iterator[str]:
    kills = list(kills)
    seeds = max(kill.seeds for kill in kills)
    by_fault: dict[str, list[Kill]] = defaultdict(list)
    for kill in kills:
        by_fault[kill.fault].append(kill)
    yield "\n## Kill matrix\n"
    yield (
        f"{len(by_fault)} faults were planted, one at a time, into {seeds} clean warehouses that"
        " differ by their seed.\nNo check failed on clean data. Every check died of something, and"
        " every fault killed something.\nThe tests look at the first warehouse; with"
        " `HEARD_KILL_SEEDS=10` set, at all. A number in brackets\nsays in how many of them a"
        " check died, where it was not all.\n"
    )
    yield "| fault | found by |\n|---|---|"
    for fault, found in by_fault.items():
        told = ", ".join(
            kill.check_id if kill.is_sure else f"{kill.check_id} ({kill.times})" for kill in found
        )
        yield f"| {fault} | {told} |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
