"""Write ``docs/indicators.md`` from the definitions.

Run it with ``python -m orchestration.reporting.indicator_docs``.

Belongs here: what a person reads about each indicator. Does not belong here: a definition
(``dbt_project/vars.yml``), or any number of an authority.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.reporting.lineage import PROJECT, definitions

EXAMPLES = Path(__file__).resolve().parent / "indicator_examples.yml"
PAGE = PROJECT.parent / "docs" / "indicators.md"

_OPENING = """\
# Indicators

Generated from `dbt_project/vars.yml` and `orchestration/reporting/indicator_examples.yml` by
`python -m orchestration.reporting.indicator_docs`. Change those and run it again.

- Every figure is counted by month, quarter, financial year and rolling year. A period with
  nothing to count has no figure, which is not the same as 0.
- Published figures come from protected counts (steps of 5, hidden below 10 people; a rate needs a
  denominator of 20). A quantile is whole and needs more people behind it; it has no numerator.
  Exact figures stay in `marts.fct_indicator_values`.
- Declined, not appropriate and not yet due are outside the denominators. Not recorded is inside,
  and completeness says how much of it there is.
- No indicator ranks workers, scores a child, or adds indicators up.
"""
_DIRECTIONS = {
    "higher": "higher is better",
    "lower": "lower is better",
    "context": "for context, no target",
}
_UNITS = {"percent": " %", "per_100": " for every 100", "points": " points"}
# What the page tells in words, and what only the macros need.
_TOLD = {
    *("id", "name", "plain_name", "family", "lundy_element", "direction", "unit", "interval"),
    *("measure", "aggregation", "numerator", "denominator", "recorded", "recorded_of", "needs"),
    *("contributors", "compared_numerator", "compared_denominator", "measured", "at", "levels"),
    *("numerator_text", "denominator_text", "grain", "voice_kind", "framework_practice"),
    *("source_tables", "caveat", "breakdowns", "read_with"),
    *("needs_all", "exempt", "limit", "limit_unit"),
}


_EXEMPT = "counted beside the figure as `exempt`, so that a rise by leaving people out shows"


class ExampleMissingError(LookupError):
    """An indicator has no worked example."""


def examples() -> Mapping[str, Mapping[str, Any]]:
    """Return the worked examples by indicator."""
    import yaml

    stored: Mapping[str, Mapping[str, Any]] = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    return stored


def render() -> str:
    """Return the whole page.

    Raises:
        ExampleMissingError: An indicator has no worked example.
    """
    worked = examples()
    parts = [_OPENING]
    for indicator_id, definition in definitions().items():
        if indicator_id not in worked:
            raise ExampleMissingError(
                f"{indicator_id} has no worked example; add a line to {EXAMPLES.name}"
            )
        parts.append("\n".join(_section(indicator_id, definition, worked[indicator_id])) + "\n")
    return "\n".join(parts)


def _section(
    indicator_id: str, definition: Mapping[str, Any], example: Mapping[str, Any]
) -> Iterator[str]:
    yield f"## {indicator_id} {definition['name']}"
    yield ""
    yield str(definition["plain_name"])
    yield ""
    yield "| | |"
    yield "|---|---|"
    for label, text in _lines(definition, example):
        yield f"| {label} | {text} |"


def _lines(definition: Mapping[str, Any], example: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "counted", str(definition["numerator_text"])
    yield "out of", str(definition["denominator_text"])
    yield "formula", _formula(definition)
    yield "one row is", str(definition["grain"])
    kind = str(definition["voice_kind"]).replace("_", " ")
    practice = str(definition["framework_practice"])
    yield "what it is about", f"{definition['lundy_element']} (Lundy); voice {kind}; {practice}"
    yield "which way", _DIRECTIONS[definition["direction"]]
    yield "broken down by", _listed(definition["breakdowns"]) or "nothing"
    if definition.get("read_with"):
        yield "read with", _listed(definition["read_with"])
    if "limit" in definition:
        yield "limit", f"{definition['limit']} {definition['limit_unit']}"
    if "exempt" in definition:
        yield "left out", f"`{definition['exempt']}`, {_EXEMPT}"
    settings = {name: value for name, value in definition.items() if name not in _TOLD}
    if settings:
        yield "settings", "; ".join(f"{name} {value}" for name, value in settings.items())
    yield "made from", str(definition["source_tables"])
    yield "not available without", _needs(definition)
    yield "take care", str(definition["caveat"])
    yield "example", _example(definition, example)


def _formula(definition: Mapping[str, Any]) -> str:
    unit = str(definition["unit"]).replace("_", " ")
    aggregation = definition.get("aggregation", "ratio")
    if aggregation == "quantile":
        share = definition["at"]
        name = "median" if share == 0.5 else f"{share:.0%} quantile".replace("%", " %")
        return f"the {name}, by linear interpolation, in {unit}"
    if aggregation == "difference":
        return f"one percentage less the other, in {unit}, with a 95 % Newcombe interval"
    interval = ", with a 95 % Wilson interval" if definition["interval"] == "wilson" else ""
    return f"100 x counted / out of, in {unit}{interval}"


def _needs(definition: Mapping[str, Any]) -> str:
    if not definition["needs"]:
        return "a source that shows it; none that is read does"
    either = " or ".join(f"`{table}`" for table in definition["needs"])
    # Of the first list one table is enough; without any one of the others nothing can be seen.
    every = [f"`{table}`" for table in definition.get("needs_all", [])]
    return ", and ".join([either, *every])


def _listed(names: object) -> str:
    found = names if isinstance(names, list) else [names]
    return ", ".join(str(name).replace("_", " ") for name in found)


def _example(definition: Mapping[str, Any], example: Mapping[str, Any]) -> str:
    unit = _UNITS.get(definition["unit"], f" {definition['unit']}")
    result = f"**{example['value']:g}{unit}**"
    if "lower" in example:
        result += f" (95 % interval {example['lower']:g} to {example['upper']:g})"
    if "figures" in example:
        return f"{', '.join(str(figure) for figure in example['figures'])}: {result}"
    counted = f"{example['numerator']} of {example['denominator']}"
    if "compared_numerator" in example:
        record = f"{example['compared_numerator']} of {example['compared_denominator']}"
        counted = f"{record} records, {counted} answers"
    return f"{counted}: {result}"


def main() -> int:
    """Write the page where the repository keeps it."""
    PAGE.write_text(render(), encoding="utf-8")
    sys.stdout.write(f"{PAGE} written\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
