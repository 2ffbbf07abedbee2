"""Landing and raw assets: what arrived, and the tables it became.

Belongs here: one asset for the deliveries and one for each table that something uses.
Does not belong here: reading a file or writing a row (``orchestration.ingestion``).
"""

from collections.abc import Iterator, Mapping, Sequence, Set

import dagster as dg

from orchestration.contracts import Contract, Table, load_contracts
from orchestration.defs.layers import (
    DELIVERIES,
    DELIVERY_TABLES,
    LANDING,
    LOCAL_CLOCKS,
    QUOTES_USED,
    RAW,
    ROW_COUNT,
    THEMES,
    WAREHOUSE_POOL,
    raw_key,
)
from orchestration.ingestion.inbox import NOT_SETTLED
from orchestration.ingestion.results import LoadReport
from orchestration.ingestion.run import load_landed
from orchestration.progress import report
from orchestration.resources import Inbox, Inputs, without_values

VOICE_EXTENSION = "voice_extension"
# The asset of a source's tables that nothing uses yet.
KEPT = "other_tables"
# A file share may be away for a minute; nothing else here heals by waiting.
SHARE_RETRY = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)


@dg.asset(key=list(DELIVERIES), group_name=LANDING, kinds={"file"}, retry_policy=SHARE_RETRY)
def landing_deliveries(inbox: Inbox, inputs: Inputs) -> dg.MaterializeResult[None]:
    """One row per delivery folder of the inbox, its files copied once by the hash of their bytes.

    A landed file is never changed, so any later table can be made again from here.
    """
    report("Landing deliveries")
    inputs.take()
    landed = inbox.land()
    left_alone = inbox.left_alone()
    if left_alone[NOT_SETTLED]:
        inputs.mark_unsettled()
    files = [file for delivery in landed for file in delivery.files]
    return dg.MaterializeResult(
        metadata={
            "deliveries": len(landed),
            "files": len(files),
            "bytes": sum(file.size for file in files),
            **{f"left_alone/{why}": count for why, count in left_alone.items()},
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

local_clocks = dg.AssetSpec(
    list(LOCAL_CLOCKS),
    group_name=LANDING,
    description="One row per clock and step that an authority set in local_clocks.csv.",
    kinds={"duckdb"},
)

quotes_used = dg.AssetSpec(
    list(QUOTES_USED),
    group_name=LANDING,
    description="One row per recorded words and day of a release that quoted them.",
    kinds={"duckdb"},
)

themes = [
    dg.AssetSpec(
        list(key),
        group_name=LANDING,
        description=description,
        kinds={"duckdb"},
    )
    for key, description in zip(
        THEMES,
        (
            "One row per recorded words that a reader gave a theme with heard themes.",
            "One row per comparison and group: how well readers and the model agree.",
        ),
        strict=True,
    )
]


def feeds(source: str) -> str:
    """The contract whose raw tables a source fills; a mapped one fills the voice extension's."""
    return source if source in load_contracts() else VOICE_EXTENSION


def build_raw_assets(
    contracts: Sequence[Contract], used: Set[dg.AssetKey]
) -> list[dg.AssetsDefinition]:
    """Return one multi-asset per source.

    A table that a model reads or a check looks at is an asset of its own. The others are accepted
    and kept for the day when somebody asks; together they are one asset of their source.

    Args:
        contracts: Every contract with a format of its own.
        used: Keys of the raw tables that something downstream uses.
    """
    return [_raw_assets(contract, used) for contract in contracts]


def _raw_assets(contract: Contract, used: Set[dg.AssetKey]) -> dg.AssetsDefinition:
    keys = {table.name: _asset_key(contract, table, used) for table in contract.tables}
    specs = [_spec(contract, key, keys) for key in sorted(set(keys.values()))]

    @dg.multi_asset(name=f"raw_{contract.source}", specs=specs, pool=WAREHOUSE_POOL)
    def raw_tables(inbox: Inbox) -> Iterator[dg.MaterializeResult[None]]:
        report(f"Loading {contract.title}")
        landed = [found for found in inbox.land() if feeds(found.source) == contract.source]
        with without_values():
            reports = load_landed(inbox.settings, landed)
        yield from _results(contract, keys, reports)

    return raw_tables


def _asset_key(contract: Contract, table: Table, used: Set[dg.AssetKey]) -> dg.AssetKey:
    key = dg.AssetKey(list(raw_key(contract.source, table.name)))
    return key if key in used else dg.AssetKey(list(raw_key(contract.source, KEPT)))


def _spec(contract: Contract, key: dg.AssetKey, keys: Mapping[str, dg.AssetKey]) -> dg.AssetSpec:
    tables = [table for table in contract.tables if keys[table.name] == key]
    description = tables[0].description
    if key.path[-1] == KEPT:
        names = ", ".join(table.name for table in tables)
        description = f"One row per row of a table that is kept and not modelled yet: {names}."
    return dg.AssetSpec(
        key,
        deps=[list(DELIVERIES)],
        description=description,
        group_name=RAW,
        kinds={"duckdb"},
    )


def _results(
    contract: Contract, keys: Mapping[str, dg.AssetKey], reports: Sequence[LoadReport]
) -> Iterator[dg.MaterializeResult[None]]:
    names = {contract.raw_table(table): table.name for table in contract.tables}
    loaded: dict[dg.AssetKey, list[int]] = {}
    for found in (table for one in reports for table in one.tables):
        counts = loaded.setdefault(keys[names[found.raw_table]], [0, 0, 0, 0])
        counts[0] += found.rows_in
        counts[1] += found.rows_loaded
        counts[2] += found.rows_quarantined
        counts[3] += found.rows_duplicate
    for key in sorted(set(keys.values())):
        rows_in, rows, quarantined, duplicate = loaded.get(key, [0, 0, 0, 0])
        metadata = (
            {}
            if rows_in == 0
            else {ROW_COUNT: rows, "quarantined": quarantined, "duplicate": duplicate}
        )
        yield dg.MaterializeResult(asset_key=key, metadata=metadata)
