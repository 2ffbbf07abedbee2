"""The units for systemd: systemd takes them, they start what exists, and they hold it in."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.cli import app
from tests.support.units import DEPLOY, INSTALLED, Unit, read_unit

SERVICES = (
    *("heard-daemon.service", "heard-publish.service"),
    *("heard-refresh.service", "heard-webserver.service"),
)
# Who only hands over what is published has no business with the key of pseudonyms.
WITHOUT_KEY = {"heard-publish.service": {"EnvironmentFile": "/etc/heard/server.env"}}
# How far a service is open to the machine, by systemd's own count from 0 to 100.
MOST_EXPOSED = 50
# reliability: files, processes, memory, and no way out.
HELD_IN = {
    "UMask": "0077",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ReadWritePaths": "/srv/heard/home",
    "KillMode": "control-group",
    "TimeoutStopSec": "10",
    "LimitFSIZE": "64G",
    "LimitCORE": "0",
    "MemorySwapMax": "0",
    "CapabilityBoundingSet": "",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "EnvironmentFile": "/etc/heard/key.env",
}


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not here: apt install systemd")
    return found


def copied(folder: Path) -> list[str]:
    """The units as they would be installed here: systemd looks whether a program exists."""
    here = f"{Path(sys.executable).parent}/"
    paths = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
    for path in paths:
        (folder / path.name).write_text(path.read_text().replace(INSTALLED, here))
    return [str(folder / path.name) for path in paths]


def verified(analyze: str, paths: list[str]) -> str:
    """What systemd finds wrong."""
    done = subprocess.run(
        [analyze, "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    return done.stderr + ("" if done.returncode == 0 else f"exit code {done.returncode}")


def test_systemd_finds_nothing_wrong_with_any_unit(analyze: str, tmp_path: Path) -> None:
    paths = copied(tmp_path)
    assert len(paths) == len(SERVICES) + 1
    assert verified(analyze, paths) == ""
    # It does look: a setting that does not exist, a program that is not there.
    service = tmp_path / SERVICES[0]
    for right, wrong in (("KillMode=", "KilMode="), ("/dagster-daemon ", "/dagster-demon ")):
        before = service.read_text()
        service.write_text(before.replace(right, wrong))
        assert verified(analyze, [str(service)]) != ""
        service.write_text(before)


@pytest.mark.parametrize("name", SERVICES)
def test_systemd_counts_no_service_as_exposed(analyze: str, tmp_path: Path, name: str) -> None:
    copied(tmp_path)
    done = subprocess.run(
        [analyze, "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", tmp_path / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-200:]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_held_in(name: str) -> None:
    unit = read_unit(name)
    held = {key: unit.one("Service", key) for key in HELD_IN}
    assert held == HELD_IN | WITHOUT_KEY.get(name, {})
    assert unit.one("Service", "MemoryMax") is not None
    # No way out of the machine: no network at all, or loopback alone.
    alone = unit.one("Service", "PrivateNetwork") == "yes"
    loopback = (
        unit.one("Service", "IPAddressDeny") == "any"
        and unit.one("Service", "IPAddressAllow") == "localhost"
    )
    assert alone != loopback


@pytest.mark.parametrize("name", SERVICES)
def test_every_command_of_a_unit_exists(name: str) -> None:
    unit = read_unit(name)
    for program, *words in (*unit.commands("ExecStartPre"), *unit.commands("ExecStart")):
        assert Path(program).is_file(), program
        if Path(program).name == "heard":
            assert words[0] in app.commands
        if "-m" in words:
            assert importlib.util.find_spec(words[words.index("-m") + 1]) is not None


def test_the_daemon_prepares_migrates_and_reaps_before_it_starts() -> None:
    unit = read_unit("heard-daemon.service")
    order = [" ".join(command[1:]) for command in unit.commands("ExecStartPre")]
    # Two services that meet an empty folder would both make its tables; what a power cut left
    # must be cleared while nothing works there.
    assert order == ["-m orchestration.instance", "instance migrate", "reap"]
    assert unit.one("Service", "Restart") == "on-failure"
    page = read_unit("heard-webserver.service")
    assert page.one("Unit", "After") == "heard-daemon.service"
    assert page.one("Unit", "Requires") == "heard-daemon.service"


def test_the_web_page_listens_on_loopback_alone() -> None:
    (command,) = read_unit("heard-webserver.service").commands("ExecStart")
    assert command[command.index("-h") + 1] == "127.0.0.1"


def test_nothing_calls_home_from_a_service() -> None:
    for name in SERVICES:
        if name not in ("heard-refresh.service", "heard-publish.service"):
            assert {"DAGSTER_DISABLE_TELEMETRY=yes", "DO_NOT_TRACK=1"} <= environment_of(name)


def environment_of(name: str) -> set[str]:
    """The variables that a unit sets."""
    unit: Unit = read_unit(name)
    return {word for value in unit.all("Service", "Environment") for word in value.split()}
