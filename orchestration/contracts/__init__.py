"""Source contracts: what each extract holds, as data.

Belongs here: one YAML file per source, the models that read it, and nothing that depends on a
delivery. Does not belong here: reading deliveries (ingestion) or giving codes a meaning (dbt).
"""

from orchestration.contracts.loader import load_contract, load_contracts
from orchestration.contracts.models import Column, Contract, Table

__all__ = ["Column", "Contract", "Table", "load_contract", "load_contracts"]
