"""From a draft to what may be published: the profile's rules, the attack, and its mending.

Belongs here: the order of it, and the refusal. Does not belong here: the SQL
(``reporting.protecting``), what is mended (``guard``) or what people decide (``actions``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.disclosure.profiles import Profile, ties
from orchestration.ingestion.sql import literal
from orchestration.releases.places import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from orchestration.releases.family import Guarded
    from orchestration.reporting.freezing import Settled

_BEFORE = "release_before.published"
_NEEDED = frozenset({"numerator", "denominator", "exempt", "breakdown_value", "period_end"})


class HeldReleaseError(RuntimeError):
    """The attack on a release found something that cannot be mended."""


@dataclass(slots=True)
class LastHandOn:
    """What is done to a draft before it is published.

    Attributes:
        profile: Who reads the release.
        before: The published database that readers have; it need not be there.
        trusts_before: The release before was attacked when it was made, so that this one is
            attacked together with it, and only where it moved.
        freezes: Figures that were released stay as they are.
        settled: Days of which exact numbers were told: their figures stay in any case.
        places: What the programme found in a release that readers did not get: it is left out.
        may_hold: Refuse what cannot be mended; else it is only recorded.
        told: What happened: counts alone.
        holds: Something is left that must not be published.
    """

    profile: Profile
    before: Path
    trusts_before: bool
    may_hold: bool
    freezes: bool = False
    settled: "tuple[Settled, ...]" = ()
    places: tuple[Place, ...] = ()
    told: dict[str, int] = field(default_factory=dict)
    holds: bool = False

    def __call__(self, connection: "DuckDBPyConnection", draft: str) -> None:
        """Make a draft ready.

        Raises:
            HeldReleaseError: It must not be published.
        """
        columns = _columns(connection, draft)
        if not columns.get("indicator_value", frozenset()) >= _NEEDED:
            return
        from orchestration.reporting import protecting

        with self._release_before(connection) as earlier:
            waiting = self._freeze(connection, draft, columns, earlier)
            protecting.withhold_mostly_hidden(connection, draft, self.profile.mostly_hidden)
            protecting.withhold_handfuls(connection, draft, self.profile.handful, columns)
            found = self._attack(connection, draft, columns, earlier)
        protecting.withhold_ties(connection, draft, ties())
        if "equity_gap" in columns:
            protecting.withhold_gaps(connection, draft, self.profile.handful)
        self.told, self.holds = found.told() | waiting, found.holds
        if self.holds and self.may_hold:
            raise HeldReleaseError(
                f"the attack found what cannot be mended ({self.told}); nothing was published."
                " `heard release check` says which cells of the candidate are told too closely"
            )

    @contextmanager
    def _release_before(
        self, connection: "DuckDBPyConnection"
    ) -> Iterator[dict[str, frozenset[str]]]:
        """Attach the release before, and tell its tables; none where there is none to go by."""
        if not self.before.is_file():
            yield {}
            return
        connection.execute(f"attach {literal(str(self.before))} as release_before (read_only)")
        try:
            earlier = _columns(connection, _BEFORE)
            yield earlier if earlier.get("indicator_value", frozenset()) >= _NEEDED else {}
        finally:
            connection.execute("detach release_before")

    def _freeze(
        self,
        connection: "DuckDBPyConnection",
        draft: str,
        columns: dict[str, frozenset[str]],
        earlier: dict[str, frozenset[str]],
    ) -> dict[str, int]:
        if not earlier or not (self.freezes or self.settled):
            return {}
        from orchestration.reporting.freezing import freeze_closed

        only = None if self.freezes else self.settled
        waiting = freeze_closed(connection, draft, _BEFORE, columns, earlier, only)
        return {"waiting": waiting} if self.freezes else {}

    def _attack(
        self,
        connection: "DuckDBPyConnection",
        draft: str,
        columns: dict[str, frozenset[str]],
        earlier: dict[str, frozenset[str]],
    ) -> "Guarded":
        # numpy and the arithmetic are needed by a run that publishes, and by nothing else.
        from orchestration.disclosure.gathering import BESIDE
        from orchestration.releases.guard import guard
        from orchestration.reporting.mending import mend

        schemas, tables = {"now": draft}, [columns]
        if self.trusts_before and earlier:
            schemas, tables = {"before": _BEFORE, "now": draft}, [columns, earlier]
        beside = [
            name
            for name, needed in BESIDE.items()
            if all(needed <= each.get(name, frozenset()) for each in tables)
        ]
        families = _families(connection, draft) if "indicator" in columns else {}
        found = guard(
            connection,
            schemas,
            beside,
            families,
            only_moved="before" in schemas,
            places=self.places,
        )
        mend(connection, draft, schemas.get("before"), found.marks)
        return found


def _families(connection: "DuckDBPyConnection", draft: str) -> dict[str, str]:
    return dict(
        connection.execute(f"select indicator_id, family from {draft}.indicator").fetchall()
    )


def _columns(connection: "DuckDBPyConnection", schema: str) -> dict[str, frozenset[str]]:
    database, name = schema.split(".")
    found = connection.execute(
        "select table_name, list(column_name) from duckdb_columns()"
        " where database_name = ? and schema_name = ? group by table_name",
        [database, name],
    ).fetchall()
    return {str(table): frozenset(columns) for table, columns in found}
