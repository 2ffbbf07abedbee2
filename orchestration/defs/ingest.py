"""Landing and raw assets: what arrived, and the tables it became.

Belongs here: one asset for the deliveries and one for each table of each source contract.
Does not belong here: reading a file or writing a row (``orchestration.ingestion``).
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from orchestration.contracts import Contract, load_contracts
from orchestration.defs.layers import (
    DELIVERIES,
    DELIVERY_TABLES,
    LANDING,
    RAW,
    ROW_COUNT,
    WAREHOUSE_POOL,
    raw_key,
)
from orchestration.ingestion.results import LoadReport
from orchestration.ingestion.run import load_landed
from orchestration.progress import report
from orchestration.resources import Inbox, without_values

VOICE_EXTENSION = "voice_extension"
# A file share may be away for a minute; nothing else here heals by waiting.
SHARE_RETRY = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)


@dg.asset(key=list(DELIVERIES), group_name=LANDING, kinds={"file"}, retry_policy=SHARE_RETRY)
def landing_deliveries(inbox: Inbox) -> dg.MaterializeResult[None]:
    """One row per delivery folder of the inbox, its files copied once by the hash of their bytes.

    A landed file is never changed, so any later table can be made again from here.
    """
    report("Landing deliveries")
    landed = inbox.land()
    files = [file for delivery in landed for file in delivery.files]
    return dg.MaterializeResult(
        metadata={
            "deliveries": len(landed),
            "files": len(files),
            "bytes": sum(file.size for file in files),
            **{f"left_alone/{why}": count for why, count in inbox.left_alone().items()},
        }
    )


# Loading writes it beside the raw tables, so it is no step of its own.
delivery_tables = dg.AssetSpec(
    list(DELIVERY_TABLES),
    deps=[list(DELIVERIES)],
    group_name=LANDING,
    description="One row per delivery and raw table: rows in, loaded, quarantined, duplicate.",
    kinds={"duckdb"},
)


def feeds(source: str) -> str:
    """The contract whose raw tables a source fills; a mapped one fills the voice extension's."""
    return source if source in load_contracts() else VOICE_EXTENSION


def build_raw_assets(contracts: Sequence[Contract]) -> list[dg.AssetsDefinition]:
    """Return one multi-asset per source; each table of its contract is an asset."""
    return [_raw_assets(contract) for contract in contracts]


def _raw_assets(contract: Contract) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            list(raw_key(contract.source, table.name)),
            deps=[list(DELIVERIES)],
            description=table.description,
            group_name=RAW,
            kinds={"duckdb"},
        )
        for table in contract.tables
    ]

    @dg.multi_asset(name=f"raw_{contract.source}", specs=specs, pool=WAREHOUSE_POOL)
    def raw_tables(inbox: Inbox) -> Iterator[dg.MaterializeResult[None]]:
        report(f"Loading {contract.title}")
        landed = [found for found in inbox.land() if feeds(found.source) == contract.source]
        with without_values():
            reports = load_landed(inbox.settings, landed)
        yield from _results(contract, reports)

    return raw_tables


def _results(
    contract: Contract, reports: Sequence[LoadReport]
) -> Iterator[dg.MaterializeResult[None]]:
    loaded: dict[str, list[int]] = {}
    for found in (table for one in reports for table in one.tables):
        counts = loaded.setdefault(found.raw_table, [0, 0, 0, 0])
        counts[0] += found.rows_in
        counts[1] += found.rows_loaded
        counts[2] += found.rows_quarantined
        counts[3] += found.rows_duplicate
    for table in contract.tables:
        rows_in, rows, quarantined, duplicate = loaded.get(contract.raw_table(table), [0, 0, 0, 0])
        metadata = (
            {}
            if rows_in == 0
            else {ROW_COUNT: rows, "quarantined": quarantined, "duplicate": duplicate}
        )
        yield dg.MaterializeResult(
            asset_key=list(raw_key(contract.source, table.name)), metadata=metadata
        )
