"""Say where an indicator comes from: published, marts, intermediate, staging, raw, contract.

Belongs here: reading the definitions and walking dbt's manifest, both as plain data.
Does not belong here: importing dbt, or making the manifest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent.parent / "dbt_project"
DEFINITIONS = PROJECT / "vars.yml"
COUNTS_MODEL = "int_indicator_counts__{measure}"
VALUES_MODEL = "fct_indicator_values"
PUBLISHED_MODEL = "indicator_value"
LAYERS = ("marts", "intermediate", "staging")


class UnknownIndicatorError(LookupError):
    """There is no indicator of that id."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The tables that one indicator is made from, layer by layer."""

    published: str
    marts: tuple[str, ...]
    intermediate: tuple[str, ...]
    staging: tuple[str, ...]
    raw: tuple[str, ...]
    contracts: tuple[str, ...]


@lru_cache(maxsize=1)
def definitions() -> Mapping[str, Mapping[str, Any]]:
    """Return every indicator's definition by id."""
    import yaml

    stored = yaml.safe_load(DEFINITIONS.read_text(encoding="utf-8"))
    return {found["id"]: found for found in stored["vars"]["indicators"]}


def definition(indicator_id: str) -> Mapping[str, Any]:
    """Return one indicator's definition.

    Raises:
        UnknownIndicatorError: There is none of that id.
    """
    known = definitions()
    if indicator_id not in known:
        raise UnknownIndicatorError(
            f"there is no indicator {indicator_id}; known are {', '.join(known)}"
        )
    return known[indicator_id]


def read_lineage(manifest_path: Path, indicator_id: str) -> Lineage | None:
    """Return where an indicator comes from; None while the warehouse was never built."""
    measure = definition(indicator_id)["measure"]
    if not manifest_path.is_file():
        return None
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    by_name = {node["name"]: unique_id for unique_id, node in manifest["nodes"].items()}
    start = by_name.get(COUNTS_MODEL.format(measure=measure))
    if start is None:
        return None
    found = _ancestors(manifest["parent_map"], start)
    nodes = [manifest["nodes"][key] for key in found if key.startswith("model.")]
    sources = [manifest["sources"][key] for key in found if key.startswith("source.")]
    raw = sorted({f"raw.{node['name']}" for node in sources if node["schema"] == "raw"})
    layers = {
        layer: tuple(sorted(node["name"] for node in nodes if node["schema"] == layer))
        for layer in LAYERS
    }
    return Lineage(
        published=PUBLISHED_MODEL,
        marts=(VALUES_MODEL, *layers["marts"]),
        intermediate=layers["intermediate"],
        staging=layers["staging"],
        raw=tuple(raw),
        contracts=tuple(
            sorted({node["source_name"] for node in sources if node["schema"] == "raw"})
        ),
    )


def _ancestors(parents: Mapping[str, list[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(parents.get(node, []))
    return found
