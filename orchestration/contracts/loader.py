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


class MisnamedContractError(ValueError):
    """A contract file is named after another source than its own."""


def load_contracts() -> dict[str, Contract]:
    """Every shipped contract by source, in source order."""
    return {path.stem: load_contract(path.stem) for path in sorted(_FOLDER.glob("*.yaml"))}


@cache
def load_contract(source: str) -> Contract:
    """The shipped contract of one source; reading all of them takes a tenth of a second."""
    path = _FOLDER / f"{source}.yaml"
    contract = read_contract(path)
    if contract.source != source:
        raise MisnamedContractError(
            f"{path.name} is the contract of {contract.source}; name it {contract.source}.yaml"
        )
    return contract


def read_contract(path: Path) -> Contract:
    """Read one contract file."""
    return Contract.model_validate(_parse(path))


def _parse(path: Path) -> Any:
    # libyaml's safe loader reads a contract ten times faster than the Python one.
    with path.open(encoding="utf-8") as stream:
        if hasattr(yaml, "CSafeLoader"):
            return yaml.load(stream, Loader=yaml.CSafeLoader)
        return yaml.safe_load(stream)
