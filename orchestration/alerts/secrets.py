"""Where messages go: addresses are secrets, so they come from outside and are never shown.

Belongs here: finding an address, and refusing a file that others may read and a kind of address
that is not allowed. Does not belong here: storing or logging one, or putting one into an error.
"""

import os
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

SECRETS_SETTING = "HEARD_ALERT_SECRETS"
SECRETS_NAME = "alert_addresses.env"
# apprise knows 170 kinds, each a way out for a council's data; these are the ones that boards use.
# Teams takes messages through its workflows.
SCHEMES = ("mailto", "mailtos", "workflow", "workflows", "slack", "json", "jsons")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class AlertAddressError(ValueError):
    """An address is missing or may not be used. Never says what the address is."""


def address(name: str, home: Path) -> str:
    """The address of a name, from the environment, else from the file of addresses.

    Raises:
        AlertAddressError: There is none, others may read the file, or its kind is not allowed.
    """
    found = os.environ.get(name) or _from_file(name, home)
    if not found:
        raise AlertAddressError(
            f"{name} is not set; put it in the environment or in {_secrets_path(home)}"
        )
    _require_allowed(name, found.strip())
    return found.strip()


def _secrets_path(home: Path) -> Path:
    given = os.environ.get(SECRETS_SETTING)
    return Path(given).expanduser() if given else home / SECRETS_NAME


def _from_file(name: str, home: Path) -> str:
    path = _secrets_path(home)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return ""
    except OSError:
        raise AlertAddressError(f"{path} cannot be read; it must be a plain file of ours") from None
    with os.fdopen(descriptor, encoding="utf-8") as handle:
        found = os.fstat(handle.fileno())
        if found.st_mode & _OTHERS or found.st_uid != os.geteuid():
            raise AlertAddressError(f"others may read {path}; run: chmod 600 {path}")
        lines = handle.read().splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, equals, value = line.partition("=")
        if not equals:
            raise AlertAddressError(f"{path}: line {number}: write NAME=ADDRESS")
        if key.strip() == name:
            return value.strip()
    return ""


def _require_allowed(name: str, url: str) -> None:
    scheme = url.partition("://")[0].lower()
    if "://" not in url or scheme not in SCHEMES:
        raise AlertAddressError(
            f"{name} is no address of an allowed kind ({', '.join(SCHEMES)}); docs/alerts.md has"
            " examples"
        )
    asked = {key.lower(): value for key, value in parse_qs(urlsplit(url).query).items()}
    if asked.get("verify", ["yes"])[-1].lower() in ("no", "false", "0", "off"):
        raise AlertAddressError(f"{name} switches the check of certificates off; take `verify` out")
