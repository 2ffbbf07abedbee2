"""From a draft to what may be published: the profile's rules, the attack, and its mending.

Belongs here: the order of it, and the refusal. Does not belong here: the SQL
(``reporting.protecting``), what is mended (``guard``) or what people decide (``actions``).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.disclosure.profiles import Profile
from orchestration.ingestion.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NEEDED = frozenset({"numerator", "denominator", "exempt", "breakdown_value", "period_end"})
_FEEDBACK = frozenset({"items", "replied", "source", "voice_kind", "theme_code", "period_end"})


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
        may_hold: Refuse what cannot be mended; else it is only recorded.
        told: What happened: counts alone.
        holds: Something is left that must not be published.
    """

    profile: Profile
    before: Path
    trusts_before: bool
    may_hold: bool
    told: dict[str, int] = field(default_factory=dict)
    holds: bool = False

    def __call__(self, connection: "DuckDBPyConnection", draft: str) -> None:
        """Make a draft ready.

        Raises:
            HeldReleaseError: It must not be published.
        """
        # numpy and the arithmetic are needed by a run that publishes, and by nothing else.
        from orchestration.releases.guard import guard
        from orchestration.reporting import protecting

        columns = _columns(connection, draft)
        if not columns.get("indicator_value", frozenset()) >= _NEEDED:
            return
        handful = self.profile.handful
        protecting.withhold_handfuls(connection, draft, handful, columns)
        schemas = {"now": draft}
        has_feedback = columns.get("feedback", frozenset()) >= _FEEDBACK
        if self.trusts_before and self.before.is_file():
            connection.execute(f"attach {literal(str(self.before))} as release_before (read_only)")
            earlier = _columns(connection, "release_before.published")
            if earlier.get("indicator_value", frozenset()) >= _NEEDED:
                schemas = {"before": "release_before.published", "now": draft}
                has_feedback &= earlier.get("feedback", frozenset()) >= _FEEDBACK
        try:
            found = guard(connection, schemas, has_feedback, only_moved="before" in schemas)
            protecting.mend(connection, draft, schemas.get("before"), found.marks)
        finally:
            connection.execute("detach database if exists release_before")
        if "equity_gap" in columns:
            protecting.withhold_gaps(connection, draft, handful)
        self.told, self.holds = found.told(), found.holds
        if self.holds and self.may_hold:
            raise HeldReleaseError(
                f"the attack found what cannot be mended ({self.told}); nothing was published."
                " `heard release check` says which cells of the candidate are told too closely"
            )


def _columns(connection: "DuckDBPyConnection", schema: str) -> dict[str, frozenset[str]]:
    database, name = schema.split(".")
    found = connection.execute(
        "select table_name, list(column_name) from duckdb_columns()"
        " where database_name = ? and schema_name = ? group by table_name",
        [database, name],
    ).fetchall()
    return {str(table): frozenset(columns) for table, columns in found}
