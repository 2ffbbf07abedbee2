"""A real PostgreSQL server for one test session, on a loopback port, gone afterwards.

Belongs here: starting and stopping it. Does not belong here: tables, or what a test expects.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

USER = "heard_reader"
PASSWORD = "Canary:pass/word@1"  # it must survive the address and appear nowhere
_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
shared_buffers = '16MB'
max_connections = 20
log_statement = 'all'
"""


@dataclass(frozen=True)
class Server:
    """One running server.

    Attributes:
        port: Its port on the loopback address.
        log: Its own log, with every statement.
    """

    port: int
    log: Path

    @property
    def admin(self) -> str:
        """How psycopg connects as the owner of everything."""
        return f"host=127.0.0.1 port={self.port} user=owner password=owner dbname=postgres"

    @property
    def url(self) -> str:
        """The address for HEARD_DATABASE_URL, as a role that may only read."""
        password = PASSWORD.replace(":", "%3A").replace("/", "%2F").replace("@", "%40")
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/postgres"


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Start a server in a folder of its own; the test is skipped by name where there is none."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    # Its socket and its unprivileged user need a short path that others may enter.
    folder = Path(tempfile.mkdtemp(prefix="heard-pg-", dir="/tmp"))
    try:
        run_as = _someone_else(folder)
        _call(run_as, programs / "initdb", *_initdb_options(folder, run_as))
        server = Server(_free_port(), folder / "log")
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(port=server.port, folder=folder))
        control = (programs / "pg_ctl", "-D", folder / "data", "-w", "-t", "60")
        _call(run_as, *control, "-l", server.log, "start")
        try:
            yield server
        finally:
            _call(run_as, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The newest installed server; Debian keeps it off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


def _someone_else(folder: Path) -> tuple[str, ...]:
    """PostgreSQL refuses to run as root, so root runs it as somebody without rights."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("PostgreSQL does not run as root and setpriv is not installed")
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return (
        "setpriv",
        f"--reuid={nobody.pw_uid}",
        f"--regid={nobody.pw_gid}",
        "--clear-groups",
    )


def _initdb_options(folder: Path, run_as: tuple[str, ...]) -> list[str]:
    secret = folder / "owner"
    secret.write_text("owner\n")
    if run_as:
        shutil.chown(secret, "nobody")
    return [
        *("-D", str(folder / "data"), "-U", "owner", "-E", "UTF8", "--locale=C.UTF-8"),
        *("--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"),
    ]


def _call(run_as: tuple[str, ...], *command: object) -> None:
    subprocess.run(
        [*run_as, *map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=True,
    )


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port
