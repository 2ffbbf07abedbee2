"""Examine an installation: versions, settings, key, folders, permissions, disk, lock.

Belongs here: questions that the standard library can answer, each with what to do.
Does not belong here: anything about the data (the checks), or changing what is found.
"""

import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.alerts.secrets import AlertAddressError, address
from orchestration.instance import RunInProgressError, sole_run
from orchestration.modes import find_wider
from orchestration.preflight import (
    BALLAST,
    AccessRefusedError,
    DiskFullError,
    nearest,
    require_access,
    require_room,
    told,
)
from orchestration.privacy.key_files import KeyFileError, next_file
from orchestration.privacy.keys import (
    SETTING,
    MissingKeyError,
    WeakKeyError,
    key_file,
    key_id,
    read_ring,
)
from orchestration.settings import Settings, SettingsError, read_setting

if TYPE_CHECKING:
    from collections.abc import Callable

OLDEST_PYTHON = (3, 11)
FIRST_PYTHON_TOO_NEW = (3, 14)
PACKAGES = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "pandas")
# DuckDB rewrites a table beside the old one, and a release is a second copy.
FREE_BYTES = 2 * 1024**3
WAREHOUSE_COPIES = 3
# So many names of open files are told; the command that closes them tells all.
NAMED = 5


class Verdict(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question, its answer, and what to do about it."""

    name: str
    verdict: Verdict
    found: str
    what_to_do: str = ""


def examine(inbox: Path | None, home: Path | None) -> tuple[Finding, ...]:
    """Ask every question; those about folders only when the settings name them."""
    findings = [_python(), _packages(), _key()]
    try:
        settings = Settings.from_environment(inbox, home)
    except SettingsError as error:
        findings.append(
            Finding("settings", Verdict.FAIL, str(error), "set it in the environment or in .env")
        )
        return tuple(findings)
    findings.append(
        Finding("settings", Verdict.OK, f"inbox {settings.inbox}, home {settings.home}")
    )
    questions: tuple[Callable[[Settings], Finding], ...] = (
        _inbox,
        _home,
        _access,
        _permissions,
        _disk,
        _lock,
        _alerts,
        _server,
    )
    findings += [question(settings) for question in questions]
    return tuple(findings)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if OLDEST_PYTHON <= sys.version_info[:2] < FIRST_PYTHON_TOO_NEW:
        return Finding("python", Verdict.OK, found)
    return Finding("python", Verdict.FAIL, found, "use Python 3.11, 3.12 or 3.13")


def _packages() -> Finding:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        told = f"missing: {', '.join(missing)}"
        return Finding("packages", Verdict.FAIL, told, "run `make install`")
    return Finding("packages", Verdict.OK, ", ".join(found))


def _key() -> Finding:
    try:
        ring = read_ring()
    except (MissingKeyError, WeakKeyError, KeyFileError) as error:
        advice = "make a key once and keep it safe: with another one, no pseudonym matches"
        return Finding("key", Verdict.FAIL, str(error), advice)
    path = key_file()
    whence = f"{path}, read by this account alone" if path else f"{SETTING} is set"
    size = len(ring.pseudonyms)
    if path is not None and next_file(path).exists():
        advice = "run `heard run`: it finishes the rotation, or takes it back"
        return Finding("key", Verdict.WARN, f"{whence}; a rotation was not finished", advice)
    return Finding("key", Verdict.OK, f"{whence}, {size} bytes, id {key_id(ring.pseudonyms)}")


def _inbox(settings: Settings) -> Finding:
    if not settings.inbox.is_dir():
        advice = f"make {settings.inbox} or set HEARD_INBOX"
        return Finding("inbox", Verdict.FAIL, "there is no such folder", advice)
    count = sum(1 for _ in settings.inbox.glob("*/*/*/"))
    return Finding("inbox", Verdict.OK, f"{count} delivery folders")


def _access(settings: Settings) -> Finding:
    try:
        require_access(settings)
    except AccessRefusedError as error:
        found, _, advice = str(error).partition("; ")
        return Finding("access", Verdict.FAIL, found, advice)
    return Finding("access", Verdict.OK, "inbox can be read, home can be written")


def _home(settings: Settings) -> Finding:
    state = "is there" if settings.home.exists() else "will be made by the first run"
    return Finding("home", Verdict.OK, state)


def _permissions(settings: Settings) -> Finding:
    wider = find_wider(settings.home, settings.inbox)
    if not wider:
        return Finding("permissions", Verdict.OK, "only this account reads the restricted tier")
    names = [str(each.path.relative_to(settings.home.parent)) for each in wider[:NAMED]]
    more = f" and {len(wider) - NAMED} more" if len(wider) > NAMED else ""
    found = f"others may open: {', '.join(names)}{more}"
    return Finding("permissions", Verdict.FAIL, found, "run: heard doctor --close-files")


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(nearest(settings.home)).free
    warehouse = settings.home / "warehouse.duckdb"
    size = warehouse.stat().st_size if warehouse.exists() else 0
    found = f"{told(free)} free"
    try:
        require_room(settings)
    except DiskFullError as error:
        return Finding("disk", Verdict.FAIL, found, str(error))
    if free < max(FREE_BYTES, WAREHOUSE_COPIES * size):
        advice = f"keep at least {told(FREE_BYTES)} and three times the warehouse free"
        return Finding("disk", Verdict.WARN, found, advice)
    kept = ", and ballast for a full disk" if (settings.home / BALLAST).exists() else ""
    return Finding("disk", Verdict.OK, f"{found}{kept}")


def _lock(settings: Settings) -> Finding:
    if not settings.home.is_dir():
        return Finding("lock", Verdict.OK, "free")
    try:
        with sole_run(settings.home):
            return Finding("lock", Verdict.OK, "free")
    except RunInProgressError as error:
        return Finding("lock", Verdict.WARN, str(error), "wait for it, or end that process")


def _alerts(settings: Settings) -> Finding:
    # pydantic takes longer to load than all the other questions together.
    from orchestration.alerts.settings import AlertSettingsError, read_alert_settings

    advice = "see docs/alerts.md"
    try:
        routes = read_alert_settings(settings.home).routes
        for route in routes:
            address(route.address, settings.home)
    except (AlertSettingsError, AlertAddressError) as error:
        return Finding("alerts", Verdict.FAIL, str(error), advice)
    if not routes:
        return Finding("alerts", Verdict.WARN, "nobody is told of an incident", advice)
    return Finding("alerts", Verdict.OK, f"{len(routes)} routes")


def _server(_: Settings) -> Finding:
    from orchestration.server.address import SETTING as SERVER
    from orchestration.server.address import address_from_environment

    if read_setting(SERVER) is None:
        return Finding("server", Verdict.OK, "none: readers open the published files")
    try:
        address = address_from_environment()
    except SettingsError as error:
        return Finding("server", Verdict.FAIL, str(error), "see docs/roles.md")
    way = "with TLS" if address.wants_tls else "on this machine"
    return Finding("server", Verdict.OK, f"{address.place}, {way}")
