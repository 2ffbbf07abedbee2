"""Give dbt's connection to the warehouse the keys of disclosure control.

Named in ``dbt_project/profiles.yml``; dbt-duckdb makes one ``Plugin`` and calls it whenever it
opens the warehouse. The name must not begin with ``dbt_``: dbt imports every such module as a
plugin of its own kind.

Belongs here: the hook that dbt-duckdb calls.
Does not belong here: how keys are derived (``orchestration.privacy``).
"""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from orchestration.privacy.disclosure_keys import attach_disclosure_keys


class Plugin(BasePlugin):  # type: ignore[misc]  # mypy does not follow dbt
    """Lays the disclosure keys in memory beside the warehouse."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Attach ``secrets.main.disclosure_keys`` to a connection just opened."""
        attach_disclosure_keys(conn)
