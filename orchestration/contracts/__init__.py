"""Source contracts: what each extract holds, as data.

Belongs here: one YAML file per source, the models that read it, and nothing that depends on a
delivery. Does not belong here: reading deliveries (ingestion) or giving codes a meaning (dbt).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orchestration.contracts.loader import load_contract, load_contracts
    from orchestration.contracts.models import Column, Contract, Table

__all__ = ["Column", "Contract", "Table", "load_contract", "load_contracts"]


def __getattr__(name: str) -> Any:
    """Import the reader of contracts for whoever reads one; the parser is handed its own."""
    if name not in __all__:
        raise AttributeError(name)
    module = "loader" if name.startswith("load_") else "models"
    return getattr(import_module(f"orchestration.contracts.{module}"), name)
