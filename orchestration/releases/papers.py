"""What a release was made from and by, for the record that is frozen with it.

Belongs here: deliveries, contracts, checks, versions and rules, as counts and hashes. Does not
belong here: a row, or anything about a person.
"""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.disclosure.profiles import profile, rules
from orchestration.files import digest_files
from orchestration.ingestion.key_guard import used_disclosure_key
from orchestration.releases.snapshot import KEY_OF_ROUNDING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CODE = Path(__file__).resolve().parent.parent
_REPOSITORY = _CODE.parent


def read_papers_of(
    connection: "DuckDBPyConnection", inputs_hash: str, profile_name: str
) -> dict[str, Any]:
    """What stands behind the release that the warehouse holds now."""
    deliveries = connection.execute(
        "select delivery_id, authority_code, source, as_of::varchar from ledger.deliveries"
        " order by all"
    ).fetchall()
    checks = connection.execute(
        "select outcome, count(*) from quality.check_results group by outcome order by outcome"
    ).fetchall()
    return {
        "inputs_hash": inputs_hash,
        "heard_version": version("heard"),
        "contracts": digest_files(sorted((_CODE / "contracts").glob("*.yaml")), _REPOSITORY),
        "models": digest_files(sorted((_REPOSITORY / "dbt_project").glob("**/*.sql")), _REPOSITORY),
        # A delivery's id is a hash of its bytes.
        "deliveries": [list(row) for row in deliveries],
        "checks": dict(checks),
        "profile": profile_name,
        KEY_OF_ROUNDING: used_disclosure_key(connection),
        "rules": rules() | profile(profile_name).numbers(),
    }
