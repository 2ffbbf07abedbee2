"""Tables of a toy authority, published in several ways, for an attacker to try.

Belongs here: the published forms, made by their own rules with Python's own hmac. Does not belong
here: the attacker, or the project's SQL.
"""

import csv
import hmac
import json
import random
from collections.abc import Mapping
from typing import Any

import pandas as pd

from orchestration.disclosure.tables import STATUS
from tests.support.command import vector_folder

VECTORS = vector_folder("sdc")
SPEC: dict[str, Any] = json.loads((VECTORS / "sdc_spec_dev.json").read_text())
MANIFEST: dict[str, Any] = json.loads((VECTORS / "sdc_attack_manifest_dev.json").read_text())
# Told of tables in which the numbers 1 to 4 are blank and all others exact.
SMALL_BLANK = MANIFEST | {"suppressed_by_measure": {"n_children": [1, 4]}}
COUNTS = list(MANIFEST["measures"])

Tables = dict[str, pd.DataFrame]


def read_tables(folder: str) -> Tables:
    """Tables of the vectors, their counts as numbers."""
    found = {}
    for path in sorted((VECTORS / folder).glob("*.csv")):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for count in COUNTS:
            table[count] = pd.to_numeric(table[count])
        found[path.stem] = table
    return found


def true_tables(without: int = 0) -> Tables:
    """Exact tables of the toy authority, less some children who came later."""
    with (VECTORS / "sdc_micro_dev.csv").open() as handle:
        micro = pd.DataFrame(list(csv.DictReader(handle)))
    children = sorted(set(micro["child"]))
    late = random.Random(3).sample(children, without)  # noqa: S311 - whom does not matter
    micro = micro[~micro["child"].isin(late)]
    found = {}
    for name, shape in read_tables("sdc_published_dev").items():
        dimensions = SPEC["tables"][name]
        rows = []
        for row in shape[[*dimensions, STATUS]].to_dict("records"):
            named = {key: row[key] for key in dimensions if row[key] != "Total"}
            cell = micro
            for key, value in named.items():
                cell = cell[cell[key] == value]
            counted = (cell["child"].nunique(), len(cell), (cell["voice"] == "1").sum())
            possible = "z" if row[STATUS] == "z" else "ok"
            rows.append(row | dict(zip(COUNTS, counted, strict=True)) | {STATUS: possible})
        found[name] = pd.DataFrame(rows)
    return found


def small_blank(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """Primary suppression alone: 1 to 4 children are blank, everything else is exact."""
    found = {}
    for name, table in tables.items():
        is_small = table["n_children"].between(1, 4)
        counts = table[COUNTS].astype(float).mask(is_small)
        status = table[STATUS].mask(is_small, "c")
        found[name] = table.assign(**counts).assign(**{STATUS: status})
    return found


def small_left_out(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """Rows of 1 to 4 children are not there."""
    return {name: table[~table["n_children"].between(1, 4)] for name, table in tables.items()}


def protected(tables: Mapping[str, pd.DataFrame], key: str = SPEC["key"]) -> Tables:
    """Method sor5, as the specification has it."""
    found = {}
    for name, table in tables.items():
        offset = table.apply(lambda row, n=name: _offset(row, SPEC["tables"][n], key), axis=1)
        counts = table[COUNTS].apply(lambda column, d=offset: 5 * ((column + d) // 5))
        status = table[STATUS].mask((counts["n_children"] < 10) & (table[STATUS] == "ok"), "c")
        counts = counts.astype(float).mask(status != "ok")
        found[name] = table.assign(**counts).assign(**{STATUS: status})
    return found


def _offset(row: "pd.Series[Any]", dimensions: list[str], key: str) -> int:
    named = {name: row[name] for name in dimensions if row[name] != "Total"}
    if "team" in named:
        named.pop("area", None)
    cell = "|".join(["coverage", *(f"{name}={named[name]}" for name in sorted(named))])
    digest = hmac.digest(key.encode(), cell.encode(), "sha256")
    return int.from_bytes(digest[:8], "big") % 5
