"""What the running configuration says: sources, protection, boards, keys by name, time limits.

Belongs here: reading settings, each by the module that owns it. Does not belong here: words of a
paper (the templates), or a secret: keys and addresses are named, never read out.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.alerts.settings import Route, read_alert_settings
from orchestration.contracts import Contract
from orchestration.disclosure.profiles import rules
from orchestration.erasure.retention import Rule, read_rules
from orchestration.fairness.thresholds import Thresholds, load_thresholds
from orchestration.mappings.loader import load_mappings, source_contracts
from orchestration.modes import SETTING as GROUP
from orchestration.papers.dictionary import Listing, modelled, published
from orchestration.privacy.key_files import KeyFileError
from orchestration.privacy.keys import MissingKeyError, WeakKeyError, key_id, read_ring
from orchestration.redaction.model import installed_model
from orchestration.releases.settings import ReleaseSettings, read_release_settings
from orchestration.reporting.lineage import definitions
from orchestration.reporting.pack.boards import Board, load_boards
from orchestration.settings import links_authorities, read_setting
from orchestration.themes.frame import load_frame
from orchestration.themes.model import is_installed

_DATABASE = Path("published") / "heard.duckdb"
_DATABASE_SETTING = "HEARD_DATABASE_URL"
_SERVER_SETTING = "HEARD_PUBLISH_URL"
_MARTS_SETTING = "HEARD_PUBLISH_MARTS"
NOT_SET = "not set"
_PURPOSES = ("pseudonyms", "disclosure", "tombstones")


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """The checks in numbers; docs/checks.md lists them."""

    count: int
    by_severity: Mapping[str, int]
    blocking: int


@dataclass(frozen=True, slots=True)
class Readers:
    """Who gets further than the account that runs Heard; never an address."""

    group: str
    has_server: bool
    has_marts: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that papers are filled with."""

    heard_version: str
    contracts: tuple[Contract, ...]
    mapped: tuple[str, ...]
    delivered: tuple[tuple[str, str, str], ...] | None
    release_id: str
    tables: tuple[Listing, ...]
    marts: tuple[Listing, ...]
    checks: CheckFacts
    indicators: Mapping[str, Mapping[str, Any]]
    release: ReleaseSettings
    disclosure: Mapping[str, Any]
    thresholds: Thresholds
    boards: tuple[Board, ...]
    routes: tuple[Route, ...]
    keys: Mapping[str, str]
    links_authorities: bool
    reads_database: bool
    name_finder: str
    theme_model: bool
    theme_frame: str
    readers: Readers
    retention: tuple[Rule, ...]


def read_facts(home: Path, manifest: Mapping[str, Any], checks: CheckFacts) -> Facts:
    """Return what papers say of a home folder.

    Args:
        home: The home folder.
        manifest: dbt's manifest.
        checks: The registry of checks, counted by whoever may read it.
    """
    release_id, delivered = _delivered(home / _DATABASE)
    mapped = load_mappings(home)
    own = [found for name, found in source_contracts(home).items() if name not in mapped]
    return Facts(
        heard_version=version("heard"),
        contracts=tuple(own),
        mapped=tuple(sorted(mapped)),
        delivered=delivered,
        release_id=release_id,
        tables=tuple(published(manifest, home / _DATABASE)),
        marts=tuple(modelled(manifest, "marts")),
        checks=checks,
        indicators=definitions(),
        release=read_release_settings(home),
        disclosure=rules(),
        thresholds=load_thresholds(),
        boards=load_boards(home).boards,
        routes=read_alert_settings(home).routes,
        keys=_key_names(),
        links_authorities=links_authorities(),
        reads_database=read_setting(_DATABASE_SETTING) is not None,
        name_finder=installed_model() or "",
        theme_model=is_installed(),
        theme_frame=load_frame(home).version,
        readers=_readers(),
        retention=tuple(read_rules(home).values()),
    )


def sensitivities(contract: Contract) -> Mapping[str, int]:
    """Count the columns of a contract by how sensitive they are."""
    return Counter(column.sensitivity for table in contract.tables for column in table.columns)


def _delivered(database: Path) -> tuple[str, tuple[tuple[str, str, str], ...] | None]:
    """Return the release, and authority, source and latest day of what it was made of."""
    if not database.is_file():
        return "", None
    from orchestration.hardening import connect

    with connect(database, read_only=True) as connection:
        rows = connection.execute(
            "select authority_code, source, max(as_of)::varchar from published.delivery"
            " group by all order by all"
        ).fetchall()
        release = connection.execute("select max(release_id) from published.release").fetchone()
    return (str(release[0]) if release else ""), tuple((str(a), str(s), str(d)) for a, s, d in rows)


def _readers() -> Readers:
    has_server = read_setting(_SERVER_SETTING) is not None
    marts = (read_setting(_MARTS_SETTING) or "no").strip().lower()
    # What is neither yes nor no stops `heard server publish`, so nothing is loaded.
    return Readers(read_setting(GROUP) or "", has_server, has_server and marts == "yes")


def _key_names() -> dict[str, str]:
    """The name of the key of each purpose, which tells nothing about it."""
    try:
        ring = read_ring()
    except (MissingKeyError, WeakKeyError, KeyFileError):
        return dict.fromkeys(_PURPOSES, NOT_SET)
    return {purpose: key_id(getattr(ring, purpose)) for purpose in _PURPOSES}
