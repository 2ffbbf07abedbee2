"""Give dbt's connection to the warehouse what no file of dbt's may name.

The keys of disclosure control, and, where only a slice is built, the whole that it is cut from.

Named in ``dbt_project/profiles.yml``; dbt-duckdb makes one ``Plugin`` and calls it whenever it
opens the warehouse. The name must not begin with ``dbt_``: dbt imports every such module as a
plugin of its own kind.

Belongs here: the hook that dbt-duckdb calls.
Does not belong here: how keys are derived (``orchestration.privacy``).
"""

import os
from typing import Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from orchestration import transform
from orchestration.hardening import harden
from orchestration.privacy.disclosure_keys import attach_disclosure_keys
from orchestration.slices import attach_whole
from orchestration.transform import WHOLE_WAREHOUSE

# Of many authorities a build takes what it gets: with less it spills, for a third more work.
LARGEST_MEMORY = 6 * 10**9


class Plugin(BasePlugin):  # type: ignore[misc]  # mypy does not follow dbt
    """Lays the disclosure keys in memory beside the warehouse, and the whole beside a slice."""

    def update_connection_config(self, _creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Say how much memory a build may have; DuckDB would take four fifths of the machine's."""
        # Beyond it rows spill to disk. Here, because later nothing can be set any more.
        config["memory_limit"] = f"{_memory_limit()}B"

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Attach ``secrets.main.disclosure_keys``, and ``whole`` if any, to a new connection."""
        if whole := os.environ.get(WHOLE_WAREHOUSE):
            attach_whole(conn, whole)
        attach_disclosure_keys(conn)
        # The last word: from here on no model reaches a file that is not a code list of ours.
        harden(conn, [transform.SEEDS])


def _memory_limit() -> int:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(LARGEST_MEMORY, physical * 4 // 5)
