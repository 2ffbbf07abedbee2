"""``heard server``: the release on a PostgreSQL server.

Belongs here: settings, the lock on the home folder, and telling what was done.
Does not belong here: the server (``orchestration.server``).
"""

from pathlib import Path

from orchestration.commands.output import print_json, say
from orchestration.settings import Settings, SettingsError, read_setting

_MARTS = "HEARD_PUBLISH_MARTS"


def setup() -> int:
    """Print what the server's administrator runs."""
    from orchestration.server.grants import setup_script

    say(setup_script())
    return 0


def publish(home: Path | None, force: bool, as_json: bool) -> int:
    """Make the server hold what is published here; return the exit code."""
    from orchestration.instance import sole_run
    from orchestration.server.address import address_from_environment
    from orchestration.server.declared import read_grants
    from orchestration.server.load import serve
    from orchestration.transform import prepare_manifest, read_manifest

    settings = Settings.from_environment(inbox=Path(), home=home)
    address, with_marts = address_from_environment(), _wants_marts()
    # A run would change the release, or the marts, while they are read.
    with sole_run(settings.home):
        grants = read_grants(read_manifest(prepare_manifest(settings.home)))
        served = serve(settings.home, address, grants, with_marts, force)
    if as_json:
        print_json(served)
    elif served.is_new:
        rows = sum(served.rows.values())
        say(f"{address.place} holds release {served.release_id}: {rows:,} rows of")
        say(f"{len(served.rows)} tables{' with the marts' if with_marts else ''}.")
    else:
        say(f"{address.place} holds release {served.release_id} already.")
    return 0


def withdraw(as_json: bool) -> int:
    """Take the release, and the marts, from the server's readers; return the exit code."""
    from orchestration.server.address import address_from_environment
    from orchestration.server.load import take_down

    address = address_from_environment()
    held = take_down(address)
    if as_json:
        print_json({"withdrawn": held})
    else:
        told = "holds no release any more" if held else "held no release"
        say(f"{address.place} {told}.")
    return 0


def _wants_marts() -> bool:
    value = (read_setting(_MARTS) or "no").strip().lower()
    if value not in ("yes", "no"):
        raise SettingsError(f"{_MARTS} must be yes or no; docs/roles.md says what it does")
    return value == "yes"
