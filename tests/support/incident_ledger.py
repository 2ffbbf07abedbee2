"""Incidents made from verdicts, night after night.

Belongs here: a ledger that a test feeds. Does not belong here: expected values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.alerts.outbox import register_routes, write_messages
from orchestration.alerts.settings import AlertSettings, Route
from orchestration.incidents.fold import Incident, read_incidents
from orchestration.incidents.ledger import open_ledger, transaction
from orchestration.incidents.observing import observe
from orchestration.incidents.policy import policy_from
from orchestration.incidents.results import Evaluation
from orchestration.incidents.tending import note_nothing_new, tend

START = datetime(2026, 3, 2, 4, 40, tzinfo=UTC)
CLAIM = Evaluation(
    check_id="SSD-001",
    asset="raw/ssd/ssd_person",
    authority_code="330",
    slice_kind="",
    severity="warn",
    dimension="completeness",
    sentence="The ethnicity of nearly every child is recorded.",
    what_to_do="Ask the teams with the most blanks.",
    owner="data team",
    indicators="A1,A5",
    is_bad=True,
)


def claim(check_id: str = "SSD-001", **changes: str) -> Evaluation:
    """A claim that does not hold."""
    return replace(CLAIM, check_id=check_id, **changes)  # type: ignore[arg-type]


def route(**changes: object) -> Route:
    """A route that is told of everything."""
    told = {"severities": ("stop", "warn", "watch"), "address": "HEARD_ALERT_BOARD"}
    return Route.model_validate({"name": "board", "board": "programme"} | told | changes)


@dataclass(frozen=True)
class Nights:
    """A ledger and its settings."""

    home: Path
    routes: tuple[Route, ...] = ()
    upstream: Mapping[str, frozenset[str]] | None = None
    policy: Mapping[str, object] | None = None

    @property
    def settings(self) -> AlertSettings:
        """Who is told, and how patient incidents are."""
        return AlertSettings(routes=self.routes, policy=policy_from(dict(self.policy or {})))

    def at(self, night: float) -> datetime:
        """When a night's run is."""
        return START + timedelta(days=night)

    def run(self, night: float, *claims: Evaluation, run_id: str = "") -> None:
        """Judge some claims in the run of a night."""
        at, settings = self.at(night), self.settings
        with open_ledger(self.home) as ledger, transaction(ledger):
            register_routes(ledger, settings, at)
            name = run_id or f"run-{night}"
            observe(ledger, settings.policy, claims, name, at, lambda: self.upstream or {})
            write_messages(ledger, settings, at)

    def wait(self, night: float, nothing_new: bool = False) -> None:
        """Let time pass without a run, or with one that found nothing new."""
        at, settings = self.at(night), self.settings
        with open_ledger(self.home) as ledger, transaction(ledger):
            register_routes(ledger, settings, at)
            if nothing_new:
                note_nothing_new(ledger, at)
            tend(ledger, settings.policy, at, [route.name for route in self.routes])
            write_messages(ledger, settings, at)

    def incidents(self, night: float) -> tuple[Incident, ...]:
        """All incidents as they stand on a night."""
        with open_ledger(self.home) as ledger:
            return read_incidents(ledger, self.at(night))

    def states(self, night: float) -> list[str]:
        """Where they stand."""
        return [incident.state.value for incident in self.incidents(night)]

    def messages(self) -> list[tuple[str, str]]:
        """Titles and bodies of all messages, in order."""
        with open_ledger(self.home) as ledger:
            found = ledger.execute("select title, body from messages order by rowid").fetchall()
        return [(row["title"], row["body"]) for row in found]
