"""The registry: every data-quality check of Heard, written as data.

Belongs here: the YAML files, one list of checks each, and the models that read them.
Does not belong here: SQL dialects (``expectations.measure``), outcomes
(``expectations.rules``) or any framework.
"""

from expectations.registry.load import RegistryError, load_registry
from expectations.registry.models import Check, Severity

__all__ = ["Check", "RegistryError", "Severity", "load_registry"]
