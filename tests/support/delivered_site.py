"""Small authorities that deliver one thing after another, built without Dagster.

Belongs here: making deliveries, building what changed, and what the warehouse then says. Does not
belong here: expected values, which every test states for itself.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from expectations.store import ensure_schema
from orchestration.building import Built, build
from orchestration.ingestion.run import ingest_inbox
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.reporting.checksum import table_checksums
from orchestration.resources import Home
from orchestration.settings import Settings
from orchestration.synthetic import generate
from orchestration.transform import prepare_manifest, read_manifest
from tests.support.inbox import DELIVERED

FIRST, SECOND = date(2026, 6, 30), date(2026, 9, 30)
# All that dbt builds; raw tables are what it is built from.
BUILT = ("staging", "intermediate", "marts", "published")


@dataclass(frozen=True)
class DeliveredSite:
    """A home folder, its inbox, and deliveries to take from."""

    pool: Path
    folder: Path

    @property
    def settings(self) -> Settings:
        """Inbox and home."""
        return Settings(inbox=self.folder / "inbox", home=self.folder / "home")

    def copy_to(self, folder: Path) -> "DeliveredSite":
        """Return the same site in another place."""
        shutil.copytree(self.folder, folder)
        return DeliveredSite(self.pool, folder)

    def deliver(
        self, authority: str, source: str, extract: date, as_of: date | None = None
    ) -> None:
        """Deliver what an extract of the pool holds; the second one a day after the first."""
        label = Path(authority, source, (as_of or extract).isoformat())
        target = self.settings.inbox / label
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.pool / f"{extract}" / label, target)
        self.touch(target, hours=24 if extract == SECOND else 0)

    def touch(self, delivery: Path, hours: float) -> None:
        """Let a delivery have arrived so many hours after the usual time."""
        at = DELIVERED.timestamp() + 3600 * hours
        for path in delivery.iterdir():
            os.utime(path, (at, at))

    def empty_a_file(self, authority: str, source: str, as_of: date, name: str) -> None:
        """Deliver an extract again, two days later, with only the header of one file."""
        self.deliver(authority, source, as_of)
        target = self.settings.inbox / authority / source / as_of.isoformat()
        path = target / name
        path.write_text(path.read_text().splitlines()[0] + "\n")
        self.touch(target, hours=48)

    def build(self, from_the_start: bool = False) -> Built:
        """Load what lies in the inbox and build what changed."""
        ingest_inbox(self.settings)
        home = self.settings.home
        with open_warehouse(home) as connection:
            # Views read what the checks found; in a run, those of the raw tables come first.
            ensure_schema(connection)
        manifest = read_manifest(prepare_manifest(home))
        return build(Home(path=str(home)), manifest, from_the_start=from_the_start)

    def says(self) -> dict[str, str]:
        """Return a checksum of every table and view that dbt built."""
        with open_warehouse(self.settings.home, read_only=True) as connection:
            return table_checksums(connection, BUILT)

    def tables(self) -> dict[str, str]:
        """Return the checksums of the tables alone: a view follows the ledger at once."""
        found = self.ask("select schema_name || '.' || table_name from duckdb_tables()")
        says = self.says()
        return {name: says[name] for (name,) in found if name in says}

    def comments(self) -> set[tuple[Any, ...]]:
        """Return what the database says of every table, view and column that dbt built."""
        kinds = [
            f"select schema_name, {kind}_name as name, null as column_name, comment"
            f" from duckdb_{kind}s() where not internal"
            for kind in ("table", "view")
        ]
        columns = "select schema_name, table_name, column_name, comment from duckdb_columns()"
        every = " union all ".join([*kinds, f"{columns} where not internal"])
        return set(self.ask(f"from ({every}) where schema_name in {BUILT}"))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Return the answer of the warehouse."""
        with open_warehouse(self.settings.home, read_only=True) as connection:
            return connection.execute(query).fetchall()

    def tell(self, *statements: str) -> None:
        """Change the warehouse behind everybody's back."""
        with open_warehouse(self.settings.home) as connection:
            for statement in statements:
                connection.execute(statement)


def make_site(folder: Path, authorities: Sequence[str]) -> DeliveredSite:
    """Make a pool of two extracts of three authorities, and a site where some delivered the first.

    The second extract is of another seed: other people, other events, the same ids here and there.
    """
    pool = folder / "pool"
    for seed, as_of in enumerate((FIRST, SECOND), start=1):
        generate(out=pool / f"{as_of}", authorities=3, children=40, years=2, seed=seed, as_of=as_of)
    site = DeliveredSite(pool, folder / "site")
    for authority in authorities:
        for source in ("ssd", "voice_extension"):
            site.deliver(authority, source, FIRST)
    return site
