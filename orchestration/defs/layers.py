"""The layers of the asset graph, in the order in which data passes through them.

Belongs here: names that every definition module shares.
Does not belong here: assets.
"""

from typing import Any

# Everything that opens the warehouse is in one pool: DuckDB allows one writer.
WAREHOUSE_POOL = "warehouse"

LANDING = "landing"
RAW = "raw"
REFERENCE = "reference"
QUALITY = "quality"
MARTS = "marts"
PUBLISHED = "published"
RELEASE = "release"
PACKS = "packs"

DELIVERIES = (LANDING, "deliveries")
DELIVERY_TABLES = ("ledger", "delivery_tables")
LOCAL_CLOCKS = ("ledger", "local_clocks")
QUOTES_USED = ("ledger", "quotes_used")
THEMES = (("ledger", "theme_decisions"), ("ledger", "theme_agreement"))
CHECK_RESULTS = (QUALITY, "check_results")
FIGURE_QUALITY = (QUALITY, "figure_quality")
HEARD_RELEASE = (RELEASE, "heard")

ROW_COUNT = "dagster/row_count"

# Metadata values of a materialisation: counts, hashes, file and check names.
Metadata = dict[str, Any]


def raw_key(source: str, table: str) -> tuple[str, str, str]:
    """Return the asset key of a raw table."""
    return (RAW, source, table)
