"""Read the contracts that are shipped beside this file.

Belongs here: finding, parsing and caching the YAML. Does not belong here: what a contract means
(models) or how it is used (ingestion).
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from orchestration.contracts.models import Contract

_FOLDER = Path(__file__).parent


class DuplicateSourceError(ValueError):
    """Two contract files describe the same source."""


@cache
def load_contracts() -> dict[str, Contract]:
    """Every shipped contract by source, in source order."""
    contracts: dict[str, Contract] = {}
    for path in sorted(_FOLDER.glob("*.yaml")):
        contract = read_contract(path)
        if contract.source in contracts:
            raise DuplicateSourceError(
                f"{path.name}: source {contract.source} already has a contract; merge the two files"
            )
        contracts[contract.source] = contract
    return dict(sorted(contracts.items()))


def read_contract(path: Path) -> Contract:
    """Read one contract file."""
    return Contract.model_validate(_parse(path))


def _parse(path: Path) -> Any:
    # libyaml's safe loader reads the three contracts ten times faster than the Python one.
    with path.open(encoding="utf-8") as stream:
        if hasattr(yaml, "CSafeLoader"):
            return yaml.load(stream, Loader=yaml.CSafeLoader)
        return yaml.safe_load(stream)
