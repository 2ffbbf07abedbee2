"""Mappings: how a file without a public format becomes tables of the voice extension, as data.

Belongs here: one YAML file per mapped source, the models that read it, and looking at a file to
propose one. Does not belong here: reading deliveries (ingestion.mapped_reader), or any SQL or code
inside a mapping: a mapping only names columns, values and codes.
"""

from orchestration.mappings.compiled import contract_of, contracts_of
from orchestration.mappings.loader import (
    load_mappings,
    mapping_digest,
    read_mapping,
    source_contracts,
)
from orchestration.mappings.models import Mapping, MappingError

__all__ = [
    "Mapping",
    "MappingError",
    "contract_of",
    "contracts_of",
    "load_mappings",
    "mapping_digest",
    "read_mapping",
    "source_contracts",
]
