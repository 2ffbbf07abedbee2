"""The outside things that assets work on: the inbox and the home folder with its warehouse.

Belongs here: Dagster resources, each a thin hold on a folder.
Does not belong here: what is done with them, or the key (it is read where it is used, from the
environment, so that no run configuration and no page of the UI can show it).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
from pydantic import PrivateAttr

from orchestration.fingerprint import fingerprint, read_state, write_state
from orchestration.ingestion.inbox import find_deliveries
from orchestration.ingestion.results import LandedDelivery
from orchestration.ingestion.run import land_inbox
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.mappings.loader import source_contracts
from orchestration.privacy.messages import safe_message
from orchestration.settings import Settings, SettingsError

# No hash of inputs ends in this letter, so such a release never passes for one of all of them.
UNSETTLED = "u"
NOTHING_LANDED = "0" * 64
DEFAULT_HOME = Path(__file__).resolve().parent.parent / ".heard"


class WarehouseError(RuntimeError):
    """DuckDB could not do what was asked."""


@contextmanager
def without_values() -> Iterator[None]:
    """Replace DuckDB's errors by ones that quote no value: Dagster keeps every error's text."""
    try:
        yield
    except duckdb.Error as error:
        told = f"{type(error).__name__}: {safe_message(str(error))}"
    else:
        return
    # Outside the handler, so that not even the context of this error holds the old text.
    raise WarehouseError(told)


class Home(dg.ConfigurableResource["Home"]):
    """The home folder: the warehouse and everything made from it."""

    path: str

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return Path(self.path)

    @contextmanager
    def warehouse(
        self, read_only: bool = False, reach: Sequence[str] = ()
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Connect to the warehouse; one process at a time may write.

        Args:
            read_only: Whether to look only.
            reach: Folders of the home folder whose files statements may read and write.

        Raises:
            WarehouseError: DuckDB refused something; told without any value.
        """
        with (
            without_values(),
            open_warehouse(self.folder, read_only, reach=reach) as connection,
        ):
            yield connection


class Inbox(dg.ConfigurableResource["Inbox"]):
    """The folder where deliveries arrive; each run lands it once, whatever steps it has."""

    path: str
    home: str
    settle_seconds: float = 60.0

    _landed: tuple[LandedDelivery, ...] | None = PrivateAttr(default=None)

    @property
    def settings(self) -> Settings:
        """Inbox and home as the rest of the code knows them."""
        return Settings(inbox=Path(self.path), home=Path(self.home))

    def land(self) -> tuple[LandedDelivery, ...]:
        """Copy every complete delivery to the landing folder; the second call does nothing.

        Raises:
            MissingKeyError: There is no pseudonym key; nothing is touched.
        """
        if self._landed is None:
            self._landed = tuple(land_inbox(self.settings, settle_seconds=self.settle_seconds))
        return self._landed

    def left_alone(self) -> Counter[str]:
        """Count what is in the inbox and is no complete delivery, by reason."""
        listing = find_deliveries(
            Path(self.path), source_contracts(Path(self.home)), self.settle_seconds
        )
        return Counter(found.reason for found in listing.ignored)


class Inputs(dg.ConfigurableResource["Inputs"]):
    """Everything that decides a release, as one hash taken once at the start of a run."""

    inbox: str
    home: str

    _fingerprint: str = PrivateAttr(default="")

    def take(self) -> None:
        """Take the hash, before anything is landed: what arrives later belongs to the next run."""
        settings = Settings(inbox=Path(self.inbox), home=Path(self.home))
        state = read_state(settings.home)
        self._fingerprint = fingerprint(settings, state)
        write_state(settings.home, state)

    def mark_unsettled(self) -> None:
        """Say that part of what was hashed was left for later, though it may not change again."""
        self._fingerprint = f"{self._fingerprint[:-1]}{UNSETTLED}"

    def fingerprint(self) -> str:
        """Return the hash of what this run landed.

        A run that landed nothing, such as one that publishes again, has seen no new input.
        """
        if self._fingerprint:
            return self._fingerprint
        published = read_state(Path(self.home)).published
        return published.fingerprint if published else NOTHING_LANDED


def settings_or_default() -> Settings:
    """Return the settings, with a folder of this project where none is set.

    A code location must load before anybody has chosen folders; a run on the default folders
    finds an empty inbox and says so.
    """
    try:
        return Settings.from_environment()
    except SettingsError:
        return Settings(inbox=DEFAULT_HOME / "inbox", home=DEFAULT_HOME)
