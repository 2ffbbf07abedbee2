"""Which tables a table is made from, by the names that checks use.

Belongs here: reading dbt's manifest as plain data. Does not belong here: importing dbt.
"""

from collections.abc import Mapping
from typing import Any

from orchestration.incidents.rules import Upstream

_RAW = "raw"


def read_upstream(manifest: Mapping[str, Any]) -> Upstream:
    """All assets that each asset of a manifest is made from, a source's tables from its delivery.

    Args:
        manifest: dbt's manifest; only its names and edges are read.
    """
    names = {
        key: _name(node)
        for part in ("nodes", "sources")
        for key, node in manifest[part].items()
        if node["resource_type"] in ("model", "seed", "source")
    }
    parents = manifest["parent_map"]
    known: dict[str, frozenset[str]] = {}
    for key, name in names.items():
        above = {names[found] for found in _ancestors(parents, key) if found in names}
        above |= {_delivery(asset) for asset in (name, *above) if asset.startswith(f"{_RAW}/")}
        known[name] = frozenset(above - {name})
    return known


def delivery_asset(source: str) -> str:
    """What all raw tables of a source come from."""
    return f"{_RAW}/{source}"


def _ancestors(parents: Mapping[str, list[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = list(parents.get(start, []))
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(parents.get(node, []))
    return found


def _delivery(asset: str) -> str:
    return delivery_asset(asset.split("/")[1])


def _name(node: Mapping[str, Any]) -> str:
    own = node["config"].get("meta", {}).get("dagster", {}).get("asset_key")
    return "/".join(own) if own else f"{node['schema']}/{node['name']}"
