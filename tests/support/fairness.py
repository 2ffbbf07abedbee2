"""Tables of counts as the warehouse makes them, from a few rows that a test can write down."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from orchestration.fairness import Comparisons, Thresholds, compare, load_thresholds
from tests.support.command import vector_folder

Row = Mapping[str, Any]


def vectors(method: str) -> list[Any]:
    """Return the independent vectors of one method."""
    path = vector_folder("fairness") / "fairness_dev.json"
    read = json.loads(path.read_text(encoding="utf-8"))
    return [vector for vector in read["vectors"] if vector["method"] == method]


def counts(rows: Sequence[Row]) -> dict[str, Any]:
    """Return a table of counts; what a row does not say is like in the row of a single set."""
    common = {
        "measure": "F1",
        "counting": "exempt_out",
        "dimension": "ethnic_group",
        "window_length": "12_months",
        "period_end": "2026-03-31",
        "children": 100,
    }
    full = [_with_squares({**common, **row}) for row in rows]
    for row in full:
        row["level_role"] = "unknown" if row["group_value"] == "unknown" else "group"
    keys = {
        "set": ("measure", "counting", "period_end", "window_length", "dimension"),
        "series": ("measure", "counting", "period_end", "dimension", "group_value"),
        "pair": ("measure", "period_end", "dimension", "group_value"),
        "occasion": ("period_end",),
        "family": ("measure", "counting", "period_end", "dimension"),
    }
    table = {name: [row[name] for row in full] for name in full[0]}
    for name, columns in keys.items():
        table[f"{name}_number"] = _numbered([tuple(row[c] for c in columns) for row in full])
    return {name: np.array(values) for name, values in table.items()}


def _with_squares(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row without squares those of children who are all alike."""
    alike = max(row["children"], 1)
    x, n = row["x"], row["n"]
    squares = {"xx": x * x / alike, "xn": x * n / alike, "nn": n * n / alike}
    return {**squares, **row}


def _numbered(keys: list[tuple[Any, ...]]) -> list[int]:
    order = {key: number for number, key in enumerate(sorted(set(keys)))}
    return [order[key] for key in keys]


def compared(rows: Sequence[Row], thresholds: Thresholds | None = None) -> list[dict[str, Any]]:
    """Compare and return a row for each comparison, with the keys of its counts."""
    table = counts(rows)
    found: Comparisons = compare(table, None, thresholds or load_thresholds())
    return [
        {name: table[name][row] for name in ("group_value", "counting", "measure", "dimension")}
        | {name: values[place] for name, values in found.columns.items()}
        for place, row in enumerate(found.row)
    ]
