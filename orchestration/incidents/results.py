"""What the checks of a run said, as far as incidents care: which claims hold and which do not.

Belongs here: the one query on ``quality.check_results``, and the fingerprint of a failure.
Does not belong here: a count, a slice's value or anything else that could name a small group.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The only place that knows the table. A slice is known by its kind, never by its value; a check
# that looked at nothing, or at too few, says neither that it is bad nor that it is well again.
_RESULTS = """
select
    check_id,
    asset,
    authority_code,
    coalesce(breakdown, '') as slice_kind,
    any_value(severity) as severity,
    any_value(dimension) as dimension,
    any_value(sentence) as sentence,
    any_value(what_to_do) as what_to_do,
    any_value(owner) as owner,
    any_value(indicators) as indicators,
    bool_or(outcome in ('fail', 'error')) as is_bad
from quality.check_results
where run_id = $run_id and not is_shadow and outcome in ('pass', 'watch', 'fail', 'error')
group by check_id, asset, authority_code, coalesce(breakdown, '')
order by check_id, asset, authority_code, slice_kind
"""
_ARRIVALS = """
select authority_code, source, epoch_us(max(first_seen_at))
from ledger.deliveries group by authority_code, source order by all
"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One claim about one table of one authority, and whether it holds."""

    check_id: str
    asset: str
    authority_code: str
    slice_kind: str
    severity: str
    dimension: str
    sentence: str
    what_to_do: str
    owner: str
    indicators: str
    is_bad: bool

    @property
    def fingerprint(self) -> str:
        """A name for the failure that stays the same however large it is."""
        parts = (self.check_id, self.asset, self.authority_code, self.slice_kind)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Arrival:
    """When an authority last delivered something new of a source."""

    authority_code: str
    source: str
    arrived_at: datetime


def attack_evaluation(is_held: bool) -> Evaluation:
    """What the attack on a release says, as a check says it."""
    return Evaluation(
        check_id="REL-001",
        asset="release/heard",
        authority_code="",
        slice_kind="",
        severity="stop",
        dimension="confidentiality",
        sentence="Nobody can tell a small number from what is published.",
        what_to_do=(
            "Run `heard release check`: it names the cells. A changed key or a margin that does"
            " not hold is the usual cause."
        ),
        owner="information governance",
        indicators="",
        is_bad=is_held,
    )


def read_evaluations(connection: "DuckDBPyConnection", run_id: str) -> list[Evaluation]:
    """What the checks said in one run."""
    found = connection.execute(_RESULTS, {"run_id": run_id}).fetchall()
    return [Evaluation(*row) for row in found]


def read_arrivals(connection: "DuckDBPyConnection") -> list[Arrival]:
    """The last arrival of every source of every authority."""
    return [
        Arrival(authority, source, datetime.fromtimestamp(micros / 1e6, UTC))
        for authority, source, micros in connection.execute(_ARRIVALS).fetchall()
    ]
